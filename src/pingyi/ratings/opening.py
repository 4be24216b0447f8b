"""Who may see what became of a rating: whoever knows its private word, or holds the phone left.

A receipt alone proves that a rating was given and nothing else; so here everything takes the same
path, and the same time, whether or not a word or a phone was left. What else has a receipt (see
`Receipted`) is opened by the same rules.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from pingyi.audit.actions import CITIZEN, SYSTEM, Actor, action, record
from pingyi.audit.keys import keyring
from pingyi.audit.queries import events_about
from pingyi.notices import codes
from pingyi.notices.codes import Addressee
from pingyi.ratings.contacts import open_phone, word_matches
from pingyi.ratings.models import Contact, Rating, Receipted

TRIES = 10
"""Wrong words and codes for one receipt within WINDOW, before none is looked at any more."""
WINDOW = timedelta(hours=1)
CODE_TEXT = "【评议】验证码 {code}，10 分钟内有效。用于查看办理情况，请勿告诉他人。"


class TooManyTries(Exception):
    """Too many wrong words or codes for this receipt of late."""


def find(receipt: str) -> Rating | None:
    """The rating with that receipt, as `normalise_receipt` leaves it."""
    return Rating.objects.select_related("contact").filter(receipt=receipt).first()


def open_by_word(received: Receipted, word: str, *, at: datetime) -> bool:
    """Whether `word` is the private word set with the rating. Raises TooManyTries."""
    _count_try(received, at=at)
    contact = _contact(received)
    if not word_matches(contact, word[:200], receipt=received.receipt, keyring=keyring()):
        return False
    _note_opened(received=received, by=CITIZEN, at=at)
    return True


def open_by_code(received: Receipted, code: str, *, at: datetime) -> bool:
    """Whether `code` was sent to the phone left. Raises TooManyTries."""
    _count_try(received, at=at)
    if not codes.accept_code(received, code, by=CITIZEN, at=at):
        return False
    _note_opened(received=received, by=CITIZEN, at=at)
    return True


def ask_for_code(received: Receipted, *, at: datetime) -> None:
    """Have a code sent to the phone left, if one was. Raises codes.TooManyCodes."""
    codes.request_code(subject=received, by=CITIZEN, at=at)


def send_wanted_codes(*, at: datetime, by: Actor = SYSTEM, limit: int = 50) -> int:
    """The worker's part: a code to each phone there is; how many requests were settled."""
    return codes.issue_wanted_codes(
        "rating", _addressees, text=CODE_TEXT, by=by, at=at, limit=limit
    )


def _addressees(ratings: Collection[int]) -> dict[int, Addressee]:
    found = Contact.objects.select_related("rating__unit").filter(pk__in=ratings)
    return {
        contact.pk: Addressee(open_phone(contact, keyring=keyring()), contact.rating.unit.area_id)
        for contact in found
    }


def _contact(received: Receipted) -> Contact:
    """The rating's contact; without a word, one that no word matches, at the same cost."""
    contact: Contact | None = getattr(received, "contact", None)
    if contact is not None and contact.word_digest:
        return contact
    return Contact(word_digest=bytes([keyring().newest.number]) + bytes(16))


def _count_try(received: Receipted, *, at: datetime) -> None:
    """Each try is committed before it is looked at, so that many at once gain nothing."""
    if _tries(received, at) >= TRIES:
        raise TooManyTries
    _note_try(received=received, by=CITIZEN, at=at)
    if _tries(received, at) > TRIES:
        raise TooManyTries


def _tries(received: Receipted, at: datetime) -> int:
    """Tries in the last hour, since the last one that succeeded."""
    recent = events_about(received).filter(at__gt=at - WINDOW)
    opened = recent.filter(action="receipt.open").order_by("-id").values_list("id", flat=True)
    tries = recent.filter(action="receipt.try", id__gt=opened.first() or 0)
    return tries.count()


@action("receipt.try")
def _note_try(*, received: Receipted, by: Actor, at: datetime) -> None:
    record(received)


@action("receipt.open")
def _note_opened(*, received: Receipted, by: Actor, at: datetime) -> None:
    record(received)
