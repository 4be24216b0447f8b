"""`pingyi import-directory`: areas, units, points, items and accounts from one file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from pingyi.shell.framework import start
from pingyi.shell.given import Given
from pingyi.shell.importing import fail, language, prepare

if TYPE_CHECKING:
    from pingyi.directory.plan import Plan
    from pingyi.people.accounts import AccountRow, Loaded


@click.command()
@click.argument("file", type=Given(dir_okay=False))
@click.option(
    "--links",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write the new users' one-time links; default: a new file in PINGYI_DATA.",
)
def import_directory(file: Path, links: Path | None) -> None:
    """Import a directory FILE: .xlsx with sheets, or a .zip with one .csv for each.

    All or nothing. What is there is updated by its code (points by unit and name), nothing is
    retired by omission, and the same file again changes nothing. New users (sheet `accounts`)
    sign in by one-time links, good for seven days and written to a file once.
    """
    start()
    from django.utils import timezone, translation

    prepare()
    with translation.override(language()):
        _run(file, links, timezone.now())


def _run(file: Path, links: Path | None, at: datetime) -> None:
    from django.db import transaction

    from pingyi.audit.actions import SYSTEM
    from pingyi.directory.loading import DirectoryMoved, load
    from pingyi.people import accounts

    content, people, notes = _read(file, at)
    for note in notes:
        click.echo(note, err=True)
    try:
        with transaction.atomic(), _link_file(links, at) as write:
            plan = load(content=content, by=SYSTEM, at=at, source=file.name)
            done = accounts.load(people, by=SYSTEM, at=at)
            written = write(done)
    except DirectoryMoved:
        raise click.ClickException(
            "somebody else changed the directory meanwhile; nothing was imported, try again"
        ) from None
    except OSError as error:
        raise click.ClickException(f"nothing was imported: {error}") from None
    _tell(plan, done, written)


def _read(file: Path, at: datetime):
    """The rows of the whole file; or every bad row on stderr, and a failure."""
    from django.utils import timezone

    from pingyi.directory import reading
    from pingyi.directory.problems import DirectoryErrors
    from pingyi.kernel.tables import TableErrors, read_tables
    from pingyi.people import accounts

    people: list[AccountRow] = []
    try:
        sheets = reading.sort_out(read_tables(file), accounts=True)
        content, notes, problems = reading.read(sheets, day=timezone.localdate(at))
        if accounts.SHEET in sheets.tables:
            people, unread, wrong = accounts.read(sheets.tables[accounts.SHEET], content)
            notes, problems = notes + unread, problems + wrong
    except DirectoryErrors as errors:
        fail(file, errors.problems)
    except TableErrors as errors:
        fail(file, reading.from_tables(errors).problems)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}") from None
    if problems:
        headings = {**reading.HEADINGS, accounts.SHEET: accounts.HEADINGS}
        fail(file, sheets.named_as_in_file(problems, headings))
    return content, people, [*sheets.notes, *notes]


@contextmanager
def _link_file(links: Path | None, at: datetime) -> Iterator:
    """Gives a function that writes the links before the transaction commits: never lost, never
    left behind for users who were not created."""
    written: list[Path] = []

    def write(done: Loaded) -> Path | None:
        if not done.links:
            return None
        from django.conf import settings
        from django.utils import timezone

        stamp = f"{timezone.localtime(at):%Y%m%d-%H%M%S}"
        path = links or settings.PINGYI.data / f"first-sign-in-{stamp}.csv"
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        written.append(path)
        with open(number, "w", encoding="utf-8-sig", newline="") as file:
            _write_links(file, done, at)
        return path

    try:
        yield write
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _write_links(file: IO[str], done: Loaded, at: datetime) -> None:
    from django.utils import timezone

    from pingyi.people import links

    table = csv.writer(file)
    table.writerow(["login", "name", "link", "expires"])
    expires = timezone.localtime(at + links.VALID_FOR).strftime("%Y-%m-%d %H:%M")
    for user, token in done.links:
        table.writerow([user.username, user.name, links.address(token), expires])


def _tell(plan: Plan, done: Loaded, links: Path | None) -> None:
    for sheet, counts in plan.counts.items():
        click.echo(f"{sheet}: " + ", ".join(f"{n} {what}" for what, n in counts.items()))
    for sheet, number in plan.retired.items():
        click.echo(f"{sheet}: {number} of them are retired, and stay so")
    if done.links or done.changed or done.appointed or done.unchanged:
        click.echo(
            f"accounts: {len(done.links)} new, {done.changed} changed, {done.appointed} appointed, "
            f"{done.unchanged} appointed already"
        )
    if links is not None:
        click.echo(f"one-time links, good for 7 days and shown nowhere else: {links}")
    if not (plan or done.links or done.changed or done.appointed):
        click.echo("nothing to change")
    _tell_of_season()


def _tell_of_season() -> None:
    from django.urls import reverse
    from django.utils import timezone

    from pingyi.directory.seasons import not_over

    if not not_over(timezone.localdate()):
        click.echo(f"next: open a season, at {reverse('office:seasons')}")
