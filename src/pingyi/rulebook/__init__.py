"""A city's rules as data: dated scheme files, parsed, checked and named by their digest. Pure.

The shipped files are in `definitions/`; docs/schemes/ describes the format.
"""

from functools import cache

from pingyi.rulebook.levels import Level
from pingyi.rulebook.mistakes import Mistake, SchemeErrors, UnknownScheme
from pingyi.rulebook.model import ClockRule, EscalationStep, Group, Reason, Scheme
from pingyi.rulebook.reading import DEFINITIONS, draft, load

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
]


@cache
def names() -> tuple[str, ...]:
    """The names of the shipped schemes, sorted."""
    return tuple(sorted(path.stem for path in DEFINITIONS.glob("*.toml")))


@cache
def scheme(name: str) -> Scheme:
    """The shipped scheme of that name; UnknownScheme (a KeyError) if there is none."""
    if name not in names():
        raise UnknownScheme(name, names())
    return load(DEFINITIONS / f"{name}.toml")
