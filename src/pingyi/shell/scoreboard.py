"""`pingyi scoreboard`: a season's results out of the database, as of now or of any past time."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import click
import msgspec

from pingyi.shell import framework

if TYPE_CHECKING:
    from pingyi.scoring.board import Board, Row

HEAD = (
    "group",
    "rank",
    "of",
    "place_from_last",
    "unit",
    "name",
    "total",
    "satisfied",
    "rated",
    "grade",
    "honour",
    "vetoed",
    "lines",
    "consequences",
    "rate_low",
    "rate_high",
)


@click.command()
@click.option("--season", "code", required=True, metavar="S", help="as 2026")
@click.option("--scheme", "name", metavar="NAME_OR_FILE", help="instead of the season's own")
@click.option("--group", metavar="G", help="this group alone")
@click.option("--at", "moment", metavar="TIME", help="as 2026-03-31 or 2026-03-31T18:00+08:00")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv", "table"]),
    default="json",
    show_default=True,
)
def scoreboard(
    code: str, name: str | None, group: str | None, moment: str | None, form: str
) -> None:
    """Print a season's scoreboard.

    With --at: verdicts as they stood at that time, ratings to the end of that day; a day alone
    means its end. Times without a zone are the city's.
    """
    framework.start()
    from django.utils import timezone

    from pingyi.directory.models import Season
    from pingyi.directory.schemes import in_force, unadopted
    from pingyi.scoring import board
    from pingyi.scoring.engine import FactsError
    from pingyi.shell.score import scheme_from

    season = Season.objects.filter(code=code).first()
    if season is None:
        known = ", ".join(Season.objects.values_list("code", flat=True)) or "none"
        raise click.ClickException(f"no season {code!r}; there are {known}")
    now = timezone.now()
    at = now if moment is None else _moment(moment)
    scheme = scheme_from(name) if name else in_force(season, at)
    if name is None and unadopted(season, now):
        click.echo(
            f"note: the file {season.scheme} differs from the text in force, which counts", err=True
        )
    if group is not None and group not in scheme.groups:
        known = ", ".join(scheme.groups)
        raise click.ClickException(f"{scheme.name} has no group {group!r}; it has {known}")
    try:
        found = board.at_time(season, at=at, now=now, group=group, scheme=scheme)
    except FactsError as error:
        raise click.ClickException(str(error)) from None
    click.echo(FORMS[form](found), nl=form != "csv")


def as_json(board: Board) -> str:
    """As `pingyi score --format json`."""
    return msgspec.json.format(board.result.to_json(), indent=1).decode()


def as_csv(board: Board) -> str:
    """One line a unit, comma-separated, with a header."""
    from pingyi.kernel.tables import escape_cell

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    writer.writerows([escape_cell(cell) for cell in cells(row)] for row in board.rows)
    return text.getvalue()


def as_table(board: Board) -> str:
    """Columns for a terminal."""
    from pingyi.shell.columns import aligned

    return aligned([HEAD, *map(cells, board.rows)], right={1, 2, 3, 6, 7, 8})


FORMS = {"json": as_json, "csv": as_csv, "table": as_table}


def cells(row: Row) -> tuple[str, ...]:
    """A row as text, in the order of HEAD; lines as `clause points`, in the engine's order."""
    one, rated = row.result, row.ratings
    low, high = between(rated.good, rated.counted)
    return (
        one.group,
        _text(one.rank),
        str(one.of),
        _text(one.place_from_last),
        one.unit,
        row.unit.name or "",
        _text(one.total),
        str(rated.good),
        str(rated.counted),
        one.grade or "",
        one.honour or "",
        "yes" if one.vetoed else "",
        "; ".join(f"{line.clause} {line.points}" for line in one.lines),
        "; ".join(rule.what for rule in one.consequences),
        low,
        high,
    )


def between(good: int, counted: int) -> tuple[str, str]:
    """The ends of the rate's 95 % interval (Wilson), as shares; nothing without ratings."""
    from pingyi.scoring.intervals import wilson

    if not counted:
        return "", ""
    low, high = wilson(good, counted)
    return f"{low:.4f}", f"{high:.4f}"


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _moment(text: str) -> datetime:
    """A day (its last moment) or a time; the city's zone where none is given."""
    from django.utils.dateparse import parse_date
    from django.utils.timezone import get_default_timezone, is_naive, make_aware

    try:
        day = parse_date(text)
        if day is not None:
            return datetime.combine(day, time.max, get_default_timezone())
        found = datetime.fromisoformat(text)
        found = make_aware(found) if is_naive(found) else found
        # Beyond either end of the calendar there is no such time elsewhere.
        return found.astimezone(UTC).astimezone(get_default_timezone())
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is no day or time", param_hint="--at") from None
