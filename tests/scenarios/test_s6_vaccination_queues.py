"""S6: many ratings of several health centres say the same; one problem, one letter to the
commission above them, answered in time; 32 people held to account; each citizen answered."""

from __future__ import annotations

import re

import pytest
from django.db.models import Count
from django.utils import timezone

from pingyi.accountability.models import Measure
from pingyi.audit.actions import SYSTEM
from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem
from pingyi.directory import actions as directory
from pingyi.directory.models import PointCode, Unit
from pingyi.kernel.workdays import SHANGHAI
from pingyi.letters.models import Letter
from pingyi.people.roles import Role
from tests.scenarios.play import Play, stage
from tests.scenarios.test_letters_of_the_stories import Days
from tests.staff import signed_in, staff

WORDS = "接种疫苗排队三个小时，疫苗不够，人手也不够"
SURNAMED = "一二三四五六七八甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥乾坤"
REPLY = "已增设接种点，可以网上预约，各中心装了叫号机。谢谢您反映。"


@pytest.fixture
def days(monkeypatch) -> Days:
    days = Days(monkeypatch)
    days.come(9, 25)
    return days


@pytest.fixture
def play(db, days) -> Play:
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


def _letter_from(play: Play, page: str, days: Days) -> None:
    """Begun on the problem's page by one, issued by another, answered on the last day."""
    manager, leader = play[Role.CASE_MANAGER], play[Role.LEADER]
    organ = signed_in(staff("organs", Role.SYSTEM_ADMIN)).post(
        "/office/letters/organs/add/",
        {
            "name": "蔡店区治庸办",
            "area": play.unit.area_id,
            "desk": "office",
            "suggestion": "蔡治庸函",
        },
    )
    assert organ.status_code == 302, organ.content.decode()[-2000:]
    begin = re.search(r'href="(/office/letters/new/[^"]+)"', play.see(Role.CASE_MANAGER, page))
    assert begin
    form = manager.get(begin[1]).content.decode()
    assert ">WJW</textarea>" in form.replace("\n", ""), "the commission is the recipient"
    paper = re.search(r'<option value="(\d+:suggestion)"', form)
    assert paper
    draft = {
        "paper": paper[1],
        "title": "关于解决疫苗接种排队问题的工作建议函",
        "main": "WJW，10",
        "body": "9月25日以来，群众集中反映接种人手、疫苗与等候问题。请研究解决并书面答复。",
        "wants_reply": "on",
    }
    quoted = manager.post(begin[1], draft | {"body": WORDS})
    assert quoted.status_code == 422, "no letter holds what a rater wrote"
    made = manager.post(begin[1], draft)
    assert made.status_code == 302, made.content.decode()[-2000:]
    assert manager.post(f"{made.url}submit/", {"revision": 1}).status_code == 302
    assert leader.post(f"{made.url}issue/", {"revision": 1}).status_code == 302
    assert "蔡治庸函〔2017〕1号" in play.see(Role.CASE_MANAGER, page)

    days.come(11, 8)
    play.come_back()
    recipient = Letter.objects.get().recipients.get()
    assert (
        recipient.clocks.get(rule="letter_reply").due_at.astimezone(SHANGHAI).date().isoformat()
        == "2017-11-08"
    )
    head = signed_in(staff("head", Role.UNIT_ADMIN, unit=recipient.unit))
    answer = "新增接种点，推行预约，配备叫号机；对32人问责：诫勉谈话8人，批评教育24人。"
    there = f"/unit/letters/{recipient.pk}/"
    assert head.post(f"{there}acknowledge/").status_code == 302
    assert head.post(f"{there}reply/", {"text": answer}).status_code == 302
    judged = f"{made.url}to/{recipient.pk}/"
    assert "按时" in play.see(Role.CASE_MANAGER, judged)
    assert answer in play.see(Role.CASE_MANAGER, judged)
    play.do(Role.CASE_MANAGER, f"{judged}accept/")
    told = play.see(Role.CASE_MANAGER, page)
    turns = ("起草函件", "函件印发", "函件已签收", "函件已答复", "答复已采纳")
    assert all(line in told for line in turns)
    assert "函件超期未答复" not in told


def _hold_to_account(play: Play) -> None:
    """The 32, of four units, each by the letter's number; no list shows a name."""
    units = ["WJW", "U1", "C1", "C2"]
    for n in range(32):
        play.do(
            Role.INSPECTOR,
            "/inspectors/measures/new/",
            origin="letter",
            source="蔡治庸函〔2017〕1号",
            unit=units[n % 4],
            name=f"沈{SURNAMED[n]}",
            post="接种室负责人" if n < 8 else "接种室医护人员",
            responsibility="leadership" if n < 8 else "direct",
            kind="admonition" if n < 8 else "education",
            organ="蔡店区卫生健康委员会",
            on="2017-11-06",
        )
    found = Measure.objects.filter(source="蔡治庸函〔2017〕1号")
    assert found.count() == found.values("person").distinct().count() == 32
    kinds = sorted(found.order_by().values_list("kind").annotate(n=Count("pk")))
    assert kinds == [("admonition", 8), ("education", 24)]
    register = play.see(Role.INSPECTOR, "/inspectors/measures/?q=蔡治庸函〔2017〕1号")
    assert "共 32 条" in register
    assert not [name for name in SURNAMED if f"沈{name}" in register]


def test_vaccination_queues(play: Play, days: Days):
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
    days.come(10, 25)
    play.come_back()
    _letter_from(play, page, days)
    _hold_to_account(play)
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
