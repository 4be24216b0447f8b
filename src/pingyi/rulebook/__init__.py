"""A city's rules as data: dated scheme files, parsed, checked and named by their digest. Pure.

The shipped files are in `definitions/`; a city adds a folder of its own (`use_folder`).
docs/schemes/ describes the format.
"""

from functools import cache
from pathlib import Path

from pingyi.rulebook.levels import Level
from pingyi.rulebook.mistakes import Mistake, SchemeErrors, UnknownScheme
from pingyi.rulebook.model import ClockRule, EscalationStep, Group, Reason, Scheme
from pingyi.rulebook.reading import DEFINITIONS, draft, load, load_folder

__all__ = [
    "ClockRule",
    "EscalationStep",
    "Group",
    "Level",
    "Mistake",
    "Reason",
    "Scheme",
    "SchemeErrors",
    "UnknownScheme",
    "draft",
    "load",
    "names",
    "scheme",
    "shipped",
    "use_folder",
]

_own: dict[str, Scheme] = {}
"""The city's own schemes, by name."""


def use_folder(folder: Path | None) -> None:
    """Take the schemes of a city's own folder besides the shipped ones; None takes those away.

    Raises SchemeErrors with every mistake in every file; then nothing is changed.
    """
    found = load_folder(folder, taken=shipped()) if folder is not None else {}
    _own.clear()
    _own.update(found)


def names() -> tuple[str, ...]:
    """The names of the shipped schemes and the city's own, sorted."""
    return tuple(sorted((*shipped(), *_own)))


@cache
def shipped() -> tuple[str, ...]:
    """The names of the shipped schemes, sorted."""
    return tuple(sorted(path.stem for path in DEFINITIONS.glob("*.toml")))


def scheme(name: str) -> Scheme:
    """The scheme of that name as its file says it; UnknownScheme (a KeyError) if there is none."""
    return _own[name] if name in _own else _shipped(name)


@cache
def _shipped(name: str) -> Scheme:
    if name not in shipped():
        raise UnknownScheme(name, names())
    return load(DEFINITIONS / f"{name}.toml")
