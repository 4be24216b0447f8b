"""The machinery of tables, apart from any desk."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.test import RequestFactory
from django.utils import translation
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.translation import get_language

from pingyi.directory.models import Area
from pingyi.kernel.tables import read_tables
from pingyi.web.components.tables import Column, DataTable, Filter

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, tzinfo=UTC)

TABLE = DataTable(
    name="areas",
    title="Areas",
    columns=(
        Column(
            "code",
            "Code",
            lambda area, at: format_html("<b>{}</b>", area.code),
            sort=("code",),
            value=lambda area: area.code,
        ),
        Column("name", "Name", lambda area, at: area.name, sort=("name",)),
        Column("parent", "Parent", lambda area, at: None, sort=("parent__name",)),
        Column("plain", "Plain", lambda area, at: f"{at:%Y}", style="number"),
    ),
    order="code",
    filters=(
        Filter("q", "Name", lambda rows, q, at: rows.filter(name__icontains=q)),
        Filter(
            "level",
            "Level",
            lambda rows, value, at: rows.filter(level=value),
            lambda request: [("city", "City"), ("district", "District")],
        ),
    ),
    per_page=10,
)


@pytest.fixture(autouse=True)
def areas(db):
    city = Area.objects.create(code="00", name="City", level="city")
    Area.objects.bulk_create(
        Area(code=f"{n:02}", name=f"District {100 - n}", level="district", parent=city)
        for n in range(1, 26)
    )


def read(query: str = ""):
    return TABLE.read(RequestFactory().get(f"/areas/?{query}"), Area.objects.all(), at=AT)


def codes(listing) -> list[str]:
    return [area.code for area in listing.page.object_list]


def test_pages():
    first, last = read(), read("page=3")
    assert (codes(first)[0], len(codes(first)), first.total) == ("00", 10, 26)
    assert codes(last) == [f"{n:02}" for n in range(20, 26)]
    assert codes(read("page=99")) == codes(last)
    assert [label for label, _, here in last.page_links if here] == ["3"]


def test_heads_sort_up_then_down_and_keep_what_was_asked():
    listing = read("q=district&page=2&sort=name")
    head = {str(head.label): head for head in listing.heads}
    assert head["Name"].direction == "ascending"
    assert head["Name"].url == "?q=district&sort=-name"
    assert head["Code"].url == "?q=district&sort=code"
    assert head["Plain"].url == ""
    assert read("sort=-name").heads[1].direction == "descending"
    assert codes(read("sort=-code"))[0] == "25"


def test_rows_without_a_value_come_last_whichever_way():
    assert [codes(read(f"sort={way}parent&page=3"))[-1] for way in ("", "-")] == ["00", "00"]


def test_cells_are_escaped_unless_safe():
    Area.objects.filter(code="00").update(name="<script>")
    body = read().body
    assert "<b>00</b>" in body
    assert "&lt;script&gt;" in body
    assert 'data-label="Name"' in body


def test_the_row_at_hand_is_marked():
    listing = read()
    listing.current = Area.objects.get(code="03").pk
    assert listing.body.count('aria-current="true"') == 1


def test_a_filter_outside_its_choices_finds_nothing_and_says_so():
    listing = read("level=planet")
    assert listing.total == 0
    assert "level" in listing.form.errors
    assert read("level=city").total == 1


@pytest.mark.parametrize("text", ["%", "_", "' OR 1=1 --", "\x00", "好" * 101])
def test_a_search_is_only_a_search(text):
    listing = TABLE.read(RequestFactory().get("/areas/", {"q": text}), Area.objects.all(), at=AT)
    assert listing.total in (0, 26)
    assert listing.total == (26 if text == "\x00" else 0)


def test_files_hold_the_filtered_rows_of_all_pages_in_order():
    content = b"".join(read("export=csv&level=district&sort=-code&page=2").file())
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Code,Name,Parent,Plain"
    assert [line.split(",")[0] for line in lines[1:]] == [f"{n:02}" for n in range(25, 0, -1)]


def test_a_workbook_too():
    answer = read("export=xlsx").file()
    assert answer.headers["Content-Disposition"] == 'attachment; filename="areas-20260601.xlsx"'
    (sheet,) = read_tables(io.BytesIO(b"".join(answer)).getvalue()).values()
    assert len(sheet.rows) == 26
    assert sheet.rows[0].values["Code"] == "00"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_in_the_language_of_its_page(kind):
    word = lazy(get_language, str)()
    column = Column("code", word, lambda area, at: get_language(), sort=("code",))
    table = DataTable(name="areas", title=word, columns=(column,), order="code")
    asked = RequestFactory().get(f"/areas/?export={kind}")
    with translation.override("en"):
        answer = table.read(asked, Area.objects.filter(code__lt="02"), at=AT).file()
    with translation.override("zh-hans"):
        (sheet,) = read_tables(b"".join(answer), filename=f"en.{kind}").values()
    assert (sheet.name, sheet.header) == ("en", ["en"])
    assert [row.values["en"] for row in sheet.rows] == ["en", "en"]


def test_three_queries_for_any_page(django_assert_num_queries):
    with django_assert_num_queries(3):
        listing = read("page=2")
        listing.body  # noqa: B018
        listing.page_links  # noqa: B018
