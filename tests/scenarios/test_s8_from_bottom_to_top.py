"""S8: a brigade in the bottom ten; a help team, point by point, a weekly meeting, a tidal lane, all
closed; next season in the top ten, told by its lines.

And S2's rule-check item: a case of verified conduct gives its unit's system one thing to check.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from pingyi.directory.models import Season
from pingyi.files import vault
from pingyi.people.roles import Role
from pingyi.supervision.models import Improvement, RectificationList
from tests.files.uploads import pdf, picture, upload
from tests.scenarios.play import Play, stage
from tests.web.reading import words

pytestmark = pytest.mark.django_db
LISTS = "/office/rectification/"


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "folder", lambda: tmp_path / "files")


def new_list(play: Play, title: str, *, case: str = "", team: str = "") -> str:
    """Draw up a list; its address."""
    answer = play[Role.CASE_MANAGER].post(
        f"{LISTS}new/" + (f"?case={case}" if case else ""),
        {"title": title, "unit": play.unit.code, "team": team},
    )
    assert answer.status_code == 302, words(answer)
    return answer["Location"]


def item_addresses(play: Play, where: str) -> list[str]:
    """The items of a list, in its order, by their keys."""
    page = play.see(Role.CASE_MANAGER, where)
    return re.findall(rf'href="{LISTS}items/(\d+)/"', page)


def test_two_seasons_from_the_bottom_to_the_top(clock):
    """Wuhan 2023: 2025 one verified bad rating, 100 − 3 = 97.00, the last of two; 2026 none, 100,
    while the station next door loses 3. Groups of two have one best and one last (2 ÷ 2)."""
    play = stage(unit="蔡店区交警大队", point="窗口", at=clock("2025-02-03"), season="2025")
    clock("2025-06-09")
    play.come_back()
    play.verified(comment="这条路晚高峰要走二十分钟。")
    clock("2026-01-05")
    play.come_back()
    play.release("2025/season")
    assert "十差" in words(Client().get("/results/2025/units/U1/"))

    # Help team, list, weekly meeting; the tidal lane: 20 minutes down to 5.
    play.open_season("2026")
    where = new_list(play, "交警大队整改清单", team="组长：副区长\n成员：治庸办、交警支队")
    point = {"problem": "晚高峰一条路要走 20 分钟", "measure": "设潮汐车道", "owner": "大队长"}
    play.do(Role.CASE_MANAGER, f"{where}add/", **point, days="20")
    for day in ("2026-01-12", "2026-01-19"):
        clock(day)
        play.come_back()
        play.do(Role.CASE_MANAGER, f"{where}meeting/", on=day, text="例会：逐项过进度")
    [lane] = item_addresses(play, where)
    play.do(Role.UNIT_ADMIN, f"/unit/rectification/{lane}/submit/", account="实测 5 分钟")
    play.do(Role.CASE_MANAGER, f"{LISTS}items/{lane}/accept/", words="实地看过")
    assert "1 / 1 · 100 %" in play.see(Role.CASE_MANAGER, where)
    kept = {
        "kind": "process_changed",
        "title": "潮汐车道",
        "what": "晚高峰 20 分钟降到 5 分钟",
        "unit": "U1",
        "on": "2026-01-19",
    }
    play.do(Role.CASE_MANAGER, f"/office/improvements/new/?item={lane}", **kept)

    clock("2026-06-09")
    play.come_back()
    play.rate("satisfied")
    play.beside().verified(comment="下午四点就关门。")
    clock("2027-01-05")
    play.come_back()
    play.release("2026/season")

    # The public card: from last to first, the lines of both years side by side, what was improved.
    card = " ".join(words(Client().get("/results/2026/units/U1/")).split())
    years = card[card.index("历年名次") :]
    assert years.index("十差") < years.index("十优")
    lines = card[card.index("得分明细") : card.index("年度历程")]
    assert "— 2025 −3 每查实一件差评扣 3 分" in lines
    assert "100.00 2025 97.00 合计" in lines
    assert "2026-01-19 改变流程 潮汐车道" in card[card.index("已作的改进") :]
    assert "潮汐车道" not in words(Client().get("/results/2025/units/U1/"))

    # Counted in the year it came into force, and in no other.
    for season, counted in (("2026", "共 1 条"), ("2025", "没有符合条件的记录")):
        listed = words(play[Role.LEADER].get(f"/office/improvements/?season={season}"))
        assert counted in listed, listed
        assert ("潮汐车道" in listed) == (season == "2026")


def test_its_list_point_by_point():
    play = stage(unit="蔡店区交警大队", point="事故处理窗口")
    where = new_list(play, "交警大队整改清单", team="组长：副区长\n成员：治庸办、交警支队")
    for problem, measure in (
        ("晚高峰一条路要走 20 分钟", "设潮汐车道，高峰反向借道"),
        ("事故窗口中午无人", "中午轮班，公示值班表"),
    ):
        play.do(
            Role.CASE_MANAGER,
            f"{where}add/",
            problem=problem,
            measure=measure,
            owner="大队长",
            route="先调查流量，再划线、公示",
            days="20",
        )
    today = timezone.localdate().isoformat()
    play.do(Role.CASE_MANAGER, f"{where}meeting/", on=today, text="例会：潮汐车道下周开工")
    page = play.see(Role.CASE_MANAGER, where)
    assert "组长：副区长" in page
    assert "0 / 2 · 0 %" in page
    assert "例会：潮汐车道下周开工" in page

    lane, noon = item_addresses(play, where)
    mine = play.see(Role.UNIT_ADMIN, "/unit/rectification/")
    assert "晚高峰一条路要走 20 分钟" in mine
    sent = play[Role.UNIT_ADMIN].post(
        f"/unit/rectification/{lane}/submit/",
        {
            "account": "潮汐车道已启用，实测 5 分钟",
            "uploads": [upload("前后对比.jpg", picture()), upload("实测.pdf", pdf())],
        },
    )
    assert sent.status_code == 302, words(sent)
    play.do(Role.UNIT_ADMIN, f"/unit/rectification/{noon}/submit/", account="已轮班")
    item = play.see(Role.CASE_MANAGER, f"{LISTS}items/{lane}/")
    assert "实测 5 分钟" in item
    evidence = re.findall(rf'href="({LISTS}items/{lane}/files/\d+/)"', item)
    assert len(evidence) == 2
    got = play[Role.CASE_MANAGER].get(evidence[0])
    assert got["Content-Disposition"].startswith("attachment")

    play.do(Role.CASE_MANAGER, f"{LISTS}items/{lane}/accept/", words="实地看过")
    play.do(Role.CASE_MANAGER, f"{LISTS}items/{noon}/back/", words="值班表没有公示", days="5")
    assert "值班表没有公示" in play.see(Role.UNIT_ADMIN, f"/unit/rectification/{noon}/")
    play.do(Role.UNIT_ADMIN, f"/unit/rectification/{noon}/submit/", account="已公示")
    play.do(Role.CASE_MANAGER, f"{LISTS}items/{noon}/accept/")
    assert "2 / 2 · 100 %" in play.see(Role.CASE_MANAGER, where)
    assert "交警大队整改清单" in play.see(Role.CASE_MANAGER, f"{LISTS}?state=done")
    assert "交警大队整改清单" not in play.see(Role.CASE_MANAGER, f"{LISTS}?state=open")

    # What changed for good, with its document, counted in the season and shown on the unit's page.
    kept = play[Role.CASE_MANAGER].post(
        f"/office/improvements/new/?item={lane}",
        {
            "kind": "process_changed",
            "title": "潮汐车道",
            "what": "20 分钟降到 5 分钟",
            "unit": "U1",
            "on": today,
            "document": [upload("通告.pdf", pdf())],
        },
    )
    assert kept.status_code == 302, words(kept)
    season = Season.objects.get()
    made = Improvement.objects.counting().of_season(season).get()
    assert (made.document.name, made.item.pk) == ("通告.pdf", int(lane))
    listed = play.see(Role.LEADER, f"/office/improvements/?season={season.code}")
    assert "潮汐车道" in listed
    assert "共 1 条" in listed
    assert "潮汐车道" in play.see(Role.LEADER, f"/scoreboard/{season.code}/U1/")
    exported = play[Role.LEADER].get("/office/improvements/?export=csv")
    assert "潮汐车道" in b"".join(exported).decode("utf-8-sig")


def test_s2_the_rules_are_checked():
    play = stage(unit="公证处", point="受理窗口")
    play.rate(
        "dissatisfied", comment="公证费让我扫一个私人收款码。", phone="13912345678", call_back="on"
    )
    number = play.only_case(Role.SORTER, "/office/sorting/")
    play.do(Role.SORTER, f"/office/sorting/{number}/", kind="conduct", lead="on", note="私人收款码")
    page = play[Role.CASE_MANAGER].get(f"{LISTS}new/?case={number}")
    assert page.status_code == 404, "under embargo nobody draws up a list"
    play.do(
        Role.INSPECTOR,
        f"/inspectors/{number}/conclude/",
        finding="verified",
        kind="conduct",
        account="公款进了私人账户",
    )
    play.do(Role.INSPECTOR, f"/inspectors/{number}/release/", reason="核查结束")
    where = new_list(play, "公证收费整改", case=number)
    play.do(
        Role.CASE_MANAGER,
        f"{where}add/",
        problem="收费不入公账",
        measure="自查财务制度，停用个人收款码",
        owner="公证处主任",
        days="10",
    )
    made = RectificationList.objects.get()
    assert made.case.number == number
    assert made.items.get().measure == "自查财务制度，停用个人收款码"
    assert "公证收费整改" in play.see(Role.CASE_MANAGER, f"/office/cases/{number}/")
    assert number in play.see(Role.CASE_MANAGER, where)
    [item] = item_addresses(play, where)
    mine = play.see(Role.UNIT_ADMIN, f"/unit/rectification/{item}/")
    assert number not in mine
    assert "私人收款码。" not in mine
