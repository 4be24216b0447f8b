"""A table as read: a header, rows that know their place, and what is wrong where."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pingyi.kernel.tables.mistakes import Mistake


class TableError(NamedTuple):
    """One mistake in a file; row and column are empty when it concerns the whole."""

    sheet: str
    row: int | None
    """As the spreadsheet numbers it: from 1, the header included."""
    column: str
    mistake: Mistake
    values: Mapping[str, object] = {}

    @property
    def zh(self) -> str:
        """What is wrong, in Chinese."""
        return self.mistake.zh.format(**self.values)

    @property
    def en(self) -> str:
        """What is wrong, in English."""
        return self.mistake.en.format(**self.values)

    def __str__(self) -> str:
        place = [self.sheet, f"row {self.row}" if self.row else "", self.column]
        return f"{', '.join(part for part in place if part)}: {self.en}"


class TableErrors(Exception):
    """A file cannot be used; `errors` names every mistake found, in their order."""

    def __init__(self, errors: Iterable[TableError]) -> None:
        self.errors = list(errors)
        super().__init__(self.errors)

    def __str__(self) -> str:
        return "\n".join(map(str, self.errors))


class Row(NamedTuple):
    number: int
    """As the spreadsheet numbers it: from 1, the header included."""
    values: dict[str, str]
    """Every column of the header, empty cells as the empty string."""


@dataclass(frozen=True)
class Table:
    """The header is the first row that holds anything; rows that hold nothing are left out."""

    name: str
    header: list[str]
    rows: list[Row]
    problems: list[TableError] = field(default_factory=list)
    """Mistakes in its form. A sheet of notes may have them; `renamed` tells of them."""

    @classmethod
    def from_cells(cls, name: str, lines: Iterable[Sequence[str]]) -> "Table":
        """From rows of cells, the first being row 1."""
        numbered = [(number, line) for number, line in enumerate(lines, start=1) if any(line)]
        if not numbered:
            return cls(name, [], [])
        (_, header), *rest = numbered
        named = [(place, heading) for place, heading in enumerate(header) if heading]
        unnamed = [place for place, heading in enumerate(header) if not heading]
        rows, problems = [], _repeated(name, header)
        for number, line in rest:
            cells = [*line, *[""] * (len(header) - len(line))]
            rows.append(Row(number, {heading: cells[place] for place, heading in named}))
            outside = range(len(header), len(cells))
            problems += _nameless(name, number, [*unnamed, *outside], cells)
        return cls(name, [heading for _, heading in named], rows, problems)

    def renamed(self, aliases: Mapping[str, str]) -> "Table":
        """The same with its headings brought to the names in use; others stay as they are.

        `aliases` is heading to name, as {"编码": "code"}; names themselves, and either in other
        case or width or with spaces, are understood too. Raises TableErrors with the table's
        problems, and when two headings mean the same.
        """
        if self.problems:
            raise TableErrors(self.problems)
        known = {heading_key(name): name for name in aliases.values()}
        known |= {heading_key(heading): name for heading, name in aliases.items()}
        names = {heading: known.get(heading_key(heading), heading) for heading in self.header}
        header = list(names.values())
        if repeated := _repeated(self.name, header):
            raise TableErrors(repeated)
        rows = [
            Row(number, {names[heading]: value for heading, value in values.items()})
            for number, values in self.rows
        ]
        return replace(self, header=header, rows=rows)


def heading_key(heading: str) -> str:
    """What headings are compared by: full-width letters are as good as others, and so are capital
    ones; spaces, with which people set out short words (单　位), do not count."""
    return "".join(unicodedata.normalize("NFKC", heading).split()).casefold()


def column_letters(place: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    while place >= 0:
        place, letter = divmod(place, 26)
        letters = chr(ord("A") + letter) + letters
        place -= 1
    return letters


def _repeated(name: str, header: Iterable[str]) -> list[TableError]:
    counts = Counter(heading for heading in header if heading)
    return [
        TableError(name, None, heading, Mistake.COLUMN_TWICE)
        for heading, count in counts.items()
        if count > 1
    ]


def _nameless(
    name: str, number: int, unnamed: Iterable[int], cells: Sequence[str]
) -> Iterable[TableError]:
    for place in unnamed:
        if cells[place]:
            yield TableError(name, number, column_letters(place), Mistake.NAMELESS_COLUMN)
