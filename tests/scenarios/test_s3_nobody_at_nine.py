"""S3: hours from 8:30, nobody there at nine: evidence, two warnings, criticism for the leader, a
discipline recommendation to the bureau, and the rule that it made."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from pingyi.accountability.models import Measure
from pingyi.casework.file_models import CaseFile
from pingyi.casework.models import Case
from pingyi.directory.models import Unit
from pingyi.letters.models import Letter
from pingyi.people.roles import Role
from pingyi.supervision.models import Improvement
from tests.files.uploads import picture, upload
from tests.scenarios.play import Play, stage
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
RULE = "《窗口考勤管理办法》"


def _with_a_bureau(play: Play) -> Unit:
    """Whom the recommendation goes to; and the inspectors' organ that writes it."""
    bureau = Unit.objects.create(
        code="B1", name="蔡店区自然资源局", group="offices", area=play.unit.area
    )
    play.unit.parent = bureau
    play.unit.save(update_fields=["parent"])
    organ = {
        "name": "蔡店区纪委监委",
        "area": play.unit.area_id,
        "desk": "inspectors",
        "recommendation": "蔡纪建",
    }
    admin = signed_in(staff("organs", Role.SYSTEM_ADMIN))
    assert admin.post("/office/letters/organs/add/", organ).status_code == 302
    return bureau


def test_the_story():
    play = stage(unit="蔡店区不动产登记中心", point="综合窗口")
    bureau = _with_a_bureau(play)
    play.rate("dissatisfied", comment="墙上写八点半上班，九点了窗口没人。")
    number = play.only_case(Role.SORTER, "/office/sorting/")
    play.do(Role.SORTER, f"/office/sorting/{number}/", kind="conduct")
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/check/",
        note="实地并调看监控：9:05 两个窗口无人。",
        stands="on",
        uploads=upload("监控 9-05.jpg", picture()),
    )
    [evidence] = CaseFile.objects.filter(case__number=number)
    shown = play.see(Role.CASE_MANAGER, f"/office/cases/{number}/")
    assert "监控 9-05.jpg" in shown
    assert "监控 9-05.jpg" not in play.see(Role.UNIT_ADMIN, "/unit/")
    assert (
        play[Role.UNIT_ADMIN].get(f"/unit/cases/{number}/files/{evidence.pk}/").status_code == 404
    )
    play.do(Role.CASE_MANAGER, f"/office/cases/{number}/refer/", reason="脱岗，移交核查追责。")
    play.do(Role.INSPECTOR, f"/inspectors/{number}/report/", account="两人脱岗，主任失管。")
    play.do(
        Role.CASE_MANAGER,
        f"/office/cases/{number}/decide/",
        finding="verified",
        kind="conduct",
        reason="监控和实地核查一致，属实。",
    )
    for name, post, responsibility, kind in (
        ("周一", "窗口人员", "direct", "warning"),
        ("吴二", "窗口人员", "direct", "warning"),
        ("郑三", "中心主任", "leadership", "education"),
    ):
        play.do(
            Role.INSPECTOR,
            f"/inspectors/{number}/measures/",
            unit="U1",
            name=name,
            post=post,
            responsibility=responsibility,
            kind=kind,
            organ="区纪委派驻纪检组",
            on=f"{timezone.localdate()}",
        )
    found = Measure.objects.filter(case__number=number).order_by("pk")
    assert [one.kind for one in found] == ["warning", "warning", "education"]
    assert len({one.person_id for one in found}) == 3
    assert "已登记 3 项" in play.see(Role.INSPECTOR, f"/inspectors/{number}/")
    assert play.score() == "97.00"

    # The recommendation, from the case's own page; the bureau answers with a rule.
    case = f"/inspectors/{number}/"
    begin = re.search(r'href="(/office/letters/new/[^"]+)"', play.see(Role.INSPECTOR, case))
    assert begin
    paper = re.search(r'<option value="(\d+:recommendation)"', play.see(Role.INSPECTOR, begin[1]))
    assert paper
    draft = {
        "paper": paper[1],
        "title": "关于加强窗口考勤管理的纪检监察建议书",
        "main": "B1",
        "body": "你局所属窗口上班时间无人值守。请健全考勤制度。",
        "wants_reply": "on",
    }
    made = play[Role.INSPECTOR].post(begin[1], draft)
    assert made.status_code == 302, made.content.decode()[-2000:]
    second = signed_in(staff("inspector2", Role.INSPECTOR, area=play.unit.area))
    play.do(Role.INSPECTOR, f"{made.url}submit/", revision=1)
    assert second.post(f"{made.url}issue/", {"revision": 1}).status_code == 302
    letter = Letter.objects.get()
    assert letter.number in play.see(Role.INSPECTOR, case)
    head = signed_in(staff("bureau", Role.UNIT_ADMIN, unit=bureau))
    there = f"/unit/letters/{letter.recipients.get().pk}/"
    reply = {"text": f"已制定{RULE}，即日执行。"}
    assert head.post(f"{there}reply/", reply).status_code == 302
    play.do(Role.INSPECTOR, f"{made.url}to/{letter.recipients.get().pk}/accept/")
    assert "答复已采纳" in play.see(Role.INSPECTOR, case)

    # The rule is kept as an improvement, counted for the season.
    play.do(
        Role.CASE_MANAGER,
        f"/office/improvements/new/?case={number}",
        kind="rule_made",
        title=RULE,
        what="上下班打卡，窗口AB岗，主任每日抽查。",
        unit="B1",
        on=f"{timezone.localdate()}",
    )
    kept = Improvement.objects.get()
    assert (kept.case, kept.unit) == (Case.objects.get(number=number), bureau)
    assert RULE in play.see(Role.CASE_MANAGER, f"/office/cases/{number}/")
