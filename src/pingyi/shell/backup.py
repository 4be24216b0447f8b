"""`pingyi backup`: the embedded database, files and keys, whole or not at all."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import click

import pingyi
from pingyi.shell import archive
from pingyi.shell.framework import start


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Copy the embedded database, files and keys to DIR, which must not exist yet.

    Works while the server runs. The copy holds the keys: keep it as safe as the original. On
    PostgreSQL use its own tools (docs/operations.md).
    """
    start()
    from django.conf import settings
    from django.utils import timezone

    env = settings.PINGYI
    if env.database_url:
        raise click.ClickException(
            "the database is PostgreSQL: use pg_dump or pg_basebackup (docs/operations.md)"
        )
    if not (env.data / archive.DATABASE).exists():
        raise click.ClickException(f"{env.data} holds no database yet")
    if folder.exists():
        raise click.ClickException(f"{folder} exists already")

    draft = folder.with_name(folder.name + ".partial")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    try:
        manifest = _copy(env.data, draft, at=timezone.now().isoformat(timespec="seconds"))
    except (sqlite3.DatabaseError, archive.BrokenBackup) as error:
        shutil.rmtree(draft)
        raise click.ClickException(f"nothing was backed up: {error}") from None
    draft.rename(folder)
    if manifest["lost"]:
        click.echo(f"uploads missing from {env.data}: {len(manifest['lost'])}", err=True)
    click.echo(f"{len(manifest['files'])} files, {manifest['rows']['ratings_rating']} ratings")


def _copy(data: Path, draft: Path, *, at: str) -> dict[str, Any]:
    """Copy what a backup holds; its manifest."""
    archive.copy_database(data / archive.DATABASE, draft / archive.DATABASE)
    for name in archive.KEYS:
        if (data / name).exists():
            shutil.copy2(data / name, draft / name)
    if (data / archive.FILES).exists():
        archive.copy_files(data / archive.FILES, draft / archive.FILES)
    return archive.write_manifest(draft, version=pingyi.__version__, at=at)
