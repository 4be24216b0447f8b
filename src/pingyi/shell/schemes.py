"""`pingyi schemes`: the schemes there are, and whether scheme files can be used."""

from __future__ import annotations

import click

from pingyi import rulebook
from pingyi.shell.columns import aligned
from pingyi.shell.framework import schemes_folder


@click.group(invoke_without_command=True)
@click.pass_context
def schemes(context: click.Context) -> None:
    """List the schemes there are, or check scheme files."""
    if context.invoked_subcommand is None:
        context.invoke(list_schemes)


@schemes.command("list")
def list_schemes() -> None:
    """List the shipped schemes and those of the city's own folder (PINGYI_SCHEMES)."""
    try:
        rulebook.use_folder(schemes_folder())
    except rulebook.SchemeErrors as error:
        raise click.ClickException(error.briefly("pingyi schemes check")) from None
    found = [rulebook.scheme(name) for name in rulebook.names()]
    rows = [
        (one.name, str(one.dated), one.digest[:12], _whence(one.name), one.title, one.title_en)
        for one in found
    ]
    click.echo(aligned([("name", "dated", "digest", "from", "方案", "title"), *rows]))


def _whence(name: str) -> str:
    return "shipped" if name in rulebook.shipped() else "own"


@schemes.command()
@click.argument("file", required=False)
@click.pass_context
def check(context: click.Context, file: str | None) -> None:
    """Check a scheme FILE, or without one every file of the city's own folder (PINGYI_SCHEMES):
    each mistake with its line and clause, in English and Chinese."""
    folder = schemes_folder()
    if file is None and folder is None:
        raise click.UsageError("Missing argument 'FILE' (PINGYI_SCHEMES names no folder)", context)
    try:
        if file is None:
            rulebook.use_folder(folder)
            found = [rulebook.scheme(one) for one in rulebook.names() if _whence(one) == "own"]
        else:
            found = [rulebook.load(file)]
    except rulebook.SchemeErrors as error:
        for mistake in error.mistakes:
            click.echo(f"{mistake} · {mistake.zh}", err=True)
        raise click.exceptions.Exit(1) from None
    for one in found:
        click.echo(f"{file or one.name}: no mistakes; {one.name}, {one.title}")
    if not found:
        click.echo(f"{folder}: no scheme files")
