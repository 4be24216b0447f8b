"""What public releases entail: a season's consequences, the talks after a bulletin.

Looked for by a job, so that nothing hangs on the moment of publishing; idempotent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from pingyi.accountability.actions.duties import Proposal, propose, take_back
from pingyi.accountability.models import Duty
from pingyi.accountability.terms import On
from pingyi.audit.actions import Actor
from pingyi.publication import queries
from pingyi.publication.models import Release
from pingyi.scoring.consequences import propose_consequences

STILL = timedelta(days=90)
"""Releases published so long ago have been looked at."""


def propose_from_releases(*, by: Actor, at: datetime) -> list[Duty]:
    """Propose what the standing releases of late entail, once per clause and unit."""
    made: list[Duty] = []
    for release in queries.standing().filter(published_at__gte=at - STILL):
        if release.is_bulletin:
            talks = list(_talks(release))
            made += propose(wanted=talks, by=by, at=at)
            take_back(
                season=release.season,
                rules=release.scheme.scheme().bulletins,
                wanted=talks,
                within=_ground(release),
                by=by,
                at=at,
            )
        else:
            made += propose_consequences(
                season=release.season,
                scheme=release.scheme.scheme(),
                results=queries.released_result(release).results,
                refs=(_named(release),),
                by=by,
                at=at,
            )
    return made


def _talks(release: Release) -> Iterator[Proposal]:
    for rule in release.scheme.scheme().bulletins.values():
        for row in queries.bulletin_last(release, rule.places):
            yield Proposal(
                rule=rule.id,
                words=rule.zh,
                source=rule.source,
                season=release.season,
                what=(rule.what,),
                on=On.HEAD,
                unit=row.unit,
                ground=_ground(release) + row.code,
                refs=(_named(release),),
            )


def _ground(release: Release) -> str:
    return f"{release.season.code}/{release.kind}/{release.through}/"


def _named(release: Release) -> str:
    """The release as a paper cites it: `周通报 2026-06-07`."""
    return f"{release.of_kind.zh} {release.through}"
