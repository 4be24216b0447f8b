"""`pingyi score`: facts and a scheme in, results out; no database."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import msgspec

from pingyi import rulebook
from pingyi.scoring import facts_file
from pingyi.scoring.engine import Facts, FactsError, Result, UnitResult
from pingyi.scoring.engine import score as compute
from pingyi.shell.columns import aligned
from pingyi.shell.framework import schemes_folder


@click.command()
@click.argument("facts", metavar="FACTS.json")
@click.option("--scheme", "name", required=True, metavar="NAME_OR_FILE", help="see pingyi schemes")
@click.option(
    "--format", "form", type=click.Choice(["json", "table"]), default="json", show_default=True
)
def score(facts: str, name: str, form: str) -> None:
    """Score the units of FACTS.json (- reads standard input) under a scheme."""
    rules = scheme_from(name)
    try:
        given = facts_file.read(_bytes(facts))
        result = compute(given, rules)
    except FactsError as error:
        raise click.ClickException(str(error)) from None
    if form == "json":
        click.echo(msgspec.json.format(result.to_json(), indent=1))
    else:
        click.echo(_table(given, result))


def scheme_from(name: str) -> rulebook.Scheme:
    """A scheme by its name, shipped or the city's own, or one from a file; what is wrong with it on
    one line."""
    if name in rulebook.names():
        return rulebook.scheme(name)
    try:
        if Path(name).suffix == ".toml" or Path(name).exists():
            return rulebook.load(name)
        rulebook.use_folder(schemes_folder())
        return rulebook.scheme(name)
    except rulebook.UnknownScheme as error:
        raise click.ClickException(str(error)) from None
    except rulebook.SchemeErrors as error:
        raise click.ClickException(error.briefly(f"pingyi schemes check {name}")) from None


def _bytes(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from None


def _table(facts: Facts, result: Result) -> str:
    names = {unit.code: unit.name or "" for unit in facts.units}
    head = ("group", "rank", "of", "unit", "name", "total", "grade", "honour", "lines", "follows")
    return aligned([head, *(_row(one, names[one.unit]) for one in result.results)], right={1, 2, 5})


def _row(one: UnitResult, name: str) -> tuple[str, ...]:
    marks = [one.honour] if one.honour else []
    marks += ["vetoed"] if one.vetoed else []
    return (
        one.group,
        "–" if one.rank is None else str(one.rank),
        str(one.of),
        one.unit,
        name,
        "–" if one.total is None else str(one.total),
        one.grade or "",
        ", ".join(marks),
        ", ".join(f"{line.clause} {line.points}" for line in one.lines),
        ", ".join(rule.what for rule in one.consequences),
    )
