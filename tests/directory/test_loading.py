"""Files become a directory: all of one or nothing, again without a change."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from pingyi.audit.actions import SYSTEM
from pingyi.audit.queries import events
from pingyi.directory import actions
from pingyi.directory.content import AreaRow, Content, PointRow, UnitRow, pack, unpack
from pingyi.directory.loading import DirectoryMoved, load
from pingyi.directory.models import Area, Batch, Item, PointCode, ServicePoint, Unit
from pingyi.directory.plan import plan
from pingyi.directory.problems import DirectoryErrors
from pingyi.kernel.codes import point_code_is_valid
from tests.directory.build import NOW
from tests.directory.files import CITY, IN_CHINESE, city, xlsx, zipped

pytestmark = pytest.mark.django_db


def everything() -> dict[str, list]:
    """The whole directory as stored, keys and times included."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Area, Unit, Item, ServicePoint, PointCode)
    }


def test_a_file_becomes_areas_units_points_items_and_codes(small_city):
    levels = list(Area.objects.values_list("code", "level"))
    assert levels == [("420100", "city"), ("420102", "district"), ("420102001", "street")]
    station = Unit.objects.get(code="S1")
    assert (station.parent.code, station.area.code, station.group) == (
        "B1",
        "420102001",
        "stations",
    )
    point = ServicePoint.objects.get(unit=station)
    assert (point.kind, point.address) == ("window", "大智路2号")
    codes = list(PointCode.objects.values_list("code", flat=True))
    assert len(set(codes)) == ServicePoint.objects.count() == 3
    assert all(map(point_code_is_valid, codes))
    assert Item.objects.get(code="1002").unit == station


def test_one_event_for_the_whole_batch(small_city):
    found = list(events())
    assert [event.action for event in found] == ["directory.load"]
    assert found[0].data["points"] == {"new": 3, "changed": 0, "unchanged": 0}
    batch = Batch.objects.get()
    assert (batch.source, batch.loaded_by, batch.loaded_at) == ("directory.xlsx", "system", NOW)
    assert batch.counts == found[0].data


@pytest.mark.parametrize("pack_as", [xlsx, zipped])
@pytest.mark.parametrize("sheets", [CITY, IN_CHINESE], ids=["english", "chinese"])
def test_the_same_again_in_any_shape_changes_nothing(small_city, load_file, sheets, pack_as):
    before = everything()
    again = load_file(pack_as(sheets), at=NOW + timedelta(days=1))
    assert not again
    assert again.counts["points"] == {"new": 0, "changed": 0, "unchanged": 3}
    assert everything() == before
    assert events().count() == Batch.objects.count() == 1


def test_headings_and_sheets_typed_in_full_width_are_read_and_named_as_they_stand(
    small_city, load_file
):
    sheet = [["ｃｏｄｅ", "名　称", "分 组", "区划"], ["B1", "江岸区人社局", "offices", "420100"]]
    changed = load_file(xlsx({"Ｕｎｉｔｓ": sheet}))
    assert changed.counts["units"]["new"] == 0
    sheet[1][2] = "no such group"
    with pytest.raises(DirectoryErrors) as wrong:
        load_file(xlsx({"Ｕｎｉｔｓ": sheet}))
    [problem] = wrong.value.problems
    assert (problem.sheet, problem.column) == ("Ｕｎｉｔｓ", "分 组")


def test_rows_are_updated_by_key_and_nothing_is_retired_by_omission(small_city, load_file):
    codes = set(PointCode.objects.values_list("code", flat=True))
    changed = load_file(
        xlsx(
            {
                "units": [
                    ["code", "name", "group", "area"],
                    ["B1", "江岸区人社局", "utilities", "420100"],
                ],
                "points": [["unit", "name", "kind"], ["B1", "综合1号窗口", "hall"]],
            }
        )
    )
    unit = Unit.objects.get(code="B1")
    assert (unit.name, unit.group, unit.area.code) == ("江岸区人社局", "utilities", "420100")
    assert unit.kind == "bureau", "a column that is not there says nothing"
    point = ServicePoint.objects.get(name="综合1号窗口")
    assert (point.kind, point.address) == ("hall", "中山大道1号")
    assert ServicePoint.objects.filter(retired_at=None).count() == 3
    assert set(PointCode.objects.values_list("code", flat=True)) == codes
    assert changed.counts == {
        "units": {"new": 0, "changed": 1, "unchanged": 0},
        "points": {"new": 0, "changed": 1, "unchanged": 0},
    }


def test_an_empty_cell_of_a_column_that_is_there_clears(small_city, load_file):
    load_file(
        xlsx(
            {
                "units": [
                    ["code", "name", "group", "area", "parent"],
                    ["S1", "大智街道社保所", "stations", "420102001", ""],
                ]
            }
        )
    )
    assert Unit.objects.get(code="S1").parent is None


def test_one_bad_row_and_nothing_is_loaded(load_file):
    bad = [*CITY["points"], ["NOBODY", "窗口", "window", "", ""]]
    with pytest.raises(DirectoryErrors) as wrong:
        load_file(xlsx(city(points=bad)))
    assert [(p.sheet, p.line, p.column) for p in wrong.value.problems] == [("points", 5, "unit")]
    assert not any(everything().values())
    assert not events().exists()


def test_areas_move_in_the_tree_and_levels_follow(small_city, load_file):
    load_file(xlsx({"areas": [["code", "name", "parent"], ["420102001", "大智街道", "420100"]]}))
    assert Area.objects.get(code="420102001").level == "district"


def test_a_district_alone_is_a_district(load_file):
    load_file(
        xlsx(
            {
                "areas": [
                    ["code", "name", "parent"],
                    ["420102001", "大智街道", "420102"],
                    ["420102", "江岸区", ""],
                ]
            }
        )
    )
    assert list(Area.objects.values_list("level", flat=True)) == ["district", "street"]


def test_retired_ones_are_updated_but_stay_retired(small_city, load_file):
    point = ServicePoint.objects.get(name="自助终端")
    actions.retire_point(point=point, by=SYSTEM, at=NOW)
    again = load_file(xlsx(CITY))
    assert again.retired == {"points": 1}
    point.refresh_from_db()
    assert point.retired_at == NOW


def test_new_units_are_enrolled_in_seasons_that_are_not_over(load_file, now):
    load_file(xlsx({"areas": CITY["areas"]}))
    running = _season("2026", date(2026, 3, 1), date(2026, 11, 30))
    coming = _season("2027", date(2027, 3, 1), date(2027, 11, 30))
    over = _season("2025", date(2025, 3, 1), date(2025, 11, 30))
    load_file(xlsx(CITY))
    assert _groups(running) == _groups(coming) == {"B1": "offices", "S1": "stations"}
    assert _groups(over) == {}

    moved = [["code", "name", "group", "area"], ["S1", "大智街道社保所", "medical", "420102001"]]
    load_file(xlsx({"units": moved}))
    assert _groups(running)["S1"] == "stations", "a running season keeps its groups"
    assert _groups(coming)["S1"] == "medical"


def test_what_was_confirmed_is_what_is_done(small_city):
    rows = Content(points=[PointRow(unit="B1", name="自助终端", kind="terminal", hours="全天")])
    shown = plan(rows).digest
    actions.edit_point(
        point=ServicePoint.objects.get(name="自助终端"),
        name="自助终端",
        kind="terminal",
        address="",
        hours="8:00-20:00",
        by=SYSTEM,
        at=NOW,
    )
    with pytest.raises(DirectoryMoved):
        load(content=rows, by=SYSTEM, at=NOW, expected=shown)
    assert ServicePoint.objects.get(name="自助终端").hours == "8:00-20:00"
    load(content=rows, by=SYSTEM, at=NOW, expected=plan(rows).digest)
    assert ServicePoint.objects.get(name="自助终端").hours == "全天"


def test_seeded_codes_are_the_same_in_the_same_city(db):
    import random

    rows = Content(
        areas=[AreaRow(code="420100", name="武汉市")],
        units=[UnitRow(code="U", name="单位", group="offices", area="420100")],
        points=[PointRow(unit="U", name=str(n), kind="window") for n in range(3)],
    )
    load(content=rows, by=SYSTEM, at=NOW, random_bytes=random.Random(7).randbytes)
    found = list(PointCode.objects.order_by("point__name").values_list("code", flat=True))
    assert found == _codes_of_seed(7, 3)


def test_rows_survive_packing():
    rows = Content(
        areas=[AreaRow(code="420100", name="武汉市", line=2)],
        units=[UnitRow(code="U", name="单位", group="offices", area="420100", kind="")],
    )
    assert unpack(pack(rows)) == rows
    assert unpack(pack(rows)).areas[0].line == 2


@pytest.mark.parametrize("changed", [False, True])
def test_queries_do_not_grow_with_the_rows(db, django_assert_max_num_queries, changed):
    def rows(hours: str) -> Content:
        return Content(
            areas=[AreaRow(code="420100", name="武汉市")],
            units=[
                UnitRow(code=f"U{n}", name=f"单位{n}", group="offices", area="420100")
                for n in range(300)
            ],
            points=[
                PointRow(unit=f"U{n}", name="窗口", kind="window", hours=hours) for n in range(300)
            ],
        )

    if changed:
        load(content=rows("8:30"), by=SYSTEM, at=NOW)
    with django_assert_max_num_queries(40):
        load(content=rows("9:00"), by=SYSTEM, at=timezone.now())


def _season(code: str, starts_on: date, ends_on: date):
    return actions.open_season(
        code=code, scheme="wuhan-2023", starts_on=starts_on, ends_on=ends_on, by=SYSTEM, at=NOW
    )


def _groups(season) -> dict[str, str]:
    return dict(season.enrolments.values_list("unit__code", "group"))


def _codes_of_seed(seed: int, number: int) -> list[str]:
    import random

    from pingyi.kernel.codes import new_point_code

    source = random.Random(seed)
    return [new_point_code(source.randbytes) for _ in range(number)]
