"""Personal data made unreadable: values for a screen, and numbers found in free text.

The masks of a screen leave enough to recognise what one already knows, as the personal
information rules ask (138****1234). Free text goes to people who hold lists to compare with, such
as a unit with its ledger; there a number disappears altogether.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

MOBILE = "［手机号］"
LANDLINE = "［电话］"
DOCUMENT = "［证件或卡号］"
PERSON = "［姓名］"

_LONGEST_TAIL = 4

_MOBILE_NUMBER = re.compile(r"1[3-9][0-9]{9}")
_NAME_LETTER = re.compile(r"[^\s·•・.\-]")
_NAME_GAP = r"[\s·•・.\-]"

# What people put between digits; within one number it is the same throughout.
_GAP = r"[\s\-‐‑‒–—―−－_·•.\u200b]"
# A number ends where its digits end, or where a year is glued to it: "…12342017年9月".
_END = r"(?:(?![0-9])|(?=(?:19|20)[0-9]{2}年))"


def mask_phone(phone: str) -> str:
    """`13812341234` → `138****1234`; anything else keeps its last quarter, four digits at most."""
    if _MOBILE_NUMBER.fullmatch(phone):
        return f"{phone[:3]}****{phone[-4:]}"
    return _all_but_tail(phone)


def mask_email(address: str) -> str:
    """`wang.li@example.gov.cn` → `w***@example.gov.cn`; the domain is the office's, not hers."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}" if at and name else _all_but_tail(address)


def mask_name(name: str) -> str:
    """`张三丰` → `张**`, `买买提·吐尔逊` → `买**·***`, `Li Na` → `L* **`.

    The first letter stays, unless it is the only one; interpuncts, dots, dashes and spaces stay.
    """
    masked = _NAME_LETTER.sub("*", name)
    letters = len(_NAME_LETTER.findall(name))
    return masked.replace("*", name[masked.index("*")], 1) if letters > 1 else masked


def mask_matter_no(number: str) -> str:
    """Keeps the last quarter, four characters at most: `2026110017` → `********17`.

    A matter number names its holder through the unit's ledger, so it counts as contact data.
    """
    return _all_but_tail(number)


def redact(text: str, *, landlines: bool = True) -> str:
    """Replaces numbers that name a person by a word in brackets.

    Found are mobile numbers, also with +86, gaps or full-width digits; telephone numbers with
    their area code, unless `landlines` is false (offices publish theirs); citizens' identity
    numbers of 18 and 15 places; bank cards; and every unbroken run of 15 digits or more, since no
    date or amount is that long. Dates, amounts, short hotlines and document numbers stay.
    Redacting twice changes nothing more.
    """
    for pattern, label, confirmed in _SEARCHES if landlines else _SEARCHES[:-1]:
        text = _replaced(text, pattern, label, confirmed)
    return text


def without(text: str, names: Iterable[str]) -> str:
    """Replaces each of the names by a word in brackets, also where gaps stand in it."""
    for name in sorted(names, key=len, reverse=True):
        letters = f"{_NAME_GAP}*".join(map(re.escape, _NAME_LETTER.findall(name)))
        text = re.sub(letters, PERSON, text, flags=re.IGNORECASE) if letters else text
    return text


def _all_but_tail(value: str) -> str:
    kept = min(_LONGEST_TAIL, len(value) // 4)
    hidden = len(value) - kept
    return "*" * hidden + value[hidden:]


def _always(match: re.Match[str]) -> bool:
    return True


def _luhn(match: re.Match[str]) -> bool:
    """The check digit of bank cards (ISO/IEC 7812-1); four years in a row rarely pass it."""
    digits = [int(character) for character in match[0] if character.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _mobile() -> re.Pattern[str]:
    """Eleven digits in one run, in one of the usual groupings, or one by one."""
    groupings = [(3, 4, 4), (4, 3, 4), (4, 4, 3), (3, 3, 5), (3, 8), (7, 4), (5, 6), (6, 5)]
    shapes = [_grouped(sizes, f"gap{number}") for number, sizes in enumerate(groupings)]
    one_by_one = _grouped((1,) * 11, "gap")
    written = "|".join(["[0-9]{11}", *shapes, one_by_one])
    prefix = rf"(?:(?:\+|00)?86{_GAP}?|0)?"
    return re.compile(rf"(?<![0-9]){prefix}(?=1{_GAP}{{0,2}}[3-9])(?:{written}){_END}")


def _grouped(sizes: tuple[int, ...], gap: str) -> str:
    first, *others = (f"[0-9]{{{size}}}" for size in sizes)
    following = f"(?P={gap})".join(others)
    return f"{first}(?P<{gap}>{_GAP}{{1,2}}){following}"


_DATE = r"(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_Confirmed = Callable[[re.Match[str]], bool]
_SEARCHES: list[tuple[re.Pattern[str], str, _Confirmed]] = [
    (
        re.compile(rf"(?<![0-9])[0-9]{{6}}{_GAP}{{1,2}}{_DATE}{_GAP}{{1,2}}[0-9]{{3}}[0-9Xx]"),
        DOCUMENT,
        _always,
    ),
    (
        re.compile(
            rf"(?<![0-9])[0-9]{{4}}(?:{_GAP}[0-9]{{4}}){{3}}(?:{_GAP}[0-9]{{1,3}})?(?![0-9])"
        ),
        DOCUMENT,
        _luhn,
    ),
    (_mobile(), MOBILE, _always),
    (re.compile(r"[0-9]{17}[Xx]|[0-9]{15,}"), DOCUMENT, _always),
    (
        re.compile(
            rf"(?<![0-9])[(（]?0(?:10|2[0-9]|[3-9][0-9]{{2}})[)）]?{_GAP}{{0,2}}"
            rf"[2-9][0-9]{{6,7}}(?:[-转][0-9]{{1,6}})?{_END}"
        ),
        LANDLINE,
        _always,
    ),
]


def _replaced(text: str, pattern: re.Pattern[str], label: str, confirmed: _Confirmed) -> str:
    kept = 0
    parts = []
    for match in pattern.finditer(_plain_digits(text)):
        if confirmed(match):
            parts += [text[kept : match.start()], label]
            kept = match.end()
    return "".join([*parts, text[kept:]])


def _plain_digits(text: str) -> str:
    """Full-width and other digits as ASCII, place by place, so that positions stay the same."""
    if text.isascii():
        return text
    return "".join(
        character if character.isascii() else _plain_digit(character) for character in text
    )


def _plain_digit(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    return character.replace("＋", "+").replace("Ｘ", "X").replace("ｘ", "x")
