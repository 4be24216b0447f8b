"""`pingyi keys`: make, rotate and renew the keys that protect personal data."""

from __future__ import annotations

from pathlib import Path

import click

from pingyi.kernel.secrets import CannotDecrypt, Keyring
from pingyi.shell.framework import start


@click.group()
def keys() -> None:
    """Make, rotate and renew encryption keys."""


@keys.command()
def new() -> None:
    """Print a new keyring for PINGYI_KEYRING; keep it where only the program reads it."""
    click.echo(Keyring.generate().to_text())


@keys.command()
def rotate() -> None:
    """Add a fresh key in front. Trial mode keeps it; otherwise it is printed for PINGYI_KEYRING.

    Restart the servers with it, then run `pingyi keys renew`; when that is done the old keys can
    be taken out of the keyring.
    """
    start()
    from django.conf import settings

    rotated = Keyring.from_text(settings.PINGYI.keyring).rotated()
    kept = _kept_keyring(settings.PINGYI)
    if kept is None:
        click.echo(rotated.to_text())
        return
    draft = kept.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(rotated.to_text() + "\n")
    draft.replace(kept)
    click.echo(f"key {rotated.newest.number} added to {kept}; restart, then: pingyi keys renew")


@keys.command()
def renew() -> None:
    """Re-encrypt personal data and files with the newest key; may be repeated or interrupted."""
    start()
    from django.utils import timezone

    from pingyi.audit import personal
    from pingyi.audit.actions import SYSTEM, note
    from pingyi.audit.keys import keyring
    from pingyi.files import vault
    from pingyi.people import factors

    try:
        changed = personal.renew() + factors.renew()
        files = vault.renew()
    except CannotDecrypt as missing:
        raise click.ClickException(str(missing)) from None
    newest = keyring().newest.number
    note(
        "keys.renew",
        "keyring",
        newest,
        {"rows": changed, "files": files},
        by=SYSTEM,
        at=timezone.now(),
    )
    click.echo(f"{changed} rows and {files} files now depend on key {newest}; none on an older one")


def _kept_keyring(env) -> Path | None:
    """Where trial mode keeps its own keyring; None when the keyring came from the environment."""
    kept = env.data / "keyring"
    if env.trial and kept.exists() and kept.read_text().strip() == env.keyring:
        return kept
    return None
