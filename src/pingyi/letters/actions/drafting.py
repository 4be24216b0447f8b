"""The text of a letter and whom it goes to, until it is submitted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F

from pingyi.audit.actions import Actor, action, record
from pingyi.directory.models import Unit
from pingyi.files.actions import Checked, store_file
from pingyi.letters import messages
from pingyi.letters.actions.steps import LONGEST_BODY, cleaned, required, stamp, take
from pingyi.letters.models import Letter, LetterFile, Organ, Recipient
from pingyi.letters.policies import LONGEST_DAYS, Refused, Why, in_reach, may_draft
from pingyi.letters.states import Kind, Part, State


class Addressee(NamedTuple):
    """A unit to write to; `days`: working days of its own to reply in, None by the rule."""

    unit: Unit
    part: Part = Part.MAIN
    days: int | None = None


@action("letter.draft")
def draft_letter(
    *,
    organ: Organ,
    kind: Kind | str,
    title: str,
    body: str,
    addressees: Sequence[Addressee],
    salutation: str = "",
    annexes: str = "",
    wants_reply: bool = True,
    uploads: Sequence[Checked] = (),
    by: Actor,
    at: datetime,
) -> Letter:
    """A draft; its number is given at issue. Raises Refused, naming the argument to blame."""
    if not may_draft(by, organ):
        raise Refused(Why.NOT_YOURS)
    letter = Letter(
        organ=organ,
        kind=_kind(organ, kind).value,
        state=State.DRAFT.value,
        drafted_at=at,
        drafted_by=by.audit_name,
    )
    _write(letter, title, body, salutation, annexes, wants_reply)
    letter.save()
    _address(letter, addressees)
    _attach(letter, uploads, by=by, at=at)
    record(letter, kind=letter.kind, organ=organ.pk, recipients=len(addressees))
    return letter


@action("letter.edit")
def edit_letter(
    *,
    letter: Letter,
    title: str,
    body: str,
    addressees: Sequence[Addressee],
    salutation: str = "",
    annexes: str = "",
    wants_reply: bool = True,
    uploads: Sequence[Checked] = (),
    remove: Collection[int] = (),
    by: Actor,
    at: datetime,
) -> Letter:
    """Write the draft anew, over the wording the caller has read. Raises Refused.

    `uploads` are added to its files; `remove` are keys of stored files to take off.
    """
    if not may_draft(by, letter.organ):
        raise Refused(Why.NOT_YOURS)
    if letter.state != State.DRAFT:
        raise Refused(Why.NOT_IN_STATE)
    mine = Letter.objects.filter(pk=letter.pk, state=State.DRAFT.value, revision=letter.revision)
    if mine.update(revision=F("revision") + 1) != 1:
        raise Refused(Why.OVERTAKEN)
    letter.revision += 1
    _write(letter, title, body, salutation, annexes, wants_reply)
    letter.save(update_fields=["title", "body", "salutation", "annexes", "wants_reply"])
    letter.recipients.all().delete()
    _address(letter, addressees)
    letter.files.filter(file__in=remove).delete()
    _attach(letter, uploads, by=by, at=at)
    record(letter, revision=letter.revision, recipients=len(addressees))
    return letter


@action("letter.submit")
def submit_letter(*, letter: Letter, by: Actor, at: datetime) -> Letter:
    """Lay the draft before whoever issues. Raises Refused."""
    if not letter.recipients.filter(part=Part.MAIN.value).exists():
        raise Refused(Why.NO_RECIPIENT, "main")
    take("submit", letter, by=by, sent_back_reason="", **stamp("submitted", by=by, at=at))
    messages.tell_the_issuers(letter, by=by, at=at)
    record(letter, revision=letter.revision)
    return letter


@action("letter.drop")
def drop_letter(*, letter: Letter, by: Actor, at: datetime) -> Letter:
    """Give the draft up. Raises Refused."""
    take("drop", letter, by=by)
    record(letter)
    return letter


def _kind(organ: Organ, kind: Kind | str) -> Kind:
    try:
        found = Kind(kind)
    except ValueError:
        raise Refused(Why.NEEDED, "kind") from None
    if not organ.series.filter(kind=found.value).exists():
        raise Refused(Why.NOT_ISSUED_HERE, "kind")
    return found


def _write(
    letter: Letter, title: str, body: str, salutation: str, annexes: str, wants_reply: bool
) -> None:
    lines = (line.strip() for line in required(title, "title", longest=120).splitlines())
    letter.title = "\n".join(line for line in lines if line)
    letter.body = required(body, "body", longest=LONGEST_BODY)
    letter.salutation = cleaned(salutation, "salutation", longest=100).rstrip("：:")
    letter.annexes = cleaned(annexes, "annexes", longest=1_000)
    letter.wants_reply = wants_reply


def _address(letter: Letter, addressees: Sequence[Addressee]) -> None:
    seen: set[int] = set()
    for addressee in addressees:
        _check(letter.organ, addressee)
        if addressee.unit.pk in seen:
            raise Refused(Why.TWICE, _field(addressee), addressee.unit.name)
        seen.add(addressee.unit.pk)
    Recipient.objects.bulk_create(
        Recipient(
            letter=letter,
            unit=addressee.unit,
            part=addressee.part.value,
            days=addressee.days if addressee.part is Part.MAIN and letter.wants_reply else None,
        )
        for addressee in addressees
    )


def _attach(letter: Letter, uploads: Sequence[Checked], *, by: Actor, at: datetime) -> None:
    for upload in uploads:
        LetterFile.objects.create(letter=letter, file=store_file(upload=upload, by=by, at=at))


def _check(organ: Organ, addressee: Addressee) -> None:
    field, unit = _field(addressee), addressee.unit
    if unit.retired_at is not None:
        raise Refused(Why.UNIT_RETIRED, field, unit.name)
    if not in_reach(organ, unit):
        raise Refused(Why.OUT_OF_REACH, field, unit.name)
    if addressee.days is not None and not 1 <= addressee.days <= LONGEST_DAYS:
        raise Refused(Why.DAYS_UNFIT, field, unit.name)


def _field(addressee: Addressee) -> str:
    return "main" if addressee.part is Part.MAIN else "copies"
