"""What people write, brought to one form; and forms for searching and checking."""

import re
import unicodedata

# Control characters but tab and newline; surrogates, which no database takes; what no XML holds.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_PHONE = re.compile(r"1[3-9][0-9]{9}")
_PHONE_GAPS = re.compile(r"[\s\-‐‑‒–—―−.()]+")
_COUNTRY = re.compile(r"^(?:\+|00)?86(?=1[0-9]{10}$)")
# Iteration marks and 〇, the unified and compatibility ideographs, and planes 2 and 3 (𠮷).
_HANZI = re.compile("([\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")
_UNSEEN = frozenset({"Cc", "Cf", "Mn", "Zl", "Zp", "Zs"})
_LETTERS_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # Hangul fillers, Braille's blank
_NO_WORD = re.compile(r"[\W_]+")


def clean_text(text: str) -> str:
    """NFC, with `\\n` for every line end and without control characters but newline and tab."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", lines))


def has_control_characters(text: str) -> bool:
    """Whether `text` holds any but newline and tab (a carriage return counts), or half a pair."""
    return _CONTROL.search(text) is not None


def is_blank(text: str) -> bool:
    """Whether nothing of `text` is to be seen: spaces, joiners and fillers, however many."""
    return all(unicodedata.category(one) in _UNSEEN or one in _LETTERS_UNSEEN for one in text)


def length(text: str) -> int:
    """Code points after NFC, as limits are stated: 𠮷 is one, a family emoji several."""
    return len(unicodedata.normalize("NFC", text))


def spaced_hanzi(text: str) -> str:
    """Words for a full-text index that knows nothing of Chinese: each Hanzi a word of its own.

    `社保卡12345` → `社 保 卡 12345`. Case, width and punctuation are folded away, so that SQLite
    and PostgreSQL find the same words. Use it for what is stored and for the query, as a phrase.
    """
    folded = unicodedata.normalize("NFKC", text).lower()
    return " ".join(_HANZI.sub(r" \1 ", _NO_WORD.sub(" ", folded)).split())


def phone_is_valid(text: str) -> bool:
    """Whether `text` is a mainland mobile number in its plain form: eleven ASCII digits."""
    return _PHONE.fullmatch(text) is not None


def normalise_phone(text: str) -> str:
    """A number without gaps, full-width digits and +86; not necessarily a valid one."""
    plain = _PHONE_GAPS.sub("", unicodedata.normalize("NFKC", text))
    return _COUNTRY.sub("", plain)
