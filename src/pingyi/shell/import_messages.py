"""`pingyi import-messages`: citizens' messages of one channel from one file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pingyi.casework.origins import Channel
from pingyi.shell.framework import start
from pingyi.shell.given import Given
from pingyi.shell.importing import fail, language, prepare


@click.command()
@click.argument("file", type=Given(dir_okay=False))
@click.option(
    "--channel",
    required=True,
    type=click.Choice([channel.value for channel in Channel]),
    help="Where the messages come from.",
)
def import_messages(file: Path, channel: str) -> None:
    """Import citizens' messages: FILE is a .csv (UTF-8 or GB 18030) or an .xlsx.

    All or nothing. A message whose number the channel has already is passed over, so the same file
    again changes nothing. Messages whose sender was not satisfied are opened as cases where their
    unit is given; the others wait on the messages page.
    """
    start()
    from django.utils import timezone, translation

    prepare()
    with translation.override(language()):
        _run(file, Channel(channel), timezone.now())


def _run(file: Path, channel: Channel, at: datetime) -> None:
    from django.db import IntegrityError

    from pingyi.audit.actions import SYSTEM
    from pingyi.casework import message_files
    from pingyi.casework.actions import load_messages
    from pingyi.directory.models import Area
    from pingyi.directory.problems import DirectoryErrors
    from pingyi.directory.reading import from_tables
    from pingyi.kernel.tables import TableErrors, read_tables

    city = Area.objects.filter(parent__isnull=True).order_by("code").first()
    if city is None:
        raise click.ClickException("there is no city yet: import its directory first")
    try:
        rows, notes = message_files.read(read_tables(file), channel=channel, area=city, at=at)
    except DirectoryErrors as errors:
        fail(file, errors.problems)
    except TableErrors as errors:
        fail(file, from_tables(errors).problems)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from None
    for note in notes:
        click.echo(note, err=True)
    try:
        done = load_messages(
            rows=rows, channel=channel, area=city, source=file.name, by=SYSTEM, at=at
        )
    except IntegrityError:
        raise click.ClickException(
            "somebody else imported these messages meanwhile; nothing was imported, try again"
        ) from None
    click.echo(
        f"messages: {done['new']} new, {done['known']} known already, "
        f"{done['opened']} opened as cases"
    )
