"""What a scheme may say that no shipped one does: each word of the format, on a small scheme."""

import json
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest

from pingyi.rulebook import Scheme
from pingyi.scoring import facts_file
from pingyi.scoring.engine import UnitResult, score
from tests.scoring.building import facts, scheme

CLAUSE = 'zh = "条"\nsource = "测试"\n'


def result(rules: Scheme, **tables: Any) -> UnitResult:
    return score(facts_file.read(json.dumps(facts(**tables)).encode()), rules).results[0]


def lines(one: UnitResult) -> dict[str, str]:
    return {line.clause: str(line.points) for line in one.lines}


def qr(**counts: int) -> list[dict[str, Any]]:
    return [{"unit": "U", "channel": "qr", **counts}]


def mark(value: str) -> list[dict[str, Any]]:
    return [{"unit": "U", "component": "mark", "value": value}]


def events(kind: str, count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"unit": "U", "kind": kind, "ref": f"R{n}", **more} for n in range(count)]


def test_a_bad_rating_that_counts_once_verified(tmp_path: Path) -> None:
    rules = scheme(tmp_path, ('bad_counts = "raw"', 'bad_counts = "verified"'))
    # The district of 2023: 30,340 fine, 61 bad, 12 verified. 100 × 30340 ÷ 30352 = 99.9604…
    one = result(rules, satisfaction=qr(satisfied=30340, dissatisfied=61, verified_bad=12))
    assert one.total == Decimal("99.96")
    # more verified than given cannot be: no more count than were given
    one = result(rules, satisfaction=qr(satisfied=1, dissatisfied=1, verified_bad=5))
    assert one.total == Decimal("50.00")
    # nothing verified: the bad ones stand outside
    one = result(rules, satisfaction=qr(satisfied=1, very_dissatisfied=9))
    assert one.total == Decimal("100.00")


def test_a_level_neither_satisfied_nor_bad_counts_below_the_line(tmp_path: Path) -> None:
    rules = scheme(
        tmp_path,
        (
            'satisfied = ["very_satisfied", "satisfied", "basically_satisfied"]',
            'satisfied = ["satisfied"]',
        ),
    )
    one = result(rules, satisfaction=qr(very_satisfied=1, satisfied=1, basically_satisfied=2))
    assert one.total == Decimal("25.00")


def test_defaults_that_count_as_satisfied(tmp_path: Path) -> None:
    rules = scheme(tmp_path, ('defaults = "left_out"', 'defaults = "as_satisfied"'))
    assert result(rules, satisfaction=qr(dissatisfied=1, default=3)).total == Decimal("75.00")


def test_too_few_ratings_are_as_good_as_none(tmp_path: Path) -> None:
    rules = scheme(tmp_path, ('rule = "redistribute"', 'rule = "redistribute"\nmin_ratings = 30'))
    one = result(rules, satisfaction=qr(satisfied=29), measured=mark("80"))
    assert lines(one) == {"mark": "80.00"}
    one = result(rules, satisfaction=qr(satisfied=30), measured=mark("80"))
    assert lines(one) == {"qr": "60.00", "mark": "32.00"}
    assert result(rules, satisfaction=qr(satisfied=29)).total is None


def test_a_neutral_value_for_what_is_missing(tmp_path: Path) -> None:
    rules = scheme(tmp_path, ('rule = "redistribute"', 'rule = "neutral"\nneutral = 62.5'))
    # 60 × 0.625 = 37.50; 40 × 0.8 = 32
    assert lines(result(rules, measured=mark("80"))) == {"qr": "37.50", "mark": "32.00"}
    assert result(rules).total is None, "neutral stands beside something, never alone"


def test_a_unit_with_something_missing_left_out(tmp_path: Path) -> None:
    rules = scheme(tmp_path, ('rule = "redistribute"', 'rule = "exclude"'))
    assert result(rules, measured=mark("80")).total is None
    assert result(rules, measured=mark("80"), satisfaction=qr(satisfied=1)).total == Decimal(92)


STEPS = f"""
[points.late]
{CLAUSE}event = "late_upload"
each = -0.5
steps = [{{ nth = 3, each = -1 }}, {{ nth = 5, each = -2.25 }}]
cap = -6
"""


@pytest.mark.parametrize(
    ("count", "points"),
    [
        (1, "-0.50"),
        (2, "-1"),
        (3, "-2"),  # - 0.5 - 0.5 - 1
        (4, "-3"),
        (5, "-5.25"),  # - 0.5 - 0.5 - 1 - 1 - 2.25
        (6, "-6"),  # - 7.50, but never more than 6
        (600, "-6"),
    ],
)
def test_steps_and_cap(tmp_path: Path, count: int, points: str) -> None:
    rules = scheme(tmp_path, more=STEPS)
    one = result(rules, measured=mark("80"), events=events("late_upload", count))
    assert lines(one) == {"mark": "80.00", "late": points}
    assert one.total == 80 + Decimal(points)
    assert one.lines[1].count == count


def test_points_as_approved_with_a_cap_and_a_ceiling(tmp_path: Path) -> None:
    more = f"""
[points.bonus]
{CLAUSE}event = "bonus"
as_approved = true
cap = 5

[ceiling]
{CLAUSE}points = 101.5
"""
    rules = scheme(tmp_path, more=more)
    bonus = events("bonus", 3, points="1.005", approved_by="市委")
    # 3.015 → 3.02, rounded once for the line
    assert lines(result(rules, measured=mark("80"), events=bonus)) == {
        "mark": "80.00",
        "bonus": "3.02",
    }
    bonus = events("bonus", 3, points="7", approved_by="市委")
    # 21, but never more than 5; 99 + 5 = 104, and 2.50 above the ceiling
    one = result(rules, measured=mark("99"), events=bonus)
    assert lines(one) == {"mark": "99.00", "bonus": "5", "ceiling": "-2.50"}
    assert one.total == Decimal("101.50")


def test_losses_round_as_gains_do(tmp_path: Path) -> None:
    more = f'\n[points.late]\n{CLAUSE}event = "late_upload"\neach = -0.125\n'
    rules = scheme(tmp_path, more=more)
    one = result(rules, measured=mark("80"), events=events("late_upload", 1))
    assert lines(one)["late"] == "-0.13"


def test_other_decimals(tmp_path: Path) -> None:
    rules = scheme(tmp_path, ("decimals = 2", "decimals = 0"))
    one = result(rules, measured=mark("82.5"))
    assert (str(one.total), lines(one)) == ("83", {"mark": "83"})


def test_a_veto_beside_an_honour_for_all(tmp_path: Path) -> None:
    more = f"""
[vetoes.stop]
{CLAUSE}event = "serious_incident"

[honours.last]
{CLAUSE}end = "bottom"
number = 1
vetoed = "included"
"""
    rules = scheme(tmp_path, more=more)
    one = result(rules, measured=mark("82"), events=events("serious_incident", 1))
    assert one.vetoed
    assert one.honour == "last"


def test_references_by_time_then_name(tmp_path: Path) -> None:
    rules = scheme(tmp_path, more=f'\n[points.e]\n{CLAUSE}event = "late"\neach = -1\n')
    rows: list[dict[str, Any]] = [
        {"ref": "undated"},
        {"ref": "B", "at": "2024-01-02T00:00:00+08:00"},
        {"ref": "A", "at": "2024-01-02T00:00:00+08:00"},
        {"ref": "first", "at": "2024-01-01T17:00:00Z"},  # an hour after those, in Wuhan
        {"at": "2024-03-01T00:00:00+08:00"},
    ]
    rows = [{"unit": "U", "kind": "late", **row} for row in rows]
    one = result(rules, measured=mark("82"), events=rows)
    line = one.lines[1]
    assert (line.count, line.refs) == (5, ("A", "B", "first", "undated"))


def test_exact_whatever_the_callers_decimal_context(tmp_path: Path) -> None:
    more = f'\n[points.bonus]\n{CLAUSE}event = "bonus"\nas_approved = true\n'
    rules = scheme(tmp_path, more=more)
    bonus = events("bonus", 1, points="123456789012345678901234567890123456.78", approved_by="市委")
    with localcontext() as context:
        context.prec = 3
        one = result(rules, measured=mark("99.99"), events=bonus)
    assert str(one.total) == "123456789012345678901234567890123556.77"


def test_a_veto_goes_before_total_and_tie_break(tmp_path: Path) -> None:
    more = f'\n[vetoes.stop]\n{CLAUSE}event = "veto"\n'
    rules = scheme(tmp_path, ("keys = []", 'keys = ["ratings"]'), more=more)
    told = facts(
        units=[{"code": code, "group": "g"} for code in ("BEST", "MANY", "FEW")],
        satisfaction=[
            {"unit": "BEST", "channel": "qr", "satisfied": 9},
            {"unit": "MANY", "channel": "qr", "satisfied": 2, "dissatisfied": 2},
            {"unit": "FEW", "channel": "qr", "satisfied": 1, "dissatisfied": 1, "default": 8},
        ],
        events=[{"unit": "BEST", "kind": "veto"}],
    )
    results = score(facts_file.read(json.dumps(told).encode()), rules).results
    assert [(one.unit, one.rank) for one in results] == [("MANY", 1), ("FEW", 2), ("BEST", 3)]
