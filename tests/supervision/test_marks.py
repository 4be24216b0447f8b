"""Marks and mass ratings: the latest counts, a past moment finds the earlier one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from pingyi import rulebook
from pingyi.casework.reasons import NotAllowed, Refusal
from pingyi.directory.models import Area
from pingyi.people.roles import Role
from pingyi.supervision import inputs, panels
from pingyi.supervision.actions import marks
from pingyi.supervision.actions.marks import Sheet
from tests.staff import staff
from tests.supervision.city import AT, City, city, whole

SCHEME = rulebook.scheme("jiangmen-2008")
D = Decimal


@pytest.fixture
def town(db) -> City:
    return city("jiangmen-2008", "public_facing")


def enter(town: City, at=AT, component="superiors", by=None, **values):
    units = {unit.code: unit for unit in town.units}
    given = {units[code]: None if v is None else D(v) for code, v in values.items()}
    by = by or town.person(Role.SCHEME_KEEPER)
    return marks.enter_marks(season=town.season, component=component, marks=given, by=by, at=at)


def standing(town: City, at=AT) -> dict[str, Decimal]:
    codes = {unit.pk: unit.code for unit in town.units}
    found = inputs.marks(town.season, SCHEME, at)
    return {codes[unit]: value for (unit, _), value in found.items()}


def test_a_corrected_mark_is_a_later_fact(town):
    enter(town, D1="92.5", D2="80")
    later = AT + timedelta(days=1)
    changed = enter(town, at=later, D1="91", D2="80")
    assert [mark.unit.code for mark in changed] == ["D1"]
    assert standing(town) == {"D1": D("92.50"), "D2": D(80)}
    assert standing(town, later) == {"D1": D(91), "D2": D(80)}
    enter(town, at=later, D1=None)
    assert standing(town, later) == {"D2": D(80)}


@pytest.mark.parametrize(
    ("values", "component", "code"),
    [
        ({"D1": "101"}, "superiors", "out_of_range"),
        ({"D1": "-1"}, "superiors", "out_of_range"),
        ({"D1": "1.005"}, "superiors", "out_of_range"),
        ({"D1": "NaN"}, "superiors", "out_of_range"),
        ({"D1": "50"}, "clients", "not_measured"),
        ({"D1": "50"}, "nothing", "not_measured"),
    ],
)
def test_what_is_unfit_enters_nothing(town, values, component, code):
    with pytest.raises(Refusal) as refused:
        enter(town, component=component, D2="70", **values)
    assert refused.value.reason.code == code
    assert standing(town) == {}


def test_a_unit_that_takes_no_part_has_no_mark(town):
    town.season.enrolments.filter(unit=town.units[0]).delete()
    with pytest.raises(Refusal) as refused:
        enter(town, D1="50")
    assert refused.value.reason.code == "not_in_season"


def test_who_may(town):
    with pytest.raises(NotAllowed):
        enter(town, by=town.person(Role.LEADER), D1="50")


def test_a_mass_rating_by_hand():
    """Enterprises: 8 very satisfied, 2 dissatisfied in each dimension → (8·100 + 2·40) ÷ 10 = 88.
    Residents: attitude alone, 1 satisfied, 2 basically → (85 + 140) ÷ 3 = 75.
    Both panels alike: (88 + 75) ÷ 2 = 81.50."""
    sheets = {
        "enterprises": whole(very_satisfied=8, dissatisfied=2),
        "residents": {"attitude": {"satisfied": 1, "basically_satisfied": 2}, "efficiency": {}},
    }
    assert panels.panel_result(sheets["residents"], SCHEME) == D("75.00")
    assert panels.result(sheets, SCHEME) == D("81.50")
    assert panels.result({"residents": whole()}, SCHEME) is None
    thirds = {"residents": {"attitude": {"very_satisfied": 2, "dissatisfied": 1}}}
    assert panels.result(thirds, SCHEME) == D("80.00")
    halves = {"residents": {"attitude": {"satisfied": 199, "very_satisfied": 1}}}  # 85.075
    assert panels.result(halves, SCHEME) == D("85.08")


def test_weights_of_panels_and_dimensions():
    """Enterprises weigh 3, residents 1; attitude weighs 2, efficiency 1.
    Enterprises: attitude 85, efficiency 40 → (2·85 + 1·40) ÷ 3 = 70. Residents: attitude 100.
    Together (3·70 + 1·100) ÷ 4 = 77.50."""
    replace = msgspec.structs.replace
    weighed = replace(
        SCHEME,
        panels={
            **SCHEME.panels,
            "enterprises": replace(SCHEME.panels["enterprises"], weight=D(3)),
        },
        dimensions={
            **SCHEME.dimensions,
            "attitude": replace(SCHEME.dimensions["attitude"], weight=D(2)),
        },
    )
    sheets = {
        "enterprises": {"attitude": {"satisfied": 7}, "efficiency": {"dissatisfied": 2}},
        "residents": {"attitude": {"very_satisfied": 1}},
    }
    assert panels.panel_result(sheets["enterprises"], weighed) == D("70.00")
    assert panels.result(sheets, weighed) == D("77.50")


def _session(town: City, at=AT):
    return marks.open_session(
        season=town.season,
        component="superiors",
        name="年终集中测评",
        held_on=AT.date(),
        by=town.person(Role.SCHEME_KEEPER),
        at=at,
    )


def test_ballots_are_the_component_and_a_later_sheet_takes_the_place(town):
    session, keeper = _session(town), town.person(Role.SCHEME_KEEPER)
    one = town.units[0]
    sheet = Sheet(one, "enterprises", whole(very_satisfied=8, dissatisfied=2))
    marks.enter_ballots(session=session, sheets=[sheet], by=keeper, at=AT)
    assert standing(town) == {"D1": D("88.00")}
    later = AT + timedelta(days=1)
    again = Sheet(one, "enterprises", whole(very_satisfied=1))
    more = Sheet(one, "residents", whole(dissatisfied=1))
    marks.enter_ballots(session=session, sheets=[again, more], by=keeper, at=later)
    assert standing(town, later) == {"D1": D("70.00")}
    assert standing(town) == {"D1": D("88.00")}


def test_a_component_is_marked_or_rated_by_panels_never_both(town):
    _session(town)
    with pytest.raises(Refusal) as refused:
        enter(town, D1="90")
    assert refused.value.reason.code == "by_panels"
    with pytest.raises(Refusal):
        _session(town)


def test_no_mass_rating_over_marks(town):
    enter(town, D1="90")
    with pytest.raises(Refusal) as refused:
        _session(town)
    assert refused.value.reason.code == "marked_already"


@pytest.mark.parametrize(
    "sheet",
    [
        ("nobody", whole(satisfied=1)),
        ("residents", {"charm": {"satisfied": 1}}),
        ("residents", {"attitude": {"superb": 1}}),
        ("residents", {"attitude": {"satisfied": -1}}),
    ],
)
def test_ballots_that_make_no_sense_are_refused(town, sheet):
    with pytest.raises(Refusal):
        marks.enter_ballots(
            session=_session(town),
            sheets=[Sheet(town.units[0], *sheet)],
            by=town.person(Role.SCHEME_KEEPER),
            at=AT,
        )
    assert standing(town) == {}


def test_a_mass_rating_is_opened_by_whoever_reaches_all_it_rates(town):
    district = Area.objects.create(code="440703", name="蓬江区", level="district", parent=town.area)
    theirs = staff("district", Role.CASE_MANAGER, area=district)
    given = {"season": town.season, "component": "superiors", "name": "测评", "at": AT}
    with pytest.raises(NotAllowed):
        marks.open_session(held_on=AT.date(), by=theirs, **given)
    marks.open_session(held_on=AT.date(), by=town.person(Role.SCHEME_KEEPER), **given)
