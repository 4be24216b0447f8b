"""`pingyi releases`: what was released, and the proof that it says what its facts say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pingyi.shell import framework

if TYPE_CHECKING:
    from pingyi.publication.models import Release
    from pingyi.publication.verifying import Verification

HEAD = ("number", "season", "kind", "through", "state", "scheme", "result", "corrects")


@click.group(invoke_without_command=True)
@click.pass_context
def releases(context: click.Context) -> None:
    """List all releases, drafts too; `releases verify` proves them.

    The number is the one in the release's address; `result` is the beginning of its SHA-256.
    """
    if context.invoked_subcommand is not None:
        return
    framework.start()
    from pingyi.publication.models import Release
    from pingyi.shell.columns import aligned

    found = Release.objects.select_related("season", "scheme").order_by("pk")
    click.echo(aligned([HEAD, *map(_cells, found)], right={0}))


@releases.command()
@click.argument("numbers", nargs=-1, type=int, metavar="[NUMBER]...")
def verify(numbers: tuple[int, ...]) -> None:
    """Compute releases again from the facts as they stood, and compare bit for bit.

    All published ones unless numbers are given; one line each. Exit code 1 if one differs.
    """
    framework.start()
    from pingyi.publication.models import Release
    from pingyi.publication.verifying import verify_release

    found = Release.objects.select_related("season", "scheme").order_by("pk")
    if numbers:
        found = found.filter(pk__in=numbers)
        if missing := sorted(set(numbers) - set(found.values_list("pk", flat=True))):
            raise click.ClickException(f"no release {', '.join(map(str, missing))}")
    else:
        found = found.filter(published_at__isnull=False)
    differing = 0
    for release in found:
        proof = verify_release(release)
        differing += not proof.verified
        click.echo(_told(release, proof))
    if differing:
        raise click.ClickException(f"{differing} of {len(found)} releases differ")
    click.echo(f"{len(found)} releases, all verified")


def _cells(release: Release) -> tuple[str, ...]:
    return (
        str(release.pk),
        release.season.code,
        release.kind,
        str(release.through),
        release.state,
        f"{release.scheme.name} {release.scheme.digest[:8]}",
        release.result_digest[:16],
        str(release.supersedes_id or ""),
    )


def _told(release: Release, proof: Verification) -> str:
    name = f"{release.pk} {release.season.code} {release.kind} through {release.through}"
    if proof.verified:
        return f"{name}: verified"
    if proof.trouble:
        return f"{name}: cannot be computed again: {proof.trouble}"
    troubles = [
        said
        for right, said in (
            (proof.intact, "the stored rows are not what was released"),
            (proof.facts_stand, "the facts of its moment are others now"),
            (proof.same, "computed again it gives another result"),
        )
        if not right
    ]
    units = [f"{one.unit} {one.released or 'none'} → {one.now or 'none'}" for one in proof.moved]
    shown = "; ".join(units[:5]) + (f"; {len(units) - 5} more" if len(units) > 5 else "")
    return f"{name}: {', '.join(troubles)}" + (f" ({shown})" if shown else "")
