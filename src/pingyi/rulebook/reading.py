"""From a scheme file to a `Scheme`: included files merged in, each clause decoded by itself.

Every clause is decoded alone so that one run names every mistake, not just the first.
"""

import difflib
import hashlib
import re
import typing
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec

from pingyi.rulebook import checks
from pingyi.rulebook.levels import Level
from pingyi.rulebook.mistakes import Mistake, SchemeErrors
from pingyi.rulebook.model import Scheme
from pingyi.rulebook.source import Source

DEFINITIONS = Path(__file__).parent / "definitions"
"""The shipped schemes, and in `common/` what they include."""

_FIELDS = {field.encode_name: field for field in msgspec.structs.fields(Scheme)}
_TYPES = typing.get_type_hints(Scheme, include_extras=True)
_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_PATTERNS = {
    "starts": "must be a month and a day, as 03-01",
    "ends": "must be a month and a day, as 11-30",
    "": "must be made of small letters and digits, joined by hyphens, as wuhan-2023",
}
_PLAIN = {
    "str": "a text",
    "int": "a whole number",
    "decimal": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "float": "a number",
    "date": "a date as 2023-03-01",
    "datetime": "a date with a time",
    "time": "a time",
    "null": "nothing",
}
_BOUND = re.compile(r"Expected `(int|array|object)`(?: of length)? (>=|<=) (-?\d+)")
_AT = {">=": "at least", "<=": "at most"}
_OF_LENGTH = {"array": "have {} {} entries", "object": "hold {} {} clauses"}


def load(path: str | Path) -> Scheme:
    """Read, decode and check the scheme file at `path`; SchemeErrors names every mistake."""
    source = Source(Path(path))
    return _scheme(_Reader(source, _included(source)))


def load_folder(folder: Path, *, taken: Collection[str]) -> dict[str, Scheme]:
    """Every scheme file (`*.toml`) of a city's own folder, by name: the file's, which must be none
    of the names `taken`. SchemeErrors names every mistake in every file."""
    if not folder.is_dir():
        raise SchemeErrors([Mistake(str(folder), 1, "file", "there is no such folder")])
    found, mistakes = {}, []
    for path in sorted(folder.glob("*.toml")):
        try:
            scheme = load(path)
        except SchemeErrors as wrong:
            mistakes += wrong.mistakes
            continue
        found[path.stem] = scheme
        if scheme.name in taken:
            text = f"`{scheme.name}` is a shipped scheme's name: give it, and the file, another"
            mistakes.append(Source(path).mistake(("name",), text))
        elif scheme.name != path.stem:
            text = f"`{scheme.name}` must be the file's own name, {path.stem}"
            mistakes.append(Source(path).mistake(("name",), text))
    if mistakes:
        raise SchemeErrors(mistakes)
    return found


def draft(name: str, data: bytes) -> Scheme:
    """The scheme in bytes that anybody may have sent, called by the file name `name`.

    As `load`, but it reads no file of this machine: only shipped ones can be included.
    """
    source = Source(Path(Path(name).name or "draft.toml"), data)
    found = []
    for included in _names(source):
        if included not in _shipped():
            text = f"a draft can include {', '.join(_shipped())}, and nothing else"
            raise SchemeErrors([source.mistake(("include",), text)])
        found.append(Source(Path(included), (DEFINITIONS / included).read_bytes()))
    return _scheme(_Reader(source, found))


def _shipped() -> list[str]:
    return sorted(f"common/{path.name}" for path in DEFINITIONS.glob("common/*.toml"))


def _scheme(reader: "_Reader") -> Scheme:
    parts = reader.decode()
    if reader.mistakes:
        raise SchemeErrors(reader.mistakes)
    scheme = Scheme(**parts)
    found = [reader.mistake(place, at, text) for place, at, text in checks.mistakes(scheme)]
    if found:
        raise SchemeErrors(found)
    return scheme


def _included(source: Source) -> list[Source]:
    return [Source(_found(Path(source.name).parent, name)) for name in _names(source)]


def _names(source: Source) -> list[str]:
    include = source.values.get("include", [])
    if not isinstance(include, list) or not all(isinstance(name, str) for name in include):
        raise SchemeErrors([source.mistake(("include",), "must be a list of file names")])
    return include


def _found(folder: Path, name: str) -> Path:
    """The file beside the scheme's; else the shipped one, so that a copied scheme still reads."""
    shipped = DEFINITIONS / name
    return shipped if not (folder / name).exists() and shipped.is_file() else folder / name


class _Reader:
    def __init__(self, own: Source, included: list[Source]) -> None:
        self.own = own
        self.mistakes: list[Mistake] = []
        self.origin: dict[tuple[str, ...], Source] = {}
        self.values: dict[str, Any] = {}
        self.digest = hashlib.sha256()
        for source in [*included, own]:
            self.digest.update(hashlib.sha256(source.bytes).digest())
            self._merge(source)

    def mistake(self, place: tuple[str, ...], at: str | None, text: str) -> Mistake:
        """A mistake in the file its clause comes from."""
        return self.origin.get(place, self.own).mistake(place, text, at)

    def _merge(self, source: Source) -> None:
        """Later files win, clause by clause."""
        for key, value in source.values.items():
            section = _clause_type(key)
            if source is not self.own and section is None:
                self.mistakes.append(
                    source.mistake((key,), "an included file can only hold tables of clauses")
                )
            elif section is not None and isinstance(value, dict):
                before = self.values.get(key)
                self.values[key] = {**before, **value} if isinstance(before, dict) else value
                self.origin.update({(key, clause): source for clause in value})
            else:
                self.values[key] = value
                self.origin[(key,)] = source

    def decode(self) -> dict[str, Any]:
        parts: dict[str, Any] = {"digest": self.digest.hexdigest()}
        known = set(_FIELDS) - {"digest"}
        for key in self.values.keys() - known:
            self._unknown((), key, known)
        for key in sorted(known):
            field = _FIELDS[key]
            if key in self.values:
                parts[field.name] = self._section(key, self.values[key])
            elif field.required:
                self.mistakes.append(self.own.mistake((key,), "is missing"))
            elif _clause_type(key) is not None:
                parts[field.name] = MappingProxyType({})
        return parts

    def _section(self, key: str, value: Any) -> Any:
        kind = _clause_type(key)
        if kind is None:
            return self._value((key,), value, _TYPES[_FIELDS[key].name])
        if not isinstance(value, dict):
            self.mistakes.append(self.own.mistake((key,), "must be a table of clauses"))
            return None
        clauses = {
            clause: self._value((key, clause), given, kind, clause)
            for clause, given in value.items()
        }
        if key == "labels":
            return MappingProxyType(self._by_level(clauses))
        return MappingProxyType(clauses)

    def _by_level(self, labels: dict[str, Any]) -> dict[Level, Any]:
        known = [level.value for level in Level]
        for name in labels:
            if name not in known:
                text = f"no level is called `{name}`; there are {', '.join(known)}"
                self.mistakes.append(self.mistake(("labels", name), None, text))
        return {level: labels[level] for level in Level if level in labels}

    def _value(self, place: tuple[str, ...], value: Any, kind: Any, clause: str = "") -> Any:
        kind = next(filter(_is_struct, typing.get_args(kind)), kind)  # of `Base | None`, Base
        if _is_struct(kind) and isinstance(value, dict):
            identity = "code" if "code" in kind.__struct_fields__ else "id"
            known = set(kind.__struct_encode_fields__) - {identity}
            for key in value.keys() - known:
                self._unknown(place, key, known)
            value = {key: given for key, given in value.items() if key in known}
            if identity in kind.__struct_fields__:
                value[identity] = clause or place[-1]
        try:
            return _frozen(msgspec.convert(value, kind))
        except msgspec.ValidationError as error:
            message, at = _plain(str(error), kind)
            self.mistakes.append(self.mistake(place, at, message))
            return None

    def _unknown(self, place: tuple[str, ...], key: str, known: set[str]) -> None:
        near = difflib.get_close_matches(key, known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(sorted(known))}"
        source = self.origin.get(place or (key,), self.own)
        self.mistakes.append(source.mistake(place, f"unknown key `{key}`; {hint}", key))


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _clause_type(key: str) -> Any:
    """The class of the clauses in a section; None where `key` is not a section of clauses."""
    if key not in _FIELDS:
        return None
    kind = _TYPES[_FIELDS[key].name]
    if typing.get_origin(kind) is Annotated:
        kind = typing.get_args(kind)[0]
    return typing.get_args(kind)[1] if typing.get_origin(kind) is Mapping else None


def _frozen(value: Any) -> Any:
    """A group's weights as a read-only mapping; every other value is immutable already."""
    if isinstance(getattr(value, "weights", None), dict):
        return msgspec.structs.replace(value, weights=MappingProxyType(value.weights))
    return value


def _plain(message: str, kind: Any) -> tuple[str, str | None]:
    """The decoder's complaint in plain words, and the key it is about."""
    found = _PLACE.search(message)
    place = found[1] if found else ""
    at = re.split(r"[.\[]", place)[0] or None
    text = _PLACE.sub("", message)
    if missing := re.search(r"missing required field `(.*)`", text):
        text = f"`{missing[1]}` is missing"
        return (f"`{place}`: {text}" if place else text), at
    if wrong := re.fullmatch(r"Expected `(.*?)`, got `(.*?)`", text):
        wanted = " or ".join(_PLAIN.get(word, word) for word in wrong[1].split(" | "))
        text = f"must be {wanted}, not {_PLAIN.get(wrong[2], wrong[2])}"
    elif word := re.fullmatch(r"Invalid enum value '?(.*?)'?", text):
        text = f"`{word[1]}` is not a word known here; known are {', '.join(_words(kind, at))}"
    elif bound := _BOUND.match(text):
        words = _OF_LENGTH.get(bound[1], "be a whole number, {} {}")
        text = "must " + words.format(_AT[bound[2]], bound[3])
    elif unknown := re.fullmatch(r"Object contains unknown field `(.*)`", text):
        text = f"has an unknown key `{unknown[1]}`"
    elif "matching regex" in text:
        text = _PATTERNS.get(at or place, "must not be blank")
    elif text == "Invalid decimal string":
        text = "must be a number"
    elif "date" in text:
        text = "must be a day of the calendar, written as 2023-03-01"
    else:
        text = text[:1].lower() + text[1:]
    return (f"`{place.replace('[...]', '')}` {text}" if place else text), at


def _words(kind: Any, at: str | None) -> list[str]:
    """The words a key takes, from its declared type."""
    if at is not None:
        kind = typing.get_type_hints(kind)[at]
    if typing.get_origin(kind) is Literal:
        return [str(word) for word in typing.get_args(kind)]
    if kind is Level:
        return [level.value for level in Level]
    return [word for inner in typing.get_args(kind) for word in _words(inner, None)]
