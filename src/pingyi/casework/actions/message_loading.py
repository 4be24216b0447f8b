"""Citizens' messages loaded from a file: all of it at once, and a known one changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import msgspec

from pingyi.audit.actions import Actor, action, record
from pingyi.audit.keys import keyring
from pingyi.casework import rules
from pingyi.casework.actions.by_hand import open_case_of_message
from pingyi.casework.intake_models import BATCH, SENDER, CitizenMessage, MessageBatch
from pingyi.casework.message_files import MessageRow
from pingyi.casework.models import Case
from pingyi.casework.origins import Channel
from pingyi.casework.reasons import PROPOSAL_GONE, NotNow, Refusal
from pingyi.casework.showing import shown
from pingyi.directory.models import Area, Unit

SLICE = 500

Counts = dict[str, int]


@action("message.propose")
def propose_messages(
    *,
    rows: Sequence[MessageRow],
    channel: Channel,
    area: Area,
    source: str,
    by: Actor,
    at: datetime,
) -> MessageBatch:
    """Keep a checked file's rows, encrypted, until they are loaded or given up.

    Whoever proposes anew gives up what they left lying.
    """
    waiting_batches().filter(proposed_by=by.audit_name).update(content_cipher=None)
    batch = _batch(rows, channel, area, source, by=by, at=at)
    packed = msgspec.json.encode(rows).decode()
    batch.content_cipher = keyring().encrypt(packed, context=BATCH)
    batch.save(force_insert=True)
    record(batch, channel=channel.value, rows=len(rows))
    return batch


@action("message.give_up")
def give_up_messages(*, batch: MessageBatch, by: Actor, at: datetime) -> None:
    """The proposed rows are not loaded. NotNow if they are not waiting any more."""
    if not waiting_batches().filter(pk=batch.pk).update(content_cipher=None):
        raise NotNow(PROPOSAL_GONE)
    record(batch)


@action("message.load")
def accept_messages(*, batch: MessageBatch, by: Actor, at: datetime) -> Counts:
    """Load the proposed rows. NotNow if they are not waiting any more."""
    rows = rows_of(batch)
    if not waiting_batches().filter(pk=batch.pk).update(content_cipher=None):
        raise NotNow(PROPOSAL_GONE)
    batch.content_cipher = None
    return _load(batch, rows, by=by, at=at)


@action("message.load")
def load_messages(
    *,
    rows: Sequence[MessageRow],
    channel: Channel,
    area: Area,
    source: str,
    by: Actor,
    at: datetime,
) -> Counts:
    """Load a checked file's rows at once: how many are new, known already, and opened as cases.

    A message whose number the channel knows is passed over, whatever else it says. Those whose
    sender was not satisfied with the reply are opened as cases, if their unit is known.
    """
    batch = _batch(rows, channel, area, source, by=by, at=at)
    batch.save(force_insert=True)
    return _load(batch, rows, by=by, at=at)


def waiting_batches():
    """Batches proposed and neither loaded nor given up."""
    return MessageBatch.objects.filter(loaded_at=None, content_cipher__isnull=False)


def rows_of(batch: MessageBatch) -> list[MessageRow]:
    """The rows of a waiting batch; NotNow if it waits no more."""
    if batch.content_cipher is None:
        raise NotNow(PROPOSAL_GONE)
    packed = keyring().decrypt(bytes(batch.content_cipher), context=BATCH)
    return msgspec.json.decode(packed, type=list[MessageRow])


def known_numbers(channel: Channel, rows: Sequence[MessageRow]) -> set[str]:
    """Which of the rows' numbers the channel has already."""
    numbers = [row.number for row in rows]
    found: set[str] = set()
    for first in range(0, len(numbers), SLICE):
        found.update(
            CitizenMessage.objects.filter(
                channel=channel.value, number__in=numbers[first : first + SLICE]
            ).values_list("number", flat=True)
        )
    return found


def _batch(
    rows: Sequence[MessageRow],
    channel: Channel,
    area: Area,
    source: str,
    *,
    by: Actor,
    at: datetime,
) -> MessageBatch:
    return MessageBatch(
        source=source[:200],
        channel=channel.value,
        area=area,
        proposed_at=at,
        proposed_by=by.audit_name,
    )


def _load(batch: MessageBatch, rows: Sequence[MessageRow], *, by: Actor, at: datetime) -> Counts:
    known = known_numbers(Channel(batch.channel), rows)
    fresh = [row for row in rows if row.number not in known]
    codes = {row.unit for row in fresh if row.unit}
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(code__in=codes).select_related("area__parent")
    }
    made = CitizenMessage.objects.bulk_create(
        (_message(row, batch, units) for row in fresh), batch_size=SLICE
    )
    opened = [case for message in made if (case := _opened(message, by=by, at=at))]
    batch.loaded_at, batch.loaded_by = at, by.audit_name
    batch.counts = {"new": len(made), "known": len(known), "opened": len(opened)}
    batch.save()
    record(batch, channel=batch.channel, **batch.counts)
    return batch.counts


def _message(row: MessageRow, batch: MessageBatch, units: dict[str, Unit]) -> CitizenMessage:
    keys = keyring()
    unit = units.get(row.unit)
    sender = row.sender
    return CitizenMessage(
        channel=batch.channel,
        number=row.number,
        batch=batch,
        area=rules.office_of(unit) if unit else batch.area,
        unit=unit,
        sender_cipher=keys.encrypt(sender, context=SENDER) if sender else None,
        sender_print=keys.fingerprint(sender, context=SENDER) if sender else None,
        subject=row.subject,
        text=row.text,
        sent_at=row.sent_at,
        reply=row.reply,
        replied_at=row.replied_at,
        satisfaction=row.satisfaction,
        shown_subject=shown(row.subject, sender),
        shown_text=shown(row.text, sender),
        shown_reply=shown(row.reply, sender, landlines=False),
    )


def _opened(message: CitizenMessage, *, by: Actor, at: datetime) -> Case | None:
    if not message.is_bad or message.unit is None:
        return None
    with suppress(Refusal):  # of a unit of the importer's own: left for somebody else
        return open_case_of_message(message=message, by=by, at=at)
    return None
