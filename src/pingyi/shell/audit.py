"""`pingyi audit`: the head of the log's hash chain, and whether the log still holds."""

from __future__ import annotations

import click

from pingyi.shell.framework import start


@click.group()
def audit() -> None:
    """The log of events: its head, to be noted elsewhere, and its proof."""


@audit.command()
def head() -> None:
    """Print the chain's head: how many events are sealed, and the digest of the last link."""
    start()
    from pingyi.audit import sealing

    found = sealing.head()
    click.echo(f"{found.links} {found.digest}")


@audit.command()
@click.argument("links", type=click.IntRange(min=1), required=False)
@click.argument("digest", required=False)
def verify(links: int | None, digest: str | None) -> None:
    """Recompute the whole chain; with a head noted before, see that it is still a part of it."""
    start()
    from pingyi.audit import sealing

    if links is not None and digest is None:
        raise click.UsageError("a noted head is its number of links and its digest")
    found = sealing.verify()
    if not found.holds:
        raise click.ClickException(f"the chain breaks at link {found.broken_at:,}")
    if links is not None and sealing.digest_at(links) != (digest or "").lower():
        raise click.ClickException(f"link {links:,} is not the one that was noted")
    click.echo(f"{found.links} events sealed, {found.unsealed} waiting; the log holds")
