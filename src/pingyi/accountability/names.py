"""A person's name as it is kept, compared and shown."""

from __future__ import annotations

import re
import unicodedata

from pingyi.audit.keys import keyring
from pingyi.kernel.masking import mask_name

NAME = "person.name"
"""Context of names, encrypted and as fingerprints."""
LONGEST = 60

_GAPS = re.compile(r"[\s·•・.\-]+")


def name_form(name: str) -> str:
    """The form in which names compare: width, case, spaces and interpuncts do not count."""
    return _GAPS.sub("", unicodedata.normalize("NFKC", name)).casefold()


def seal(name: str) -> tuple[bytes, bytes]:
    """A name's cipher and its fingerprint within this installation."""
    keys = keyring()
    return keys.encrypt(name, context=NAME), keys.fingerprint(name_form(name), context=NAME)


def prints(name: str) -> list[bytes]:
    """The fingerprints under which a name may stand, one for each key."""
    return keyring().fingerprints(name_form(name), context=NAME)


def masked(cipher: bytes | memoryview) -> str:
    """The name as a list shows it."""
    return mask_name(opened(cipher))


def opened(cipher: bytes | memoryview) -> str:
    """The name. Whoever shows it to a person logs that reading."""
    return keyring().decrypt(bytes(cipher), context=NAME)
