"""`pingyi schemes`: the shipped schemes, and whether a scheme file can be used."""

from __future__ import annotations

import click

from pingyi import rulebook
from pingyi.shell.columns import aligned


@click.group(invoke_without_command=True)
@click.pass_context
def schemes(context: click.Context) -> None:
    """List the shipped schemes, or check a scheme file."""
    if context.invoked_subcommand is not None:
        return
    found = [rulebook.scheme(name) for name in rulebook.names()]
    rows = [(one.name, str(one.dated), one.digest[:12], one.title, one.title_en) for one in found]
    click.echo(aligned([("name", "dated", "digest", "方案", "title"), *rows]))


@schemes.command()
@click.argument("file")
def check(file: str) -> None:
    """Check a scheme FILE: each mistake with its line and clause."""
    try:
        found = rulebook.load(file)
    except rulebook.SchemeErrors as error:
        for mistake in error.mistakes:
            click.echo(str(mistake), err=True)
        raise click.exceptions.Exit(1) from None
    click.echo(f"{file}: no mistakes; {found.name}, {found.title}")
