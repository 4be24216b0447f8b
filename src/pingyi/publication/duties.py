"""What public releases entail: a season's consequences, the talks after a bulletin.

Looked for by a job, so that nothing hangs on the moment of publishing; idempotent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from pingyi.accountability.actions.duties import Proposal, propose, take_back
from pingyi.accountability.models import Duty
from pingyi.accountability.terms import PUBLIC, On, Outcome, State, What
from pingyi.audit.actions import Actor
from pingyi.directory.models import Unit
from pingyi.publication import queries
from pingyi.publication.models import Release, ReleasedResult
from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Commendation
from pingyi.scoring.consequences import entailed, praises, propose_consequences, rules
from pingyi.scoring.engine import UnitResult

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
            made += _praise(release, by=by, at=at)
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
    entails = entailed(release.season, release.scheme.scheme(), results, (_named(release),))
    return [*entails, *_of_best(release)]


def arisen(release: Release) -> QuerySet[Duty]:
    """The duties that arose from the release, or from the one it corrects."""
    scheme = release.scheme.scheme()
    known = scheme.bulletins if release.is_bulletin else {**rules(scheme), **praising(scheme)}
    return Duty.objects.filter(
        season=release.season, rule__in=list(known), ground__startswith=ground(release)
    ).order_by("pk")


class Published(NamedTuple):
    """What was decided to follow from the place `row`: `what` befalls `on` of the unit `whose`, or
    the window or badge of it that is `named`."""

    row: ReleasedResult
    what: tuple[What, ...]
    on: On
    whose: Unit
    words: str
    done: bool
    named: str = ""


def published(release: Release, code: str | None = None) -> list[Published]:
    """What everybody may read of what follows from a public release: decided as proposed, of units
    only (`terms.PUBLIC`), and of windows and badges where the scheme says so; of the unit `code`
    alone where one is named. The very last unit first.

    What a correction entails no more is left out, though it was decided.
    """
    decided = arisen(release).filter(
        state__in=(State.ACCEPTED.value, State.DONE.value),
        decision__outcome=Outcome.ACCEPTED.value,
        person=None,
        case=None,
    )
    begins = ground(release)
    if code is not None:
        decided = decided.filter(Q(unit__code=code) | Q(ground=begins + code))
    found = [
        (whose_place(one, begins), one, public)
        for one in decided.select_related("unit", "point", "post")
        if (public := tuple(what for what in one.whats if what in PUBLIC))
    ]
    rows = _entailing(release, {unit for unit, _duty, _what in found})
    best = _public_best(release)
    told = [
        Published(rows[unit, duty.rule], public, On(duty.on), duty.unit, duty.words,
                  duty.at_state is State.DONE, named_of(duty))
        for unit, duty, public in found
        if (unit, duty.rule) in rows
        and (not named_of(duty) or (duty.rule, duty.point_id, duty.post_id) in best)
    ]  # fmt: skip
    return sorted(told, key=_last_first)


def _entailing(release: Release, codes: set[str]) -> dict[tuple[str, str], ReleasedResult]:
    """The places of these units that entail something, by unit and rule."""
    if release.is_bulletin:
        return {
            (row.code, rule.id): row
            for rule in release.scheme.scheme().bulletins.values()
            for row in queries.bulletin_last(release, rule.places)
        }
    scheme = release.scheme.scheme()
    return {
        (row.code, rule): row
        for row in release.results.filter(code__in=codes)
        for rule in (*_rules_of(row.result, scheme), *praising(scheme))
    }


def _rules_of(result: UnitResult, scheme: Scheme) -> list[str]:
    """The clauses by which something follows from the result, by id."""
    return [
        *(follows.clause for follows in result.consequences),
        *(praise.id for praise in praises(scheme, result)),
    ]


def praising(scheme: Scheme) -> dict[str, Commendation]:
    """The clauses that commend windows and people, by id."""
    return {name: one for name, one in scheme.commendations.items() if one.of != "units"}


def _praise(release: Release, *, by: Actor, at: datetime) -> list[Duty]:
    """Propose the best windows and people; those a correction names no more lapse."""
    wanted = list(_of_best(release))
    made = propose(wanted=wanted, by=by, at=at)
    known = praising(release.scheme.scheme())
    take_back(season=release.season, rules=known, wanted=wanted, by=by, at=at)
    return made


def _of_best(release: Release) -> Iterator[Proposal]:
    known = praising(release.scheme.scheme())
    units = ("unit__area__parent", "point", "post")
    for one in release.best.select_related(*units).order_by("pk"):
        clause = known[one.rule]
        what = f"p{one.point_id}" if one.point_id else f"b{one.post_id}"
        yield Proposal(
            rule=clause.id,
            words=clause.zh,
            source=clause.source,
            season=release.season,
            what=(clause.what,),
            on=On.WINDOW if one.point_id else On.PERSON,
            unit=one.unit,
            point=one.point,
            post=one.post,
            ground=f"{ground(release)}{one.unit.code}/{what}",
            refs=(_named(release), f"{RATED} {one.good}/{one.counted}"),
        )


RATED = "rated"
"""How the ratings a commendation rests on are cited: `rated 320/321`."""


def whose_place(one: Proposal | Duty, begins: str) -> str:
    """The code of the unit whose place the duty rests on; `begins` as `ground` gives it."""
    return one.unit.code if named_of(one) else one.ground.removeprefix(begins)


def named_of(one: Proposal | Duty) -> str:
    """The window, or the badge, it is about; "" where it is about a unit."""
    if one.point is not None:
        return one.point.name
    return one.post.badge if one.post is not None else ""


def _public_best(release: Release) -> set[tuple[str, int | None, int | None]]:
    """What the public may read of the best of the release."""
    public = [name for name, one in praising(release.scheme.scheme()).items() if one.public]
    found = release.best.filter(rule__in=public).order_by()
    return set(found.values_list("rule", "point_id", "post_id"))


def _last_first(one: Published) -> tuple[str, int, str]:
    bulletin = one.row.period_from_last is not None
    place = one.row.period_from_last if bulletin else one.row.place_from_last
    return one.row.group, place or 0, one.row.code


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
