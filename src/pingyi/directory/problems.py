"""What is wrong with a directory file, said so that whoever keeps it can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _


def in_english() -> bool:
    """Whether complaints are read in English; otherwise it is in Chinese."""
    return (get_language() or "").startswith("en")


def listed(names: Iterable[str]) -> str:
    """Names in a row, set apart as the language in use does."""
    return _("、").join(names)


class Problem(NamedTuple):
    """One mistake. `line` is the row's number in its sheet, the header being 1; 0 for the sheet."""

    sheet: str
    line: int
    column: str
    text: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.column, self.text) if part)

    @property
    def where(self) -> str:
        if not self.line:
            return self.sheet
        return _("%(sheet)s 第 %(line)d 行") % {"sheet": self.sheet, "line": self.line}


class DirectoryErrors(ValueError):
    """Rows that cannot be loaded; nothing of their file is. In the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.lines))

    @property
    def lines(self) -> list[str]:
        """One line for each bad row, with all that is wrong with it."""
        lines = []
        for _row, group in groupby(self.problems, key=lambda p: (p.sheet, p.line)):
            found = list(group)
            said = [": ".join(filter(None, (p.column, p.text))) for p in found]
            lines.append(": ".join(filter(None, (found[0].where, "; ".join(said)))))
        return lines
