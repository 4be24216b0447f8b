"""A look that nobody's work explains raises a mark, once; an audit administrator reviews it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.audit import queries as audit
from pingyi.audit.actions import SYSTEM
from pingyi.casework.actions import log_call, reveal_contact
from pingyi.people.actions import appoint, end_appointment
from pingyi.people.roles import Role
from pingyi.privacy.models import Outcome, PryingMark
from pingyi.privacy.policies import Refused
from pingyi.privacy.prying import TIME_TO_ACT, breaches, raise_prying_marks, review_mark
from pingyi.web.account.looks import by_rating, by_reader
from tests.casework.world import AT, PHONE, World
from tests.staff import signed_in

LATER = AT + timedelta(days=20)
"""After everything `world.case` walks through."""
JUDGED = LATER + TIME_TO_ACT


def look(case, by, *, at=LATER, what: str = "phone") -> None:
    assert reveal_contact(case=case, what=what, reason="回访前核对", by=by, at=at)


def marked(world: World, end: str, reader) -> list[PryingMark]:
    look(world.case(end), reader)
    return raise_prying_marks(at=JUDGED)


def test_the_caller_whose_turn_it_is_may_look(world: World):
    assert not marked(world, "sorted", world.caller)


def test_whoever_worked_on_the_case_may_look_again(world: World):
    assert not marked(world, "closed", world.manager)
    assert not marked(world, "closed", world.caller)


def test_one_who_neither_worked_on_it_nor_has_its_turn_is_marked(world: World):
    other = world.person(Role.CALLER, area=world.city)
    (mark,) = marked(world, "closed", other)
    assert (mark.reader, mark.what, mark.looked_at) == (other.username, "phone", LATER)
    assert PHONE not in str([event.data for event in audit.events_about(mark)])


def test_it_is_not_the_inspectors_before_it_is_referred(world: World):
    assert len(marked(world, "sorted", world.inspector)) == 1
    assert not marked(world, "referred", world.inspector)


def test_working_on_it_within_the_hour_explains_the_look(world: World):
    case = world.case("sorted")
    look(case, world.manager)
    assert not raise_prying_marks(at=LATER)
    log_call(case=case, outcome="no_answer", by=world.manager, at=LATER + timedelta(minutes=20))
    assert not raise_prying_marks(at=JUDGED)


def test_not_working_on_it_does_not(world: World):
    look(world.case("sorted"), world.manager)
    assert len(raise_prying_marks(at=JUDGED)) == 1


def test_the_turn_is_as_it_was_when_they_looked(world: World):
    case = world.case("sorted")
    second = world.person(Role.CALLER, area=world.city)
    look(case, second)
    late = LATER + timedelta(minutes=5)
    log_call(case=case, outcome="answered_settled", reply="好", by=world.caller, at=late)
    look(case, second, at=late + timedelta(minutes=5))
    marks = raise_prying_marks(at=JUDGED + timedelta(hours=1))
    assert [mark.looked_at for mark in marks] == [late + timedelta(minutes=5)]


def test_a_role_held_then_counts_though_it_has_ended(world: World):
    case = world.case("sorted")
    look(case, world.caller)
    held = world.caller.appointments.get()
    end_appointment(appointment=held, by=SYSTEM, at=LATER + timedelta(minutes=1))
    assert not raise_prying_marks(at=JUDGED)


def test_a_role_given_afterwards_does_not(world: World):
    case = world.case("sorted")
    look(case, world.inspector)
    late = LATER + timedelta(minutes=1)
    appoint(user=world.inspector, role=Role.CALLER, area=world.district, by=SYSTEM, at=late)
    assert len(raise_prying_marks(at=JUDGED)) == 1


def test_each_look_is_marked_once(world: World):
    other = world.person(Role.CALLER, area=world.city)
    case = world.case("closed")
    look(case, other)
    look(case, other, what="matter")
    assert len(raise_prying_marks(at=JUDGED)) == 2
    before = audit.events().count()
    assert not raise_prying_marks(at=JUDGED + timedelta(minutes=10))
    assert (PryingMark.objects.count(), audit.events().count()) == (2, before)


@pytest.fixture
def mark(world: World) -> PryingMark:
    (found,) = marked(world, "closed", world.person(Role.CALLER, area=world.city))
    return found


def test_a_breach_is_there_for_whoever_keeps_breaches(world: World, mark):
    auditor = world.person(Role.AUDIT_ADMIN)
    assert not list(breaches())
    review_mark(mark=mark, outcome=Outcome.BREACH, reason="与工作无关", by=auditor, at=JUDGED)
    (breach,) = breaches()
    assert (breach.ref, breach.reader, breach.unit) == (f"P-{mark.pk}", mark.reader, "")
    assert breach.case == mark.case.number
    assert not list(breaches(until=JUDGED - timedelta(seconds=1)))


def test_an_explained_one_is_none(world: World, mark):
    auditor = world.person(Role.AUDIT_ADMIN)
    review_mark(mark=mark, outcome=Outcome.EXPLAINED, reason="代班", by=auditor, at=JUDGED)
    assert not list(breaches())


def test_reviewed_once_with_a_reason_and_never_by_the_reader(world: World, mark):
    auditor = world.person(Role.AUDIT_ADMIN)
    reader = world.person(Role.CALLER, area=world.city)
    for by, reason in ((auditor, " "), (reader, "没事")):
        with pytest.raises(Refused):
            review_mark(mark=mark, outcome=Outcome.EXPLAINED, reason=reason, by=by, at=JUDGED)
    review_mark(mark=mark, outcome=Outcome.EXPLAINED, reason="代班", by=auditor, at=JUDGED)
    with pytest.raises(Refused):
        review_mark(mark=mark, outcome=Outcome.BREACH, reason="违纪", by=auditor, at=JUDGED)


# ── the pages ────────────────────────────────────────────────────────


def test_the_review_is_done_on_its_page(world: World, mark):
    browser = signed_in(world.person(Role.AUDIT_ADMIN))
    there = f"/audit/prying/{mark.pk}/"
    assert there in browser.get("/audit/prying/?state=open").content.decode()
    assert browser.post(there, {"outcome": "breach"}).status_code == 422
    done = browser.post(there, {"outcome": "breach", "reason": "与工作无关"})
    assert done.headers["Location"] == "/audit/prying/"
    assert there not in browser.get("/audit/prying/?state=open").content.decode()
    page = browser.get(there).content.decode()
    assert "与工作无关" in page
    assert '<form method="post" action="/audit/prying' not in page
    assert browser.post(there, {"outcome": "explained", "reason": "x"}).status_code == 422


def test_who_looked_how_often_by_reader_and_by_rating(world: World, mark):
    look(mark.case, world.caller)
    look(mark.case, world.caller, what="matter")
    shown = {user.username: user for user in by_reader(JUDGED)}
    own, other = shown[world.caller.username], shown[mark.reader]
    assert (own.looks, own.lately, own.things, own.open_marks) == (2, 2, 1, 0)
    assert (other.looks, other.open_marks, other.breaches) == (1, 1, 0)
    (row,) = by_rating(JUDGED)
    assert (row.pk, row.looks, row.people, row.open_marks) == (mark.case_id, 3, 2, 1)


@pytest.mark.parametrize("path", ["readers", "raters", "prying"])
def test_the_lists_take_few_queries_and_name_no_rater(world: World, path):
    other = world.person(Role.CALLER, area=world.city)
    browser = signed_in(world.person(Role.AUDIT_ADMIN))
    browser.get(f"/audit/{path}/")
    counts = []
    for cases in (2, 6):
        for _ in range(cases):
            look(world.case("closed"), other)
        raise_prying_marks(at=JUDGED)
        with CaptureQueriesContext(connection) as caught:
            page = browser.get(f"/audit/{path}/").content.decode()
        counts.append(len(caught))
        assert PHONE not in page
        assert "138****" not in page
    assert counts[0] == counts[1] < 12
