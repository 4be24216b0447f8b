"""The outbox: attempted before the call, never blindly again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from pingyi.audit.actions import SYSTEM
from pingyi.audit.queries import events, events_about
from pingyi.notices import sending
from pingyi.notices.actions import queue_message, queue_sms
from pingyi.notices.gateways import Unclear, Unreachable
from pingyi.notices.installed import Channel, gateways
from pingyi.notices.models import Outgoing
from pingyi.notices.sending import send_due_messages
from tests.notices.gateways import REFUSED_PHONE, FakeGateway

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
PHONE = "13812341234"
TEXT = "验证码 123456"
State = Outgoing.State

pytestmark = pytest.mark.django_db


def queue(phone: str = PHONE) -> Outgoing:
    return queue_sms(phone=phone, text=TEXT, purpose="code", by=SYSTEM, at=AT)


def state(message: Outgoing) -> str:
    message.refresh_from_db()
    return message.state


def send(gateway, minutes: float = 0, channel: Channel = Channel.SMS) -> int:
    at = AT + timedelta(minutes=minutes)
    return send_due_messages(at=at, by=SYSTEM, through={channel: gateway})


class Gone(FakeGateway):
    def send(self, **_: str) -> None:
        self.calls += 1
        raise Unreachable


def test_it_is_sent_once():
    gateway, message = FakeGateway(), queue()
    assert send(gateway) == 1
    assert send(gateway, 60) == 0
    assert list(gateway.taken.values()) == [(PHONE, TEXT)]
    assert (state(message), message.attempts, message.settled_at) == (State.SENT, 1, AT)
    assert [event.action for event in events_about(message)] == [
        "notice.queue",
        "notice.attempt",
        "notice.settle",
    ]


def test_number_and_text_are_nowhere_in_plain():
    queue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM notices_outgoing")
        rows = [bytes(c) if isinstance(c, memoryview) else c for c in cursor.fetchone()]
    for secret in (PHONE, TEXT, "123456"):
        assert secret not in str(rows)
        assert secret.encode() not in b"".join(c for c in rows if isinstance(c, bytes))
        assert secret not in str([event.data for event in events()])


def test_the_attempt_is_stored_before_the_call():
    seen = []

    class Looking(FakeGateway):
        def send(self, **content: str) -> None:
            message = Outgoing.objects.get()
            seen.append((message.state, message.attempts, connection.in_atomic_block))

    queue()
    send(Looking())
    assert seen[0][:2] == (State.SENDING, 1)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_during_the_call():
    seen = []

    class Looking(FakeGateway):
        def send(self, **content: str) -> None:
            seen.append(connection.in_atomic_block)

    queue()
    send(Looking())
    assert seen == [False]


def test_a_refused_one_is_not_tried_again():
    gateway, message = FakeGateway(), queue(REFUSED_PHONE)
    for minutes in (0, 5, 60):
        send(gateway, minutes)
    assert (state(message), gateway.calls) == (State.FAILED, 1)


def test_what_was_never_handed_over_is_tried_again_and_given_up_in_the_end():
    gateway, message = Gone(), queue()
    send(gateway)
    send(gateway, 0.5)
    assert (state(message), gateway.calls) == (State.WAITING, 1)
    for minutes in range(2, 20, 2):
        send(gateway, minutes)
    assert (state(message), gateway.calls) == (State.FAILED, sending.ATTEMPTS)


def test_an_unclear_one_is_asked_after_and_not_sent_twice():
    gateway, message = FakeGateway(), queue()
    gateway.mute = True
    send(gateway)
    assert state(message) == State.UNKNOWN
    send(gateway, 1)
    assert gateway.calls == 1
    send(gateway, 3)
    assert (state(message), gateway.calls) == (State.SENT, 1)


def test_a_killed_workers_attempt_is_asked_after():
    """Taken by the gateway: sent. Never seen by it: sent now."""
    gateway, taken, lost = FakeGateway(), queue(), queue()
    Outgoing.objects.update(state=State.SENDING, attempted_at=AT, attempts=1)
    gateway.taken[str(taken.reference)] = (PHONE, TEXT)
    send(gateway, 1)
    assert gateway.calls == 0
    send(gateway, 3)
    assert (state(taken), state(lost), gateway.calls) == (State.SENT, State.SENT, 1)


def test_two_workers_send_it_once(monkeypatch: pytest.MonkeyPatch):
    gateway, message = FakeGateway(), queue()
    due = list(Outgoing.objects.all())
    send(gateway)
    monkeypatch.setattr(sending, "_due", lambda mine, at: due)
    assert send(gateway) == 0
    assert (state(message), gateway.calls) == (State.SENT, 1)


def test_without_a_gateway_messages_wait(settings):
    import dataclasses

    settings.PINGYI = dataclasses.replace(settings.PINGYI, mode="production")
    message = queue()
    assert gateways() == {}
    assert send_due_messages(at=AT, by=SYSTEM) == 0
    assert state(message) == State.WAITING


class Mail(FakeGateway):
    """A mail server: it cannot be asked what became of a message."""

    tells = False

    def fate(self, reference: str):
        raise AssertionError("nobody asks a mail server")


def queue_mail() -> Outgoing:
    return queue_message(
        channel=Channel.EMAIL, to="a@b.cn", text=TEXT, purpose="digest", by=SYSTEM, at=AT
    )


def test_each_channel_has_its_own_gateway():
    sms, mail = queue(), queue_mail()
    phones, letters = FakeGateway(), Mail()
    through = {Channel.SMS: phones, Channel.EMAIL: letters}
    assert send_due_messages(at=AT, by=SYSTEM, through=through) == 2
    assert list(phones.taken) == [str(sms.reference)]
    assert letters.taken == {str(mail.reference): ("a@b.cn", TEXT)}


def test_a_channel_without_a_gateway_lets_its_messages_wait():
    mail = queue_mail()
    assert send(FakeGateway(), 60) == 0
    assert state(mail) == State.WAITING


def test_an_unclear_letter_stays_unknown_and_is_never_sent_again():
    class Silent(Mail):
        def send(self, **_: str) -> None:
            self.calls += 1
            raise Unclear

    letters, mail = Silent(), queue_mail()
    for minutes in (0, 3, 60):
        send(letters, minutes, Channel.EMAIL)
    assert (state(mail), letters.calls) == (State.UNKNOWN, 1)


def test_a_killed_workers_letter_is_unknown_once_its_worker_is_taken_for_dead():
    mail, letters = queue_mail(), Mail()
    Outgoing.objects.update(state=State.SENDING, attempted_at=AT, attempts=1)
    send(letters, 1, Channel.EMAIL)
    assert state(mail) == State.SENDING
    send(letters, 3, Channel.EMAIL)
    assert (state(mail), letters.calls) == (State.UNKNOWN, 0)
