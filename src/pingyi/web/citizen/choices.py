"""What a rater is offered on the page: the scale's levels with their reasons, and her own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext_lazy

from pingyi.ratings.problems import Problem
from pingyi.rulebook import Level, Reason, Scheme

KINDS = {
    "window": pgettext_lazy("point", "窗口"),
    "hall": pgettext_lazy("point", "大厅"),
    "station": pgettext_lazy("point", "站所"),
    "terminal": pgettext_lazy("point", "自助终端"),
    "online": pgettext_lazy("point", "网上"),
    "enforcement": pgettext_lazy("point", "执法队"),
    "office": pgettext_lazy("point", "科室"),
    "clinic": pgettext_lazy("point", "诊室"),
}

_EYES = "M14 16v1M26 16v1"
_FACES = {
    5: _EYES + "M11 22c3 8 15 8 18 0z",
    4: _EYES + "M12 25c4 5 12 5 16 0",
    3: _EYES + "M13 27h14",
    2: _EYES + "M12 29c4-5 12-5 16 0",
    1: "M11 13l5 2M29 13l-5 2M14 18v1M26 18v1M12 30c3-7 13-7 16 0",
}

_TEXTS = ("comment", "private_word", "matter", "staff")
_CONTACT = {"contact": "phone", "contact.phone": "phone", "contact.call_back": "call_back"}
_SHOWN = frozenset({"level", "reasons", "phone", "call_back", *_TEXTS})


def empty(scheme: Scheme, language: str) -> dict[str, Any]:
    """The form as it is opened."""
    return _form(scheme, language, {}, [])


def filled_in(
    scheme: Scheme, fields: Mapping[str, Any], problems: Mapping[str, Problem], language: str
) -> dict[str, Any]:
    """The form as it was sent, with its mistakes."""
    errors = [_error(name, problem, scheme, language) for name, problem in problems.items()]
    return _form(scheme, language, fields, errors)


def _form(
    scheme: Scheme, language: str, fields: Mapping[str, Any], errors: list[dict[str, str]]
) -> dict[str, Any]:
    contact = fields.get("contact")
    contact = contact if isinstance(contact, Mapping) else {}
    values: dict[str, Any] = {name: _text(fields.get(name)) for name in _TEXTS}
    values |= {"phone": _text(contact.get("phone")), "call_back": contact.get("call_back") is True}
    marked = {error["field"]: True for error in errors}
    clock = scheme.clocks.get("call_back")
    return {
        "levels": [_level(scheme, level, language, fields) for level in scheme.levels],
        "values": values,
        "errors": errors,
        "marked": marked,
        "open": {
            "contact": values["phone"] or marked.keys() & {"phone", "call_back"},
            "more": any(values[name] for name in _TEXTS[1:]) or marked.keys() & set(_TEXTS[1:]),
        },
        "call_back_days": clock.amount if clock else 2,
    }


def _level(
    scheme: Scheme, level: Level, language: str, fields: Mapping[str, Any]
) -> dict[str, Any]:
    chosen = fields.get("level") == level.value
    codes = fields.get("reasons")
    ticked = set(map(str, codes)) if chosen and isinstance(codes, list) else set()
    reasons = scheme.reasons(level)
    more = [_reason(reason, language, ticked) for reason in reasons if not reason.core]
    return {
        "value": level.value,
        "rank": level.rank,
        "label": scheme.label(level, language),
        "face": _FACES[level.rank],
        "is_bad": level.is_bad,
        "chosen": chosen,
        "core": [_reason(reason, language, ticked) for reason in reasons if reason.core],
        "more": more,
        "more_ticked": any(reason["ticked"] for reason in more),
    }


def _reason(reason: Reason, language: str, ticked: set[str]) -> dict[str, Any]:
    label = reason.en if language == "en" else reason.zh
    return {"code": reason.code, "label": label, "ticked": reason.code in ticked}


def _error(name: str, problem: Problem, scheme: Scheme, language: str) -> dict[str, str]:
    """One mistake: the field it stands by, where its link leads, and what to do."""
    field = _CONTACT.get(name, name)
    text = problem.message(language)
    first = f"l{scheme.levels[0].rank}"
    if field == "level":
        return {"field": "level", "target": first, "text": gettext("请选择满意程度。")}
    if field == "key":
        return {"field": "", "target": "main", "text": gettext("页面已失效，请再提交一次。")}
    if field not in _SHOWN:
        return {"field": "", "target": "main", "text": f"{field[:20]}: {text}"}
    target = {"reasons": first, "call_back": "phone"}.get(field, field)
    return {"field": field, "target": target, "text": text}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
