"""What public releases entail: a season's consequences, the talks after a bulletin.

Looked for by a job, so that nothing hangs on the moment of publishing; idempotent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from pingyi.accountability.actions.duties import Proposal, propose, take_back
from pingyi.accountability.models import Duty
from pingyi.accountability.terms import On
from pingyi.audit.actions import Actor
from pingyi.publication import queries
from pingyi.publication.models import Release
from pingyi.scoring.consequences import entailed, propose_consequences

STILL = timedelta(days=90)
"""Releases published so long ago have been looked at."""


def propose_from_releases(*, by: Actor, at: datetime) -> list[Duty]:
    """Propose what the standing releases of late entail, once per clause and unit."""
    made: list[Duty] = []
    of_late = queries.standing().filter(published_at__gte=at - STILL, published_at__lte=at)
    for release in of_late:
        if release.is_bulletin:
            talks = list(_talks(release))
            made += propose(wanted=talks, by=by, at=at)
            take_back(
                season=release.season,
                rules=release.scheme.scheme().bulletins,
                wanted=talks,
                within=ground(release),
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


def proposals(release: Release) -> list[Proposal]:
    """What the release entails by the rules it was made under; nothing is stored, so that whoever
    checks a draft sees what its publication will ask for."""
    if release.is_bulletin:
        return list(_talks(release))
    results = list(queries.released_result(release).results)
    return list(entailed(release.season, release.scheme.scheme(), results, (_named(release),)))


def arisen(release: Release) -> QuerySet[Duty]:
    """The duties that arose from the release, or from the one it corrects."""
    scheme = release.scheme.scheme()
    rules = scheme.bulletins if release.is_bulletin else scheme.consequences
    return Duty.objects.filter(
        season=release.season, rule__in=list(rules), ground__startswith=ground(release)
    ).order_by("pk")


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
                ground=ground(release) + row.code,
                refs=(_named(release),),
            )


def ground(release: Release) -> str:
    """What the grounds of the release's duties begin with; the code of the unit whose place it is
    follows."""
    if release.is_bulletin:
        return f"{release.season.code}/{release.kind}/{release.through}/"
    return f"{release.season.code}/"


def _named(release: Release) -> str:
    """The release as a paper cites it: `周通报 2026-06-07`."""
    return f"{release.of_kind.zh} {release.through}"
