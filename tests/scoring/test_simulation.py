"""A draft beside the scheme in force: by hand, and what must hold of any two."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingyi import rulebook
from pingyi.rulebook import Scheme, SchemeErrors
from pingyi.scoring import facts_file
from pingyi.scoring.causes import Cause
from pingyi.scoring.engine import score
from pingyi.scoring.simulation import Comparison, compare, per_cent
from tests.scoring.building import DEFINITIONS
from tests.scoring.test_properties import all_facts, quick

WUHAN = (DEFINITIONS / "wuhan-2023.toml").read_text("utf-8")
FACTS = {
    "season": "2023",
    "units": [{"code": code, "group": "stations"} for code in "ABCD"],
    "satisfaction": [
        {"unit": code, "channel": "qr", "satisfied": 90 + at, "dissatisfied": 10 - at}
        for at, code in enumerate("ABCD")
    ],
    # A: three verified (91). B: one breach (90). C: one verified (97). D: nothing (100).
    "events": [
        *({"unit": "A", "kind": "rating.verified", "ref": f"A-{n}"} for n in range(3)),
        {"unit": "B", "kind": "discipline.breach", "ref": "B-1"},
        {"unit": "C", "kind": "rating.verified", "ref": "C-1"},
    ],
}


def draft(*changes: tuple[str, str]) -> Scheme:
    text = WUHAN
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return rulebook.draft("draft.toml", text.encode())


def compared(then: Scheme, told: dict[str, Any] = FACTS, name: str = "wuhan-2023") -> Comparison:
    facts = facts_file.read(json.dumps(told).encode())
    now = rulebook.scheme(name)
    return compare(score(facts, now), score(facts, then), now, then)


def test_a_harsher_clause_by_hand() -> None:
    # -5 each instead of -3: A 85, B 90, C 95, D 100. A falls behind B; so B leaves the last two.
    found = compared(draft(("each = -3", "each = -5")))
    moves = {move.unit: move for move in found.moves}
    assert {code: move.climbed for code, move in moves.items()} == {"A": -1, "B": 1, "C": 0, "D": 0}
    assert moves["A"].difference == Fraction(-6)
    assert [tuple(part) for part in moves["A"].parts] == [
        ("verified-bad-rating", Decimal(-9), Decimal(-15), Fraction(-6))
    ]
    # B has what it had, and is where it is because A lost points.
    assert moves["B"].parts == ()
    assert moves["B"].causes == (Cause("verified-bad-rating", None, others=1),)
    assert moves["D"].causes == ()
    assert found.moved == 2
    assert (found.gained, found.lost) == ({}, {})  # both stay among the last two
    assert found.clauses == (("verified-bad-rating", 2, Fraction(-8)),)
    assert [move.unit for move in found.largest()] == ["A", "B"]


def test_ties_alone_by_hand() -> None:
    # All at 100: the rates 93, 92, 91 and 90 % order D, C, B, A. Without keys all four are first;
    # none stands above another by its points.
    told = {**FACTS, "events": []}
    found = compared(draft(('keys = ["satisfaction_rate", "ratings"]', "keys = []")), told)
    moves = {move.unit: move for move in found.moves}
    assert {code: move.climbed for code, move in moves.items()} == {"D": 0, "C": 1, "B": 2, "A": 3}
    assert {code: move.causes for code, move in moves.items()} == {
        # D shares its place from last with all: from last it is the fourth, as before.
        "D": (),
        "C": (Cause("ties", None, others=1),),
        "B": (Cause("ties", None, others=2),),
        "A": (Cause("ties", None, others=3),),
    }
    assert found.clauses == (("ties", 3, None),)


def test_how_ratings_count_orders_equal_totals() -> None:
    # A: 1 dissatisfied of 10 is 90 %, B: 1 basically satisfied of 5 is 100 %; once basically
    # satisfied no longer counts as satisfied, 80 %.
    told = {
        **FACTS,
        "events": [],
        "units": FACTS["units"][:2],
        "satisfaction": [
            {"unit": "A", "channel": "qr", "satisfied": 9, "dissatisfied": 1},
            {"unit": "B", "channel": "qr", "satisfied": 4, "basically_satisfied": 1},
        ],
    }
    fewer = ('["very_satisfied", "satisfied", "basically_satisfied"]\nbad_counts',
             '["very_satisfied", "satisfied"]\nbad_counts')  # fmt: skip
    found = compared(draft(fewer), told)
    assert [(move.unit, move.climbed) for move in found.moves] == [("B", -1), ("A", 1)]
    assert {move.causes for move in found.moves} == {(Cause("rate", None, others=1),)}


NATIONAL = (DEFINITIONS / "national.toml").read_text("utf-8")
WUHAN_2021 = (DEFINITIONS / "wuhan-2021.toml").read_text("utf-8")


def changed(whole: str, old: str, new: str) -> Scheme:
    assert old in whole, old
    return rulebook.draft("draft.toml", whole.replace(old, new).encode())


def test_a_component_counts_otherwise_because_ratings_do() -> None:
    # A: 9 of 10 satisfied, 90; of its one bad rating none is verified, so 9 of 9, 100. B: 4 of 5,
    # 80, its bad one verified. The component says what it said; what changed is [rate].
    told = {
        "season": "2023",
        "units": FACTS["units"][:2],
        "satisfaction": [
            {"unit": "A", "channel": "qr", "satisfied": 9, "dissatisfied": 1},
            {"unit": "B", "channel": "qr", "satisfied": 4, "dissatisfied": 1, "verified_bad": 1},
        ],
    }
    verified = changed(NATIONAL, 'bad_counts = "raw"', 'bad_counts = "verified"')
    found = compared(verified, told, "national")
    moves = {move.unit: move for move in found.moves}
    assert [part.clause for part in moves["A"].parts] == ["satisfaction"]
    assert moves["A"].causes == (Cause("rate", Fraction(10)),)
    assert moves["B"].causes == ()
    assert found.clauses == (("rate", 1, Fraction(10)),)


def test_who_loses_its_total_may_do_so_by_how_ratings_count() -> None:
    # One bad rating, not verified, is all there is: 0, and without it nothing to count.
    told = {
        "season": "2023",
        "units": FACTS["units"][:1],
        "satisfaction": [{"unit": "A", "channel": "qr", "dissatisfied": 1}],
    }
    verified = changed(NATIONAL, 'bad_counts = "raw"', 'bad_counts = "verified"')
    (move,) = compared(verified, told, "national").moves
    assert (move.now.total, move.then.total) == (0, None)
    assert move.causes == (Cause("rate"),)


def test_a_component_falls_out_because_more_ratings_are_asked_for() -> None:
    # Of 1,000: platform 100 of 100, 500; message board 5 of 10, 75; 500 + 150 weigh 650 of 1,000:
    # 500 · 1000/650 = 769.23, 75 · 1000/650 = 115.38; together 884.61. From 20 ratings on the board
    # does not count: 1,000. It rose by 115.39, 11.539 % of full marks, and by [missing] alone.
    told = {
        "season": "2023",
        "units": FACTS["units"][:1],
        "satisfaction": [
            {"unit": "A", "channel": "qr", "satisfied": 100},
            {"unit": "A", "channel": "message_board", "satisfied": 5, "dissatisfied": 5},
        ],
    }
    more = changed(WUHAN_2021, "[missing]", "[missing]\nmin_ratings = 20")
    (move,) = compared(more, told, "wuhan-2021").moves
    assert {part.clause for part in move.parts} == {"platform", "message_board"}
    assert move.causes == (Cause("missing", Fraction(11539, 1000)),)


def test_a_component_that_says_otherwise_is_the_cause_itself() -> None:
    # 90 of 100 by QR and 0 of 100 by SMS, 500 · 90/200 = 225; of QR alone 450. It is all there is,
    # so each is of 1,000: 450 and 900.
    told = {
        "season": "2023",
        "units": FACTS["units"][:1],
        "satisfaction": [
            {"unit": "A", "channel": "qr", "satisfied": 90, "dissatisfied": 10},
            {"unit": "A", "channel": "sms", "dissatisfied": 100},
        ],
    }
    without = changed(WUHAN_2021, '"qr", "sms", "provincial"', '"qr", "provincial"')
    (move,) = compared(without, told, "wuhan-2021").moves
    assert move.causes == (Cause("platform", Fraction(45)),)


def test_rounding_alone_by_hand() -> None:
    # 2 of 3 is 66.67, of whole points 67: 0.33 more.
    told = {
        "season": "2023",
        "units": FACTS["units"][:1],
        "satisfaction": [{"unit": "A", "channel": "qr", "satisfied": 2, "dissatisfied": 1}],
    }
    (move,) = compared(changed(NATIONAL, "decimals = 2", "decimals = 0"), told, "national").moves
    assert move.causes == (Cause("rounding", Fraction(33, 100)),)


def test_honours_alone_by_hand() -> None:
    # D 100, C 97, A 91, B 90: two first and two last. With one first, C is no longer among them.
    found = compared(draft(('end = "top"\nnumber = 10', 'end = "top"\nnumber = 1')))
    moves = {move.unit: move for move in found.moves}
    assert [code for code, move in moves.items() if move.moved] == ["C"]
    assert moves["C"].causes == (Cause("honours.top_ten"),)
    assert found.clauses == (("honours.top_ten", 1, None),)


JIANGMEN = (DEFINITIONS / "jiangmen-2008.toml").read_text("utf-8")
CLIENTS = {
    "season": "2008",
    "units": [{"code": code, "group": "party_mass"} for code in "AB"],
    # A: 80 × 0.96 enlarged to 100 = 96.00. B: 92.00, and vetoed.
    "satisfaction": [
        {"unit": "A", "channel": "clients", "satisfied": 96, "dissatisfied": 4},
        {"unit": "B", "channel": "clients", "satisfied": 92, "dissatisfied": 8},
    ],
    "events": [{"unit": "A", "kind": "veto"}],
}


def jiangmen(*changes: tuple[str, str]) -> Comparison:
    text = JIANGMEN
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return compared(rulebook.draft("draft.toml", text.encode()), CLIENTS, "jiangmen-2008")


def test_grades_alone_by_hand() -> None:
    # Satisfied from 94: B with its 92.00 is basically satisfied, and excellent no more.
    found = jiangmen(("at_least = 90", "at_least = 94"), ("below = 90", "below = 94"))
    moves = {move.unit: move for move in found.moves}
    assert [code for code, move in moves.items() if move.moved] == ["B"]
    assert moves["B"].now.honour == "excellent"
    assert moves["B"].then.honour is None
    assert moves["B"].causes == (Cause("grades.basically_satisfied"), Cause("grades.satisfied"))


def test_a_veto_alone_by_hand() -> None:
    # Without the veto A leads by its 96.00, and B is second by what befell A.
    found = jiangmen(('event = "veto"', 'event = "quality.error"'))
    moves = {move.unit: move for move in found.moves}
    assert {code: move.climbed for code, move in moves.items()} == {"A": 1, "B": -1}
    assert moves["A"].causes == (Cause("vetoes.veto"),)
    assert moves["B"].causes == (Cause("vetoes.veto", None, others=1),)
    assert found.clauses == (("vetoes.veto", 2, None),)


def test_words_alone_move_nobody_and_are_no_cause() -> None:
    found = compared(draft(("各组前十名为“十优”", "各组头十名为“十优”")))
    assert (found.moved, found.clauses) == (0, ())


def test_who_loses_its_total_does_so_by_what_is_missing() -> None:
    # Each has 100 clients' ratings; 101 are asked for.
    found = jiangmen(
        ('rule = "redistribute"', 'rule = "exclude"\nmin_ratings = 101'),
    )
    assert all(move.then.total is None for move in found.moves)
    assert {move.cause for move in found.moves} == {Cause("missing")}


def test_honours_change_hands() -> None:
    # A breach costs nothing: B has 100 and D too, D's rate is better.
    found = compared(draft(("each = -10", "each = -0.01")))
    assert (found.gained, found.lost) == (
        {"bottom_ten": ("C",), "top_ten": ("B",)},
        {"bottom_ten": ("B",), "top_ten": ("C",)},
    )


def test_other_full_marks_are_compared_as_per_cent() -> None:
    # A thousand points to start from, and ten times the deductions: nothing moves.
    found = compared(
        draft(
            ("full_marks = 100", "full_marks = 1000"),
            ("points = 100", "points = 1000"),
            ("each = -3", "each = -30"),
            ("each = -10", "each = -100"),
        )
    )
    assert found.moved == 0
    assert found.clauses == ()
    assert all(move.difference == 0 for move in found.moves)


def test_the_same_scheme_moves_nobody() -> None:
    found = compared(rulebook.scheme("wuhan-2023"))
    assert (found.moved, found.clauses, found.largest()) == (0, (), [])


def test_results_of_other_units_are_not_compared() -> None:
    facts = facts_file.read(json.dumps(FACTS).encode())
    fewer = facts_file.read(
        json.dumps({"season": "2023", "units": [{"code": "A", "group": "stations"}]}).encode()
    )
    scheme = rulebook.scheme("wuhan-2023")
    with pytest.raises(ValueError, match="different units"):
        compare(score(facts, scheme), score(fewer, scheme), scheme, scheme)


DRAFTS = {
    "wuhan-2023": [
        ("each = -3", "each = -5"),
        ("each = -10", "each = -1"),
        ('keys = ["satisfaction_rate", "ratings"]', "keys = []"),
        ('keys = ["satisfaction_rate", "ratings"]', 'keys = ["ratings"]'),
        ("number = 10", "number = 1"),
        ('bad_counts = "raw"', 'bad_counts = "verified"'),
    ],
    "jiangmen-2008": [
        ("at_least = 90", "at_least = 89"),
        ('event = "veto"', 'event = "quality.error"'),
        ('rule = "redistribute"', 'rule = "exclude"'),
        ('rule = "redistribute"', 'rule = "redistribute"\nmin_ratings = 3'),
        ('keys = []', 'keys = ["ratings"]'),
        ("share = 0.1", "share = 0.5"),
        ("{ clients = 80, superiors = 20 }", "{ clients = 50, superiors = 50 }"),
        ('channels = ["clients"]', 'channels = ["qr", "clients"]'),
    ],
}  # fmt: skip


@quick
@given(all_facts().filter(lambda told: told[0] in DRAFTS), st.data())
def test_nobody_moves_without_a_cause(told: tuple[str, dict[str, Any]], data: Any) -> None:
    name, facts = told
    text = (DEFINITIONS / f"{name}.toml").read_text("utf-8")
    for old, new in data.draw(
        st.lists(st.sampled_from(DRAFTS[name]), min_size=1, max_size=3, unique=True)
    ):
        text = text.replace(old, new)
    text = text.replace("below = 90", "below = 89") if "at_least = 89" in text else text
    found = compared(rulebook.draft("draft.toml", text.encode()), facts, name)
    told_of = {effect.clause for effect in found.clauses}
    for move in found.moves:
        assert bool(move.causes) or not move.moved, move
        assert {cause.clause for cause in move.causes} <= told_of
        assert len({cause.clause for cause in move.causes}) == len(move.causes)
    if not found.moved:
        assert not any(cause.others for move in found.moves for cause in move.causes)


@quick
@given(all_facts(), st.sampled_from(rulebook.names()))
def test_parts_add_up_to_the_difference(told: tuple[str, dict[str, Any]], other: str) -> None:
    name, facts = told
    groups = set(rulebook.scheme(name).groups) & set(rulebook.scheme(other).groups)
    units = [unit for unit in facts["units"] if unit["group"] in groups]
    if not units:
        return
    codes = {unit["code"] for unit in units}
    kept = {
        table: [row for row in rows if row.get("unit", row.get("code")) in codes]
        if isinstance(rows, list)
        else rows
        for table, rows in facts.items()
    }
    for move in compared(rulebook.scheme(other), kept, name).moves:
        if move.difference is not None:
            assert sum((part.difference for part in move.parts), Fraction()) == move.difference


def test_rounding_goes_half_away_from_zero() -> None:
    assert (per_cent(Fraction(1, 200)), per_cent(Fraction(-1, 200))) == (
        Decimal("0.01"),
        Decimal("-0.01"),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("include = ['/etc/passwd']\n", "a draft can include common/"),
        ("include = ['../wuhan-2018.toml']\n", "a draft can include"),
        ("a = " + "[" * 5000 + "]" * 5000, "is nested too deeply"),
        ("a = " + "9" * 5000, "is not TOML"),
        (WUHAN.replace("each = -3", "each = -1e999999999"), "beyond what points can be"),
        (WUHAN.replace("share = 0.5", "share = 1e-999999999", 1), "beyond what points can be"),
        (
            WUHAN.replace("bottom ten in {season}", "{season:>999999999}", 1),
            "a name in braces stands alone",
        ),
        (WUHAN.replace("bottom ten in {season}", "{season.real}", 1), "means nothing here"),
        ("\xff\xfe", "is"),
        ("", "is missing"),
    ],
)
def test_a_hostile_draft_is_refused_with_its_mistake(text: str, said: str) -> None:
    with pytest.raises(SchemeErrors) as wrong:
        rulebook.draft(
            "somewhere/draft.toml", text.encode("latin-1" if "\xff" in text else "utf-8")
        )
    assert said in str(wrong.value)
    assert {mistake.file for mistake in wrong.value.mistakes} == {"draft.toml"}


def test_a_draft_reads_no_file_of_this_machine(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "levels.toml").write_text("labels = 3", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert draft().digest == rulebook.scheme("wuhan-2023").digest
