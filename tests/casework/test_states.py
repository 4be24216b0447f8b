"""The table by itself: owners, endings, clocks, and that the documentation says the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from pingyi import rulebook
from pingyi.casework import diagram, states
from pingyi.casework.states import (
    ENDINGS,
    HANDLE,
    OWNERS,
    RATER,
    SYSTEM,
    TRANSITIONS,
    Grade,
    State,
    is_clock,
    steps_from,
)
from pingyi.people.roles import PERMISSIONS, Role, roles_that_may

DOCS = Path(__file__).parents[2] / "docs" / "cases.md"


def test_every_state_has_an_owner_who_can_move_it_on():
    assert set(OWNERS) == set(State)
    for state in set(State) - ENDINGS - {State.REPLIED}:
        owner = states.owner(state)
        moves = [
            step
            for step in steps_from(state)
            if step.target not in (None, state) and owner in roles_that_may(step.permission)
        ]
        assert moves, state


def test_under_embargo_the_owner_is_the_inspector():
    assert {states.owner(state, embargoed=True) for state in State} == {Role.INSPECTOR}


def test_every_state_is_reached_and_every_one_leads_to_an_end():
    reached, open_ = set(), {State.UNSORTED}
    while open_:
        state = open_.pop()
        reached.add(state)
        open_ |= {s.target_from(state) for s in steps_from(state)} - reached
    assert reached == set(State)
    for state in State:
        seen, ahead = set(), {state}
        while ahead:
            here = ahead.pop()
            seen.add(here)
            ahead |= {s.target_from(here) for s in steps_from(here)} - seen
        assert seen & ENDINGS, state


def test_an_ending_is_left_by_second_looks_alone():
    """An appeal upheld: whoever was answered is answered anew. And by a lead found late."""
    for state in ENDINGS:
        leaving = {step.name for step in steps_from(state) if step.target not in (None, state)}
        assert leaving == {"uphold", "look_back_failed", "refer_late"}


def test_permissions_are_declared():
    for step in TRANSITIONS.values():
        assert step.permission in {*PERMISSIONS, RATER, SYSTEM}, step.name


@dataclass(frozen=True)
class Standing:
    """Where a case can stand: its state, the clocks that run, whether it is under embargo."""

    state: State
    running: frozenset[str]
    embargoed: bool = False

    def after(self, step: states.Transition) -> set[Standing]:
        if self.embargoed and not step.sealed:
            return set()
        if step.name in ("release", "release_concluded", "conclude") and not self.embargoed:
            return set()
        picked = "look_back_*" in self.running
        if "look_back" in step.name and (step.name == "pick_look_back") == picked:
            return set()
        appealed = "appeal_review" in self.running
        if (step.name == "appeal" and appealed) or (
            step.meets == ("appeal_review",) and not appealed
        ):
            return set()
        assert not self.running & set(step.starts), (self, step.name, "started twice")
        running = (self.running - {*step.meets, *step.stops}) | set(step.starts)
        sealing = {
            "sort_to_refer": {True},
            "refer": {True, False},
            "refer_late": {True},
            "release": {False},
            "release_concluded": {False},
        }.get(step.name, {self.embargoed})
        return {Standing(step.target_from(self.state), running, sealed) for sealed in sealing}


def test_whoever_must_act_has_a_clock_and_no_clock_outlives_its_case():
    """Along every path: a clock runs in each state that waits for somebody; none once closed, but
    for the review of an appeal and a look-back."""
    seen: set[Standing] = set()
    ahead = {Standing(State.UNSORTED, frozenset(TRANSITIONS["open"].starts))}
    while ahead:
        here = ahead.pop()
        seen.add(here)
        for step in steps_from(here.state):
            ahead |= here.after(step) - seen
    for here in seen:
        concluded = here.embargoed and here.state is State.TO_REPLY
        waits = here.state not in ENDINGS and not concluded
        assert bool(here.running - {"appeal_review", "look_back_*"}) == waits, here


@pytest.mark.parametrize("name", rulebook.names())
def test_every_clock_is_in_every_scheme(name: str):
    rules = rulebook.scheme(name).clocks
    for step in TRANSITIONS.values():
        for clock in (*step.starts, *step.meets, *step.stops):
            assert any(is_clock(clock, rule) for rule in rules), (step.name, clock)
    assert {f"handle_{grade}" for grade in Grade} <= set(rules)


def test_the_handling_clock_means_every_grade_and_nothing_else():
    assert is_clock(HANDLE, "handle_simple")
    assert not is_clock(HANDLE, "verify")
    assert not is_clock("sort", "sort_again")


def test_terms_have_both_languages():
    for terms in (states.State, states.Kind, states.Finding, states.CallOutcome, states.Grade):
        for term in terms:
            assert term.zh
            assert term.en
    for step in TRANSITIONS.values():
        assert step.zh
        assert step.en


def test_kinds_and_findings_are_those_of_the_scheme_files():
    from typing import get_args

    from pingyi.rulebook import model

    assert {kind.value for kind in states.Kind} == set(get_args(model.Kind))
    assert {finding.value for finding in states.Finding} == set(get_args(model.Verdict))


def test_docs_show_the_table_as_it_is():
    """To renew: `python -m pingyi.casework.diagram docs/cases.md`."""
    text = DOCS.read_text(encoding="utf-8")
    assert diagram.renewed(text) == text
