"""A unit appeals and is right: the score line disappears by itself, and the history stays."""

from __future__ import annotations

import pytest
from django.utils import timezone

from pingyi.casework.models import Case
from pingyi.casework.queries import score_events
from pingyi.directory.models import Season
from pingyi.people.roles import Role
from tests.scenarios.play import WORD, stage
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


def test_the_story():
    play = stage(unit="蔡店区民政所", point="婚姻登记窗口")
    she = play.rate("dissatisfied", comment="十点到窗口，没有人，等到下午。", private_word=WORD)
    number = play.only_case(Role.SORTER, "/office/sorting/")
    play.do(Role.SORTER, f"/office/sorting/{number}/", kind="conduct")
    manage = f"/office/cases/{number}"
    play.do(Role.CASE_MANAGER, f"{manage}/check/", note="监控可见窗口空着。", stands="on")
    verdict = {"finding": "verified", "kind": "conduct", "reason": "窗口长时间无人，属实。"}
    play.do(Role.CASE_MANAGER, f"{manage}/decide/", **verdict)
    play.do(Role.CASE_MANAGER, f"{manage}/reply/", text="您反映的情况属实，已要求改正。")
    assert play.score() == "97.00"
    judged = timezone.now()

    # The unit never had the case, yet it reads why it lost three points, and appeals.
    page = play.see(Role.UNIT_ADMIN, f"/unit/cases/{number}/")
    assert "窗口长时间无人" in page
    assert "没有人，等到下午" not in page
    play.do(
        Role.UNIT_ADMIN,
        f"/unit/cases/{number}/appeal/",
        grounds="当日全楼停电疏散，九点四十起各窗口清空，物业有记录。",
    )
    assert play.score() == "97.00"

    # Whoever decided does not review; somebody of the city's office does.
    again = {"outcome": "dismissed", "reason": "不改"}
    refused = play[Role.CASE_MANAGER].post(f"{manage}/review/", again)
    assert refused.status_code == 409
    city = play.unit.area.parent
    second = signed_in(staff("reviewer", Role.CASE_MANAGER, area=city))
    assert number in second.get("/office/appeals/").content.decode()
    done = second.post(
        f"{manage}/review/",
        {
            "outcome": "upheld",
            "finding": "unfounded",
            "kind": "facility",
            "reason": "物业记录证实停电疏散，原认定不成立。",
        },
    )
    assert done.status_code == 302

    # The line is gone by itself; what stood before is still computed so; she is told anew.
    assert play.score() == "100.00"
    season = Season.objects.get()
    assert [event.ref for event in score_events(season, judged)] == [number]
    assert not list(score_events(season, timezone.now()))
    history = play.see(Role.CASE_MANAGER, f"{manage}/")
    assert "窗口长时间无人，属实" in history
    assert "原认定不成立" in history
    play.do(Role.CASE_MANAGER, f"{manage}/reply/", text="经复核，当日是停电疏散，特此更正并致歉。")
    assert "停电疏散" in she.open()
    assert Case.objects.get().verdicts.count() == 2
