"""What would change a place: against the whole group scored again."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingyi import rulebook
from pingyi.scoring import facts_file
from pingyi.scoring.engine import score
from pingyi.scoring.what_if import MORE_RATINGS, Change, Edge, Outcome, edges, outcomes
from tests.scoring.test_properties import all_facts, quick

FACTS = {
    "season": "2023",
    "units": [{"code": f"U{n}", "group": "stations"} for n in range(6)],
    "satisfaction": [
        {"unit": f"U{n}", "channel": "qr", "satisfied": 90 + n, "dissatisfied": 10 - n}
        for n in range(6)
    ],
    "events": [
        {"unit": f"U{n}", "kind": "rating.verified", "ref": f"C-{n}-{m}"}
        for n in range(6)
        for m in range(n)
    ],
}


def asked(told: dict[str, Any], name: str = "wuhan-2023") -> tuple[Any, Any, Any]:
    facts = facts_file.read(json.dumps(told).encode())
    scheme = rulebook.scheme(name)
    return facts, scheme, score(facts, scheme)


def test_one_verified_more_or_less_by_hand() -> None:
    # U2 has 94 and is third; one less gives 97, level with U1, and its better rate puts it second:
    # 92 satisfied of 99 (8 bad, 1 less) against 91 of 100.
    found = {one.change: one for one in outcomes(*asked(FACTS), "U2")}
    less, more = found[Change.ONE_VERIFIED_LESS], found[Change.ONE_VERIFIED_MORE]
    assert (less.total, less.rank, less.honour) == (Decimal("97.00"), 2, "top_ten")
    # One more gives 91 as U3 has, whose rate is better: fourth.
    assert (more.total, more.rank, more.place_from_last) == (Decimal("91.00"), 4, 3)
    assert more.honour == "bottom_ten"
    assert found[Change.MORE_SATISFIED].rank == 3
    # A breach costs 10: 84, behind U5 with its 85. There is none to take away.
    breach = found[Change.ONE_EVENT_MORE]
    assert (breach.clause, breach.total, breach.rank) == ("breach", Decimal("84.00"), 6)
    assert Change.ONE_EVENT_LESS not in found
    assert Change.VETO_LIFTED not in found


def test_a_verified_bad_rating_lowers_the_rate_where_rates_give_the_points() -> None:
    told = {
        "season": "2018",
        "units": [{"code": "U", "group": "stations"}],
        # Nothing counts `clients`, where most ratings are.
        "satisfaction": [
            {"unit": "U", "channel": "clients", "satisfied": 900},
            {"unit": "U", "channel": "sms", "satisfied": 8, "dissatisfied": 2, "verified_bad": 1},
        ],
    }
    found = {one.change: one for one in outcomes(*asked(told, "wuhan-2018"), "U")}
    assert {one.channel for one in found.values()} == {"sms"}
    # 40 enlarged to 100, since nothing else has ratings: 8 ÷ 11, 8 ÷ 9, 108 ÷ 110.
    assert {change: one.total for change, one in found.items()} == {
        Change.ONE_VERIFIED_MORE: Decimal("72.73"),
        Change.ONE_VERIFIED_LESS: Decimal("88.89"),
        Change.MORE_SATISFIED: Decimal("98.18"),
    }


def test_the_last_rating_of_a_unit_leaves_no_outcome_once_removed() -> None:
    told = {
        "season": "2021",
        "units": [{"code": "U", "group": "stations"}],
        "satisfaction": [{"unit": "U", "channel": "qr", "dissatisfied": 1, "verified_bad": 1}],
    }
    found = {one.change for one in outcomes(*asked(told, "national"), "U")}
    assert found == {Change.ONE_VERIFIED_MORE, Change.MORE_SATISFIED}


# Twelve departments, clients alone: 99, 98, ... 88 %, enlarged to 100. Excellent are two (a tenth
# of twelve, rounded up) with at least 90.
JIANGMEN: dict[str, Any] = {
    "season": "2008",
    "units": [{"code": f"U{n:02}", "group": "party_mass"} for n in range(12)],
    "satisfaction": [
        {"unit": f"U{n:02}", "channel": "clients", "satisfied": 99 - n, "dissatisfied": 1 + n}
        for n in range(12)
    ],
}


def test_an_honour_with_a_grade_by_hand() -> None:
    def excellent(code: str, told: dict[str, Any] = JIANGMEN) -> list[Edge]:
        return [one for one in edges(*asked(told, "jiangmen-2008"), code) if one.honour]

    assert excellent("U00") == [Edge("inside", Decimal("-2.00"), "U02", "excellent")]
    assert excellent("U04") == [Edge("outside", Decimal("3.00"), "U01", "excellent")]
    # All ten points lower: the first has 89, and wants 1.00 for the grade.
    lower = {
        **JIANGMEN,
        "satisfaction": [
            {**row, "satisfied": row["satisfied"] - 10, "dissatisfied": row["dissatisfied"] + 10}
            for row in JIANGMEN["satisfaction"]
        ],
    }
    first = Edge("outside", Decimal("1.00"), None, "excellent", "satisfied")
    assert excellent("U00", lower) == [first]
    # The fifth wants 3.00 for the place and 5.00 for the grade.
    assert excellent("U04", lower) == [first._replace(points=Decimal("5.00"))]
    # Alone in its group it has the place whatever it gets, and 0.50 to spare for the grade.
    alone = {
        "season": "2008",
        "units": [{"code": "U", "group": "party_mass"}],
        "satisfaction": [{"unit": "U", "channel": "clients", "satisfied": 181, "dissatisfied": 19}],
    }
    inside = Edge("inside", Decimal("-0.50"), None, "excellent", "satisfied")
    assert excellent("U", alone) == [inside]


def test_no_points_cross_a_veto() -> None:
    told = {**JIANGMEN, "events": [{"unit": "U00", "kind": "veto"}]}
    assert edges(*asked(told, "jiangmen-2008"), "U00") == [Edge("vetoed", Decimal(), None)]
    assert Edge("above_vetoed", Decimal(), None) in edges(*asked(told, "jiangmen-2008"), "U11")
    lifted = next(
        one
        for one in outcomes(*asked(told, "jiangmen-2008"), "U00")
        if one.change is Change.VETO_LIFTED
    )
    assert (lifted.rank, lifted.honour, lifted.vetoed) == (1, "excellent", False)
    # Two of them are told apart by their points, below all others.
    both = {**told, "events": [*told["events"], {"unit": "U01", "kind": "veto"}]}
    assert edges(*asked(both, "jiangmen-2008"), "U01") == [
        Edge("vetoed", Decimal(), None),
        Edge("above", Decimal("1.00"), "U00"),
    ]


def test_edges_by_hand() -> None:
    found = edges(*asked(FACTS), "U2")
    assert found[:2] == [
        Edge("above", Decimal("3.00"), "U1"),
        Edge("below", Decimal("-3.00"), "U3"),
    ]
    # Six units: three first and three last. U2 is the last of the first three.
    assert found[2:] == [
        Edge("inside", Decimal("-3.00"), "U3", "top_ten"),
        Edge("outside", Decimal("-3.00"), "U3", "bottom_ten"),
    ]
    assert edges(*asked(FACTS), "U5") == [
        Edge("above", Decimal("3.00"), "U4"),
        Edge("outside", Decimal("9.00"), "U2", "top_ten"),
        Edge("inside", Decimal("9.00"), "U2", "bottom_ten"),
    ]


def test_without_a_total_nothing_is_told() -> None:
    told = {"season": "2023", "units": [{"code": "U", "group": "stations"}]}
    assert outcomes(*asked(told, "national"), "U") == [] == edges(*asked(told, "national"), "U")
    assert outcomes(*asked(FACTS), "nobody") == []


def change(facts: dict[str, Any], code: str, one: Outcome, scheme: rulebook.Scheme) -> None:
    """Do to the facts what an outcome says was different."""
    kind = scheme.points[one.clause].event if one.clause else "rating.verified"
    if one.change is Change.VETO_LIFTED:
        kept = [
            event for event in facts["events"] if (event["unit"], event["kind"]) != (code, "veto")
        ]
        facts["events"] = kept
        return
    if one.change in (Change.ONE_VERIFIED_MORE, Change.ONE_EVENT_MORE):
        facts["events"].append({"unit": code, "kind": kind})
    if one.change in (Change.ONE_VERIFIED_LESS, Change.ONE_EVENT_LESS):
        own = [
            at
            for at, event in enumerate(facts["events"])
            if (event["unit"], event["kind"]) == (code, kind)
        ]
        if own:
            del facts["events"][own[-1]]
    if one.channel is None:
        return
    rows = [row for row in facts["satisfaction"]
            if (row["unit"], row["channel"]) == (code, one.channel)]  # fmt: skip
    if not rows:
        rows = [{"unit": code, "channel": one.channel, "dissatisfied": 0, "verified_bad": 0}]
        facts["satisfaction"] += rows
    (row,) = rows
    if one.change is Change.MORE_SATISFIED:
        row["satisfied"] += MORE_RATINGS
    elif one.change is Change.ONE_VERIFIED_MORE:
        row["dissatisfied"] += 1
        row["verified_bad"] += 1
    elif one.change is Change.ONE_VERIFIED_LESS:
        row["dissatisfied" if row["dissatisfied"] else "very_dissatisfied"] -= 1
        row["verified_bad"] -= 1


@quick
@given(all_facts(), st.data())
def test_each_outcome_is_what_the_whole_group_scored_again_gives(
    told: tuple[str, dict[str, Any]], data: st.DataObject
) -> None:
    name, facts = told
    code = data.draw(st.sampled_from([unit["code"] for unit in facts["units"]]))
    for one in outcomes(*asked(facts, name), code):
        changed = json.loads(json.dumps(facts))
        change(changed, code, one, rulebook.scheme(name))
        then = next(each for each in asked(changed, name)[2].results if each.unit == code)
        assert (one.total, one.rank, one.place_from_last, one.honour, one.vetoed) == (
            then.total,
            then.rank,
            then.place_from_last,
            then.honour,
            then.vetoed,
        )


@pytest.mark.parametrize("name", rulebook.names())
def test_every_shipped_scheme_can_be_asked(name: str) -> None:
    told = {**FACTS, "units": [{"code": f"U{n}", "group": next(iter(rulebook.scheme(name).groups))}
                               for n in range(6)]}  # fmt: skip
    for n in range(6):
        outcomes(*asked(told, name), f"U{n}")
        edges(*asked(told, name), f"U{n}")
