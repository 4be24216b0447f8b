"""Acknowledging, replying, accepting, sending back, reminding; and what is late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pingyi.audit.queries import events_about
from pingyi.letters import actions, queries
from pingyi.letters.actions import Addressee
from pingyi.letters.models import Recipient
from pingyi.letters.policies import Why, why_not_reply
from pingyi.letters.states import Part, Progress
from pingyi.people.roles import Role
from tests.casework.world import after
from tests.letters.test_drafting import refused


def reply(office, recipient, *, text="已增设窗口。", at=None):
    return actions.reply_to_letter(
        recipient=recipient, text=text, by=office.unit_admin, at=at or after(days=2)
    )


def stands(recipient: Recipient) -> Progress:
    return queries.progress(Recipient.objects.get(pk=recipient.pk))


def test_acknowledged_once(office):
    recipient = office.sent()
    assert stands(recipient) is Progress.UNREAD
    actions.acknowledge(recipient=recipient, by=office.unit_admin, at=after(hours=1))
    assert stands(recipient) is Progress.TO_REPLY
    with refused(Why.ACKNOWLEDGED):
        actions.acknowledge(recipient=recipient, by=office.unit_admin, at=after(hours=2))


def test_a_reply_acknowledges_meets_the_clock_and_tells_the_drafter(office):
    recipient = office.sent()
    with refused(Why.NEEDED, "text"):
        reply(office, recipient, text="  ")
    reply(office, recipient)
    assert stands(recipient) is Progress.REPLIED
    assert recipient.clocks.get(rule="letter_reply").met_at == after(days=2)
    assert Recipient.objects.get().acknowledged_at == after(days=2)
    item = office.drafter.inbox.get()
    assert item.text == "洪山区人社局已答复武治庸函〔2026〕1号，请审核。"
    with refused(Why.NOT_AWAITED):
        reply(office, recipient)


def test_accepted_it_is_over(office):
    recipient = office.sent()
    with refused(Why.NOTHING_TO_JUDGE):
        actions.accept_reply(recipient=recipient, by=office.drafter, at=after(days=3))
    reply(office, recipient)
    actions.accept_reply(recipient=recipient, by=office.drafter, at=after(days=3))
    assert stands(recipient) is Progress.ACCEPTED
    with refused(Why.NOTHING_TO_JUDGE):
        actions.return_reply(recipient=recipient, reason="x", by=office.drafter, at=after(days=3))


def test_sent_back_another_is_due(office):
    recipient = office.sent()
    reply(office, recipient)
    back = {"recipient": recipient, "by": office.drafter, "at": after(days=3)}
    with refused(Why.NEEDED, "reason"):
        actions.return_reply(reason="", **back)
    with refused(Why.DAYS_UNFIT, "days"):
        actions.return_reply(reason="没有措施", days=999, **back)
    actions.return_reply(reason="没有措施", days=3, **back)
    assert stands(recipient) is Progress.RETURNED
    first, second = recipient.clocks.filter(rule="letter_reply")
    assert first.met_at is not None
    assert (second.amount, second.started_at) == (3, after(days=3))
    assert office.unit_admin.inbox.filter(text__contains="被退回").exists()
    reply(office, recipient, text="补报措施", at=after(days=4))
    assert stands(recipient) is Progress.REPLIED
    told = [step.action for step in queries.correspondence(recipient)]
    assert told == ["letter.acknowledge", "letter.reply", "letter.return", "letter.reply"]


def test_a_copy_is_acknowledged_and_not_replied_to(office):
    world = office.world
    given = [Addressee(world.brigade), Addressee(world.bureau, Part.COPY)]
    copy = office.issued(addressees=given).recipients.get(unit=world.bureau)
    assert why_not_reply(copy, office.unit_admin) is Why.NOT_AWAITED
    actions.acknowledge(recipient=copy, by=office.unit_admin, at=after(hours=1))
    assert stands(copy) is Progress.TAKEN


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.UNIT_ADMIN])
def test_nobody_else_answers_for_the_unit(office, role):
    recipient = office.sent()
    stranger = office.world.person(role, area=office.world.city)
    for act, given in (
        (actions.acknowledge, {}),
        (actions.reply_to_letter, {"text": "代答"}),
    ):
        with refused(Why.NOT_YOURS):
            act(recipient=recipient, by=stranger, at=after(days=1), **given)
    neighbour = office.world.person(Role.UNIT_ADMIN, unit=office.world.other_unit)
    with refused(Why.NOT_YOURS):
        actions.acknowledge(recipient=recipient, by=neighbour, at=after(days=1))


def test_a_unit_judges_no_reply_and_reminds_nobody(office):
    recipient = office.sent()
    reply(office, recipient)
    for act in (actions.accept_reply, actions.remind):
        with refused(Why.NOT_YOURS):
            act(recipient=recipient, by=office.unit_admin, at=after(days=3))


def test_late_is_a_query(office):
    recipient = office.sent()
    due = recipient.clocks.get(rule="letter_reply").due_at
    assert not queries.overdue(office.drafter, due).exists()
    late = due + timedelta(seconds=1)
    assert queries.overdue(office.drafter, late).get() == recipient
    assert queries.letters_for(office.drafter).late(late).exists()
    reply(office, recipient, at=late)
    assert not queries.overdue(office.drafter, late).exists()
    assert recipient.clocks.get(rule="letter_reply").is_late(late)


def test_reminded_once_a_day_while_awaited(office):
    recipient = office.sent()
    remind = {"recipient": recipient, "by": office.drafter}
    actions.remind(at=after(days=1), **remind)
    assert office.unit_admin.inbox.filter(text__startswith="催办").count() == 1
    with refused(Why.REMINDED):
        actions.remind(at=after(days=1, hours=2), **remind)
    actions.remind(at=after(days=2), **remind)
    reply(office, recipient, at=after(days=3))
    with refused(Why.NOT_AWAITED):
        actions.remind(at=after(days=4), **remind)


def test_every_step_is_an_event_without_words(office):
    recipient = office.sent()
    reply(office, recipient, text="秘密内容")
    actions.accept_reply(recipient=recipient, by=office.drafter, at=after(days=3))
    events = list(events_about(recipient.letter))
    assert [event.action for event in events] == [
        "letter.draft",
        "letter.submit",
        "letter.issue",
        "letter.reply",
        "letter.accept",
    ]
    assert "秘密内容" not in str([event.data for event in events])
