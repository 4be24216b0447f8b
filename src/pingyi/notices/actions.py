"""Putting something into the outbox or an inbox. What leaves is sent by `sending`, later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from pingyi.audit.actions import Actor, action, record, record_each
from pingyi.audit.keys import keyring
from pingyi.notices.models import TEXT, TO, InboxItem, Outgoing
from pingyi.notices.wording import english
from pingyi.people.models import User


@action("notice.queue")
def queue_message(
    *,
    channel: Outgoing.Channel,
    to: str,
    text: str,
    purpose: str,
    area: int | None = None,
    by: Actor,
    at: datetime,
) -> Outgoing:
    """Leave a message to be sent. `purpose` is impersonal, as `code`.

    `area` (its key) is where it was written: whose outbox shows it; none is the city's. An
    e-mail's first line is its subject.
    """
    message = Outgoing.objects.create(
        channel=channel,
        purpose=purpose,
        area_id=area,
        to_cipher=keyring().encrypt(to, context=TO),
        text_cipher=keyring().encrypt(text, context=TEXT),
        created_at=at,
    )
    record(message, purpose=purpose, channel=str(channel))
    return message


def queue_sms(
    *, phone: str, text: str, purpose: str, area: int | None = None, by: Actor, at: datetime
) -> Outgoing:
    """Leave a text message to be sent: see `queue_message`."""
    sms = Outgoing.Channel.SMS
    return queue_message(channel=sms, to=phone, text=text, purpose=purpose, area=area, by=by, at=at)


def notify(
    *, users: Iterable[User], text: str, link: str, by: Actor, at: datetime
) -> list[InboxItem]:
    """Put a sentence (a `Sentence` where it has its English) and a link to a page into each user's
    inbox. No personal data in either."""
    readers = list(users)
    return _notify(users=readers, text=text, link=link, by=by, at=at) if readers else []


@action("notice.notify")
def _notify(*, users: list[User], text: str, link: str, by: Actor, at: datetime) -> list[InboxItem]:
    items = []
    for user in users:
        item = InboxItem.objects.create(
            user=user, text=text[:200], text_en=english(text)[:300], link=link, created_at=at
        )
        record(item, link=link)
        items.append(item)
    return items


class Notice(NamedTuple):
    """A sentence and a link for one user, by her key. No personal data in either."""

    user: int
    text: str
    link: str


def notify_each(*, notices: Sequence[Notice], by: Actor, at: datetime) -> list[InboxItem]:
    """Put many notices into inboxes, in a constant number of queries."""
    return _notify_each(notices=notices, by=by, at=at) if notices else []


@action("notice.notify")
def _notify_each(*, notices: Sequence[Notice], by: Actor, at: datetime) -> list[InboxItem]:
    items = InboxItem.objects.bulk_create(
        InboxItem(
            user_id=one.user,
            text=one.text[:200],
            text_en=english(one.text)[:300],
            link=one.link,
            created_at=at,
        )
        for one in notices
    )
    record_each((item, {"link": item.link}) for item in items)
    return items


@action("notice.read")
def mark_read(*, user: User, items: QuerySet[InboxItem], by: Actor, at: datetime) -> int:
    """Note that `user` has seen those of `items` that are hers; how many were new."""
    fresh = items.filter(user=user, read_at__isnull=True).update(read_at=at)
    record(user, notices=fresh)
    return fresh
