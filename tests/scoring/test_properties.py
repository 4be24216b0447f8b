"""What must hold of any facts under any shipped scheme, and an oracle that ranks the slow way."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi import rulebook
from pingyi.scoring import facts_file
from pingyi.scoring.engine import Result, UnitResult, score

LEVELS = (
    "very_satisfied",
    "satisfied",
    "basically_satisfied",
    "dissatisfied",
    "very_dissatisfied",
)
CHANNELS = ("qr", "sms", "mayor_hotline", "message_board", "clients", "media")
KINDS = (
    "rating.verified",
    "discipline.breach",
    "monitoring.violation",
    "quality.error",
    "bonus",
    "veto",
)
MARKS = ("departments", "rectification", "superiors")

few = st.integers(0, 4)  # few values make many ties
marks = st.sampled_from(["0", "33.333", "50", "75", "89.995", "90", "100"])
quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def all_facts(
    draw: st.DrawFn, names: tuple[str, ...] = rulebook.names()
) -> tuple[str, dict[str, Any]]:
    """A shipped scheme's name and facts for it."""
    name = draw(st.sampled_from(names))
    groups = list(rulebook.scheme(name).groups)[:2]
    codes = [f"U{n}" for n in range(draw(st.integers(1, 13)))]
    units = [{"code": code, "group": draw(st.sampled_from(groups))} for code in codes]
    a_unit = st.sampled_from(codes)
    pairs = draw(st.lists(st.tuples(a_unit, st.sampled_from(CHANNELS)), unique=True, max_size=20))
    marked = draw(st.lists(st.tuples(a_unit, st.sampled_from(MARKS)), unique=True, max_size=12))
    happened = draw(st.lists(st.tuples(a_unit, st.sampled_from(KINDS)), max_size=14))
    past = draw(st.lists(a_unit, unique=True, max_size=5))
    columns = (*LEVELS, "verified_bad", "default")
    return name, {
        "season": "2023",
        "units": units,
        "satisfaction": [
            {"unit": unit, "channel": channel, **{column: draw(few) for column in columns}}
            for unit, channel in pairs
        ],
        "events": [
            {"unit": unit, "kind": kind, "ref": f"R{n}", "points": "1.5", "approved_by": "市委"}
            for n, (unit, kind) in enumerate(happened)
        ],
        "measured": [
            {"unit": unit, "component": component, "value": draw(marks)}
            for unit, component in marked
        ],
        "history": [
            {
                "season": "2022",
                "unit": unit,
                "total": draw(marks),
                "honour": draw(st.sampled_from([None, "bottom_ten"])),
                "place_from_last": draw(st.integers(1, 5)),
                "grade": draw(st.sampled_from([None, "satisfied", "dissatisfied"])),
            }
            for unit in past
        ],
    }


def scored(name: str, facts: dict[str, Any]) -> Result:
    return score(facts_file.read(json.dumps(facts).encode()), rulebook.scheme(name))


def by_unit(result: Result) -> dict[str, UnitResult]:
    return {one.unit: one for one in result.results}


@quick
@given(all_facts(), st.randoms(use_true_random=False))
def test_the_order_of_input_never_matters(told: tuple[str, dict[str, Any]], random: Any) -> None:
    name, facts = told
    shuffled = {
        table: random.sample(rows, len(rows)) if isinstance(rows, list) else rows
        for table, rows in facts.items()
    }
    assert scored(name, facts).to_json() == scored(name, shuffled).to_json()


@quick
@given(all_facts())
def test_the_total_is_the_sum_of_its_lines(told: tuple[str, dict[str, Any]]) -> None:
    for one in scored(*told).results:
        if one.total is None:
            assert (one.lines, one.rank, one.place_from_last) == ((), None, None)
        else:
            assert one.total == sum(line.points for line in one.lines) >= 0
            assert one.total.as_tuple().exponent == -2


@pytest.mark.parametrize("scheme", rulebook.names())
@quick
@given(st.data())
def test_one_more_verified_bad_never_helps_and_leaves_no_trace_once_removed(
    scheme: str, data: st.DataObject
) -> None:
    """The bad rating itself, through any channel, and its event."""
    name, facts = data.draw(all_facts((scheme,)))
    unit = data.draw(st.sampled_from([unit["code"] for unit in facts["units"]]))
    channel = data.draw(st.sampled_from(CHANNELS))
    level = data.draw(st.sampled_from(LEVELS[3:]))
    before = scored(name, facts)
    more = json.loads(json.dumps(facts))
    row = next(
        (row for row in more["satisfaction"] if (row["unit"], row["channel"]) == (unit, channel)),
        None,
    )
    if row is None:
        row = {"unit": unit, "channel": channel, level: 0, "verified_bad": 0}
        more["satisfaction"].append(row)
    row[level] += 1
    row["verified_bad"] += 1
    more["events"].append({"unit": unit, "kind": "rating.verified", "ref": "new"})
    after = by_unit(scored(name, more))
    for code, one in by_unit(before).items():
        then = after[code]
        if code != unit:
            assert (then.total, then.lines) == (one.total, one.lines)
        elif one.total is not None:
            assert then.total is not None
            assert then.total <= one.total
            # Nothing falls below 0, where Wuhan 2023 puts who has more ratings first.
            if then.total < one.total or name != "wuhan-2023":
                assert then.rank >= one.rank  # type: ignore[operator]
    row[level] -= 1
    row["verified_bad"] -= 1
    more["events"].pop()
    assert scored(name, more).to_json() == before.to_json()


@quick
@given(all_facts(), st.integers(2, 10**9))
def test_scaling_all_counts_changes_no_points(
    told: tuple[str, dict[str, Any]], factor: int
) -> None:
    name, facts = told
    scaled = facts | {
        "satisfaction": [
            {key: value * factor if isinstance(value, int) else value for key, value in row.items()}
            for row in facts["satisfaction"]
        ]
    }
    for one, other in zip(scored(name, facts).results, scored(name, scaled).results, strict=True):
        assert one.unit == other.unit
        assert (one.total, one.rank, one.honour) == (other.total, other.rank, other.honour)


@quick
@given(all_facts())
def test_alone_in_its_group_it_is_first_and_last(told: tuple[str, dict[str, Any]]) -> None:
    name, facts = told
    code = facts["units"][0]["code"]
    alone = {
        table: [row for row in rows if code in (row.get("code"), row.get("unit"))]
        if isinstance(rows, list)
        else rows
        for table, rows in facts.items()
    }
    (one,) = scored(name, alone).results
    expected = (None, 0, None) if one.total is None else (1, 1, 1)
    assert (one.rank, one.of, one.place_from_last) == expected


def better(name: str, facts: dict[str, Any], one: UnitResult, other: UnitResult) -> bool:
    """Whether one is strictly better than another, from the rules of places alone."""
    if one.vetoed != other.vetoed:
        return other.vetoed
    if one.total != other.total or name != "wuhan-2023":
        return one.total > other.total  # type: ignore[operator]

    def ratings(unit: str) -> tuple[Fraction, int]:
        rows = [row for row in facts["satisfaction"] if row["unit"] == unit]
        good = sum(row[level] for row in rows for level in LEVELS[:3])
        all_of_them = sum(row[level] for row in rows for level in LEVELS)
        return Fraction(good, all_of_them or 1), all_of_them

    return ratings(one.unit) > ratings(other.unit)


@quick
@given(all_facts())
def test_places_and_honours_agree_with_a_slow_oracle(told: tuple[str, dict[str, Any]]) -> None:
    name, facts = told
    results = scored(name, facts).results
    for one in results:
        group = [other for other in results if other.group == one.group and other.total is not None]
        assert one.of == len(group)
        if one.total is None:
            assert one.honour is None
            continue
        above = sum(better(name, facts, other, one) for other in group)
        below = sum(not better(name, facts, other, one) for other in group)
        assert (one.rank, one.place_from_last) == (1 + above, below)
        honour = None
        k = min(10, len(group) // 2)
        if name.startswith("wuhan"):
            honour = "top_ten" if above + 1 <= k else "bottom_ten" if below <= k else None
        elif name == "jiangmen-2008" and not one.vetoed and one.total >= 90:
            honour = "excellent" if above + 1 <= -(-len(group) // 10) else None
        assert one.honour == honour


@quick
@given(all_facts())
def test_consequences_agree_with_the_words_of_the_rules(told: tuple[str, dict[str, Any]]) -> None:
    name, facts = told
    history = {row["unit"]: row for row in facts["history"]}
    for one in scored(name, facts).results:
        past = history.get(one.unit)
        expected = []
        if one.honour == "bottom_ten":
            expected = ["named", "head_accountable", "parent_loses_points"]
            if past and past["honour"] == "bottom_ten":
                expected += ["dismissal_recommended", "parent_examined"]
        last = one.place_from_last is not None and one.place_from_last <= 3
        if name == "jiangmen-2008" and last and one.total < 90:  # type: ignore[operator]
            expected = ["warning_talk"]
            before = Decimal(past["total"]) if past else Decimal()
            if (
                past
                and past["place_from_last"] <= 3
                and past["grade"] == "dissatisfied"
                and before
                and Fraction(one.total or 0) < Fraction(before) * Fraction(105, 100)
            ):
                expected.append("head_replaced")
        assert [found.what for found in one.consequences] == expected
