"""From a scheme file to a `Scheme`: included files merged in, each clause decoded by itself.

Every clause is decoded alone so that one run names every mistake, not just the first.
"""

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
from pingyi.rulebook.mistakes import FILE, Mistake, Said, SchemeErrors, have, nearly, said
from pingyi.rulebook.model import Scheme
from pingyi.rulebook.source import Source

DEFINITIONS = Path(__file__).parent / "definitions"
"""The shipped schemes, and in `common/` what they include."""

_FIELDS = {field.encode_name: field for field in msgspec.structs.fields(Scheme)}
_TYPES = typing.get_type_hints(Scheme, include_extras=True)
_PLACE = re.compile(r" - at `\$\.?(.*)`$")
_PATTERNS = {
    "starts": Said("must be a month and a day, as 03-01", "须是月和日，如 03-01"),
    "ends": Said("must be a month and a day, as 11-30", "须是月和日，如 11-30"),
    "": Said(
        "must be made of small letters and digits, joined by hyphens, as wuhan-2023",
        "须由小写字母、数字组成，以连字符相连，如 wuhan-2023",
    ),
}
_BLANK = Said("must not be blank", "不能空着")
_NO_DAY = Said(
    "must be a day of the calendar, written as 2023-03-01", "须是日历上的一天，写作 2023-03-01"
)
_PLAIN = {
    "str": Said("a text", "文字"),
    "int": Said("a whole number", "整数"),
    "decimal": Said("a number", "数"),
    "bool": Said("true or false", "true 或 false"),
    "array": Said("a list", "列表"),
    "object": Said("a table", "表"),
    "float": Said("a number", "数"),
    "date": Said("a date as 2023-03-01", "日期，如 2023-03-01"),
    "datetime": Said("a date with a time", "带时刻的日期"),
    "time": Said("a time", "时刻"),
    "null": Said("nothing", "空"),
}
_BOUND = re.compile(r"Expected `(int|array|object)`(?: of length)? (>=|<=) (-?\d+)")
_AT = {">=": Said("at least", "至少"), "<=": Said("at most", "至多")}
_OF_LENGTH = {
    "int": Said("must be a whole number, {0} {1}", "须是整数，{0} {1}"),
    "array": Said("must have {0} {1} entries", "须有{0} {1} 项"),
    "object": Said("must hold {0} {1} clauses", "须有{0} {1} 条"),
}


def load(path: str | Path) -> Scheme:
    """Read, decode and check the scheme file at `path`; SchemeErrors names every mistake."""
    source = Source(Path(path))
    return _scheme(_Reader(source, _included(source)))


def load_folder(folder: Path, *, taken: Collection[str]) -> dict[str, Scheme]:
    """Every scheme file (`*.toml`) of a city's own folder, by name: the file's, which must be none
    of the names `taken`. SchemeErrors names every mistake in every file."""
    if not folder.is_dir():
        gone = said("there is no such folder", "没有这个文件夹")
        raise SchemeErrors([Mistake(str(folder), 1, FILE, *gone)])
    found, mistakes = {}, []
    for path in sorted(folder.glob("*.toml")):
        try:
            scheme = load(path)
        except SchemeErrors as wrong:
            mistakes += wrong.mistakes
            continue
        found[path.stem] = scheme
        if scheme.name in taken:
            text = said(
                "`{0}` is a shipped scheme's name: give it, and the file, another",
                "`{0}` 是自带方案的名字：请给方案和文件另取一个",
                scheme.name,
            )
            mistakes.append(Source(path).mistake(("name",), text))
        elif scheme.name != path.stem:
            text = said(
                "`{0}` must be the file's own name, {1}",
                "`{0}` 须与文件名 {1} 相同",
                scheme.name,
                path.stem,
            )
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
            text = said(
                "a draft can include {0}, and nothing else",
                "草案只能引入 {0}",
                ", ".join(_shipped()),
            )
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
    return [Source(_found(source, name)) for name in _names(source)]


def _names(source: Source) -> list[str]:
    include = source.values.get("include", [])
    if not isinstance(include, list) or not all(isinstance(name, str) for name in include):
        text = said("must be a list of file names", "须是文件名的列表")
        raise SchemeErrors([source.mistake(("include",), text)])
    return include


def _found(source: Source, name: str) -> Path:
    """The file beside the scheme's; else the shipped one, so that a copied scheme still reads."""
    for path in (Path(source.name).parent / name, DEFINITIONS / name):
        if path.is_file():
            return path
    text = said(
        "there is no file `{0}`{1}", "没有文件 `{0}`{1}", name, nearly(name, _shipped()) or ""
    )
    raise SchemeErrors([source.mistake(("include",), text)])


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

    def mistake(self, place: tuple[str, ...], at: str | None, text: Said) -> Mistake:
        """A mistake in the file its clause comes from."""
        return self.origin.get(place, self.own).mistake(place, text, at)

    def _merge(self, source: Source) -> None:
        """Later files win, clause by clause."""
        for key, value in source.values.items():
            section = _clause_type(key)
            if source is not self.own and section is None:
                text = said(
                    "an included file can only hold tables of clauses",
                    "引入的文件里只能有条款",
                )
                self.mistakes.append(source.mistake((key,), text))
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
                self.mistakes.append(self.own.mistake((key,), said("is missing", "缺这一项")))
            elif _clause_type(key) is not None:
                parts[field.name] = MappingProxyType({})
        return parts

    def _section(self, key: str, value: Any) -> Any:
        kind = _clause_type(key)
        if kind is None:
            return self._value((key,), value, _TYPES[_FIELDS[key].name])
        if not isinstance(value, dict):
            text = said("must be a table of clauses", "须是各条款的表")
            self.mistakes.append(self.own.mistake((key,), text))
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
                text = said(
                    "no level is called `{0}`{1}", "没有名为 `{0}` 的档次{1}", name, have(known)
                )
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
        hint = nearly(key, known) or said("; known are {0}", "；可用 {0}", ", ".join(sorted(known)))
        source = self.origin.get(place or (key,), self.own)
        text = said("unknown key `{0}`{1}", "不认识 `{0}`{1}", key, hint)
        self.mistakes.append(source.mistake(place, text, key))


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


def _plain(message: str, kind: Any) -> tuple[Said, str | None]:
    """The decoder's complaint in plain words, and the key it is about."""
    found = _PLACE.search(message)
    place = found[1] if found else ""
    at = re.split(r"[.\[]", place)[0] or None
    complaint = _PLACE.sub("", message)
    if missing := re.search(r"missing required field `(.*)`", complaint):
        text = said("`{0}` is missing", "缺 `{0}`", missing[1])
        return (said("`{0}`: {1}", "`{0}`：{1}", place, text) if place else text), at
    text = _complaint(complaint, kind, at, place)
    where = place.replace("[...]", "")
    return (said("`{0}` {1}", "`{0}` {1}", where, text) if place else text), at


def _complaint(text: str, kind: Any, at: str | None, place: str) -> Said:
    if wrong := re.fullmatch(r"Expected `(.*?)`, got `(.*?)`", text):
        wanted = _any_of(wrong[1].split(" | "))
        return said("must be {0}, not {1}", "须是{0}，不能是{1}", wanted, _any_of([wrong[2]]))
    if word := re.fullmatch(r"Invalid enum value '?(.*?)'?", text):
        known = ", ".join(_words(kind, at))
        return said(
            "`{0}` is not a word known here; known are {1}",
            "`{0}` 不是此处可用的词；可用 {1}",
            word[1],
            known,
        )
    if bound := _BOUND.match(text):
        return _OF_LENGTH[bound[1]].of(_AT[bound[2]], bound[3])
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", text):
        return said("has an unknown key `{0}`", "有不认识的键 `{0}`", unknown[1])
    if "matching regex" in text:
        return _PATTERNS.get(at or place, _BLANK)
    if text == "Invalid decimal string":
        return said("must be a number", "须是数")
    if "date" in text:
        return _NO_DAY
    return Said(text[:1].lower() + text[1:], text)


def _any_of(kinds: list[str]) -> Said:
    told = [kind for kind in kinds if kind != "null"] or kinds
    found = [_PLAIN.get(kind, Said(kind, kind)) for kind in told]
    return Said(" or ".join(one.en for one in found), "或".join(one.zh for one in found))


def _words(kind: Any, at: str | None) -> list[str]:
    """The words a key takes, from its declared type."""
    if at is not None:
        kind = typing.get_type_hints(kind)[at]
    if typing.get_origin(kind) is Literal:
        return [str(word) for word in typing.get_args(kind)]
    if kind is Level:
        return [level.value for level in Level]
    return [word for inner in typing.get_args(kind) for word in _words(inner, None)]
