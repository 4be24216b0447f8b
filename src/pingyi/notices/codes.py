"""One-time codes: six digits to a phone, ten minutes, a few tries.

Asking for a code is answered alike whether or not there is a phone to send it to; only the worker,
in its own time, finds out.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Model, QuerySet

from pingyi.audit.actions import Actor, action, kind_of, record
from pingyi.audit.keys import keyring
from pingyi.kernel.secrets import FINGERPRINT_LENGTH
from pingyi.notices.actions import queue_sms
from pingyi.notices.models import OneTimeCode

VALID_FOR = timedelta(minutes=10)
TRIES = 5
REQUESTS = 3
"""Codes that can be asked for in REQUEST_WINDOW, for one thing."""
REQUEST_WINDOW = timedelta(hours=1)
DIGITS = 6


class TooManyCodes(Exception):
    """So many codes were asked for of late that no other is sent for a while."""


class Addressee(NamedTuple):
    """Where a code goes, "" for nowhere, and the area whose outbox shows it."""

    phone: str = ""
    area: int | None = None


@action("code.request")
def request_code(*, subject: Model, by: Actor, at: datetime) -> OneTimeCode:
    """Note that a code is wanted for `subject`. Raises TooManyCodes."""
    recent = _of(subject).filter(requested_at__gt=at - REQUEST_WINDOW)
    if recent.count() >= REQUESTS:
        raise TooManyCodes
    wanted = OneTimeCode.objects.create(
        subject_kind=kind_of(subject), subject_id=str(subject.pk), requested_at=at
    )
    record(subject)
    return wanted


def wanted_codes(kind: str, at: datetime) -> QuerySet[OneTimeCode]:
    """Requests for this kind of subject that nobody has looked at yet; old ones are past use."""
    return OneTimeCode.objects.filter(
        settled_at__isnull=True, subject_kind=kind, requested_at__gt=at - VALID_FOR
    )


def issue_wanted_codes(
    kind: str,
    addressees: Callable[[Collection[int]], Mapping[int, Addressee]],
    *,
    text: str,
    by: Actor,
    at: datetime,
    limit: int = 50,
) -> int:
    """The worker's part: a code, in `text`, to whoever asked for a thing of this `kind`, where
    `addressees` finds a phone by its key; how many requests were settled."""
    wanted = list(wanted_codes(kind, at)[:limit])
    found = addressees([int(each.subject_id) for each in wanted])
    for each in wanted:
        phone, area = found.get(int(each.subject_id), Addressee())
        issue_code(wanted=each, phone=phone, text=text, area=area, by=by, at=at)
    return len(wanted)


@action("code.issue")
def issue_code(
    *,
    wanted: OneTimeCode,
    phone: str,
    text: str,
    area: int | None = None,
    by: Actor,
    at: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> None:
    """Settle a request: send a fresh code in `text` (at `{code}`), or nothing without a phone.

    `area` is whose outbox shows it.
    """
    code = f"{draw(10**DIGITS):0{DIGITS}}"
    mine = OneTimeCode.objects.filter(pk=wanted.pk, settled_at__isnull=True).update(
        settled_at=at, expires_at=at + VALID_FOR, digest=_digest(wanted, code) if phone else None
    )
    if mine and phone:
        text = text.format(code=code)
        queue_sms(phone=phone, text=text, purpose="code", area=area, by=by, at=at)
    record(wanted, sent=bool(mine and phone))


def accept_code(subject: Model, code: str, *, by: Actor, at: datetime) -> bool:
    """Whether `code` is the latest one sent for `subject`, in time; it serves once.

    The try is committed before the code is looked at. Where nothing could be sent the same is
    done, so that the time taken does not tell.
    """
    latest = _of(subject).filter(settled_at__isnull=False).order_by("-id").first()
    if latest is None or not _count_try(wanted=latest, by=by, at=at):
        return False
    kept = bytes(latest.digest or _NOTHING)
    if not secrets.compare_digest(kept, _digest(latest, code)):
        return False
    return _use(wanted=latest, by=by, at=at)


_NOTHING = bytes(FINGERPRINT_LENGTH)


@action("code.try")
def _count_try(*, wanted: OneTimeCode, by: Actor, at: datetime) -> bool:
    usable = OneTimeCode.objects.filter(
        pk=wanted.pk, used_at__isnull=True, expires_at__gt=at, tries__lt=TRIES
    )
    record(wanted)
    return bool(usable.update(tries=F("tries") + 1))


@action("code.use")
def _use(*, wanted: OneTimeCode, by: Actor, at: datetime) -> bool:
    record(wanted)
    return bool(OneTimeCode.objects.filter(pk=wanted.pk, used_at__isnull=True).update(used_at=at))


def _of(subject: Model) -> QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(subject_kind=kind_of(subject), subject_id=str(subject.pk))


def _digest(wanted: OneTimeCode, code: str) -> bytes:
    return keyring().fingerprint(code, context=f"notices.code:{wanted.pk}")
