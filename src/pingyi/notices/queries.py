"""What waits in an inbox, and what stands in the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from pingyi.audit.keys import keyring
from pingyi.directory.models import Area
from pingyi.kernel.masking import mask_email, mask_phone
from pingyi.notices.models import TEXT, TO, InboxItem, Outgoing
from pingyi.people.models import User
from pingyi.people.permissions import scope_of


def inbox_of(user: User) -> QuerySet[InboxItem]:
    """The user's notices, newest first."""
    return InboxItem.objects.filter(user=user)


def unread_count(user: User) -> int:
    """How many notices the user has not seen."""
    return InboxItem.objects.filter(user=user, read_at__isnull=True).count()


@dataclass(frozen=True)
class Shown:
    """A message as the outbox's page shows it: its reader masked, its text only where allowed."""

    at: datetime
    purpose: str
    to: str
    text: str
    state: str
    state_label: str
    attempts: int
    settled_at: datetime | None


def outbox(user: User, *, with_text: bool) -> QuerySet[Outgoing]:
    """The outbox within the user's reach, newest first; `as_shown` opens one.

    `with_text` fetches the texts too.
    """
    found = Outgoing.objects.filter(_within_reach(user)).order_by("-id")
    return found if with_text else found.defer("text_cipher")


def _within_reach(user: User) -> Q:
    """Of the user's areas; what has none is the whole city's."""
    scope = scope_of(user, "outbox.read")
    found = scope.over(area="area")
    if Area.objects.filter(pk__in=scope.areas, parent__isnull=True).exists():
        found |= Q(area__isnull=True)
    return found


def as_shown(message: Outgoing, *, with_text: bool) -> Shown:
    """The number masked; the text only in trial mode, where no message leaves the machine."""
    mask = mask_email if message.channel == Outgoing.Channel.EMAIL else mask_phone
    return Shown(
        at=message.created_at,
        purpose=message.purpose,
        to=mask(_opened(message.to_cipher, TO)),
        text=_opened(message.text_cipher, TEXT) if with_text else "",
        state=message.state,
        state_label=str(message.get_state_display()),
        attempts=message.attempts,
        settled_at=message.settled_at,
    )


def _opened(blob: bytes | memoryview, context: str) -> str:
    """ "" for what was emptied since."""
    return keyring().decrypt(bytes(blob), context=context) if blob else ""
