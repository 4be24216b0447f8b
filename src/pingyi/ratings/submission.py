"""One validator for both doors: what a citizen sent, checked whole, as a `Submission`.

A door reads its own form into plain `fields` (`from_json`, `from_form`), shaped as the JSON of
`POST /api/v1/ratings`; `checked` then finds every mistake at once. Nothing here asks a database.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import msgspec

from pingyi.kernel import text
from pingyi.ratings.problems import Problem, problem
from pingyi.rulebook import Level

BODY_LIMIT = 16 * 1024
"""Bytes; anything longer is refused before it is parsed."""
COMMENT_LIMIT = 500
WORD_LIMITS = (2, 64)
MATTER_LIMIT = 64
BADGE_LIMIT = 20

FIELDS = frozenset(
    "point level reasons comment contact private_word matter staff key".split()  # noqa: SIM905
)
_CONTACT = frozenset({"phone", "call_back"})
_KEY = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}", re.I)


class NotJson(ValueError):
    """The body is not JSON."""


class Invalid(ValueError):
    """Fields are wrong; `problems` names each, `contact.phone` within the contact."""

    def __init__(self, problems: Mapping[str, Problem]):
        super().__init__(", ".join(f"{name}: {found.en}" for name, found in problems.items()))
        self.problems = problems


class Offer(NamedTuple):
    """What a rater may choose at a point: the levels by rank, and the reasons of each."""

    ranks: Mapping[str, int]
    reasons: Mapping[str, frozenset[str]]


class Submission(NamedTuple):
    """A checked submission. Texts are NFC and stripped; what was not given is empty.

    `key` is 32 hexadecimal digits, `rank` the level's number (5 best), `reasons` sorted codes.
    """

    key: str
    code: str
    rank: int
    reasons: tuple[str, ...]
    comment: str
    phone: str
    call_back: bool
    word: str
    matter: str
    badge: str

    @property
    def is_bad(self) -> bool:
        return self.rank <= 2

    @property
    def has_contact(self) -> bool:
        return bool(self.phone or self.word or self.matter)


def from_json(body: bytes) -> dict[str, Any]:
    """The fields of a JSON body. Raises NotJson, or Invalid when it is no object.

    As usual with JSON, the last of several equal names counts.
    """
    try:
        fields = msgspec.json.decode(body)
    except msgspec.ValidationError:
        # A number beyond what a machine holds: JSON still, and wrong wherever it stands.
        fields = _with_huge_numbers(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotJson from None
    if type(fields) is not dict:
        raise Invalid({"body": problem("wrong_type", expected="a JSON object")})
    return fields


def _with_huge_numbers(body: bytes) -> Any:
    try:
        return json.loads(body, parse_int=lambda _: 0, parse_float=lambda _: 0)
    except (ValueError, RecursionError):
        raise NotJson from None


def from_form(body: bytes) -> dict[str, Any]:
    """The fields of a posted form: names as in JSON, `phone` and `call_back` flat.

    What a page cannot help sending is forgiven: control characters and empty fields are dropped,
    a phone may have gaps, and of reasons in `reasons-<level>` only the chosen level's count.
    """
    try:
        given = parse_qs(
            body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=200
        )
    except ValueError:
        raise Invalid({"body": problem("wrong_type", expected="a form")}) from None
    one = {name: text.clean_text(values[-1]).strip() for name, values in given.items()}
    level = one.get("level", "")
    fields: dict[str, Any] = {
        name: one[name]
        for name in ("level", "comment", "private_word", "matter", "staff", "key")
        if one.get(name)
    }
    reasons = given.get("reasons", []) + given.get(f"reasons-{level}", [])
    if any(reasons):
        fields["reasons"] = [reason for reason in reasons if reason]
    phone, call_back = text.normalise_phone(one.get("phone", "")), bool(one.get("call_back"))
    if phone or call_back:
        fields["contact"] = {"phone": phone, "call_back": call_back}
    return fields


def checked(fields: Mapping[str, Any], *, offer: Offer, code: str) -> Submission:
    """The submission in `fields`, for the point with `code`. Raises Invalid with every mistake."""
    problems: dict[str, Problem] = {
        name: problem("unknown_field") for name in fields if name not in FIELDS
    }
    key = _key(fields.get("key"), problems)
    level = _level(fields.get("level"), offer, problems)
    reasons = _reasons(fields.get("reasons", []), offer.reasons.get(level), problems)
    comment = _words(fields, "comment", COMMENT_LIMIT, problems, lines=True)
    phone, call_back = _contact(fields, problems)
    word = _words(fields, "private_word", WORD_LIMITS[1], problems)
    if word and len(word) < WORD_LIMITS[0]:
        problems.setdefault("private_word", problem("too_short", limit=WORD_LIMITS[0]))
    matter = _words(fields, "matter", MATTER_LIMIT, problems)
    badge = _words(fields, "staff", BADGE_LIMIT, problems)
    rank = offer.ranks.get(level, 0)
    if 0 < rank <= 2 and not reasons and text.is_blank(comment) and not problems.keys() & _GROUNDS:
        problems["comment"] = problem("no_grounds")
    if problems:
        raise Invalid(problems)
    return Submission(key, code, rank, reasons, comment, phone, call_back, word, matter, badge)


_GROUNDS = frozenset({"comment", "reasons"})
_ANY_OFFER = Offer({level.value: level.rank for level in Level}, {})


def point_of(fields: Mapping[str, Any]) -> str:
    """The point's code as given; the first thing to look at.

    Raises Invalid if there is none, with whatever else is wrong at any point.
    """
    code = fields.get("point")
    if type(code) is str:
        return code
    missing = "point" not in fields
    problems = {
        "point": problem("required") if missing else problem("wrong_type", expected="a string")
    }
    try:
        checked(fields, offer=_ANY_OFFER, code="")
    except Invalid as others:
        problems |= others.problems
    raise Invalid(problems)


def _key(value: Any, problems: dict[str, Problem]) -> str:
    if type(value) is str and _KEY.fullmatch(value):
        return value.replace("-", "").lower()
    if value is None:
        problems["key"] = problem("required")
    else:
        problems["key"] = problem("not_a_key")
    return ""


def _level(value: Any, offer: Offer, problems: dict[str, Problem]) -> str:
    if type(value) is str and value in offer.ranks:
        return value
    if value is None:
        problems["level"] = problem("required")
    elif type(value) is not str:
        problems["level"] = problem("wrong_type", expected="a string")
    else:
        problems["level"] = problem("not_in_scale", allowed=", ".join(offer.ranks))
    return ""


def _reasons(
    value: Any, offered: frozenset[str] | None, problems: dict[str, Problem]
) -> tuple[str, ...]:
    if value == []:
        return ()
    if type(value) is not list or not all(type(code) is str for code in value):
        problems["reasons"] = problem("wrong_type", expected="a list of strings")
        return ()
    codes = set(value)
    if offered is not None and not codes <= offered:
        problems["reasons"] = problem("not_offered", codes=_shown(codes - offered))
        return ()
    return tuple(sorted(codes))


def _shown(codes: set[str]) -> str:
    """A few of them, short and printable: they come from outside."""
    return ", ".join(ascii(code[:12])[1:-1] for code in sorted(codes)[:5])


def _words(
    fields: Mapping[str, Any],
    name: str,
    limit: int,
    problems: dict[str, Problem],
    *,
    lines: bool = False,
) -> str:
    """A text field in NFC and stripped, or "" with its problem noted; `lines` allows several."""
    value = fields.get(name)
    if value is None and name not in fields:
        return ""
    if type(value) is not str:
        problems[name] = problem("wrong_type", expected="a string")
        return ""
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    if len(value) > limit:
        problems[name] = problem("too_long", limit=limit)
        return ""
    if text.has_control_characters(value) or (not lines and ("\n" in value or "\t" in value)):
        problems[name] = problem("control_characters")
        return ""
    return value.strip()


def _contact(fields: Mapping[str, Any], problems: dict[str, Problem]) -> tuple[str, bool]:
    if "contact" not in fields:
        return "", False
    contact = fields["contact"]
    if type(contact) is not dict:
        problems["contact"] = problem("wrong_type", expected="an object")
        return "", False
    for name in contact.keys() - _CONTACT:
        problems[f"contact.{name}"] = problem("unknown_field")
    call_back = contact.get("call_back", False)
    if type(call_back) is not bool:
        problems["contact.call_back"] = problem("wrong_type", expected="true or false")
        call_back = False
    phone = contact.get("phone")
    if type(phone) is not str:
        missing = phone is None and "phone" not in contact
        problems["contact.phone"] = (
            problem("required") if missing else problem("wrong_type", expected="a string")
        )
        return "", False
    if not text.phone_is_valid(phone):
        problems["contact.phone"] = problem("not_a_phone")
        return "", False
    return phone, call_back
