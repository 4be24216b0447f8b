"""`pingyi restore`: verify a backup, then lay it in an empty PINGYI_DATA."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from pingyi.shell import archive
from pingyi.shell.given import Given


@click.command()
@click.argument("folder", metavar="DIR", type=Given(file_okay=False))
def restore(folder: Path) -> None:
    """Restore the backup in DIR into PINGYI_DATA, which must hold no database or keys of its own.

    Every file is verified against the manifest first; nothing is written unless all is sound.
    """
    from pingyi.shell.framework import data_folder

    target = data_folder()
    for name in (archive.DATABASE, archive.FILES, *archive.KEYS):
        if (target / name).exists():
            raise click.ClickException(
                f"{target / name} exists already: restore into an empty folder"
            )
    try:
        manifest = archive.verified_manifest(folder)
    except archive.BrokenBackup as broken:
        raise click.ClickException(f"nothing restored: {broken}") from None

    # The database comes last: a half restored folder does not look like a city.
    target.mkdir(parents=True, exist_ok=True)
    names = sorted(manifest["files"], key=lambda name: name == archive.DATABASE)
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        draft = target / f"{name}.restoring"
        shutil.copy2(folder / name, draft)
        draft.rename(target / name)
    found = archive.counts(target / archive.DATABASE)
    if found != manifest["rows"]:
        raise click.ClickException(f"{target} does not hold what the backup held")
    click.echo(f"restored {found['ratings_rating']} ratings of {manifest['at']} into {target}")
