"""Who may see what became of a rating: whoever knows its private word, or holds the phone left.

A receipt alone proves that a rating was given and nothing else; so here everything takes the same
path, and the same time, whether or not a word or a phone was left.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pingyi.audit.actions import CITIZEN, SYSTEM, Actor, action, record
from pingyi.audit.keys import keyring
from pingyi.audit.queries import events_about
from pingyi.notices import codes
from pingyi.ratings.contacts import open_phone, word_matches
from pingyi.ratings.models import Contact, Rating

TRIES = 10
"""Wrong words and codes for one receipt within WINDOW, before none is looked at any more."""
WINDOW = timedelta(hours=1)
CODE_TEXT = "【评议】验证码 {code}，10 分钟内有效。用于查看您的评价办理情况，请勿告诉他人。"


class TooManyTries(Exception):
    """Too many wrong words or codes for this receipt of late."""


def find(receipt: str) -> Rating | None:
    """The rating with that receipt, as `normalise_receipt` leaves it."""
    return Rating.objects.select_related("contact").filter(receipt=receipt).first()


def open_by_word(rating: Rating, word: str, *, at: datetime) -> bool:
    """Whether `word` is the private word set with the rating. Raises TooManyTries."""
    _count_try(rating, at=at)
    if not word_matches(_contact(rating), word[:200], receipt=rating.receipt, keyring=keyring()):
        return False
    _note_opened(rating=rating, by=CITIZEN, at=at)
    return True


def open_by_code(rating: Rating, code: str, *, at: datetime) -> bool:
    """Whether `code` was sent to the phone left with the rating. Raises TooManyTries."""
    _count_try(rating, at=at)
    if not codes.accept_code(rating, code, by=CITIZEN, at=at):
        return False
    _note_opened(rating=rating, by=CITIZEN, at=at)
    return True


def ask_for_code(rating: Rating, *, at: datetime) -> None:
    """Have a code sent to the phone left, if one was. Raises codes.TooManyCodes."""
    codes.request_code(subject=rating, by=CITIZEN, at=at)


def send_wanted_codes(*, at: datetime, by: Actor = SYSTEM, limit: int = 50) -> int:
    """The worker's part: a code to each phone there is; how many requests were settled."""
    wanted = list(codes.wanted_codes("rating", at)[:limit])
    found = Contact.objects.select_related("rating__unit")
    contacts = found.in_bulk([int(each.subject_id) for each in wanted])
    for each in wanted:
        contact = contacts.get(int(each.subject_id))
        phone = open_phone(contact, keyring=keyring()) if contact else ""
        area = contact.rating.unit.area_id if contact else None
        codes.issue_code(wanted=each, phone=phone, text=CODE_TEXT, area=area, by=by, at=at)
    return len(wanted)


def _contact(rating: Rating) -> Contact:
    """The rating's contact; without a word, one that no word matches, at the same cost."""
    contact: Contact | None = getattr(rating, "contact", None)
    if contact is not None and contact.word_digest:
        return contact
    return Contact(word_digest=bytes([keyring().newest.number]) + bytes(16))


def _count_try(rating: Rating, *, at: datetime) -> None:
    """Each try is committed before it is looked at, so that many at once gain nothing."""
    if _tries(rating, at) >= TRIES:
        raise TooManyTries
    _note_try(rating=rating, by=CITIZEN, at=at)
    if _tries(rating, at) > TRIES:
        raise TooManyTries


def _tries(rating: Rating, at: datetime) -> int:
    """Tries in the last hour, since the last one that succeeded."""
    recent = events_about(rating).filter(at__gt=at - WINDOW)
    opened = recent.filter(action="rating.open").order_by("-id").values_list("id", flat=True)
    tries = recent.filter(action="rating.try", id__gt=opened.first() or 0)
    return tries.count()


@action("rating.try")
def _note_try(*, rating: Rating, by: Actor, at: datetime) -> None:
    record(rating)


@action("rating.open")
def _note_opened(*, rating: Rating, by: Actor, at: datetime) -> None:
    record(rating)
