"""More days to reply: who asks, who decides, what becomes of the recipient's clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pingyi.audit.queries import events_about
from pingyi.clocks.actions import change_calendar
from pingyi.kernel.workdays import SHANGHAI
from pingyi.letters import actions, queries
from pingyi.letters.actions import Addressee
from pingyi.letters.models import LetterTimeRequest, Recipient
from pingyi.letters.policies import Refused, Why
from pingyi.letters.states import Desk, Kind
from pingyi.notices.models import InboxItem
from pingyi.people.actions import appoint
from pingyi.people.roles import Role
from tests.casework.test_concurrency import at_once
from tests.casework.world import AT, FOUNDER, after
from tests.clocks.test_actions import slowly
from tests.letters.world import Office, open_office

WHY = "等待审计结果"
SOON = after(hours=2)


@pytest.fixture
def office(db) -> Office:
    return open_office()


@pytest.fixture
def recipient(office: Office) -> Recipient:
    return office.sent()


def asked(office, recipient, days=3, *, by=None, at=SOON, reason=WHY) -> LetterTimeRequest:
    return actions.ask_for_days(
        recipient=recipient, days=days, reason=reason, by=by or office.unit_admin, at=at
    )


def due(recipient: Recipient) -> str:
    return f"{recipient.clocks.latest('pk').due_at.astimezone(SHANGHAI):%m-%d}"


def told(user) -> list[str]:
    found = list(InboxItem.objects.filter(user=user).order_by("pk").values_list("text", flat=True))
    InboxItem.objects.filter(user=user).delete()
    return found


def refusal(why: Why, run, **given) -> None:
    with pytest.raises(Refused) as refused:
        run(**given)
    assert refused.value.why is why


def test_the_unit_asks_and_somebody_who_issues_agrees(office, recipient):
    assert due(recipient) == "06-10"
    told(office.issuer)
    told(office.unit_admin)
    asked(office, recipient)
    assert due(recipient) == "06-10", "nothing moves before somebody agreed"
    assert "申请延期，请决定" in told(office.issuer)[0]
    assert list(Recipient.objects.waiting_for_a_second()) == [recipient]
    actions.grant_days(recipient=recipient, by=office.issuer, at=SOON)
    assert due(recipient) == "06-15"
    assert told(office.unit_admin) == [f"对{recipient.letter.number}的答复已同意延期。"]
    assert not Recipient.objects.waiting_for_a_second().exists()
    names = [event.action for event in events_about(recipient.letter)]
    assert names[-2:] == ["letter.ask_time", "letter.grant_time"]
    story = [(step.action, step.detail) for step in queries.correspondence(recipient)]
    assert story == [
        ("letter.ask_time", f"延期 3 个工作日\n{WHY}"),
        ("letter.grant_time", "延期 3 个工作日"),
    ]


def test_each_recipient_has_its_own(office):
    world = office.world
    letter = office.issued(world.bureau, world.brigade)
    mine, other = letter.recipients.order_by("pk")
    asked(office, mine)
    actions.grant_days(recipient=mine, by=office.issuer, at=SOON)
    assert (due(mine), due(other)) == ("06-15", "06-10")


def test_whoever_asked_does_not_decide(office, recipient):
    asked(office, recipient, by=office.drafter)
    refusal(Why.OWN_REQUEST, actions.grant_days, recipient=recipient, by=office.drafter, at=SOON)
    refusal(
        Why.OWN_REQUEST, actions.refuse_days, recipient=recipient, reason="不", by=office.drafter,
        at=SOON,
    )  # fmt: skip
    actions.grant_days(recipient=recipient, by=office.issuer, at=SOON)
    assert recipient.clocks.get(rule="letter_reply").amount == 10


def test_who_neither_asks_nor_decides(office, recipient):
    world = office.world
    strangers = (
        world.person(Role.CALLER),
        world.person(Role.INSPECTOR, area=world.city),
        world.person(Role.CASE_MANAGER, area=world.elsewhere),
        world.person(Role.UNIT_ADMIN, unit=world.other_unit),
    )
    for user in strangers:
        with pytest.raises(Refused):
            asked(office, recipient, by=user)
    asked(office, recipient)
    for user in (*strangers, office.unit_admin):
        refusal(Why.NOT_YOURS, actions.grant_days, recipient=recipient, by=user, at=SOON)
    both = world.newcomer(Role.UNIT_ADMIN)
    appoint(user=both, role=Role.UNIT_ADMIN, unit=world.bureau, by=FOUNDER, at=AT)
    appoint(user=both, role=Role.LEADER, area=world.city, by=FOUNDER, at=AT)
    both.__dict__.pop("_appointments", None)
    refusal(Why.OWN_UNIT, actions.grant_days, recipient=recipient, by=both, at=SOON)


def test_of_the_inspectors_letters_the_inspectors_decide(office):
    world = office.world
    first = world.person(Role.INSPECTOR)
    second = world.newcomer(Role.INSPECTOR)
    letter = office.draft(organ=office.inspectors, kind=Kind.RECOMMENDATION, by=first)
    actions.submit_letter(letter=letter, by=first, at=AT)
    recipient = actions.issue_letter(letter=letter, by=second, at=AT).recipients.get()
    assert letter.organ.desk == Desk.INSPECTORS
    asked(office, recipient)
    refusal(Why.NOT_YOURS, actions.grant_days, recipient=recipient, by=office.issuer, at=SOON)
    actions.grant_days(recipient=recipient, by=first, at=SOON)


@pytest.mark.parametrize(
    ("days", "reason", "field"),
    [(0, WHY, "days"), (-1, WHY, "days"), (8, WHY, "days"), (3, " ", "reason"),
     (3, "长" * 201, "reason")],
)  # fmt: skip
def test_what_does_not_fit_is_named(office, recipient, days, reason, field):
    with pytest.raises(Refused) as refused:
        asked(office, recipient, days, reason=reason)
    assert refused.value.field == field


def test_once_as_the_scheme_says_and_anew_for_a_reply_sent_back(office, recipient):
    asked(office, recipient)
    given = {"office": office, "recipient": recipient}
    refusal(Why.TIME_ASKED, asked, **given)
    actions.grant_days(recipient=recipient, by=office.issuer, at=SOON)
    refusal(Why.EXTENDED, asked, **given)
    actions.reply_to_letter(
        recipient=recipient, text="已办", by=office.unit_admin, at=after(days=1)
    )
    refusal(Why.NO_CLOCK, asked, **given)
    actions.return_reply(recipient=recipient, reason="不详", by=office.drafter, at=after(days=2))
    recipient = Recipient.objects.get(pk=recipient.pk)
    asked(office, recipient, 7, at=after(days=2))


def test_a_reply_ends_the_request(office, recipient):
    asked(office, recipient)
    actions.reply_to_letter(
        recipient=recipient, text="已办", by=office.unit_admin, at=after(days=1)
    )
    recipient = Recipient.objects.get(pk=recipient.pk)
    refusal(
        Why.NO_REQUEST, actions.grant_days, recipient=recipient, by=office.issuer, at=after(days=1)
    )


def test_overdue_there_are_no_more_days(office, recipient):
    refusal(Why.CLOCK_LATE, asked, office=office, recipient=recipient, at=after(days=30))
    asked(office, recipient)
    late = {"recipient": recipient, "by": office.issuer, "at": after(days=30)}
    refusal(Why.CLOCK_LATE, actions.grant_days, **late)
    actions.refuse_days(reason="已超期", **late)


def test_refused_the_clock_runs_on_and_the_unit_reads_why(office, recipient):
    asked(office, recipient)
    told(office.unit_admin)
    actions.refuse_days(recipient=recipient, reason="请按期", by=office.issuer, at=SOON)
    assert due(recipient) == "06-10"
    assert "未同意" in told(office.unit_admin)[0]
    assert queries.correspondence(recipient)[-1].detail == "请按期"


@pytest.mark.django_db(transaction=True)
def test_two_grant_at_once_and_it_is_given_once(transactional_db):
    office = open_office()
    recipient = office.sent()
    asked(office, recipient)
    users = (office.issuer, office.drafter)

    def granting(user):
        def run():
            same = Recipient.objects.select_related("letter__organ__area").get(pk=recipient.pk)
            try:
                return actions.grant_days(recipient=same, by=user, at=SOON)
            except Refused:
                return None

        return run

    both = at_once(*(granting(user) for user in users))
    assert sum(one is not None for one in both) == 1
    assert recipient.clocks.get(rule="letter_reply").amount == 10


def test_a_changed_calendar_moves_an_extended_reply(office, recipient):
    asked(office, recipient)
    actions.grant_days(recipient=recipient, by=office.issuer, at=SOON)
    change_calendar(days={date(2026, 6, 12): False}, by=FOUNDER, at=SOON)
    assert due(recipient) == "06-16"


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days=st.none() | st.integers(2, 40),
    start=st.datetimes(datetime(2015, 1, 1), datetime(2026, 9, 1)),  # noqa: DTZ001
    wait=st.integers(0, 40),
    more=st.integers(1, 40),
)
def test_replies_extended_against_a_slow_count(office, days, start, wait, more):
    started = start.replace(microsecond=0, tzinfo=SHANGHAI)
    with transaction.atomic():
        unit = Addressee(office.world.bureau, days=days)
        recipient = office.sent(addressees=[unit], at=started)
        length = days or 7
        more, at = min(more, length), started + timedelta(hours=min(wait, 24 * length - 24))
        asked(office, recipient, more, at=at)
        actions.grant_days(recipient=recipient, by=office.issuer, at=at)
        clock = recipient.clocks.get(rule="letter_reply")
        assert clock.due_at == slowly(started, length + more, "working_days", [])
        transaction.set_rollback(True)
