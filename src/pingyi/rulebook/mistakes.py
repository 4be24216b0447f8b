"""What can be wrong with a scheme file, said so that the official who wrote it can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from typing import NamedTuple

FILE = "file"
"""What is named as the clause where the mistake is in none."""


class Said(NamedTuple):
    """The same in English and in Chinese."""

    en: str
    zh: str

    def of(self, *values: object) -> Said:
        """With the values put where the words have their numbers in braces; a value that is itself
        said in both is put in as each language has it."""
        return Said(*(words.format(*_in(at, values)) for at, words in enumerate(self)))


def said(en: str, zh: str, *values: object) -> Said:
    """Words in both languages, with the values put in."""
    return Said(en, zh).of(*values)


def have(known: Collection[str]) -> Said:
    """After a name there is not: what there is instead."""
    return said("; there are {0}", "；有 {0}", ", ".join(known)) if known else Said("", "")


def nearly(name: str, known: Collection[str], alike: float = 0.6) -> Said | None:
    """After a name there is not: the one it nearly is; None where it is like none."""
    near = difflib.get_close_matches(name, known, n=1, cutoff=alike)
    return said("; did you mean `{0}`?", "；是否为 `{0}`？", near[0]) if near else None


def _in(language: int, values: tuple[object, ...]) -> list[object]:
    return [value[language] if isinstance(value, Said) else value for value in values]


class Mistake(NamedTuple):
    """One mistake: the file's name, the line (from 1), the clause, and what is wrong with it."""

    file: str
    line: int
    clause: str
    text: str
    zh: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.clause}: {self.text}"


class SchemeErrors(ValueError):
    """A scheme file that cannot be used; `mistakes` are in the order of the file."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))

    def briefly(self, command: str) -> str:
        """The first mistake on one line, and the `command` that says the others."""
        first, *others = self.mistakes
        return f"{first} (and {len(others)} more: {command})" if others else str(first)


class UnknownScheme(KeyError):
    """No scheme known here has this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        super().__init__(f"no scheme is named {name!r}; there are {', '.join(known)}")

    def __str__(self) -> str:  # KeyError would show the message quoted
        return str(self.args[0])
