"""Data tables: they sort by links, filter by a form, come in pages and leave as files.

A table is declared once, at import; `read` applies a request's parameters to the rows the user
may see. However many rows there are, it takes a count and two queries for a page, and what the
queryset prefetches. Rows are joined in Python: templates take too long for hundreds of cells.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.forms.utils import flatatt
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from pingyi.kernel.tables import Cell, write_csv, write_xlsx
from pingyi.kernel.text import clean_text

Words = str | Promise
CHOSEN = SafeString(" selected")
CURRENT = ' aria-current="true"'
CHUNK = 500
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
NOTHING = _("没有记录。")


@dataclass(frozen=True)
class Column:
    """One column: how a row fills its cell on the page, and in a file.

    `cell` gives text (escaped) or safe HTML, told the time for clocks; `value` what a file holds,
    by default the cell if it is plain. `sort` are lookups to order by; a column without does not
    sort. `style` is a class of the cell: number, nowrap, words, name. `file_only`: what the page
    says within another cell has a column of its own in files.
    """

    key: str
    label: Words
    cell: Callable[[Any, datetime], object]
    value: Callable[[Any], Cell] | None = None
    sort: tuple[str, ...] = ()
    style: str = ""
    file_only: bool = False


def in_files(key: str, label: Words, value: Callable[[Any], Cell]) -> Column:
    """A column of files alone."""
    return Column(key, label, lambda row, at: "", value, file_only=True)


@dataclass(frozen=True)
class Filter:
    """One question of the filter form. Without `choices` it is a search box."""

    key: str
    label: Words
    apply: Callable[[Any, str, datetime], QuerySet]
    choices: Callable[[Any], Iterable[tuple[str, Words]]] | None = None


@dataclass(frozen=True)
class Head:
    label: Words
    style: str
    url: str
    direction: str
    """How the table is sorted by this column now: ascending, descending or nothing."""


@dataclass(frozen=True)
class DataTable:
    """A table's declaration. `order` is the key it sorts by unless asked otherwise (`-key` down).

    `title` names it to screen readers and heads the file; `name` is the file's name.
    """

    name: str
    title: Words
    columns: tuple[Column, ...]
    order: str
    filters: tuple[Filter, ...] = ()
    empty: Words = NOTHING
    per_page: int = 50
    carried: tuple[str, ...] = ()
    """Parameters that choose what the table is about: filtering and clearing keep them."""

    @property
    def shown(self) -> tuple[Column, ...]:
        """The columns of the page."""
        return tuple(column for column in self.columns if not column.file_only)

    def read(self, request: HttpRequest, rows: QuerySet, *, at: datetime) -> Listing:
        """The rows as the request wants them; what makes no sense in it is told or left out."""
        return Listing(self, request, rows, at=at)


class Listing:
    """A table for one request: filtered, sorted, on one page, or a file."""

    def __init__(
        self, table: DataTable, request: HttpRequest, rows: QuerySet, *, at: datetime
    ) -> None:
        self.table = table
        self.at = at
        self._language = translation.get_language()
        self._asked = request.GET.copy()
        self.form = _filter_form(table, request)
        self.order = self._order()
        self._rows = self._sorted(self._filtered(rows))
        self.current: object = None
        """The primary key of a row to mark as the one at hand."""

    # What the request asked for

    @property
    def filtered(self) -> bool:
        """Whether a filter narrows the table."""
        return any(self._asked.get(question.key, "").strip() for question in self.table.filters)

    def _filtered(self, rows: QuerySet) -> QuerySet:
        if not self.form.is_valid():
            return rows.none()
        for question in self.table.filters:
            value = self.form.cleaned_data[question.key]
            if value:
                rows = question.apply(rows, value, self.at)
        return rows

    def _order(self) -> str:
        asked = self._asked.get("sort", "")
        sortable = {column.key for column in self.table.columns if column.sort}
        return asked if asked.removeprefix("-") in sortable else self.table.order

    def _sorted(self, rows: QuerySet) -> QuerySet:
        key, down = self.order.removeprefix("-"), self.order.startswith("-")
        lookups = next(column.sort for column in self.table.columns if column.key == key)
        terms = [
            F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)
            for name in lookups
        ]
        return rows.order_by(*terms, "-pk")

    def _given(self, name: str) -> str:
        """A parameter as it came, the last if it came twice; "" without one."""
        return str(self._asked.get(name) or "")

    @property
    def carried(self) -> list[tuple[str, str]]:
        """The parameters that stay, whatever is filtered."""
        return [(name, self._given(name)) for name in self.table.carried if name in self._asked]

    @property
    def cleared_url(self) -> str:
        """This listing's address without filters."""
        return f"?{urlencode(self.carried)}"

    # A page of it

    @property
    def page(self) -> Page:
        if not hasattr(self, "_page"):
            leaf = Leafing if isinstance(self._rows, QuerySet) else Paginator
            paginator = leaf(self._rows, self.table.per_page)
            self._page = paginator.get_page(self._asked.get("page"))
        return self._page

    @property
    def total(self) -> int:
        return self.page.paginator.count

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.table.shown]

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column.label, column.style, "", "")
        direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(self.order, "")
        turned = f"-{column.key}" if direction == "ascending" else column.key
        return Head(column.label, column.style, self.url(sort=turned, page=""), direction)

    @property
    def body(self) -> SafeString:
        # What is the same in every row is said and escaped once.
        opened = [
            format_html('<td class="{}" data-label="{}">', column.style, column.label)
            for column in self.table.shown
        ]
        return SafeString("".join(self._row(row, opened) for row in self.page.object_list))

    def _row(self, row: Any, opened: Sequence[str]) -> str:
        cells = "".join(
            f"{start}{conditional_escape(_shown(column.cell(row, self.at)))}</td>"
            for start, column in zip(opened, self.table.shown, strict=True)
        )
        current = self.current is not None and getattr(row, "pk", None) == self.current
        return f"<tr{CURRENT * current}>{cells}</tr>"

    @property
    def page_links(self) -> list[tuple[str, str, bool]]:
        """(label, address, whether it is this page); an empty address is a gap."""
        pages = self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2)
        return [
            (str(n), self.url(page=n) if isinstance(n, int) else "", n == self.page.number)
            for n in pages
        ]

    def url(self, **changes: object) -> str:
        """This listing's address with some parameters changed; an empty value drops one."""
        query = self._asked.copy()
        query.pop("export", None)
        for key, value in changes.items():
            query[key] = str(value)
        return f"?{urlencode([(key, value) for key, value in query.items() if value])}"

    # A file of it

    @property
    def wants_file(self) -> bool:
        return self._given("export") in TYPES

    def file(self) -> StreamingHttpResponse:
        """All rows of the listing, not one page, as the kind of file asked for."""
        suffix = self._given("export")
        name = f"{self.table.name}-{self.at:%Y%m%d}.{suffix}"
        chunks = write_csv(self._lines()) if suffix == "csv" else self._workbook()
        return StreamingHttpResponse(
            chunks,
            content_type=TYPES[suffix],
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _workbook(self) -> Iterator[bytes]:
        with tempfile.TemporaryFile() as target:
            with self._told():
                title = str(self.table.title)
            write_xlsx(target, {title: self._lines()})
            target.seek(0)
            yield from iter(lambda: target.read(64 * 1024), b"")

    def _lines(self) -> Iterator[Sequence[Cell]]:
        with self._told():
            heads = [str(column.label) for column in self.table.columns]
        yield heads
        for row in self._rows.iterator(chunk_size=CHUNK):
            with self._told():
                line = [self._value(column, row) for column in self.table.columns]
            yield line

    def _told(self) -> AbstractContextManager[None]:
        """The reader's language: a file is made while it is sent, after the page's own end."""
        return translation.override(self._language)

    def _value(self, column: Column, row: Any) -> Cell:
        if column.value is not None:
            return column.value(row)
        return str(_shown(column.cell(row, self.at)))


class Leafing(Paginator):
    """Which rows stand on a page is asked first, and what they say of these alone: a database joins
    all that a list could show to all of its names otherwise."""

    def page(self, number: Any) -> Page:
        rows: Any = self.object_list
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = list(rows.values_list("pk", flat=True)[start : start + self.per_page])
        return Page(rows.filter(pk__in=keys), number, self)


def _shown(cell: Any) -> Any:
    return "" if cell is None else cell


def _filter_form(table: DataTable, request: HttpRequest) -> forms.Form:
    fields: dict[str, forms.Field] = {}
    for question in table.filters:
        if question.choices is None:
            fields[question.key] = SearchField(label=question.label)
        else:
            choices = [("", gettext("全部")), *question.choices(request)]
            fields[question.key] = forms.ChoiceField(
                label=str(question.label), choices=choices, required=False, widget=LongSelect
            )
    form = type("FilterForm", (forms.Form,), fields)
    return form(request.GET, auto_id="filter-%s")


class LongSelect(forms.Select):
    """A select of plain choices, joined in Python: a city has hundreds of units to choose from, and
    Django renders a template for each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, CHOSEN if str(key) == chosen else "", label) for key, label in self.choices),
        )
        given = {**self.build_attrs(self.attrs, attrs), "name": name}
        return format_html("<select{}>{}</select>", flatatt(given), options)


class SearchField(forms.CharField):
    """A search box; `/` jumps to it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"type": "search", "data-search": ""})
        super().__init__(required=False, max_length=100, widget=widget, **options)

    def to_python(self, value: Any) -> str | None:
        return super().to_python(clean_text(value) if isinstance(value, str) else value)
