"""Short codes that people type, read out and photograph: point codes and receipts.

Both are random characters of an alphabet without look-alikes, followed by one check character. The
alphabet has 29 characters, a prime, and each place has its own weight modulo 29; so the check
character catches *every* single wrong character and *every* exchange of two characters, neighbours
or not.
"""

import os
import unicodedata
from collections.abc import Callable, Iterable
from operator import mul

ALPHABET = "23456789abcdefghjkmnpqrstvwxy"
"""Lower case, without 0 o, 1 l i, u (v) and z (2)."""

RandomBytes = Callable[[int], bytes]
"""Gives that many random bytes: `os.urandom`, or `random.Random(seed).randbytes` for a demo."""

_BASE = len(ALPHABET)
_POINT_LENGTH = 9  # 8 random characters: 38 bits
_RECEIPT_LENGTH = 14  # 13 random characters: 63 bits
_GROUP = 4

_LETTERS = ALPHABET.encode().ljust(256, b"?")
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
# A random byte becomes a value below 29; bytes past the last whole multiple of 29 are dropped,
# so that every value is equally likely.
_FAIR_BELOW = 256 - 256 % _BASE
_AS_VALUES = bytes(byte % _BASE for byte in range(256))
_UNFAIR = bytes(range(_FAIR_BELOW, 256))
# The check character, last, has weight 1.
_WEIGHTS = {length: tuple(range(length, 0, -1)) for length in (_POINT_LENGTH, _RECEIPT_LENGTH)}
_CLEANED = str.maketrans({"u": "v", "z": "2"} | dict.fromkeys("-‐‑‒–—―−－_·.,/ "))
_LONGEST_INPUT = 64


def new_point_code(random_bytes: RandomBytes = os.urandom) -> str:
    """A new code for a service point's poster: 9 characters, 38 random bits."""
    return _new(_POINT_LENGTH, random_bytes)


def point_code_is_valid(text: str) -> bool:
    """Whether `text`, as `normalise_code` leaves it, can be a point code."""
    return _checks(text, _POINT_LENGTH)


def normalise_code(text: str) -> str:
    """What a person typed, brought to a code's own form; not necessarily a valid one.

    Upper case, full-width characters, spaces, dashes and the look-alikes u (v) and z (2) are
    forgiven. Text that cannot be meant as a code becomes the empty string.
    """
    if len(text) > _LONGEST_INPUT:
        return ""
    plain = unicodedata.normalize("NFKC", text).lower()
    code = "".join(plain.split()).translate(_CLEANED)
    return code if code.isascii() else ""


def new_receipt(random_bytes: RandomBytes = os.urandom) -> str:
    """A new receipt in groups for reading aloud, as `k7m2-pq9d-3xwe-r4`: 63 random bits."""
    code = _new(_RECEIPT_LENGTH, random_bytes)
    return f"{code[:4]}-{code[4:8]}-{code[8:12]}-{code[12:]}"


def receipt_is_valid(text: str) -> bool:
    """Whether `text`, as `normalise_receipt` leaves it, can be a receipt."""
    code = text.replace("-", "")
    return _checks(code, _RECEIPT_LENGTH) and text == _grouped(code)


def normalise_receipt(text: str) -> str:
    """As `normalise_code`, and grouped by dashes again."""
    return _grouped(normalise_code(text))


def _new(length: int, random_bytes: RandomBytes) -> str:
    values = b""
    while len(values) < length - 1:
        values = random_bytes(2 * length).translate(_AS_VALUES, _UNFAIR)
    values = values[: length - 1]
    check = -_weighted(values, length) % _BASE
    return values.translate(_LETTERS).decode() + ALPHABET[check]


def _checks(code: str, length: int) -> bool:
    if len(code) != length:
        return False
    try:
        values = [_VALUES[character] for character in code]
    except KeyError:
        return False
    return _weighted(values, length) % _BASE == 0


def _weighted(values: Iterable[int], length: int) -> int:
    return sum(map(mul, _WEIGHTS[length], values))


def _grouped(code: str) -> str:
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))
