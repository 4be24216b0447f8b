"""Duties: proposed by rule, decided by a person, done with date and place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import IntegrityError
from django.db.models import Q
from django.utils.timezone import localdate

from pingyi.accountability import policies
from pingyi.accountability.models import PROMISE, Decision, Duty, Fulfilment, Part, Person
from pingyi.accountability.terms import APOLOGIES, On, Outcome, State, What, whats
from pingyi.audit.actions import Actor, action, record, record_each
from pingyi.casework.actions.steps import chosen, cleaned, refusal, required
from pingyi.casework.models import Case
from pingyi.casework.reasons import Reason, needs
from pingyi.casework.rules import office_of
from pingyi.casework.wording import unfit_for_unit
from pingyi.clocks import actions as clocks
from pingyi.directory.models import Area, Post, Season, ServicePoint, Unit
from pingyi.kernel.workdays import end_of_day
from pingyi.rulebook import ClockRule
from pingyi.supervision.actions.findings import impersonal
from pingyi.supervision.policies import IN_FUTURE

SLICE = 500


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What a clause says should befall whom, from what `ground`; see `models.Duty`. `heads` are the
    units that act together, the first of them `unit`."""

    rule: str
    words: str
    source: str
    season: Season
    what: tuple[str, ...]
    on: On
    unit: Unit
    ground: str
    heads: tuple[Unit, ...] = ()
    person: Person | None = None
    point: ServicePoint | None = None
    post: Post | None = None
    case: Case | None = None
    matter: str = ""
    cases: tuple[Case, ...] = ()
    refs: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.rule, self.ground


def propose(*, wanted: Iterable[Proposal], by: Actor, at: datetime) -> list[Duty]:
    """Propose what was not proposed before, once per rule and ground; those that lapsed and hold
    again stand again. Harmless to repeat, or to run twice at once."""
    proposals = {one.key: one for one in wanted}
    known = {
        (duty.rule, duty.ground): duty
        for duty in Duty.objects.filter(
            rule__in={rule for rule, _ in proposals}, ground__in={ground for _, ground in proposals}
        )
    }
    again = [duty for key, duty in known.items() if key in proposals and duty.state == State.LAPSED]
    if again:
        _stand_again(duties=again, by=by, at=at)
    fresh = [one for key, one in proposals.items() if key not in known]
    if not fresh:
        return []
    try:
        return _store(proposals=fresh, by=by, at=at)
    except IntegrityError:  # another process was quicker; what it left out comes next time
        return []


@action("duty.propose")
def _store(*, proposals: list[Proposal], by: Actor, at: datetime) -> list[Duty]:
    made = Duty.objects.bulk_create(
        [
            Duty(
                rule=one.rule,
                words=one.words,
                source=one.source,
                scheme=one.season.scheme,
                season=one.season,
                what=",".join(one.what),
                on=one.on.value,
                unit=one.unit,
                person=one.person,
                point=one.point,
                post=one.post,
                ground=one.ground,
                refs="、".join(one.refs)[:500],
                case=one.case,
                matter=one.matter,
                area=_office_over(one),
                proposed_at=at,
                proposed_by=by.audit_name,
            )
            for one in proposals
        ],
        batch_size=SLICE,
    )
    cited = Duty.cases.through
    cited.objects.bulk_create(
        [
            cited(duty=duty, case=case)
            for duty, one in zip(made, proposals, strict=True)
            for case in one.cases
        ],
        batch_size=SLICE,
    )
    acting = Duty.heads.through
    acting.objects.bulk_create(
        [
            acting(duty=duty, unit=unit)
            for duty, one in zip(made, proposals, strict=True)
            for unit in one.heads
        ],
        batch_size=SLICE,
    )
    record_each((duty, {"rule": duty.rule, "unit": duty.unit.code}) for duty in made)
    return made


def _office_over(one: Proposal) -> Area:
    """The case's office, or the unit's; the city's where units of several districts act."""
    if one.case is not None:
        return one.case.area
    offices = {office_of(unit) for unit in one.heads or (one.unit,)}
    some = offices.pop()
    return some.parent or some if offices else some


@action("duty.revive")
def _stand_again(*, duties: list[Duty], by: Actor, at: datetime) -> None:
    for duty in duties:
        _move(duty, State.LAPSED, State.PROPOSED)
        record(duty, state=State.PROPOSED.value)


@action("duty.lapse")
def lapse(*, duties: Iterable[Duty], by: Actor, at: datetime) -> None:
    """Take back proposals whose ground is gone, as long as nobody has decided on them."""
    for duty in duties:
        moved = Duty.objects.filter(pk=duty.pk, state=State.PROPOSED.value)
        if moved.update(state=State.LAPSED.value):
            duty.state = State.LAPSED.value
        record(duty, state=duty.state)


def take_back(
    *,
    season: Season,
    rules: Iterable[str],
    wanted: Iterable[Proposal],
    within: str = "",
    by: Actor,
    at: datetime,
) -> None:
    """Let the undecided proposals of these rules lapse that are not wanted any more; of all
    grounds, or of those that begin with `within`."""
    standing = {one.key for one in wanted}
    open_ = Duty.objects.filter(
        season=season, rule__in=list(rules), state=State.PROPOSED.value, ground__startswith=within
    )
    gone = [duty for duty in open_ if (duty.rule, duty.ground) not in standing]
    if gone:
        lapse(duties=gone, by=by, at=at)


@action("duty.decide")
def decide_duty(
    *,
    duty: Duty,
    outcome: Outcome | str,
    words: str = "",
    reason: str = "",
    by: Actor,
    at: datetime,
) -> Duty:
    """A person decides: as proposed, something else in words, or nothing; against the proposal
    with the reason. What is to be done gets its clock. Raises Refusal."""
    _refuse(policies.why_not_duty(duty, by, State.PROPOSED))
    outcome = chosen(Outcome, outcome, "outcome")
    against = outcome is not Outcome.ACCEPTED
    why = required(reason, "reason") if against else cleaned(reason, "reason")
    text = required(words, "words") if outcome is Outcome.OTHER else ""
    target = State.WAIVED if outcome is Outcome.WAIVED else State.ACCEPTED
    _move(duty, State.PROPOSED, target)
    Decision.objects.create(
        duty=duty,
        outcome=outcome.value,
        words=_fit(text, duty, "words"),
        reason=_fit(why, duty, "reason"),
        at=at,
        by=by.audit_name,
    )
    if target is State.ACCEPTED:
        name, length = _clock(duty)
        clocks.start(duty.clocks, name, length, at=at)
    record(duty, outcome=outcome.value)
    return duty


@action("duty.fulfil")
def fulfil_duty(
    *,
    duty: Duty,
    on: date,
    place: str,
    evidence: str = "",
    promised: date | None = None,
    unit: Unit | None = None,
    by: Actor,
    at: datetime,
) -> Duty:
    """It was done, on that day and there; an explanation with the date it `promised`, which runs
    as a clock of its own from then on. Where several act together it was `unit` that did, and all
    is done once the last has. Raises Refusal."""
    _refuse(policies.why_not_duty(duty, by, State.ACCEPTED))
    if on > localdate(at):
        raise refusal(IN_FUTURE)
    if duty.takes_a_date:
        _refuse(_why_not_promised(promised, on))
    elif promised is not None:
        raise refusal(policies.NO_PROMISE)
    where = _fit(required(place, "place", longest=200), duty, "place")
    proof = _fit(cleaned(evidence, "evidence"), duty, "evidence")
    if duty.is_joint and not _part_is_last(duty, unit, on, where, proof, by=by, at=at):
        return duty
    _move(duty, State.ACCEPTED, State.DONE)
    Fulfilment.objects.create(
        duty=duty, on=on, place=where, evidence=proof, promised=promised, at=at, by=by.audit_name
    )
    clocks.meet(duty.clocks.all(), at=at)
    if promised is not None:
        clocks.start(duty.clocks, PROMISE, Days((promised - on).days), at=end_of_day(on))
    record(duty, on=on.isoformat())
    return duty


def _part_is_last(
    duty: Duty, unit: Unit | None, on: date, place: str, evidence: str, *, by: Actor, at: datetime
) -> bool:
    """Note one unit's part; whether it was the last. Of two at once the second waits."""
    if unit is None or unit not in duty.units:
        raise refusal(policies.NOT_OF_IT)
    locked = Duty.objects.select_for_update().get(pk=duty.pk)
    waiting = locked.to_act
    if unit not in waiting:
        raise refusal(policies.PART_DONE)
    Part.objects.create(
        duty=duty, unit=unit, on=on, place=place, evidence=evidence, at=at, by=by.audit_name
    )
    record(duty, on=on.isoformat(), unit=unit.code)
    return waiting == [unit]


def _why_not_promised(promised: date | None, on: date) -> Reason | None:
    if promised is None:
        return needs("promised")
    return policies.PROMISED_BEFORE if promised < on else None


@action("duty.keep")
def keep_promise(*, duty: Duty, by: Actor, at: datetime) -> Duty:
    """What was promised was done. Raises Refusal; of two at once the second is refused."""
    _refuse(policies.why_not_keep(duty, by))
    if not clocks.meet(duty.clocks.filter(rule=PROMISE), at=at):
        raise refusal(policies.NO_PROMISE)
    record(duty, kept=True)
    return duty


class Days(NamedTuple):
    """So many days, to the end of the last one if they count from the end of a day."""

    amount: int
    unit: str = "days"


def _fit(text: str, duty: Duty, field: str) -> str:
    """`text`, if unit and public may read it: it names nobody, and tells nothing of whoever is
    behind the cases the duty rests on. Raises Refusal."""
    cited = Case.objects.filter(Q(citing_duties=duty) | Q(pk=duty.case_id)).distinct()
    for case in cited.select_related("rating__contact", "source__message").order_by("pk"):
        _refuse(unfit_for_unit(text, case, field=field))
    return impersonal(text, field)


def _clock(duty: Duty) -> tuple[str, ClockRule]:
    """An apology and an explanation have clocks of their own."""
    asked = set(whats(duty.what))
    name = "apology" if APOLOGIES & asked else "explanation" if What.EXPLAIN in asked else "duty"
    return name, policies.rule_of(duty, name)


def _move(duty: Duty, source: State, target: State) -> None:
    """Compare and set: of two at once the second is refused."""
    moved = Duty.objects.filter(pk=duty.pk, state=source.value).update(state=target.value)
    if not moved:
        raise refusal(policies.DECIDED)
    duty.state = target.value


def _refuse(reason: Reason | None) -> None:
    if reason is not None:
        raise refusal(reason)
