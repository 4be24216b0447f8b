"""S6: many ratings of several health centres say the same; one problem, each citizen answered."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from pingyi.audit.actions import SYSTEM
from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem
from pingyi.directory import actions as directory
from pingyi.directory.models import PointCode, Unit
from pingyi.people.roles import Role
from tests.scenarios.play import Play, stage

WORDS = "接种疫苗排队三个小时，疫苗不够，人手也不够"
REPLY = "已增设接种点，可以网上预约，各中心装了叫号机。谢谢您反映。"


@pytest.fixture
def play(db) -> Play:
    return stage(unit="蔡店街社区卫生服务中心", point="预防接种室")


def _more_centres(play: Play) -> list[str]:
    """The codes of two more centres under the same health commission."""

    at = timezone.now()
    commission = Unit.objects.create(
        code="WJW", name="卫生健康委员会", group="offices", area=play.unit.area
    )
    codes = [play.code]
    Unit.objects.filter(pk=play.unit.pk).update(parent=commission)
    for number, name in enumerate(("新农街社区卫生服务中心", "大集街社区卫生服务中心"), start=1):
        unit = Unit.objects.create(
            code=f"C{number}", name=name, group="stations", area=play.unit.area, parent=commission
        )
        point = directory.add_point(unit=unit, name="预防接种室", kind="clinic", by=SYSTEM, at=at)
        codes.append(PointCode.objects.get(point=point).code)
    return codes


def test_vaccination_queues(play: Play):
    codes = _more_centres(play)
    citizens = []
    for n in range(6):
        play.code = codes[n % 3]
        citizens.append(
            play.rate("dissatisfied", comment=f"{WORDS}，第{n}次来", private_word="江花红胜火")
        )

    # Sorted one after the other, each next one opening by itself; the desk says why it suggests.
    for _ in range(6):
        page = play.see(Role.SORTER, "/office/sorting/")
        assert "排队" in page
        found = re.search(r'action="(/office/sorting/[0-9-]+/)"', page)
        assert found
        play.do(Role.SORTER, found[1], kind="process")
    assert "没有待分拣的差评" in play.see(Role.SORTER, "/office/sorting/")

    # The case manager finds them by their words and joins them into one problem.
    manager = Role.CASE_MANAGER
    listed = play.see(manager, "/office/cases/?q=疫苗 排队")
    numbers = sorted(set(re.findall(r'name="case" value="([0-9-]+)"', listed)))
    assert len(numbers) == 6
    play.do(manager, "/office/cases/bulk/", case=numbers, deed="join")
    play.do(
        manager,
        "/office/problems/join/",
        case=numbers,
        problem="new",
        title="接种疫苗排队、缺苗、缺人手",
        cause="接种点少，秋季集中",
        parent="WJW",
    )
    problem = Problem.objects.get()
    page = f"/office/problems/{problem.number}/"
    shown = play.see(manager, page)
    for name in ("蔡店街", "新农街", "大集街", "卫生健康委员会"):
        assert name in shown
    assert problem.members.count() == 6
    assert problem.parent is not None
    assert problem.parent.code == "WJW"

    # Worked once: one check, one verdict, one answer; each citizen gets her own.
    play.do(manager, f"{page}check/", text="三个中心现场查看：日接种量为平日四倍")
    play.do(manager, f"{page}decide/", finding="verified", kind="process", text="接种点与人手不足")
    play.do(manager, f"{page}reply/", text=REPLY)
    for citizen in citizens:
        assert REPLY in citizen.open()
    play.do(manager, f"{page}close/", outcome="新增接种点，预约接种，配叫号机")

    assert {case.state for case in Case.objects.all()} == {"replied"}
    assert {case.unit.name[:3] for case in Case.objects.select_related("unit")} == {
        "蔡店街", "新农街", "大集街",
    }  # fmt: skip
    assert [case.replies.count() for case in Case.objects.all()] == [1] * 6
    story = play.see(manager, page)
    assert "本问题已办结" in story
    assert "统一答复" in story
    citizens[0].judge(satisfied=True)
