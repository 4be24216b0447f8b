"""Keys for personal data: encryption, fingerprints for lookup, and marks that last a day.

A keyring holds numbered keys, newest first. Everything new is made with the newest; whatever an
older key made stays readable, and can be found and renewed, until that key is taken out.
"""

import base64
import binascii
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Self

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pingyi.kernel.suites import AES, SUITES, TAG_LENGTH, Box, Suite

FINGERPRINT_LENGTH = 17
"""Bytes of a fingerprint: key number and 16 bytes of the keyed hash."""
MARK_LENGTH = 8

_SECRET_LENGTH = 32
_NONCE_LENGTH = 12
_HIGHEST_NUMBER = 255


class BadKeyring(ValueError):
    """A keyring's text, or a key asked of it, cannot be used. The message shows no key."""


class CannotDecrypt(ValueError):
    """A blob was altered, belongs to another context, or its key is not in the keyring."""


@dataclass(frozen=True)
class Key:
    """One numbered key; what it does is done with keys derived from it, one for each purpose."""

    number: int
    secret: bytes = field(repr=False)
    suite: Suite = field(default=AES, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.number <= _HIGHEST_NUMBER:
            raise BadKeyring(f"key number {self.number} is not within 1–{_HIGHEST_NUMBER}")
        if len(self.secret) != _SECRET_LENGTH:
            raise BadKeyring(f"key {self.number} is not {_SECRET_LENGTH} bytes long")
        try:
            self.box  # noqa: B018  a missing algorithm shall show when the keyring is loaded
        except UnsupportedAlgorithm:
            raise BadKeyring(f"key {self.number}: this OpenSSL lacks {self.suite.name}") from None

    @cached_property
    def box(self) -> Box:
        return self.suite.box(self._derived("encryption", self.suite.box_key_length))

    @cached_property
    def for_fingerprints(self) -> bytes:
        return self._derived("fingerprint", _SECRET_LENGTH)

    @cached_property
    def for_marks(self) -> bytes:
        return self._derived("mark", _SECRET_LENGTH)

    def fingerprint(self, value: str, context: str) -> bytes:
        mac = self.suite.mac(self.for_fingerprints, _in_context(value, context))
        return self._prefix + mac[: FINGERPRINT_LENGTH - 1]

    def encrypt(self, plaintext: bytes, context: str) -> bytes:
        nonce = os.urandom(_NONCE_LENGTH)
        sealed = self.box.encrypt(nonce, plaintext, context.encode())
        return self._prefix + nonce + sealed

    def decrypt(self, blob: bytes, context: str) -> bytes:
        nonce, sealed = blob[1 : 1 + _NONCE_LENGTH], blob[1 + _NONCE_LENGTH :]
        return self.box.decrypt(nonce, sealed, context.encode())

    def to_text(self) -> str:
        suite = "" if self.suite is AES else f"{self.suite.name}:"
        return f"{self.number}:{suite}{base64.b64encode(self.secret).decode()}"

    @property
    def _prefix(self) -> bytes:
        return bytes([self.number])

    def _derived(self, purpose: str, length: int) -> bytes:
        info = f"pingyi/{purpose}".encode()
        return HKDF(self.suite.hash(), length, salt=None, info=info).derive(self.secret)


class Keyring:
    """Numbered keys, newest first.

    Its text is `number:base64` or `number:suite:base64` of 32 random bytes each, joined by commas,
    as in `2:sm4-gcm/sm3:…,1:…`. A key without a suite is of `aes-gcm/sha256`.
    """

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: dict[int, Key] = {}
        for key in keys:
            if key.number in self._keys:
                raise BadKeyring(f"key {key.number} is there twice")
            self._keys[key.number] = key
        if not self._keys:
            raise BadKeyring("the keyring is empty")
        self.newest = next(iter(self._keys.values()))
        if self.newest.number != max(self._keys):
            raise BadKeyring("the newest key (the highest number) must stand first")

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Raises BadKeyring."""
        return cls(_parsed(entry.strip()) for entry in text.split(",") if entry.strip())

    @classmethod
    def generate(cls, suite: str = AES.name) -> Self:
        """A keyring of one fresh key, number 1."""
        return cls([Key(1, os.urandom(_SECRET_LENGTH), _suite(suite))])

    def rotated(self, suite: str | None = None) -> Self:
        """A keyring with one fresh key more; of the same suite unless another is named."""
        kept = self.newest.suite if suite is None else _suite(suite)
        fresh = Key(self.newest.number + 1, os.urandom(_SECRET_LENGTH), kept)
        return type(self)([fresh, *self._keys.values()])

    def to_text(self) -> str:
        """The keys themselves, for a secret file or setting: never for a log."""
        return ",".join(key.to_text() for key in self._keys.values())

    def __repr__(self) -> str:
        return f"Keyring(numbers={list(self._keys)})"

    @property
    def numbers(self) -> list[int]:
        """The keys' numbers, newest first."""
        return list(self._keys)

    def encrypt(self, plaintext: str, *, context: str) -> bytes:
        """Encrypts with the newest key: key number, nonce, ciphertext, tag (29 bytes more).

        `context` names the place it is kept in, as `contact.phone`: a blob moved to another
        place does not decrypt there.
        """
        return self.newest.encrypt(plaintext.encode(), context)

    def decrypt(self, blob: bytes, *, context: str) -> str:
        """Raises CannotDecrypt."""
        return self.decrypt_bytes(blob, context=context).decode()

    def encrypt_bytes(self, plaintext: bytes, *, context: str) -> bytes:
        """As `encrypt`, for what is no text: a file's content."""
        return self.newest.encrypt(plaintext, context)

    def decrypt_bytes(self, blob: bytes, *, context: str) -> bytes:
        """Raises CannotDecrypt."""
        if len(blob) < 1 + _NONCE_LENGTH + TAG_LENGTH:
            raise CannotDecrypt("too short to have been encrypted here")
        key = self._keys.get(blob[0])
        if key is None:
            raise CannotDecrypt(f"encrypted with key {blob[0]}, which the keyring lacks")
        try:
            return key.decrypt(blob, context)
        except InvalidTag:
            raise CannotDecrypt(f"altered, or not of the context {context!r}") from None

    def needs_rotation(self, blob: bytes) -> bool:
        """Whether a blob or fingerprint was made with another key than the newest."""
        return blob[:1] != bytes([self.newest.number])

    def fingerprint(self, value: str, *, context: str, version: int | None = None) -> bytes:
        """A keyed hash for finding a value again without storing it: 17 bytes.

        The same value gives the same bytes under the same key (the newest, or number `version`)
        and context; without the key nobody can try out all phone numbers. The caller brings the
        value to one form first. Raises BadKeyring for a number the keyring lacks.
        """
        number = self.newest.number if version is None else version
        if number not in self._keys:
            raise BadKeyring(f"the keyring has no key {number}")
        return self._keys[number].fingerprint(value, context)

    def fingerprints(self, value: str, *, context: str) -> list[bytes]:
        """One fingerprint for each key, newest first: look up with all of them."""
        return [key.fingerprint(value, context) for key in self._keys.values()]


def mark(value: str, *, day: date, keyring: Keyring) -> bytes:
    """A keyed hash that joins equal values of one day and of no two days: 8 bytes.

    For devices and networks: enough to see a burst, useless for following anybody. The day's salt
    is derived from the newest key, so several processes agree without storing it.
    """
    key = keyring.newest
    return key.suite.mac(_daily_salt(key, day), value.encode(errors="surrogatepass"))[:MARK_LENGTH]


@lru_cache(maxsize=8)
def _daily_salt(key: Key, day: date) -> bytes:
    return key.suite.mac(key.for_marks, day.isoformat().encode())


def _in_context(value: str, context: str) -> bytes:
    # The length keeps ("ab", "c") apart from ("a", "bc").
    return f"{len(context)}:{context}{value}".encode()


def _parsed(entry: str) -> Key:
    number, *suite, secret = entry.split(":") if 1 <= entry.count(":") <= 2 else ("", "")
    if not (number.isascii() and number.isdigit()):
        raise BadKeyring("each key is written number:base64 or number:suite:base64")
    try:
        decoded = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        raise BadKeyring(f"key {number} is not base64") from None
    return Key(int(number), decoded, _suite(suite[0]) if suite else AES)


def _suite(name: str) -> Suite:
    try:
        return SUITES[name]
    except KeyError:
        # The name stays unsaid: a misplaced colon would show a key.
        raise BadKeyring(f"no such suite; there are {', '.join(SUITES)}") from None
