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
from pingyi.scoring.what_if import MORE_RATINGS, Change, Edge, edges, outcomes
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
    # U2 has 94 and is third; one less gives 97, level with U1, and its better rate puts it second.
    found = {one.change: one for one in outcomes(*asked(FACTS), "U2")}
    less, more = found[Change.ONE_VERIFIED_LESS], found[Change.ONE_VERIFIED_MORE]
    assert (less.total, less.rank, less.honour) == (Decimal("97.00"), 2, "top_ten")
    # One more gives 91 as U3 has, whose rate is better: fourth.
    assert (more.total, more.rank, more.place_from_last) == (Decimal("91.00"), 4, 3)
    assert more.honour == "bottom_ten"
    assert found[Change.MORE_SATISFIED].rank == 3


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


@quick
@given(all_facts(), st.data())
def test_each_outcome_is_what_the_whole_group_scored_again_gives(
    told: tuple[str, dict[str, Any]], data: st.DataObject
) -> None:
    name, facts = told
    code = data.draw(st.sampled_from([unit["code"] for unit in facts["units"]]))
    for one in outcomes(*asked(facts, name), code):
        changed = json.loads(json.dumps(facts))
        own = [
            at
            for at, event in enumerate(facts["events"])
            if (event["unit"], event["kind"]) == (code, "rating.verified")
        ]
        if one.change is Change.ONE_VERIFIED_LESS:
            del changed["events"][own[-1]]
        elif one.change is Change.ONE_VERIFIED_MORE:
            changed["events"].append({"unit": code, "kind": "rating.verified"})
        else:
            rows = [row for row in changed["satisfaction"] if row["unit"] == code]
            levels = (
                "very_satisfied",
                "satisfied",
                "basically_satisfied",
                "dissatisfied",
                "very_dissatisfied",
            )
            busiest = max(rows, key=lambda row: sum(row[level] for level in levels))
            busiest["satisfied"] += MORE_RATINGS
        then = next(each for each in asked(changed, name)[2].results if each.unit == code)
        if then.total is not None:
            assert (one.total, one.rank, one.place_from_last, one.honour) == (
                then.total,
                then.rank,
                then.place_from_last,
                then.honour,
            )


@pytest.mark.parametrize("name", rulebook.names())
def test_every_shipped_scheme_can_be_asked(name: str) -> None:
    told = {**FACTS, "units": [{"code": f"U{n}", "group": next(iter(rulebook.scheme(name).groups))}
                               for n in range(6)]}  # fmt: skip
    for n in range(6):
        outcomes(*asked(told, name), f"U{n}")
        edges(*asked(told, name), f"U{n}")
