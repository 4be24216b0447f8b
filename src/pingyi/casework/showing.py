"""What of a citizen's words the office is shown: no numbers that name a person, and not her name.

A name or address in free text cannot be told from other words; what she is known by can.
"""

from __future__ import annotations

import re

from pingyi.kernel.masking import redact, without
from pingyi.kernel.text import normalise_phone, phone_is_valid

NOBODY = frozenset({"匿名", "网友", "市民", "群众", "居民", "村民", "匿名网友", "热心市民"})
"""What a board puts where a name would stand."""
SHORTEST_NAME = 2
_APART = re.compile(r"[\s,，、;；:：/|()（）\[\]【】]+")


def shown(text: str, sender: str, *, landlines: bool = True) -> str:
    """`text` as the office reads it. `sender` is all she is known by: a name, with a phone or an
    address where the channel gave them."""
    return without(redact(text, landlines=landlines), _known_by(sender))


def phone_of(sender: str) -> str:
    """The mobile number a channel gave with the sender, or ""."""
    plain = (normalise_phone(part) for part in _APART.split(sender))
    return next(filter(phone_is_valid, plain), "")


def _known_by(sender: str) -> set[str]:
    """The sender's own signs, whole and part by part; single letters and short numbers are in
    every text."""
    found = {sender.strip(), *_APART.split(sender)} - NOBODY
    return {one for one in found if _letters(one) >= SHORTEST_NAME and not one.isdecimal()}


def _letters(text: str) -> int:
    return sum(letter.isalnum() for letter in text)
