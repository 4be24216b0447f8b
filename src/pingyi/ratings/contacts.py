"""What could name the rater, sealed before it is stored and opened by key alone."""

from __future__ import annotations

import hmac
import unicodedata
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from pingyi.kernel.secrets import Keyring
from pingyi.ratings.submission import Submission

if TYPE_CHECKING:
    from pingyi.ratings.models import Contact

PHONE = "contact.phone"
"""Context of phones, encrypted and as fingerprints: the same for every area that compares them."""
MATTER = "contact.matter"


class SealedContact(msgspec.Struct, frozen=True, gc=False):
    """A `Contact`'s columns."""

    phone_cipher: bytes | None
    phone_print: bytes | None
    call_back: bool
    matter_cipher: bytes | None
    matter_print: bytes | None
    word_digest: bytes | None


def seal(given: Submission, *, receipt: str, keyring: Keyring) -> SealedContact | None:
    """The contact of a submission, encrypted and hashed; None if nothing was left."""
    if not given.has_contact:
        return None
    phone, matter, word = given.phone, given.matter, given.word
    return SealedContact(
        phone_cipher=keyring.encrypt(phone, context=PHONE) if phone else None,
        phone_print=keyring.fingerprint(phone, context=PHONE) if phone else None,
        call_back=given.call_back,
        matter_cipher=keyring.encrypt(matter, context=MATTER) if matter else None,
        matter_print=keyring.fingerprint(matter_form(matter), context=MATTER) if matter else None,
        word_digest=word_digest(word, receipt=receipt, keyring=keyring) if word else None,
    )


class HasPhone(Protocol):
    """A rating's contact, or whatever else a phone was left with."""

    @property
    def phone_cipher(self) -> Any: ...


def open_phone(contact: HasPhone, *, keyring: Keyring) -> str:
    """The phone, or "". Whoever shows it to a person logs that reading."""
    blob = contact.phone_cipher
    return keyring.decrypt(bytes(blob), context=PHONE) if blob else ""


def open_matter(contact: Contact, *, keyring: Keyring) -> str:
    """The matter number, or ""."""
    blob = contact.matter_cipher
    return keyring.decrypt(bytes(blob), context=MATTER) if blob else ""


def matter_form(matter: str) -> str:
    """The form in which matter numbers are compared: width, case and spaces do not count."""
    return "".join(unicodedata.normalize("NFKC", matter).upper().split())


def word_digest(word: str, *, receipt: str, keyring: Keyring, version: int | None = None) -> bytes:
    """A private word as kept: a keyed hash bound to the receipt. Case and width do not count."""
    plain = " ".join(unicodedata.normalize("NFKC", word).casefold().split())
    return keyring.fingerprint(plain, context=f"contact.word:{receipt}", version=version)


def word_matches(contact: Contact, word: str, *, receipt: str, keyring: Keyring) -> bool:
    """Whether `word` is the private word set with the rating of that receipt, in constant time."""
    kept = bytes(contact.word_digest or b"")
    if not kept or kept[0] not in keyring.numbers:
        return False
    return hmac.compare_digest(
        kept, word_digest(word, receipt=receipt, keyring=keyring, version=kept[0])
    )
