"""Reads FACTS.json. Says exactly where a value is not of its form; what the values mean to one
another and to a scheme is for `scoring.checks`."""

import json
import re
import typing
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from types import UnionType
from typing import Any, TypeVar

import msgspec

from pingyi.scoring.forms import Event, Facts, FactsError, Measured, Past, Satisfaction, Unit

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
_MOST_DIGITS = 60
_ROWS: dict[str, type[msgspec.Struct]] = {
    "units": Unit,
    "satisfaction": Satisfaction,
    "events": Event,
    "measured": Measured,
    "history": Past,
}
_Form = TypeVar("_Form", bound=msgspec.Struct)


class _Twice(dict[str, Any]):
    """A JSON object that names a key twice, so that which value counts would be a guess."""

    key: str


def read(data: bytes) -> Facts:
    """The facts in a JSON text; FactsError names the place of the first thing wrong."""
    try:
        raw = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FactsError(place, f"not JSON: {error.msg}") from None
    except UnicodeDecodeError as error:
        raise FactsError(f"byte {error.start}", "not UTF-8 text") from None
    except RecursionError:
        raise FactsError("facts", "nested too deeply") from None
    except FactsError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise FactsError("facts", f"not JSON: {error}") from None
    fields = _fields(raw, "facts", {"season", *_ROWS})
    for name in ("season", "units"):
        if name not in fields:
            raise FactsError(name, "is missing")
    parts: dict[str, Any] = {
        name: _rows(fields[name], name, form) for name, form in _ROWS.items() if name in fields
    }
    return Facts(season=_text(fields["season"], "season"), **parts)


def _rows(raw: object, name: str, form: type[_Form]) -> tuple[_Form, ...]:
    if not isinstance(raw, list):
        raise FactsError(name, f"must be a list, not {_name(raw)}")
    readers = _readers(form)
    return tuple(_record(row, f"{name}[{at}]", form, readers) for at, row in enumerate(raw))


def _record(row: object, place: str, form: type[_Form], readers: "Readers") -> _Form:
    values = {}
    for key, value in _fields(row, place, readers.keys()).items():
        reader, optional = readers[key]
        if value is not None or not optional:
            values[key] = reader(value, f"{place}.{key}")
    try:
        return form(**values)
    except TypeError:
        missing = next(
            field.name
            for field in msgspec.structs.fields(form)
            if field.required and field.name not in values
        )
        raise FactsError(f"{place}.{missing}", "is missing") from None


def _fields(raw: object, place: str, known: typing.Collection[str]) -> dict[str, Any]:
    prefix = "" if place == "facts" else f"{place}."
    if isinstance(raw, _Twice):
        raise FactsError(f"{prefix}{raw.key}", "is given twice")
    if not isinstance(raw, dict):
        raise FactsError(place, f"must be an object, not {_name(raw)}")
    for key in raw:
        if key not in known:
            raise FactsError(f"{prefix}{key}", "is not a key known here")
    return raw


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise FactsError(place, f"must be a text, not {_name(value)}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise FactsError(place, "holds half a character (a lone surrogate)") from None
    return value


def _count(value: object, place: str) -> int:
    if type(value) is not int:  # a bool is an int to Python
        raise FactsError(place, f"must be a whole number, not {_name(value)}")
    return value


def _decimal(value: object, place: str) -> Decimal:
    if not isinstance(value, str):
        raise FactsError(place, f'must be a decimal string such as "92.5", not {_name(value)}')
    if len(value) > _MOST_DIGITS or not _DECIMAL.fullmatch(value):
        raise FactsError(place, f'must be a decimal string such as "92.5", not {value[:40]!r}')
    return Decimal(value)


def _moment(value: object, place: str) -> datetime:
    text = _text(value, place)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise FactsError(place, f"not a time: {text[:40]!r}") from None
    if moment.tzinfo is None:
        raise FactsError(
            place, f"a time without its zone: {text!r}; write as 2023-03-01T10:00+08:00"
        )
    return moment


Reader = Callable[[object, str], object]
Readers = dict[str, tuple[Reader, bool]]
_BY_TYPE: dict[object, Reader] = {str: _text, int: _count, Decimal: _decimal, datetime: _moment}


def _readers(form: type[msgspec.Struct]) -> Readers:
    """For each field of a form how to read it, and whether it may be null."""
    readers: Readers = {}
    for name, kind in typing.get_type_hints(form).items():
        optional = isinstance(kind, UnionType)
        readers[name] = (_BY_TYPE[typing.get_args(kind)[0] if optional else kind], optional)
    return readers


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twice = _Twice(made)
    keys = [key for key, _ in pairs]
    twice.key = next(key for key in keys if keys.count(key) > 1)
    return twice


def _constant(name: str) -> object:
    raise FactsError("facts", f"not JSON: {name} is no number")


def _name(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return f"a JSON number ({str(value)[:40]})"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"
