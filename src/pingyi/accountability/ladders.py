"""What the program's own facts say should follow: the ladder of persons, the heads' apologies, and
their explanations of what is late.

All are asked anew each time. A proposal whose ground is gone, and on which nobody has decided,
lapses.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import localdate

from pingyi.accountability.actions.duties import Proposal, propose, take_back
from pingyi.accountability.models import Duty, Naming
from pingyi.accountability.terms import On
from pingyi.audit.actions import Actor
from pingyi.casework.embargo import hidden, sealed
from pingyi.casework.models import Case, CaseClock, Dispatch, Verdict
from pingyi.casework.problem_models import Problem, ProblemCase
from pingyi.casework.states import Finding as Found
from pingyi.directory.models import Season, Unit
from pingyi.directory.schemes import in_force
from pingyi.kernel.workdays import end_of_day
from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Apology, Explanation
from pingyi.supervision.models import Finding

DAY = timedelta(days=1)
STILL = timedelta(days=90)
"""A season's facts are looked at for so long after its end: late verdicts and releases."""


def propose_from_facts(*, by: Actor, at: datetime) -> list[Duty]:
    """Propose what ladder, apologies and explanations say of every season at hand; take back what
    no longer holds. Idempotent."""
    made: list[Duty] = []
    day = localdate(at)
    for season in Season.objects.filter(starts_on__lte=day, ends_on__gte=day - STILL):
        scheme = in_force(season, at)
        rules = [*scheme.ladder, *scheme.apologies, *scheme.explanations]
        if not rules:
            continue
        wanted = [
            *ladder(season, scheme, at),
            *apologies(season, scheme, at),
            *explanations(season, scheme, at),
        ]
        made += propose(wanted=wanted, by=by, at=at)
        take_back(season=season, rules=rules, wanted=wanted, by=by, at=at)
    return made


@dataclass(frozen=True)
class Complaint:
    """A valid complaint (有效投诉): a case verified, or partly, by the verdict that counts."""

    case: Case
    day: date


def valid_complaints(at: datetime) -> dict[int, Complaint]:
    """By the case's id: all that was found before an embargo that holds, nothing of after. Two
    queries."""
    found = Verdict.objects.counting(but=hidden(at)).filter(
        finding__in=(Found.VERIFIED.value, Found.PARTLY.value)
    )
    rows = found.select_related("case__unit__area__parent", "case__area", "case__rating").order_by(
        "at", "pk"
    )
    return {verdict.case_id: Complaint(verdict.case, localdate(verdict.at)) for verdict in rows}


def known_namings(at: datetime) -> QuerySet[Naming]:
    """Those that stand: neither made nor withdrawn under an embargo that holds."""
    since = sealed(at).filter(case=OuterRef("case"), at__lte=OuterRef("withdrawn_at"))
    standing = Q(withdrawn_at__isnull=True) | Q(Exists(since))
    return Naming.objects.filter(standing).exclude(hidden(at))


def ladder(season: Season, scheme: Scheme, at: datetime) -> Iterator[Proposal]:
    """For each valid complaint of the season that names somebody, the rung it brings them to."""
    if not scheme.ladder:
        return
    complaints = valid_complaints(at)
    named: dict[int, list[tuple[Complaint, Naming]]] = defaultdict(list)
    namings = known_namings(at).filter(case__in=complaints)
    for naming in namings.select_related("person__unit__area__parent").order_by("pk"):
        named[naming.person_id].append((complaints[naming.case_id], naming))
    for times in named.values():
        times.sort(key=lambda one: (one[0].day, one[0].case.pk))
        for last, (complaint, naming) in enumerate(times):
            if not season.starts_on <= complaint.day <= season.ends_on:
                continue
            before = times[: last + 1]
            rung = _rung(scheme, complaint.day, [one.day for one, _ in before])
            if rung is None:
                continue
            yield Proposal(
                rule=rung.id,
                words=rung.zh,
                source=rung.source,
                season=season,
                what=rung.what,
                on=On.PERSON,
                unit=naming.person.unit,
                person=naming.person,
                case=complaint.case,
                ground=f"{naming.person}/{complaint.case.number}",
                cases=tuple(one.case for one, _ in before),
            )


def _rung(scheme: Scheme, day: date, days: list[date]):
    """The highest rung reached on `day`."""
    reached = [
        rung
        for rung in scheme.ladder.values()
        if sum(_years_before(day, rung.within_years) < one for one in days) >= rung.complaints
    ]
    return max(reached, key=lambda rung: rung.complaints, default=None)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def apologies(season: Season, scheme: Scheme, at: datetime) -> Iterator[Proposal]:
    """The apologies due in a season: for complaints by problem and unit, for findings by matter
    and unit."""
    if not scheme.apologies:
        return
    yield from _for_complaints(season, scheme, at)
    yield from _for_findings(season, scheme)


def _for_complaints(season: Season, scheme: Scheme, at: datetime) -> Iterator[Proposal]:
    """Of several units in one problem together; what else a unit has, by itself."""
    rules = [rule for rule in scheme.apologies.values() if rule.complaints is not None]
    cases = [
        complaint.case
        for complaint in valid_complaints(at).values()
        if season.starts_on <= complaint.day <= season.ends_on
    ]
    joint = _of_one_problem([rule for rule in rules if rule.units > 1], cases)
    for rule, problem, joined in joint:
        yield _of_heads(rule, season, problem.number, joined, refs=(problem.number,))
    together = {case.pk for _, _, joined in joint for case in joined}
    by_unit: dict[Unit, list[Case]] = defaultdict(list)
    for case in cases:
        if case.pk not in together:
            by_unit[case.unit].append(case)
    for unit, own in by_unit.items():
        reached = [one for one in rules if one.units == 1 and (one.complaints or 0) <= len(own)]
        highest = max(reached, key=lambda one: one.complaints or 0, default=None)
        if highest is None:
            continue
        alone = len(own) == 1
        yield _of_head(
            highest,
            season,
            unit,
            ground=own[0].number if alone else f"{season.code}/{unit.code}",
            case=own[0] if alone else None,
            cases=tuple(own),
        )


def _of_one_problem(
    rules: list[Apology], cases: list[Case]
) -> list[tuple[Apology, Problem, list[Case]]]:
    """Problems for which as many units answer as a rule asks for, with their cases; one query."""
    if not rules:
        return []
    members = ProblemCase.objects.filter(case__in=cases, left_at__isnull=True)
    by_pk = {case.pk: case for case in cases}
    joined: dict[Problem, list[Case]] = defaultdict(list)
    for member in members.select_related("problem").order_by("problem", "case"):
        joined[member.problem].append(by_pk[member.case_id])
    found = []
    for problem, own in joined.items():
        units = len({case.unit_id for case in own})
        fits = [one for one in rules if one.units <= units and (one.complaints or 0) <= len(own)]
        if fits:
            found.append((max(fits, key=lambda one: one.units), problem, own))
    return found


def _for_findings(season: Season, scheme: Scheme) -> Iterator[Proposal]:
    rules = [rule for rule in scheme.apologies.values() if rule.findings]
    found = Finding.objects.counting().filter(on__gte=season.starts_on, on__lte=season.ends_on)
    kinds = {kind for rule in rules for kind in rule.findings}
    rows = list(
        found.filter(kind__in=kinds).select_related("unit__area__parent").order_by("on", "pk")
    )
    together: dict[str, set[int]] = defaultdict(set)
    for finding in rows:
        together[finding.matter].add(finding.unit_id)
    grounds: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in rows:
        units = len(together[finding.matter]) if finding.matter else 1
        rule = _rule_for(rules, finding.kind, units)
        if rule is None:
            continue
        if rule.units > 1:
            own = finding.matter
        else:
            own = f"{finding.matter}/{finding.unit.code}" if finding.matter else finding.ref
        grounds[rule.id, own].append(finding)
    for (name, ground), findings in grounds.items():
        rule, first = scheme.apologies[name], findings[0]
        refs = tuple(finding.ref for finding in findings)
        if rule.units > 1:
            yield _of_heads(rule, season, ground, findings, refs=refs, matter=first.matter)
            continue
        own = f"{season.code}/{ground}"
        yield _of_head(rule, season, first.unit, ground=own, matter=first.matter, refs=refs)


def _of_heads(
    rule: Apology,
    season: Season,
    ground: str,
    facts: Sequence[Case] | Sequence[Finding],
    *,
    refs: tuple[str, ...],
    matter: str = "",
) -> Proposal:
    """One duty for the heads of all units concerned. A unit more, or less, makes it another duty:
    whoever decided on the one has not decided on the other."""
    units = sorted({fact.unit for fact in facts}, key=lambda unit: unit.code)
    codes = ",".join(unit.code for unit in units)
    whose = hashlib.sha256(codes.encode()).hexdigest()[:16]
    return _of_head(
        rule,
        season,
        units[0],
        ground=f"{season.code}/{ground}/{whose}",
        heads=tuple(units),
        cases=tuple(fact for fact in facts if isinstance(fact, Case)),
        refs=refs,
        matter=matter,
    )


def _rule_for(rules: list[Apology], kind: str, units: int) -> Apology | None:
    fits = [rule for rule in rules if kind in rule.findings and rule.units <= units]
    return max(fits, key=lambda rule: rule.units, default=None)


def _of_head(
    rule: Apology | Explanation,
    season: Season,
    unit: Unit,
    *,
    ground: str,
    heads: tuple[Unit, ...] = (),
    cases: tuple[Case, ...] = (),
    refs: tuple[str, ...] = (),
    case: Case | None = None,
    matter: str = "",
) -> Proposal:
    return Proposal(
        rule=rule.id,
        words=rule.zh,
        source=rule.source,
        season=season,
        what=(rule.what,),
        on=On.HEAD,
        unit=unit,
        heads=heads,
        ground=ground,
        case=case,
        matter=matter,
        cases=cases,
        refs=refs,
    )


def explanations(season: Season, scheme: Scheme, at: datetime) -> Iterator[Proposal]:
    """What is explained to the person in a season: the unit's late cases, matters found late."""
    for rule in scheme.explanations.values():
        yield from _for_late_cases(rule, season, at)
        yield from _for_late_matters(rule, season, at)


def _for_late_cases(rule: Explanation, season: Season, at: datetime) -> Iterator[Proposal]:
    """Each time the unit's own clock ran out; two queries. Not of a rating that was voided."""
    dispatches = Dispatch.objects.filter(case=OuterRef("case"), at__lte=OuterRef("started_at"))
    void = Verdict.objects.counting().filter(case=OuterRef("case"), finding=Found.VOID.value)
    late = CaseClock.objects.filter(rule__in=rule.clocks).filter(
        Q(met_at__gt=F("due_at")) | Q(pk__in=CaseClock.objects.late(at).values("pk"))
    )
    begins, ends = end_of_day(season.starts_on - DAY), end_of_day(season.ends_on)
    clocks = list(
        late.filter(~Exists(void), due_at__gt=begins, due_at__lte=ends)
        .annotate(lay_with=Subquery(dispatches.order_by("-pk").values("unit")[:1]))
        .select_related("case__area__parent")
        .order_by("pk")
    )
    units = Unit.objects.in_bulk({clock.lay_with for clock in clocks})
    for clock in clocks:
        unit = units[clock.lay_with]
        ground = f"{clock.case.number}/{clock.pk}"
        yield _of_head(rule, season, unit, ground=ground, case=clock.case, cases=(clock.case,))


def _for_late_matters(rule: Explanation, season: Season, at: datetime) -> Iterator[Proposal]:
    """Valid complaints of the season that say so."""
    for complaint in valid_complaints(at).values():
        case = complaint.case
        if season.starts_on <= complaint.day <= season.ends_on and _says(case, rule.reasons):
            yield _of_head(rule, season, case.unit, ground=case.number, case=case, cases=(case,))


def _says(case: Case, reasons: tuple[str, ...]) -> bool:
    return case.rating is not None and not set(reasons).isdisjoint(case.rating.reasons.split(","))
