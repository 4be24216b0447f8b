"""From a season's results to proposals: the engine says what should follow, a person decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from pingyi.accountability.actions.duties import Proposal, propose, take_back
from pingyi.accountability.models import Duty
from pingyi.accountability.terms import On
from pingyi.audit.actions import Actor
from pingyi.directory.models import Season, Unit
from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Commendation, Consequence
from pingyi.scoring.engine import UnitResult


def propose_consequences(
    *,
    season: Season,
    scheme: Scheme,
    results: Iterable[UnitResult],
    refs: tuple[str, ...] = (),
    by: Actor,
    at: datetime,
) -> list[Duty]:
    """Propose what the season's results entail, once per clause and unit; `refs` name what the
    results were released as. What corrected results entail no more, and nobody has decided on,
    lapses. Idempotent."""
    wanted = list(entailed(season, scheme, list(results), refs))
    made = propose(wanted=wanted, by=by, at=at)
    take_back(season=season, rules=rules(scheme), wanted=wanted, by=by, at=at)
    return made


def entailed(
    season: Season, scheme: Scheme, results: list[UnitResult], refs: tuple[str, ...] = ()
) -> Iterator[Proposal]:
    """What the results entail by the scheme's clauses, as proposals; nothing is stored."""
    codes = {one.unit for one in results if one.consequences or one.honour}
    rows = Unit.objects.filter(code__in=codes)
    units = {
        unit.code: unit for unit in rows.select_related("area__parent", "parent__area__parent")
    }
    for one in results:
        for follows in one.consequences:
            clause, unit = scheme.consequences[follows.clause], units[one.unit]
            whose = unit.parent if follows.on == "parent" else unit
            if whose is None:  # nobody is above it whom the clause could mean
                continue
            yield Proposal(
                rule=clause.id,
                words=clause.zh,
                source=clause.source,
                season=season,
                what=(follows.what,),
                on=On(follows.on),
                unit=whose,
                ground=f"{season.code}/{unit.code}",
                refs=refs if whose is unit else (unit.name, *refs),
            )
        for praise in praises(scheme, one):
            yield Proposal(
                rule=praise.id,
                words=praise.zh,
                source=praise.source,
                season=season,
                what=(praise.what,),
                on=On.UNIT,
                unit=units[one.unit],
                ground=f"{season.code}/{one.unit}",
                refs=refs,
            )


def rules(scheme: Scheme) -> dict[str, Consequence | Commendation]:
    """The clauses by which something follows for a unit from a season's result, by id."""
    praise = {name: one for name, one in scheme.commendations.items() if one.of == "units"}
    return {**scheme.consequences, **praise}


def praises(scheme: Scheme, one: UnitResult) -> list[Commendation]:
    """The clauses by which the unit is to be commended (DOMAIN §1.22)."""
    return [
        each
        for each in scheme.commendations.values()
        if each.of == "units" and each.honour == one.honour
    ]
