"""The public's pages: releases alone, the same for everybody, nothing personal."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document

from pingyi.directory.models import Area, Enrolment, Season, Unit
from pingyi.kernel.tables import read_tables
from pingyi.people.roles import Role
from pingyi.publication import actions
from pingyi.publication.terms import Kind
from pingyi.supervision.actions.improvements import record_improvement, strike_improvement
from pingyi.supervision.models.improvements import ImprovementKind
from tests.casework.world import COMMENT, MATTER, PHONE
from tests.publication.conftest import AUGUST, JULY, Town
from tests.staff import signed_in
from tests.web.reading import words

JUNE = date(2026, 6, 15)
PAGES = (
    "/results/",
    "/results/2026/",
    "/results/2026/stations/",
    "/results/2026/units/B1-1/",
    "/results/city/",
)


@pytest.mark.parametrize("path", PAGES)
def test_it_opens_to_all_in_both_languages(town: Town, path: str):
    town.release()
    page = Client().get(path)
    assert page.status_code == 200
    english = Client(headers={"accept-language": "en"}).get(path)
    assert "Results are frozen once published" in words(english)
    assert not chinese_left(english)


def chinese_left(page) -> list[str]:
    """Chinese on an English page, but for what the city itself named and clauses, quoted."""
    text = re.sub(r'<(span|a) [^>]*lang="zh"[^>]*>.*?</\1>', "", page.content.decode())
    for name in (*Unit.objects.values_list("name"), *Area.objects.values_list("name")):
        text = text.replace(name[0], "")
    return re.findall(r"[\u3400-\u9fff]+", text)


def test_before_anything_is_released_it_says_so(town: Town):
    town.prepare()
    assert "还没有发布过结果" in words(Client().get("/results/"))
    assert "本年度还没有发布过结果" in words(Client().get("/results/2026/"))
    assert "还没有发布过结果" in words(Client().get("/results/city/"))
    for path in ("/results/2026/stations/", "/results/2026/units/B1-1/", "/results/1999/"):
        assert Client().get(path).status_code == 404


def test_nothing_live_shows(town: Town):
    town.release()
    before = [Client().get(path).content for path in PAGES]
    town.world.case("verified")
    town.rated(town.stations[0], JULY.date(), bad=50)
    Unit.objects.filter(code="B1-1").update(name="改了名")
    assert [Client().get(path).content for path in PAGES] == before
    assert [signed_in(town.leader).get(path).content for path in PAGES] == before


def test_caches_keep_it_until_the_next_release(town: Town):
    release = town.release()
    first = Client().get("/results/")
    assert "public" in first.headers["Cache-Control"]
    etag = first.headers["ETag"]
    again = Client().get("/results/", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")
    english = Client().get("/results/", headers={"accept-language": "en", "if-none-match": etag})
    assert english.status_code == 200
    town.correct(release, AUGUST)
    assert Client().get("/results/", headers={"if-none-match": etag}).status_code == 200


def test_a_chosen_language_is_remembered_and_that_answer_kept_nowhere(town: Town):
    town.release()
    browser = Client()
    page = browser.get("/results/?lang=en")
    assert page.headers["Cache-Control"] == "no-store"
    assert "Bulletin of June 2026" in words(browser.get("/results/"))


def test_the_best_and_the_last_of_every_group(town: Town):
    town.world.case("verified")
    town.release()
    said = words(Client().get("/results/"))
    assert "2026 年 6 月通报" in said
    for caption in ("本期末位单位", "年度以来前列单位", "年度以来末位单位"):
        assert caption in said


def test_a_correction_and_what_it_corrected_lead_to_each_other(town: Town):
    release = town.release()
    corrected = town.correct(release, AUGUST, reason="一件查实有误")
    now = words(Client().get("/results/"))
    assert "更正原因：一件查实有误" in now.replace(" ", "")
    before = Client().get(f"/results/2026/?release={release.pk}")
    assert "本次发布已被更正" in words(before)
    assert f"?release={corrected.pk}" in before.content.decode()
    for odd in ("0", "x", "9" * 30, str(corrected.pk + 1)):
        assert Client().get(f"/results/2026/?release={odd}").status_code == 404


def test_a_draft_is_not_to_be_had_by_its_number(town: Town):
    draft = town.prepare()
    for path in (f"/results/2026/?release={draft.pk}", f"/results/files/{draft.pk}/list.xlsx"):
        assert Client().get(path).status_code == 404


def test_everybody_of_a_group_sorted_filtered_and_taken_away(town: Town):
    town.release()
    path = "/results/2026/stations/"
    assert "不足 10 条" in words(Client().get(path))
    found = words(Client().get(f"{path}?q=S2"))
    assert "S2号站" in found
    assert "S3号站" not in found
    by_rate = Client().get(f"{path}?sort=rate").content.decode()
    assert by_rate.index("S2号站") < by_rate.index("洪山区劳动监察大队") < by_rate.index("S3号站")
    assert "洪山区" in words(Client().get(f"{path}?district=420111"))
    file = b"".join(Client().get(f"{path}?export=csv"))
    head, first, *_ = csv.reader(file.decode("utf-8-sig").splitlines())
    row = dict(zip(head, first, strict=True))
    assert row["单位"] == "洪山区劳动监察大队"
    assert (row["满意率与 95% 区间"], row["95% 区间"], row["评价数"]) == (
        "95.45%",
        "84.86–98.75%",
        "44",
    )
    assert "评价数" not in words(Client().get(path))


@pytest.mark.parametrize("suffix", ["xlsx", "docx"])
def test_lists_to_take_away(town: Town, suffix: str):
    release = town.release()
    found = Client().get(f"/results/files/{release.pk}/list.{suffix}")
    content = b"".join(found)
    assert content.startswith(b"PK")
    assert "attachment" in found.headers["Content-Disposition"]
    if suffix == "xlsx":
        assert next(iter(read_tables(content, filename="x.xlsx"))) == "机关处室"
    assert Client().get(f"/results/files/{release.pk}/list.pdf").status_code == 404


def test_one_groups_lists_by_themselves(town: Town):
    release = town.release()
    there = f"/results/files/{release.pk}/list"
    assert (
        f"{there}.docx?group=stations" in Client().get("/results/2026/stations/").content.decode()
    )
    book = Client().get(f"{there}.xlsx?group=stations")
    assert list(read_tables(b"".join(book), filename="x.xlsx")) == ["基层站所", "说明"]
    paper = Document(io.BytesIO(b"".join(Client().get(f"{there}.docx?group=stations"))))
    said = "\n".join(one.text for one in paper.paragraphs)
    assert "基层站所" in said
    assert "机关处室" not in said
    for wrong in ("nobody", "stations/../x", "medical"):
        assert Client().get(f"{there}.xlsx?group={wrong}").status_code == 404
    desk = signed_in(town.leader).get(f"/office/releases/{release.pk}/?group=stations")
    mine = f"/office/releases/{release.pk}/list.xlsx?group=stations"
    assert mine in desk.content.decode()
    assert b"".join(signed_in(town.leader).get(mine)).startswith(b"PK")


def test_a_units_card(town: Town):
    town.world.case("verified")
    town.rated(town.stations[0], date(2026, 6, 10), bad=11, reasons="214")
    town.release(through=date(2026, 5, 31))
    town.release()
    said = words(Client().get("/results/2026/units/B1-1/"))
    assert "97.00" in said
    assert "75.00%" in said  # 42 of 56
    assert "95% 区间 62.30–84.49%" in said  # Wilson: 62.307 to 84.483, rounded outwards
    assert "每查实一件差评扣 3 分" in said
    assert "10 次以上" in said
    assert "2026-05" in said


def test_the_course_is_labelled_by_what_each_release_is_of(town: Town):
    """A season's result is the season's, in whatever month it was computed; one alone is no
    course, and is not drawn as one."""
    last = Season.objects.create(
        code="2025", scheme="wuhan-2023", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31)
    )
    Enrolment.objects.create(season=last, unit=town.world.brigade, group="stations")
    town.rated(town.stations[0], date(2025, 6, 9), good=20, season=last)
    town.release(season=last, kind=Kind.SEASON, through=None)  # in July of 2026
    page = Client().get("/results/2025/units/B1-1/")
    assert "2025 年度 1 / 1" in words(page)
    course = words(page).split("年度历程")[1].split("历年名次")[0]
    assert "2026" not in course
    assert "只发布过一次，还没有走势可画" in words(page)
    assert 'class="trend"' not in page.content.decode()

    town.release(through=date(2026, 5, 31))
    town.release()
    said = words(Client().get("/results/2026/units/B1-1/"))
    assert "走势可画" not in said
    assert said.index("2026-05") < said.index("2026-06")
    assert 'class="trend"' in Client().get("/results/2026/units/B1-1/").content.decode()


def test_improvements_made_as_known_at_the_release(town: Town):
    record = partial(
        record_improvement, unit=town.world.brigade, by=town.world.person(Role.CASE_MANAGER)
    )
    early = record(
        kind=ImprovementKind.WINDOW_MERGED, title="综合窗口", what="两窗合一", on=JUNE, at=JULY
    )
    town.release(JULY + timedelta(hours=1))
    record(kind=ImprovementKind.OTHER, title="后来的", what="后来", on=JUNE, at=AUGUST)
    strike_improvement(
        improvement=early, reason="重复", by=town.world.person(Role.CASE_MANAGER), at=AUGUST
    )
    said = words(Client().get("/results/2026/units/B1-1/"))
    assert "2026-06-15 合并窗口 综合窗口" in said
    assert "后来的" not in said


def test_nothing_on_a_card_names_a_person_or_a_case(town: Town):
    case = town.world.case("verified")
    town.release()
    for path in PAGES:
        page = Client().get(path).content.decode()
        for secret in (case.number, PHONE, MATTER, COMMENT, town.keeper.username):
            assert secret not in page, (path, secret)


def test_from_bottom_to_top_told_by_the_lines(town: Town):
    """S8: two seasons, the bottom and then the top; the rank's change explained by its lines."""
    last = Season.objects.create(
        code="2025", scheme="wuhan-2023", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31)
    )
    for unit in Unit.objects.filter(group="stations"):
        Enrolment.objects.create(season=last, unit=unit, group=unit.group)
    for point, bad in zip(town.stations, (0, 8, 0), strict=True):
        town.rated(point, date(2025, 6, 9), good=40, bad=bad, season=last)
    result = town.release(season=last, kind=Kind.SEASON, through=None)
    assert result.results.get(code="S2").honour == "bottom_ten"
    case = town.world.case("verified")
    assert case.unit.code == "B1-1"
    town.rated(town.stations[1], date(2026, 6, 10), good=400)
    Season.objects.filter(code="2026").update(ends_on=date(2026, 6, 30))
    town.season.refresh_from_db()
    draft = actions.prepare(season=town.season, kind=Kind.SEASON, by=town.keeper, at=JULY)
    actions.publish(release=draft, by=town.leader, at=JULY)
    assert draft.results.get(code="S2").honour == "top_ten"
    said = words(Client().get("/results/2026/units/S2/"))
    years = said[said.index("历年名次") :]
    assert years.index("十差") < years.index("十优")
    other = words(Client().get("/results/2026/units/B1-1/"))
    lines = other[other.index("得分明细") : other.index("年度历程")]
    assert "−3 2025 —" in " ".join(lines.split())
    city = words(Client().get("/results/city/"))
    assert city.index("2025") < city.index("2026")
    assert "93.75%" in city  # 120 of 128
    assert "88.15–96.80%" in city  # (121.92 ± 5.70) ÷ 131.84


def test_queries_do_not_grow_with_units(town: Town):
    town.release(through=date(2026, 5, 31))
    few = {path: queries(path) for path in PAGES}
    for number in range(40):
        point = town.station(f"N{number:02}")
        town.rated(point, date(2026, 6, 2), good=12)
    town.release()
    many = {path: queries(path) for path in PAGES}
    assert all(many[path] <= few[path] for path in PAGES), (few, many)
    assert max(few.values()) < 40


def queries(path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert Client().get(path).status_code == 200
    return len(caught)
