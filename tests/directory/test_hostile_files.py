"""Files as bad as they come: every bad row is named, nothing is loaded, nothing breaks."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi.directory.models import Area, PointCode, ServicePoint, Unit
from pingyi.directory.problems import DirectoryErrors
from pingyi.kernel.tables import TableErrors
from tests.directory.files import CITY, city, xlsx, zipped

pytestmark = pytest.mark.django_db


def problems(load_file, **sheets) -> list[tuple[str, int, str]]:
    with pytest.raises(DirectoryErrors) as wrong:
        load_file(xlsx(city(**sheets)))
    assert not Area.objects.exists()
    return [(p.sheet, p.line, p.column) for p in wrong.value.problems]


UNITS, POINTS, AREAS = CITY["units"], CITY["points"], CITY["areas"]
LONG, TURNED = "字" * 121, "a\u202eb"
STRANGE = ["<script>", "' OR 1=1 --", "{{7*7}}", "𠮷买买提·吐尔逊", "%s%n"]


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        ({"areas": [*AREAS, ["420103", "江汉区", "999"]]}, ("areas", 5, "parent")),
        ({"areas": [*AREAS, ["420102", "又一个江岸区", "420100"]]}, ("areas", 5, "code")),
        ({"areas": [*AREAS, ["420102001001", "社区", "420102001"]]}, ("areas", 5, "parent")),
        ({"areas": [*AREAS, ["1" * 13, "长", "420100"]]}, ("areas", 5, "code")),
        ({"areas": [*AREAS, ["420104", "", "420100"]]}, ("areas", 5, "name")),
        ({"areas": [*AREAS, ["../x", "路径", "420100"]]}, ("areas", 5, "code")),
        ({"units": [*UNITS, ["U9", "x", "offices", "NO", "420102", ""]]}, ("units", 4, "parent")),
        ({"units": [*UNITS, ["U9", "x", "offices", "", "999", ""]]}, ("units", 4, "area")),
        ({"units": [*UNITS, ["U9", "x", "nobody", "", "420102", ""]]}, ("units", 4, "group")),
        (
            {"units": [*UNITS, ["U9", LONG, "offices", "", "420102", ""]]},
            ("units", 4, "name"),
        ),
        ({"units": [*UNITS, ["U9", "U9", "offices", "U9", "420102", ""]]}, ("units", 4, "parent")),
        (
            {"units": [*UNITS, ["U9", TURNED, "offices", "", "420102", ""]]},
            ("units", 4, "name"),
        ),
        ({"points": [*POINTS, ["B1", "综合1号窗口", "window", "", ""]]}, ("points", 5, "name")),
        ({"points": [*POINTS, ["B1", "新窗口", "balcony", "", ""]]}, ("points", 5, "kind")),
        ({"points": [*POINTS, ["B1", "新窗口", "", "", ""]]}, ("points", 5, "kind")),
        ({"points": [*POINTS, ["NO", "新窗口", "window", "", ""]]}, ("points", 5, "unit")),
        ({"items": [["unit", "code", "name"], ["NO", "1", "x"]]}, ("items", 2, "unit")),
        ({"items": [["unit", "code"], ["B1", "1"]]}, ("items", 1, "name")),
    ],
)
def test_a_bad_row_is_named(load_file, sheets, expected):
    assert problems(load_file, **sheets) == [expected]


def test_a_cycle_of_parents_names_each_row_on_it(load_file):
    units = [
        UNITS[0],
        ["A", "甲", "offices", "B", "420102", ""],
        ["B", "乙", "offices", "C", "420102", ""],
        ["C", "丙", "offices", "A", "420102", ""],
        ["D", "丁", "offices", "A", "420102", ""],
    ]
    assert problems(load_file, units=units, points=POINTS[:1], items=CITY["items"][:1]) == [
        ("units", line, "parent") for line in (2, 3, 4)
    ]


def test_a_cycle_closed_over_what_is_stored(small_city, load_file):
    turned = [UNITS[0], ["B1", "江岸区人力资源局", "offices", "S1", "420102", "bureau"]]
    with pytest.raises(DirectoryErrors, match="B1 → S1 → B1"):
        load_file(xlsx({"units": turned}))


def test_several_mistakes_of_one_row_make_one_line(load_file):
    units = [UNITS[0], ["U 9", "", "offices", "NO", "999", ""]]
    with pytest.raises(DirectoryErrors) as wrong:
        load_file(xlsx(city(units=units, points=POINTS[:1], items=CITY["items"][:1])))
    (line,) = wrong.value.lines
    assert line.startswith("units 第 2 行: ")
    assert "code" in line
    assert "name" in line


def test_a_bad_unit_is_not_blamed_on_its_points(load_file):
    units = [UNITS[0], ["B1", "", "offices", "", "420102", ""], UNITS[2]]
    assert problems(load_file, units=units) == [("units", 2, "name")]


def test_groups_are_those_of_the_season_at_hand(load_file, now):
    from datetime import date

    from pingyi.audit.actions import SYSTEM
    from pingyi.directory.actions import open_season

    jiangmen = [UNITS[0], ["U1", "x", "party_mass", "", "420102", ""]]
    open_season(
        code="2026",
        scheme="wuhan-2023",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 11, 30),
        by=SYSTEM,
        at=now,
    )
    expected = [("units", 2, "group")]
    sheets = {"units": jiangmen, "points": POINTS[:1], "items": CITY["items"][:1]}
    assert problems(load_file, **sheets) == expected


def test_sheets_nobody_knows(load_file):
    with pytest.raises(DirectoryErrors, match="没有可读的工作表"):
        load_file(xlsx({"Sheet1": [["a"], ["b"]]}))
    with pytest.raises(DirectoryErrors, match="同义"):
        load_file(xlsx({**CITY, "单位": UNITS}))


def test_formulas_and_line_breaks_are_plain_text(load_file):
    points = [POINTS[0], ["B1", "窗口\n一", "窗口", "=HYPERLINK(1)", "8:30\t-\n17:00"]]
    load_file(xlsx(city(points=points)))
    point = ServicePoint.objects.get()
    assert (point.name, point.address, point.hours) == (
        "窗口 一",
        "=HYPERLINK(1)",
        "8:30 - 17:00",
    )


def test_full_width_codes_and_spaces_are_forgiven(load_file):
    points = [POINTS[0], [" Ｂ１ ", "窗口", "Window", "", ""]]
    load_file(xlsx(city(points=points)))
    assert ServicePoint.objects.get().unit.code == "B1"


@pytest.mark.parametrize(
    "suffix", ["<script>", "' OR 1=1 --", "{{7*7}}", "𠮷买买提·吐尔逊", "%s%n"]
)
def test_strange_names_are_names(load_file, suffix):
    points = [POINTS[0], ["B1", f"窗口{suffix}", "window", "", ""]]
    load_file(xlsx(city(points=points)))
    assert ServicePoint.objects.get().name == f"窗口{suffix}"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 and then nothing",
        b"\xd0\xcf\x11\xe0" + bytes(600),
        bytes(range(256)) * 10,
        xlsx(CITY)[:-200],
        zipped({"../areas": CITY["areas"]}),
    ],
    ids=["empty", "no zip", "old", "noise", "cut", "path"],
)
def test_files_that_are_none(load_file, content):
    with pytest.raises((DirectoryErrors, TableErrors)):
        load_file(content)
    assert not Area.objects.exists()


CELLS = st.one_of(
    st.sampled_from(
        ["", "B1", "S1", "420102", "offices", "window", "窗口", "NO", "\x00", "９", "=1"]
    ),
    st.text(max_size=150),
    st.integers(min_value=-(10**18), max_value=10**18),
)


@settings(
    max_examples=500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sheet=st.sampled_from(sorted(CITY)),
    line=st.integers(min_value=1, max_value=2),
    row=st.lists(CELLS, min_size=1, max_size=6),
)
def test_mutated_rows_are_loaded_whole_or_named(sheet, line, row):
    """Whatever a row holds: the city with it, or an error of it or of what it holds up."""
    from django.db import transaction
    from django.utils import timezone

    from pingyi.audit.actions import SYSTEM
    from pingyi.directory import reading
    from pingyi.directory.loading import load
    from pingyi.kernel.tables import Table, as_text
    from tests.directory.build import NOW

    rows = [list(found) for found in CITY[sheet]]
    width = len(rows[0])
    rows[line] = (row + [""] * width)[:width]
    tables = {
        name: Table.from_cells(name, [[as_text(cell) for cell in found] for found in lines])
        for name, lines in city(**{sheet: rows}).items()
    }
    content, _notes, wrong = reading.read(reading.sort_out(tables), day=timezone.localdate(NOW))
    if wrong:
        assert all(problem.text for problem in wrong)
        assert (sheet, line + 1) in {(p.sheet, p.line) for p in wrong} or sheet in (
            "areas",
            "units",
        )
        return
    with transaction.atomic():
        load(content=content, by=SYSTEM, at=NOW)
        assert ServicePoint.objects.count() == PointCode.objects.count()
        assert not load(content=content, by=SYSTEM, at=NOW), "again, and something changed"
        assert Unit.objects.filter(area=None).count() == 0
        transaction.set_rollback(True)
