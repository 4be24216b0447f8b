"""The forms cover the table of transitions, field by field."""

import inspect

from pingyi.casework.states import RATER, SYSTEM, TRANSITIONS, Finding, State
from pingyi.clocks.names import ClockName
from pingyi.rulebook import scheme
from pingyi.web.components.case_cells import FINDING_TONES, STATE_TONES
from pingyi.web.components.case_deeds import DEEDS, FIRST
from pingyi.web.components.case_forms import CaseForm


def test_every_step_of_the_staff_has_one_form():
    steps = [name for deed in DEEDS.values() for name in deed.steps]
    of_staff = {
        name for name, step in TRANSITIONS.items() if step.permission not in (RATER, SYSTEM)
    }
    assert len(steps) == len(set(steps))
    assert set(steps) == of_staff


def test_fields_are_called_as_the_actions_arguments():
    for deed in DEEDS.values():
        arguments = set(inspect.signature(deed.action).parameters) - {"case", "by", "at"}
        assert set(deed.form.base_fields) == arguments, deed.key


def test_what_a_step_needs_its_form_asks_for():
    for deed in DEEDS.values():
        for name in deed.steps:
            assert set(TRANSITIONS[name].needs) <= set(deed.form.base_fields), name


def test_forms_are_told_apart_by_their_ids():
    assert all(issubclass(deed.form, CaseForm) for deed in DEEDS.values())
    assert [deed.form.form_id for deed in DEEDS.values()] == list(DEEDS)


def test_what_comes_first_is_offered_in_its_state():
    for state, keys in FIRST.items():
        for key in keys:
            sources = [TRANSITIONS[name].sources for name in DEEDS[key].steps]
            assert any(State(state) in source for source in sources), (state, key)
    assert set(FIRST) == {state.value for state in State}


def test_every_state_finding_and_clock_has_its_look():
    assert set(STATE_TONES) == set(State)
    assert set(FINDING_TONES) == set(Finding)
    used = {
        clock
        for step in TRANSITIONS.values()
        for clock in step.starts
        if not clock.endswith("*") and clock in scheme("wuhan-2023").clocks
    }
    assert used <= set(ClockName)
