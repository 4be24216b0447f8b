"""`pingyi check-tallies`: the counts that pages read, proved against the ratings themselves."""

from __future__ import annotations

import click

from pingyi.shell import framework

SHOWN = 100


@click.command()
def check_tallies() -> None:
    """Count all ratings and voids anew and compare; exit 1 with the differences."""
    framework.start()
    from django.utils import timezone

    from pingyi.ratings.proof import prove

    proof = prove(at=timezone.now())
    for difference in proof.differences[:SHOWN]:
        click.echo(str(difference))
    if proof.differences:
        raise click.ClickException(
            f"{proof.ratings} ratings, {len(proof.differences)} tallies differ"
        )
    click.echo(f"{proof.ratings} ratings, tallies agree")
