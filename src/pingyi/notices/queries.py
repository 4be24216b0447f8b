"""What waits in an inbox, and what stands in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from pingyi.audit.keys import keyring
from pingyi.kernel.masking import mask_phone
from pingyi.notices.models import TEXT, TO, InboxItem, Outgoing
from pingyi.people.models import User


def inbox_of(user: User) -> QuerySet[InboxItem]:
    """The user's notices, newest first."""
    return InboxItem.objects.filter(user=user)


def unread_count(user: User) -> int:
    """How many notices the user has not seen."""
    return InboxItem.objects.filter(user=user, read_at__isnull=True).count()


@dataclass(frozen=True)
class Shown:
    """A message as the outbox's page shows it: its number masked, its text only where allowed."""

    at: datetime
    purpose: str
    to: str
    text: str
    state: str
    state_label: str
    attempts: int
    settled_at: datetime | None


def outbox(*, with_text: bool) -> QuerySet[Outgoing]:
    """The outbox, newest first; `as_shown` opens one. `with_text` fetches the texts too."""
    found = Outgoing.objects.order_by("-id")
    return found if with_text else found.defer("text_cipher")


def as_shown(message: Outgoing, *, with_text: bool) -> Shown:
    """The number masked; the text only in trial mode, where no message leaves the machine."""
    return Shown(
        at=message.created_at,
        purpose=message.purpose,
        to=mask_phone(keyring().decrypt(bytes(message.to_cipher), context=TO)),
        text=keyring().decrypt(bytes(message.text_cipher), context=TEXT) if with_text else "",
        state=message.state,
        state_label=str(message.get_state_display()),
        attempts=message.attempts,
        settled_at=message.settled_at,
    )
