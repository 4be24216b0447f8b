"""One-time codes: six digits to a phone, ten minutes, a few tries.

Asking for a code is answered alike whether or not there is a phone to send it to; only the worker,
in its own time, finds out.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import F, Model, QuerySet

from pingyi.audit.actions import Actor, action, kind_of, record
from pingyi.audit.keys import keyring
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


@action("code.issue")
def issue_code(
    *,
    wanted: OneTimeCode,
    phone: str,
    text: str,
    by: Actor,
    at: datetime,
    draw: Callable[[int], int] = secrets.randbelow,
) -> None:
    """Settle a request: send a fresh code in `text` (at `{code}`), or nothing without a phone."""
    mine = OneTimeCode.objects.filter(pk=wanted.pk, settled_at__isnull=True)
    if not phone:
        mine.update(settled_at=at)
        record(wanted, sent=False)
        return
    code = f"{draw(10**DIGITS):0{DIGITS}}"
    if mine.update(settled_at=at, digest=_digest(wanted, code), expires_at=at + VALID_FOR):
        queue_sms(phone=phone, text=text.format(code=code), purpose="code", by=by, at=at)
    record(wanted, sent=True)


def accept_code(subject: Model, code: str, *, at: datetime) -> bool:
    """Whether `code` is the latest one sent for `subject`, in time; it serves once.

    Called within an action: the try is counted before the code is looked at.
    """
    latest = _of(subject).filter(digest__isnull=False).order_by("-id").first()
    if latest is None:
        return False
    usable = OneTimeCode.objects.filter(
        pk=latest.pk, used_at__isnull=True, expires_at__gt=at, tries__lt=TRIES
    )
    if not usable.update(tries=F("tries") + 1):
        return False
    if not secrets.compare_digest(bytes(latest.digest or b""), _digest(latest, code)):
        return False
    return bool(OneTimeCode.objects.filter(pk=latest.pk, used_at__isnull=True).update(used_at=at))


def _of(subject: Model) -> QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(subject_kind=kind_of(subject), subject_id=str(subject.pk))


def _digest(wanted: OneTimeCode, code: str) -> bytes:
    return keyring().fingerprint(code, context=f"notices.code:{wanted.pk}")
