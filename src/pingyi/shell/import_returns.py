"""`pingyi import-returns`: what other channels counted of each unit, from one file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pingyi.shell.framework import start
from pingyi.shell.given import Given
from pingyi.shell.importing import fail, language, prepare


@click.command()
@click.argument("file", type=Given(dir_okay=False))
def import_returns(file: Path) -> None:
    """Import channel returns: FILE is an .xlsx or a .csv (UTF-8 or GB 18030).

    All or nothing. One row per unit, channel and period, with how many ratings of each level its
    source counted. A later row of the same unit, channel and period takes the place of an earlier
    one; one without any count takes it back; the same file again changes nothing.
    """
    start()
    from django.utils import timezone, translation

    prepare()
    with translation.override(language()):
        _run(file, timezone.now())


def _run(file: Path, at: datetime) -> None:
    from pingyi.audit.actions import SYSTEM
    from pingyi.directory.problems import DirectoryErrors
    from pingyi.supervision import reading
    from pingyi.supervision.actions.returns import enter_returns

    try:
        content = file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from None
    try:
        rows, notes = reading.returns_from(content, file.name, by=SYSTEM, at=at)
        for note in notes:
            click.echo(note, err=True)
        done = enter_returns(rows=rows, source=file.name, by=SYSTEM, at=at)
    except DirectoryErrors as errors:
        fail(file, errors.problems)
    click.echo(
        f"returns: {done['new']} new, {done['replaced']} replaced, "
        f"{done['taken_back']} taken back, {done['unchanged']} unchanged"
    )
