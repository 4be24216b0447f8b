"""What results entail, year upon year, through the pages: the last of a bulletin are summoned, a
second year among the last costs the head the post and examines the parent (Wuhan; DOMAIN §1.9–10),
or replaces the head where nothing grew (Jiangmen; §1.28)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from pingyi.accountability.models import Duty
from pingyi.directory.models import Unit
from pingyi.jobs.registry import job
from pingyi.kernel.tables import read_tables
from pingyi.people.roles import Role
from tests.scenarios.play import Play, stage
from tests.staff import signed_in
from tests.supervision.city import City, city
from tests.web.reading import words

pytestmark = pytest.mark.django_db


def whats(season: str) -> set[tuple[str, str, str]]:
    rows = Duty.objects.filter(season__code=season)
    return set(rows.values_list("what", "unit__code", "on"))


def decide(play: Play, what: str, season: str, **fields: str) -> str:
    duty = Duty.objects.get(what=what, season__code=season)
    play.do(Role.LEADER, f"/office/duties/{duty.pk}/decide/", **fields)
    return f"/office/duties/{duty.pk}/"


def test_bottom_ten_two_years_running(clock):
    play = stage(unit="蔡店区交警大队", point="事故窗口", at=clock("2025-02-03"), season="2025")
    bureau = Unit.objects.create(
        code="B1", name="蔡店区公安局", group="offices", area=play.unit.area
    )
    Unit.objects.filter(pk=play.unit.pk).update(parent=bureau)
    clock("2025-06-09")
    play.come_back()
    play.verified(comment="中午窗口没人。")
    assert play.score() == "97.00"

    clock("2026-01-05")
    play.come_back()
    play.release("2025/season")
    first = {
        ("named", "U1", "unit"),
        ("head_accountable", "U1", "head"),
        ("parent_loses_points", "B1", "parent"),
        ("commended", "U2", "unit"),
    }
    assert whats("2025") == first, "one year is no two"

    play.open_season("2026")
    clock("2026-06-08")
    play.come_back()
    play.verified(comment="又是中午没人。")
    play.beside().rate("satisfied")

    # The bulletin of the month: its last is summoned for a talk, whose day and place are kept.
    clock("2026-07-02")
    play.come_back()
    bulletin = play.release("2026/monthly/2026-06-30")
    assert whats("2026") == {("talk", "U1", "head")}, "the other has as many points as the first"
    talk = decide(play, "talk", "2026", outcome="accepted")
    place = "区治庸办会议室，约谈情况见次日《日报》"
    play.do(Role.LEADER, f"{talk}fulfil/", on="2026-07-02", place=place)
    told = words(play[Role.LEADER].get(f"{bulletin}?group=stations"))
    assert "约谈负责人并公开" in told
    assert "已落实" in told
    assert "约谈负责人" in play.see(Role.UNIT_ADMIN, "/unit/duties/")

    clock("2027-01-05")
    play.come_back()
    release = play.release("2026/season")
    assert whats("2026") - {("talk", "U1", "head")} == first | {
        ("dismissal_recommended", "U1", "head"),
        ("parent_examined", "B1", "parent"),
    }
    decide(play, "dismissal_recommended", "2026", outcome="accepted")
    other = {"outcome": "other", "words": "责令主管单位作出书面检查", "reason": "刚换分管领导"}
    decide(play, "parent_examined", "2026", **other)
    told = words(play[Role.LEADER].get(f"{release}?group=stations"))
    told = told[told.index("结果运用") :]
    for said in ("建议免职或辞退", "倒查主管单位责任 → 责令主管单位作出书面检查", "蔡店区公安局"):
        assert said in told
    assert (told.count("待决定"), told.count("待落实")) == (4, 2)
    years = words(Client().get("/results/2026/units/U1/"))
    assert years[years.index("历年名次") :].count("十差") == 2


# Jiangmen: a head is warned, then replaced unless the score grew by 5 %.

MARKS = {"D1": ("80", "82"), "D2": ("76", "80"), "D3": ("95", "95"), "D4": ("96", "89")}
"""By unit, of 2025 and 2026; the superiors' mark is all there is, and so the total."""


def _enter(town: City, season: str, nth: int) -> None:
    grid = f"/office/marks/{season}/superiors/"
    given = {f"u{unit.pk}": MARKS[unit.code][nth] for unit in town.units}
    answer = signed_in(town.person(Role.SCHEME_KEEPER)).post(grid, given)
    assert answer.status_code == 302, words(answer)


def _released(town: City, season: str) -> str:
    play = Play(town.units[0], None, "", season)  # type: ignore[arg-type]
    play.keeper, play.mayor = town.person(Role.SCHEME_KEEPER), town.person(Role.LEADER)
    return play.release(f"{season}/season")


def _assert_graded(leader: Client, release: str) -> None:
    """The grade, on which the talk hangs, stands wherever the result does; the public reads it."""
    board = "/scoreboard/?season=2026&group=public_facing"
    assert "优秀 满意等次" in words(leader.get(board))
    unit = words(leader.get("/scoreboard/2026/D2/"))
    assert "第2局 基本满意等次" in unit
    # One bad rating, through the platforms, and 80 of the superiors: (80 · 0 + 10 · 0.8) · 100/90.
    assert "多一件查实差评 8.89 −71.11 4 不变 不满意等次" in unit
    assert "优秀、满意等次" in b"".join(leader.get(f"{board}&export=csv")).decode()
    public = Client()
    assert "优秀、满意等次" in words(public.get("/results/2026/"))
    assert words(public.get("/results/2026/public_facing/")).count("基本满意等次") == 3
    assert "基本满意等次" in words(public.get("/results/2026/units/D2/"))
    number = release.rstrip("/").rpartition("/")[2]
    lists = read_tables(
        b"".join(public.get(f"/results/files/{number}/list.xlsx")), filename="list.xlsx"
    )
    (table, *_about) = lists.values()
    assert {row.values["编码"]: row.values["评定结果"] for row in table.rows} == {
        "D1": "基本满意等次",
        "D2": "基本满意等次",
        "D3": "优秀、满意等次",
        "D4": "基本满意等次",
    }


def test_the_last_three_of_jiangmen(clock):
    """2025: D1 80 and D2 76 are "basically satisfied" and among the last three: warned; D3, third
    from last, has 95 and is not.
    2026: D1 grew by 2 ÷ 80 = 2.5 %, less than 5 %: replaced. D2 grew by 4 ÷ 76 = 5.26 %: warned
    again, and stays. D4 fell to 89 and is third from last for the first time: warned.
    The best of four is excellent, a tenth rounded up, and commended: D4, then D3."""
    clock("2025-03-03")
    town = city("jiangmen-2008", "public_facing", units=4)
    play = Play(town.units[0], None, "")  # type: ignore[arg-type]
    play.keeper = town.person(Role.SCHEME_KEEPER)
    play.open_season("2025", scheme="jiangmen-2008")
    _enter(town, "2025", 0)
    clock("2026-01-05")
    _released(town, "2025")
    warned = {("warning_talk", "D1", "head"), ("warning_talk", "D2", "head")}
    assert whats("2025") == warned | {("commended", "D4", "unit")}

    _enter(town, "2026", 1)
    clock("2027-01-05")
    release = _released(town, "2026")
    assert whats("2026") == warned | {
        ("warning_talk", "D4", "head"),
        ("head_replaced", "D1", "head"),
        ("commended", "D3", "unit"),
    }
    leader = signed_in(town.person(Role.LEADER))
    replaced = Duty.objects.get(what="head_replaced")
    page = words(leader.get(f"/office/duties/{replaced.pk}/"))
    assert "连续第二年如此，且得分增长不足 5% 的，更换主要负责人。" in page
    assert (
        leader.post(f"/office/duties/{replaced.pk}/decide/", {"outcome": "accepted"}).status_code
        == 302
    )
    told = words(leader.get(release))
    told = " ".join(told.split())
    assert "更换主要负责人 负责人 待落实" in told
    _assert_graded(leader, release)
    job("propose-from-releases").run(timezone.now())
    assert Duty.objects.filter(season__code="2026").count() == 5
