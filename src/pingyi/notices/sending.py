"""The worker's side of the outbox.

The attempt is committed before the call, so a killed worker leaves a trace of having tried. What
then is not clearly taken or refused is `unknown`: the gateway is asked for its fate, and the
message goes out again only when the gateway says it never saw it. One that cannot be asked leaves
it `unknown` for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from pingyi.audit.actions import SYSTEM, Actor, action, record
from pingyi.audit.keys import keyring
from pingyi.notices.gateways import Delivery, Gateway, Refused, Unclear, Unreachable
from pingyi.notices.installed import Channel, gateways
from pingyi.notices.models import TEXT, TO, Outgoing

State = Outgoing.State

ATTEMPTS = 5
"""Tries at reaching the gateway before a message counts as failed."""
RETRY_AFTER = timedelta(minutes=1)
PATIENCE = timedelta(minutes=2)
"""After so long without an outcome an attempt's worker is taken for dead."""


def send_due_messages(
    *,
    at: datetime,
    by: Actor = SYSTEM,
    through: Mapping[Channel, Gateway] | None = None,
    limit: int = 50,
) -> int:
    """Send what waits and clear up what is unclear, by every channel that has a gateway.

    At most `limit` of each channel; how many messages got a certain end.
    """
    settled = 0
    for channel, gateway in (gateways() if through is None else through).items():
        mine = Outgoing.objects.filter(channel=channel).order_by("id")
        for message in _unclear(mine, gateway, at)[:limit]:
            settled += _reconcile(message, gateway, by=by, at=at)
        for message in _due(mine, at)[:limit]:
            settled += _send(message, gateway, by=by, at=at)
    return settled


def _due(mine: QuerySet[Outgoing], at: datetime) -> QuerySet[Outgoing]:
    rested = Q(attempted_at__isnull=True) | Q(attempted_at__lte=at - RETRY_AFTER)
    return mine.filter(rested, state=State.WAITING)


def _unclear(mine: QuerySet[Outgoing], gateway: Gateway, at: datetime) -> QuerySet[Outgoing]:
    silent = Q(state=State.SENDING)
    if gateway.tells:
        silent |= Q(state=State.UNKNOWN)
    return mine.filter(silent, attempted_at__lte=at - PATIENCE)


def _send(message: Outgoing, gateway: Gateway, *, by: Actor, at: datetime) -> bool:
    if not _begin(message=message, by=by, at=at):
        return False
    try:
        gateway.send(
            reference=str(message.reference),
            to=keyring().decrypt(bytes(message.to_cipher), context=TO),
            text=keyring().decrypt(bytes(message.text_cipher), context=TEXT),
        )
    except Refused:
        state = State.FAILED
    except Unreachable:
        state = State.WAITING if message.attempts + 1 < ATTEMPTS else State.FAILED
    except Unclear:
        state = State.UNKNOWN
    else:
        state = State.SENT
    return _end(message=message, was=State.SENDING, state=state, by=by, at=at)


def _reconcile(message: Outgoing, gateway: Gateway, *, by: Actor, at: datetime) -> bool:
    if not gateway.tells:
        return _end(message=message, was=State.SENDING, state=State.UNKNOWN, by=by, at=at)
    try:
        fate = gateway.fate(str(message.reference))
    except (Unreachable, Unclear):
        return False
    state = {
        Delivery.TAKEN: State.SENT,
        Delivery.REFUSED: State.FAILED,
        Delivery.NEVER_SEEN: State.WAITING if message.attempts < ATTEMPTS else State.FAILED,
    }[fate]
    return _end(message=message, was=message.state, state=state, by=by, at=at)


def _begin(*, message: Outgoing, by: Actor, at: datetime) -> bool:
    """Whether the attempt is ours; another worker may have been first."""
    try:
        _attempt(message=message, by=by, at=at)
    except _TakenByAnother:
        return False
    return True


class _TakenByAnother(Exception):
    """The message is no longer in the state it was read in."""


@action("notice.attempt")
def _attempt(*, message: Outgoing, by: Actor, at: datetime) -> None:
    mine = Outgoing.objects.filter(pk=message.pk, state=State.WAITING).update(
        state=State.SENDING, attempted_at=at, attempts=message.attempts + 1
    )
    if not mine:
        raise _TakenByAnother
    record(message, attempt=message.attempts + 1)


def _end(*, message: Outgoing, was: str, state: str, by: Actor, at: datetime) -> bool:
    try:
        _settle(message=message, was=was, state=state, by=by, at=at)
    except _TakenByAnother:
        return False
    return state in (State.SENT, State.FAILED)


@action("notice.settle")
def _settle(*, message: Outgoing, was: str, state: str, by: Actor, at: datetime) -> None:
    certain = state in (State.SENT, State.FAILED)
    mine = Outgoing.objects.filter(pk=message.pk, state=was).update(
        state=state, settled_at=at if certain else None
    )
    if not mine:
        raise _TakenByAnother
    record(message, state=str(state))
