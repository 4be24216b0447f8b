"""`pingyi simulate`: a draft scheme beside the one in force, on a season's own facts."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import click

from pingyi.shell import framework

if TYPE_CHECKING:
    from fractions import Fraction

    from pingyi.scoring.board import Board
    from pingyi.scoring.causes import Cause
    from pingyi.scoring.simulation import Comparison, Move

HEAD = (
    "group",
    "unit",
    "name",
    "total",
    "draft_total",
    "difference",
    "rank",
    "draft_rank",
    "climbed",
    "honour",
    "draft_honour",
    "grade",
    "draft_grade",
    "clause",
    "clauses",
)


@click.command()
@click.option("--season", "code", required=True, metavar="S", help="as 2026")
@click.option("--scheme", "name", required=True, metavar="NAME_OR_FILE", help="the draft")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv", "table"]),
    default="table",
    show_default=True,
)
def simulate(code: str, name: str, form: str) -> None:
    """Say who would move under a draft scheme, how far, and by which clause.

    Differences are in per cent of each scheme's full marks. Nothing is stored.
    """
    framework.start()
    from django.utils import timezone

    from pingyi.directory.models import Season
    from pingyi.scoring import board, simulation
    from pingyi.scoring.engine import FactsError
    from pingyi.shell.score import scheme_from

    season = Season.objects.filter(code=code).first()
    if season is None:
        known = ", ".join(Season.objects.values_list("code", flat=True)) or "none"
        raise click.ClickException(f"no season {code!r}; there are {known}")
    draft = scheme_from(name)
    now = timezone.now()
    try:
        present = board.at_time(season, at=now, now=now)
        other = board.at_time(season, at=now, now=now, scheme=draft)
    except FactsError as error:
        raise click.ClickException(str(error)) from None
    found = simulation.compare(present.result, other.result, present.scheme, draft)
    click.echo(FORMS[form](found, present, other), nl=form != "csv")


def as_json(found: Comparison, present: Board, other: Board) -> str:
    """Everything: a summary, and every unit with its parts by clause."""
    from pingyi.scoring.simulation import per_cent

    told = {
        "season": present.season.code,
        "scheme": present.scheme.name,
        "draft": other.scheme.name,
        "draft_digest": other.scheme.digest,
        "units": len(found.moves),
        "moved": found.moved,
        "gained": found.gained,
        "lost": found.lost,
        "clauses": [
            {
                "clause": clause,
                "units": units,
                "difference": None if difference is None else str(per_cent(difference)),
            }
            for clause, units, difference in found.clauses
        ],
        "moves": [_told(move) for move in found.moves],
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


def _told(move: Move) -> dict[str, object]:
    from pingyi.scoring.simulation import per_cent

    return {
        "unit": move.unit,
        "group": move.now.group,
        "total": _or_none(move.now.total),
        "draft_total": _or_none(move.then.total),
        "difference": None if move.difference is None else str(per_cent(move.difference)),
        "rank": move.now.rank,
        "draft_rank": move.then.rank,
        "climbed": move.climbed,
        "honour": move.now.honour,
        "draft_honour": move.then.honour,
        "grade": move.now.grade,
        "draft_grade": move.then.grade,
        "vetoed": move.now.vetoed,
        "draft_vetoed": move.then.vetoed,
        "causes": [
            {
                "clause": cause.clause,
                "difference": None if cause.difference is None else str(per_cent(cause.difference)),
                "others": cause.others,
            }
            for cause in move.causes
        ],
        "parts": [
            {
                "clause": part.clause,
                "points": _or_none(part.now),
                "draft_points": _or_none(part.then),
                "difference": str(per_cent(part.difference)),
            }
            for part in move.parts
        ],
    }


def _or_none(value: object) -> str | None:
    return None if value is None else str(value)


def as_csv(found: Comparison, present: Board, other: Board) -> str:
    """One line a unit, comma-separated, with a header."""
    from pingyi.kernel.tables import escape_cell

    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    # What people wrote is escaped for spreadsheets; numbers stay numbers, also below zero.
    writer.writerows((*map(escape_cell, row[:3]), *row[3:]) for row in _rows(found, present))
    return text.getvalue()


def as_table(found: Comparison, present: Board, other: Board) -> str:
    """Columns for a terminal, and a summary."""
    from pingyi.shell.columns import aligned

    lines = [
        aligned([HEAD, *_rows(found, present)], right={3, 4, 5, 6, 7, 8}),
        "",
        f"{present.scheme.name} -> {other.scheme.name}: {found.moved:,} of "
        f"{len(found.moves):,} units change place, grade or honour",
    ]
    for words, by_honour in (("gained", found.gained), ("lost", found.lost)):
        lines += [
            f"{honour} {words}: {len(units)} ({', '.join(units[:20])})"
            for honour, units in by_honour.items()
        ]
    lines += [
        f"clause {clause}: {units:,} units, " + _in_all(difference)
        for clause, units, difference in found.clauses
    ]
    return "\n".join(lines)


def _in_all(difference: Fraction | None) -> str:
    from pingyi.scoring.simulation import per_cent

    if difference is None:
        return "no points of their own"
    return f"{per_cent(difference)} % of full marks in all"


def _does(cause: Cause) -> str:
    """A clause and what it does: to the unit's own points, or to its order with others."""
    from pingyi.scoring.simulation import per_cent

    if cause.difference is not None:
        return f"{cause.clause} {per_cent(cause.difference)}"
    return f"{cause.clause} (order with {cause.others:,})" if cause.others else cause.clause


def _rows(found: Comparison, present: Board) -> list[tuple[str, ...]]:
    names = {row.unit.code: row.unit.name or "" for row in present.rows}
    return [_row(move, names[move.unit]) for move in found.moves]


def _row(move: Move, name: str) -> tuple[str, ...]:
    from pingyi.scoring.simulation import per_cent

    return (
        move.now.group,
        move.unit,
        name,
        _text(move.now.total),
        _text(move.then.total),
        "" if move.difference is None else str(per_cent(move.difference)),
        _text(move.now.rank),
        _text(move.then.rank),
        _text(move.climbed),
        move.now.honour or "",
        move.then.honour or "",
        move.now.grade or "",
        move.then.grade or "",
        move.cause.clause if move.cause else "",
        "; ".join(map(_does, move.causes)),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


FORMS = {"json": as_json, "csv": as_csv, "table": as_table}
