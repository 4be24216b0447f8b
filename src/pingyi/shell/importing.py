"""What the imports share: bad rows told line by line, the database ready, the reader's language."""

from __future__ import annotations

import locale
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from pingyi.directory.problems import Problem

SHOWN = 100


def fail(file: Path, problems: Iterable[Problem]) -> NoReturn:
    """One line for each bad row, the first 100; the rest in a file; then what it comes to."""
    from django.conf import settings

    from pingyi.directory.problems import DirectoryErrors

    lines = DirectoryErrors(problems).lines
    for line in lines[:SHOWN]:
        click.echo(line, err=True)
    rest = ""
    if len(lines) > SHOWN:
        kept = settings.PINGYI.data / f"import-errors-{os.getpid()}.txt"
        kept.write_text("\n".join(lines[SHOWN:]) + "\n")
        rest = f" ({len(lines) - SHOWN} more in {kept})"
    raise click.ClickException(f"nothing was imported: {len(lines)} bad rows in {file.name}{rest}")


def prepare() -> None:
    """Make the tables of a fresh or embedded database; refuse another that is behind."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    if connection.vendor != "sqlite" and executor.loader.applied_migrations:
        raise click.ClickException("the database is behind: pingyi manage migrate, after a backup")
    call_command("migrate", verbosity=0, interactive=False)


def language() -> str:
    """The terminal's: Chinese, or else English."""
    spoken, _encoding = locale.getlocale(locale.LC_CTYPE)
    return "zh-hans" if (spoken or "").lower().startswith("zh") else "en"
