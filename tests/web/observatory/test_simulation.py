"""Trying a draft: who may, what it shows, and that nothing is stored but a note."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pingyi import rulebook
from pingyi.audit.models import Event
from pingyi.directory.models import Enrolment
from pingyi.people.roles import Role, roles_that_may
from tests.casework.world import World
from tests.staff import signed_in
from tests.web.reading import reader, untranslated, words

PAGE = "/simulation/"
WUHAN = (Path(rulebook.__file__).parent / "definitions" / "wuhan-2023.toml").read_bytes()
HARSHER = WUHAN.replace(b"each = -3", b"each = -30")


@pytest.fixture
def desk(world: World):
    return signed_in(world.person(Role.SCHEME_KEEPER, area=world.city))


def upload(client, data: bytes, name: str = "draft.toml", **more):
    file = SimpleUploadedFile(name, data)
    return client.post(PAGE, {"season": "2026", "file": file, "shipped": "", **more})


@pytest.mark.parametrize("role", list(Role))
def test_it_is_for_those_who_keep_the_schemes(world: World, role: Role):
    expected = 200 if role in roles_that_may("scheme.simulate") else 403
    assert signed_in(world.person(role)).get(PAGE).status_code == expected


def test_a_draft_is_compared_unit_by_unit(world: World, desk):
    world.case("verified")
    page = desk.get(upload(desk, HARSHER).url)
    shown = words(page)
    assert "名次或评定结果改变 0 3 个参评单位之中" in shown
    assert "verified-bad-rating 每查实一件差评扣 3 分，当即扣除。 1 −27.00" in shown
    assert "97.00 → 70.00" in shown
    text = b"".join(desk.get(f"{PAGE}?season=2026&draft=uploaded&export=csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    brigade = next(row for row in rows if row["单位"] == "洪山区劳动监察大队")
    assert brigade["起主要作用的条款"] == "verified-bad-rating -27.00"
    assert len(rows) == 3


def test_who_is_overtaken_is_told_by_which_clause(world: World, desk):
    """Of three at 100 the one with a rating is the first: once its verified one costs nothing."""
    Enrolment.objects.filter(unit=world.brigade).update(group="offices")
    world.case("verified")
    milder = WUHAN.replace(b"each = -3", b"each = -0")
    shown = words(desk.get(upload(desk, milder).url))
    assert "verified-bad-rating +3.00" in shown
    assert "verified-bad-rating （与 1 个单位先后改变）" in shown
    text = b"".join(desk.get(f"{PAGE}?season=2026&draft=uploaded&export=csv")).decode("utf-8-sig")
    told = {row["单位"]: row["起主要作用的条款"] for row in csv.DictReader(io.StringIO(text))}
    assert "verified-bad-rating 3.00" in told.values()
    assert "verified-bad-rating （与 1 个单位先后改变）" in told.values()


def test_honours_and_grades_alone_are_told(world: World, desk):
    world.case("verified")
    draft = WUHAN.replace(b"[honours.top_ten]", b"[honours.first_ten]")
    draft = draft.replace(b'"top_ten"', b'"first_ten"')
    draft = draft.replace('zh = "十优"'.encode(), 'zh = "十佳"'.encode())
    shown = words(desk.get(upload(desk, draft).url))
    assert "honours.first_ten" in shown
    assert "十优 → 十佳" in shown, "each scheme's own word for it"
    assert "各组前十名为“十优”" in shown
    text = b"".join(desk.get(f"{PAGE}?season=2026&draft=uploaded&export=csv")).decode("utf-8-sig")
    assert "top_ten → first_ten" in text
    grades = """
[grades.satisfied]
title = { zh = "满意等次", en = "Satisfied" }
zh = "98 分以上为满意。"
source = "草案"
at_least = 98
[grades.dissatisfied]
zh = "不满 98 分为不满意。"
source = "草案"
below = 98
"""
    shown = words(desk.get(upload(desk, WUHAN + grades.encode()).url))
    assert "名次或评定结果改变 3 3 个参评单位之中" in shown
    assert "— → 满意等次" in shown
    assert "grades.dissatisfied 不满 98 分为不满意。 1 —" in shown
    assert "没有符合条件的记录" not in words(
        desk.get(f"{PAGE}?season=2026&draft=uploaded&move=honour")
    )


def test_filters_and_order(world: World, desk):
    world.case("verified")
    upload(desk, HARSHER)
    page = f"{PAGE}?season=2026&draft=uploaded"
    for query in ("move=up", "move=down", "move=honour"):
        assert "没有符合条件的记录" in words(desk.get(f"{page}&{query}"))
    assert "洪山区劳动监察大队" in words(desk.get(f"{page}&move=same&group=stations"))
    for key in ("unit", "group", "rank", "then", "moved", "difference", "clause"):
        for sign in ("", "-"):
            assert desk.get(f"{page}&sort={sign}{key}").status_code == 200


def test_nothing_is_stored_but_a_note(world: World, desk):
    before = Event.objects.count()
    upload(desk, HARSHER)
    assert Event.objects.count() == before + 1
    event = Event.objects.latest("pk")
    assert (event.action, event.subject_kind) == ("scheme.simulate", "season")
    assert event.data["draft"] == "wuhan-2023"
    assert len(event.data["digest"]) == 64
    # Somebody else has no draft, and the board stands as it stood.
    other = signed_in(world.person(Role.LEADER, area=world.city))
    assert "选择草案" in words(other.get(f"{PAGE}?season=2026&draft=uploaded"))
    assert "100.00" in words(desk.get("/scoreboard/?season=2026&group=stations"))


def test_a_mistake_is_named_by_line_and_clause(world: World, desk):
    page = upload(desk, WUHAN.replace(b"each = -3", b"eech = -3"))
    assert page.status_code == 422
    shown = words(page)
    line = WUHAN.decode().splitlines().index("each = -3") + 1
    assert f"{line} points.verified-bad-rating 不认识 `eech`；是否为 `each`？" in shown
    assert "草案有" in shown
    keeper = world.person(Role.SCHEME_KEEPER, area=world.city)
    page = upload(reader(keeper, "en"), WUHAN.replace(b"each = -3", b"eech = -3"))
    assert "unknown key `eech`; did you mean `each`?" in words(page)
    assert Event.objects.filter(action="scheme.simulate").count() == 0


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"[" * 3000, b"PK\x03\x04", b"a" * 300_000])
def test_what_is_no_scheme_is_refused(world: World, desk, data):
    assert upload(desk, data).status_code == 422


def test_one_of_the_two_is_asked_for(world: World, desk):
    assert desk.post(PAGE, {"season": "2026"}).status_code == 422
    assert upload(desk, WUHAN, shipped="national").status_code == 422
    assert desk.post(PAGE, {"season": "1999", "shipped": "national"}).status_code == 422


def test_a_shipped_scheme_without_a_group_says_so(world: World, desk):
    chosen = desk.post(PAGE, {"season": "2026", "shipped": "jiangmen-2008"})
    page = desk.get(chosen.url)
    assert page.status_code == 422
    shown = words(page)
    assert "没有分组“机关处室”（ offices ），其中有 2 个单位。" in shown
    assert "没有分组“基层站所”（ stations ），其中有 1 个单位。" in shown
    assert "units[" not in shown


@pytest.mark.parametrize(
    "query", ["season=1999&draft=national", "season=2026&draft=x", "draft=../x"]
)
def test_what_makes_no_sense_asks_again(world: World, desk, query):
    assert "选择草案" in words(desk.get(f"{PAGE}?{query}"))


def test_the_same_scheme_moves_nobody(world: World, desk):
    upload(desk, WUHAN)
    assert "一字不差" in words(desk.get(f"{PAGE}?season=2026&draft=uploaded"))


def test_in_english_nothing_is_left_in_chinese(world: World):
    keeper = world.person(Role.SCHEME_KEEPER, area=world.city)
    keeper.name = "Keeper"
    keeper.save()
    client = reader(keeper, "en")
    assert untranslated(client.get(PAGE)) == []
    assert "Largest movers" in words(client.get(f"{PAGE}?season=2026&draft=wuhan-2023"))
