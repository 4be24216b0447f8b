"""Cases that began with no rating: opened by hand, worked as any other, costing nothing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pingyi.audit.personal import renew
from pingyi.audit.queries import events_about
from pingyi.casework import actions, reasons
from pingyi.casework.intake_models import CaseSource
from pingyi.casework.models import Case
from pingyi.casework.queries import score_events, timeline
from pingyi.casework.reasons import Incomplete, NotAllowed, NotNow
from pingyi.notices.models import Outgoing
from pingyi.people.roles import Role
from tests.casework.world import AT, after

GIVEN = {
    "origin": "petition",
    "dated": date(2026, 5, 30),
    "number": "信访〔2026〕17号",
    "summary": "反映窗口办理社保推诿",
    "name": "李梅",
    "phone": "139 0000 0001",
}


def opened(world, **changes) -> Case:
    given = {"unit": world.brigade, "by": world.sorter, "at": AT} | GIVEN | changes
    return actions.open_case_by_hand(**given)


def test_it_is_unsorted_numbered_and_its_clocks_run_from_the_opening(world):
    case = opened(world)
    assert (case.state, case.origin, case.area) == ("unsorted", "petition", world.district)
    assert case.number == "2026-000001"
    assert {clock.rule for clock in case.clocks.all()} == {"sort", "call_back", "verify"}
    assert {clock.started_at for clock in case.clocks.all()} == {AT}
    assert events_about(case).get().data["origin"] == "petition"
    assert opened(world).number == "2026-000002"


def test_name_and_phone_are_kept_encrypted_and_shown_with_a_reason(world):
    case = opened(world)
    source = CaseSource.objects.get(case=case)
    assert b"13900000001" not in bytes(source.phone_cipher)
    said = {
        what: actions.reveal_contact(case=case, what=what, reason="要回电", by=world.manager, at=AT)
        for what in ("phone", "name")
    }
    assert said == {"phone": "13900000001", "name": "李梅"}
    assert [entry.text for entry in timeline(case, "office")][1:] == ["查看了手机号", "查看了姓名"]
    assert renew() == 0
    with pytest.raises(Incomplete):
        actions.reveal_contact(case=case, what="matter", reason="r", by=world.manager, at=AT)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"origin": "rating"}, "origin"),
        ({"origin": "weather"}, "origin"),
        ({"dated": date(2026, 6, 2)}, "dated"),
        ({"summary": " "}, "summary"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "", "call_back": True}, "phone"),
    ],
)
def test_what_is_missing_or_wrong_is_named_and_nothing_is_stored(world, changes, field):
    with pytest.raises(Incomplete) as refused:
        opened(world, **changes)
    assert refused.value.reason.field == field
    assert not Case.objects.exists()


def test_a_point_belongs_to_the_unit_and_the_unit_to_the_office(world):
    with pytest.raises(Incomplete):
        opened(world, unit=world.bureau, point=world.point)
    with pytest.raises(NotAllowed):
        opened(world, unit=world.other_unit)
    for role in (Role.CALLER, Role.UNIT_ADMIN, Role.LEADER):
        with pytest.raises(NotAllowed):
            opened(world, by=world.person(role))


def _decided(world, **changes) -> Case:
    case = opened(world, **changes)
    actions.sort_case(case=case, kind="conduct", by=world.sorter, at=AT)
    if case.state == "to_call":
        actions.log_call(case=case, outcome="answered_stands", note="属实", by=world.caller, at=AT)
    else:
        actions.note_check(case=case, note="现场核实", stands=True, by=world.manager, at=AT)
    actions.decide_case(
        case=case, finding="verified", kind="conduct", reason="推诿", by=world.manager, at=AT
    )
    return case


def test_she_is_called_only_if_she_asked_for_it(world):
    for call_back, state in ((False, "to_check"), (True, "to_call")):
        case = opened(world, call_back=call_back)
        actions.sort_case(case=case, kind="conduct", by=world.sorter, at=AT)
        assert case.state == state


def test_verified_it_costs_nothing(world):
    case = _decided(world, call_back=True)
    assert case.state == "to_reply"
    assert list(score_events(world.season, after(days=1))) == []


def test_an_answer_owed_is_given_and_told_by_sms(world):
    case = _decided(world)
    with pytest.raises(NotNow) as refused:
        actions.close_case(case=case, by=world.manager, at=AT)
    assert refused.value.reason == reasons.REPLY_OWED
    actions.reply_to_citizen(case=case, text="已批评教育", by=world.caller, at=AT)
    assert Outgoing.objects.get().purpose == "case.reply"
    with pytest.raises(NotNow) as refused:
        actions.close_case(case=case, by=world.manager, at=AT)
    assert refused.value.reason == reasons.STILL_OPEN_TO_HER
    assert actions.close_unjudged_cases(at=after(days=60)) == [case]


def test_where_nobody_waits_it_closes_once_decided(world):
    case = _decided(world, origin="check", reply_owed=False, phone="", name="")
    actions.close_case(case=case, by=world.manager, at=AT)
    assert case.state == "closed"
    assert not case.clocks.running().exists()


def test_a_rated_case_is_not_closed_unanswered(world):
    case = world.case("verified")
    with pytest.raises(NotNow):
        actions.close_case(case=case, by=world.manager, at=after(days=3))


def test_it_follows_the_rules_of_its_day_without_a_season(world):
    case = opened(world, at=AT - timedelta(days=400), dated=date(2025, 1, 1))
    assert case.clocks.exists()
