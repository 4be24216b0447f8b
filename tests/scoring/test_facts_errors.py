"""Malformed facts: one clear error each, naming its place."""

import json
from typing import Any

import pytest

from pingyi import rulebook
from pingyi.scoring import facts_file
from pingyi.scoring.engine import FactsError, score

GOOD = {
    "season": "2008",
    "units": [{"code": "A", "group": "party_mass"}, {"code": "B", "group": "party_mass"}],
    "satisfaction": [{"unit": "A", "channel": "clients", "satisfied": 3}],
    "events": [{"unit": "A", "kind": "veto", "at": "2008-03-01T10:00:00+08:00", "ref": "V"}],
    "measured": [{"unit": "A", "component": "superiors", "value": "92.5"}],
    "history": [{"season": "2007", "unit": "A", "total": "81.00", "grade": "satisfied"}],
}
BONUS = {"unit": "A", "kind": "bonus", "points": "1", "approved_by": "市委"}


def refusal(data: bytes) -> str:
    with pytest.raises(FactsError) as refused:
        score(facts_file.read(data), rulebook.scheme("jiangmen-2008"))
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_the_facts_that_the_cases_spoil_are_good() -> None:
    facts = facts_file.read(json.dumps(GOOD).encode())
    assert len(score(facts, rulebook.scheme("jiangmen-2008")).results) == 2
    assert facts_file.read(json.dumps(GOOD).encode("utf-8-sig")) == facts


ROWS: list[tuple[str, dict[str, Any], str]] = [
    # (table, a row more, what is said)
    ("units", {"code": "A", "group": "party_mass"}, "units[2]: the same unit as units[0]: A"),
    ("units", {"code": "", "group": "party_mass"}, "units[2].code: is empty"),
    ("units", {"code": "C", "group": "x"}, "units[2].group: jiangmen-2008 has no group 'x'"),
    ("units", {"code": "C"}, "units[2].group: is missing"),
    ("units", {"code": None, "group": "party_mass"}, "units[2].code: must be a text, not null"),
    ("units", {"code": 7, "group": "party_mass"}, "units[2].code: must be a text, not a JSON num"),
    ("units", {"code": "\ud800", "group": "x"}, "units[2].code: holds half a character"),
    ("satisfaction", {"unit": "C", "channel": "qr"}, "satisfaction[1].unit: unknown unit 'C'"),
    (
        "satisfaction",
        {"unit": "A", "channel": "clients"},
        "satisfaction[1]: the same unit and channel as satisfaction[0]: A, clients",
    ),
    ("events", {"unit": "C", "kind": "veto"}, "events[1].unit: unknown unit 'C'"),
    ("events", {"unit": "A", "kind": "praise"}, "events[1].kind: 'praise' is on no list"),
    ("events", BONUS | {"points": None}, "events[1].points: a bonus needs its points"),
    ("events", BONUS | {"points": 1}, "events[1].points: must be a decimal string"),
    ("events", BONUS | {"points": "-1"}, "events[1].points: a bonus of -1"),
    ("events", BONUS | {"points": "1e2"}, "events[1].points: must be a decimal string"),
    ("events", BONUS | {"approved_by": ""}, "events[1].approved_by: a bonus counts only when appr"),
    ("events", BONUS | {"approved_by": " \u3000"}, "events[1].approved_by: a bonus counts only"),
    ("events", BONUS | {"approved_by": None}, "events[1].approved_by: a bonus counts only when"),
    ("events", BONUS | {"at": "2008-03-01T10:00:00"}, "events[1].at: a time without its zone"),
    ("events", BONUS | {"at": "2008-02-30T10:00:00+08:00"}, "events[1].at: not a time"),
    ("events", BONUS | {"at": 1204336800}, "events[1].at: must be a text"),
    ("history", {"season": "2007", "unit": "A"}, "history[1]: the same unit and season as history"),
    *(
        (
            "history",
            {"season": "2006", "unit": "A", "place_from_last": place},
            f"history[1].place_from_last: {place} is no place: the last is 1",
        )
        for place in (-3, 0)
    ),
    ("history", {"season": "2007", "unit": "C"}, "history[1].unit: unknown unit 'C'"),
    ("history", {"season": 2006, "unit": "A"}, "history[1].season: must be a text"),
    (
        "history",
        {"season": "2006", "unit": "A", "total": 81.0},
        "history[1].total: must be a decim",
    ),
    (
        "history",
        {"season": "2006", "unit": "A", "place_from_last": "4"},
        "history[1].place_from_last: must be a whole number, not a text",
    ),
    (
        "measured",
        {"unit": "A", "component": "superiors", "value": "1"},
        "measured[1]: the same unit and component as measured[0]: A, superiors",
    ),
    ("measured", {"unit": "C", "component": "x", "value": "1"}, "measured[1].unit: unknown unit"),
    ("measured", {"unit": "B", "component": "x"}, "measured[1].value: is missing"),
]


@pytest.mark.parametrize(("table", "row", "said"), ROWS)
def test_a_bad_row(table: str, row: dict[str, Any], said: str) -> None:
    rows = [*GOOD[table], row]  # type: ignore[misc]
    assert refusal(json.dumps(GOOD | {table: rows}).encode()).startswith(said)


@pytest.mark.parametrize("count", [-1, 1.0, 1.5, "1", True, None, [1]])
@pytest.mark.parametrize(
    "name", ["satisfied", "very_dissatisfied", "verified_bad", "default", "dissatisfied"]
)
def test_a_bad_count(name: str, count: object) -> None:
    row = {"unit": "B", "channel": "clients", name: count}
    said = refusal(json.dumps(GOOD | {"satisfaction": [row]}).encode())
    wanted = "negative count -1" if count == -1 else "must be a whole number, not "
    assert said.startswith(f"satisfaction[0].{name}: {wanted}")


NO_DECIMALS = [92.5, 92, None, "", " 92", "92 ", "+92", "1e1", "NaN", "Infinity", "-Infinity"]
NO_DECIMALS += [".5", "5.", "9" * 61, "९२", "9_2", "0x1", "92,5"]


@pytest.mark.parametrize("value", NO_DECIMALS)
def test_a_value_that_is_no_decimal_string(value: object) -> None:
    row = {"unit": "B", "component": "superiors", "value": value}
    said = refusal(json.dumps(GOOD | {"measured": [row]}).encode())
    assert said.startswith("measured[0].value: must be a decimal string")


@pytest.mark.parametrize("value", ["-0.01", "100.000000000000000000001", "101", "-92.5"])
def test_a_mark_outside_0_to_100(value: str) -> None:
    row = {"unit": "B", "component": "nowhere used", "value": value}
    said = refusal(json.dumps(GOOD | {"measured": [row]}).encode())
    assert said == f"measured[0].value: {value} is outside 0 to 100"


@pytest.mark.parametrize("value", ["0", "100", "100.000", "-0", "0.0000000000000000000001"])
def test_a_mark_just_inside(value: str) -> None:
    row = {"unit": "B", "component": "superiors", "value": value}
    assert facts_file.read(json.dumps(GOOD | {"measured": [row]}).encode())


@pytest.mark.parametrize("table", ["units", "satisfaction", "events", "measured", "history"])
def test_unknown_keys_and_wrong_shapes(table: str) -> None:
    row = GOOD[table][0] | {"dissatisfide": 3}  # type: ignore[index,operator]
    said = refusal(json.dumps(GOOD | {table: [row]}).encode())
    assert said == f"{table}[0].dissatisfide: is not a key known here"
    assert (
        refusal(json.dumps(GOOD | {table: {}}).encode())
        == f"{table}: must be a list, not an object"
    )
    said = refusal(json.dumps(GOOD | {table: ["A"]}).encode())
    assert said == f"{table}[0]: must be an object, not a text"


TEXTS = [
    (b"", "line 1, column 1: not JSON"),
    (b'{"season": "2008",\n "units": [}', "line 2, column 12: not JSON"),
    (b"\xff", "byte 0: not UTF-8 text"),
    (b"[]", "facts: must be an object, not a list"),
    (b"null", "facts: must be an object, not null"),
    (b"{}", "season: is missing"),
    (b'{"season": "2008"}', "units: is missing"),
    (b'{"season": 2008, "units": []}', "season: must be a text"),
    (b'{"season": "2008", "units": [], "extra": 1}', "extra: is not a key known here"),
    (b'{"season": "1", "season": "2", "units": []}', "season: is given twice"),
    (
        b'{"season": "1", "units": [{"code": "A", "group": "x", "code": "B"}]}',
        "units[0].code: is given twice",
    ),
    (b'{"season": "1", "units": [NaN]}', "facts: not JSON: NaN is no number"),
    (b'{"season": "1", "units": [-Infinity]}', "facts: not JSON: -Infinity is no number"),
    (b'{"season": "1", "units": ' + b"[" * 100_000, "facts: nested too deeply"),
    (b'{"season": "1", "units": [' + b"9" * 5000 + b"]}", "facts: not JSON"),
]


@pytest.mark.parametrize(("text", "said"), TEXTS, ids=range(len(TEXTS)))
def test_a_bad_text(text: bytes, said: str) -> None:
    assert refusal(text).startswith(said)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"code": "A\nB", "group": "party_mass"}, "units[3]: the same unit as units[2]: A\\nB"),
        ({"code": "C", "gro\nup": "party_mass"}, "units[2].gro\\nup: is not a key known here"),
        ({"code": "C", "group": "长" * 10_000}, "units[2].group: jiangmen-2008 has no group '长长"),
    ],
)
def test_odd_texts_leave_the_error_one_clear_line(row: dict[str, Any], said: str) -> None:
    facts = GOOD | {"units": [*GOOD["units"], row, row]}
    found = refusal(json.dumps(facts).encode())
    assert found.startswith(said)
    assert len(found) <= 500


def test_no_units_no_results() -> None:
    facts = facts_file.read(b'{"season": "2008", "units": []}')
    assert score(facts, rulebook.scheme("jiangmen-2008")).results == ()


def test_a_season_of_thousands_of_digits_is_one_clear_line() -> None:
    said = refusal(json.dumps(GOOD | {"season": "9" * 5000}).encode())
    assert said == "season: 5,000 characters long; a season is a name such as 2023"
    # What is merely long still has a season before it.
    facts = facts_file.read(json.dumps(GOOD | {"season": "1" + "0" * 99}).encode())
    assert len(score(facts, rulebook.scheme("jiangmen-2008")).results) == 2
