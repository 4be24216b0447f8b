"""`pingyi bench`: what this machine bears, each figure as a ratio to what bounds it."""

from __future__ import annotations

import importlib
import json

import click

from pingyi.shell.benchmarks.report import Measurement, table

BENCHMARKS = ("desks", "intake", "levels", "reconcile", "scoreboard")


@click.command()
@click.argument("what", type=click.Choice(BENCHMARKS))
@click.option("--json", "as_json", is_flag=True, help="A JSON list, one object per measurement.")
@click.option("--rounds", type=click.IntRange(1, 20), default=3, show_default=True)
@click.option("--seconds", type=click.IntRange(1, 60), default=4, show_default=True)
def bench(what: str, as_json: bool, rounds: int, seconds: int) -> None:
    """Measure WHAT in throw-away databases: SQLite, and PostgreSQL if TEST_DATABASE_URL names one.

    Medians of several rounds; whatever a figure is compared with is measured in the same round.
    """
    try:
        module = importlib.import_module(f"pingyi.shell.benchmarks.{what}")
    except ModuleNotFoundError:
        raise click.ClickException(f"there is no benchmark of {what} in this version") from None
    measured: list[Measurement] = module.measure(rounds=rounds, seconds=seconds)
    if as_json:
        click.echo(json.dumps([each.as_json() for each in measured], ensure_ascii=False, indent=1))
    else:
        click.echo(table(measured))
