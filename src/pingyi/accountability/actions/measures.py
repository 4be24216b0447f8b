"""Measures on persons: recorded by the inspectors, annulled or told to the unit later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from pingyi.accountability import names, policies
from pingyi.accountability.models import Measure, MeasureRuling, Person
from pingyi.accountability.persons import person_of
from pingyi.accountability.terms import MeasureKind, MeasureRulingKind, Origin, Responsibility
from pingyi.audit.actions import Actor, action, log_read, record
from pingyi.casework.actions.steps import chosen, cleaned, refusal, required
from pingyi.casework.models import Case
from pingyi.casework.reasons import NOT_YOURS, Reason, needs
from pingyi.casework.rules import office_of
from pingyi.directory.models import Unit
from pingyi.people.models import User
from pingyi.supervision.actions.findings import impersonal
from pingyi.supervision.models import Finding
from pingyi.supervision.policies import IN_FUTURE

SHORT = 100
LONGEST_POST = 60
LONGEST_REASON = 200


@dataclass(frozen=True, kw_only=True)
class Given:
    """What was decided on whom. `source` numbers the paper or release it goes back to."""

    unit: Unit
    name: str
    post: str
    responsibility: Responsibility | str
    kind: MeasureKind | str
    organ: str
    on: date
    origin: Origin | str
    case: Case | None = None
    finding: Finding | None = None
    source: str = ""
    note: str = ""


@action("measure.record")
def record_measure(*, given: Given, by: Actor, at: datetime) -> Measure:
    """Record one measure on one person. Raises Refusal, naming the field."""
    area = given.case.area if given.case is not None else office_of(given.unit)
    _refuse(policies.why_not_measure(by, given.unit, area, given.case))
    origin = chosen(Origin, given.origin, "origin")
    if origin is Origin.FINDING and given.finding is None:
        raise refusal(needs("finding"))
    if origin is Origin.CASE and given.case is None:
        raise refusal(needs("case"))
    if given.on > localdate(at):
        raise refusal(IN_FUTURE)
    measure = Measure(
        post=impersonal(required(given.post, "post", longest=LONGEST_POST), "post"),
        responsibility=chosen(Responsibility, given.responsibility, "responsibility").value,
        kind=chosen(MeasureKind, given.kind, "kind").value,
        organ=required(given.organ, "organ", longest=SHORT),
        on=given.on,
        origin=origin.value,
        case=given.case,
        finding=given.finding,
        source=cleaned(given.source, "source", longest=SHORT),
        note=impersonal(cleaned(given.note, "note"), "note"),
        area=area,
        at=at,
        by=by.audit_name,
    )
    if origin in (Origin.LETTER, Origin.RELEASE) and not measure.source:
        raise refusal(needs("source"))
    measure.person = person_of(given.unit, given.name, by=by, at=at)
    _refuse_known(measure)
    measure.save()
    record(measure, unit=given.unit.code, kind=measure.kind, on=given.on.isoformat())
    return measure


def _refuse_known(measure: Measure) -> None:
    """A form sent again holds nobody to account twice; of two at once the second waits."""
    Person.objects.select_for_update().get(pk=measure.person_id)
    told = ("kind", "responsibility", "on", "organ", "origin", "case", "finding", "source")
    same = {name: getattr(measure, name) for name in told}
    if Measure.objects.counting().filter(person=measure.person, **same).exists():
        raise refusal(policies.MEASURED_ALREADY)


@action("measure.annul")
def annul_measure(*, measure: Measure, reason: str, by: Actor, at: datetime) -> Measure:
    """It holds no longer; it and the reason stay on record."""
    text = required(reason, "reason")
    _refuse(policies.why_not_annul(measure, by))
    return _rule(measure, MeasureRulingKind.ANNULLED, text, policies.ANNULLED, by=by, at=at)


@action("measure.notify")
def notify_unit(*, measure: Measure, by: Actor, at: datetime) -> Measure:
    """The person's unit may read it from now on."""
    _refuse(policies.why_not_notify(measure, by))
    return _rule(measure, MeasureRulingKind.NOTIFIED, "", policies.NOTIFIED, by=by, at=at)


def reveal_name(*, measure: Measure, reason: str, by: User, at: datetime) -> str:
    """The person's name, for `by` to see now. The reading is logged first. Raises Refusal."""
    text = required(reason, "reason", longest=LONGEST_REASON)
    if not Measure.objects.visible_to(by).filter(pk=measure.pk).exists():
        raise refusal(NOT_YOURS)
    log_read(measure.person, what="name", reason=text, by=by, at=at)
    return names.opened(measure.person.name_cipher)


def find_persons(*, name: str, reason: str, by: User, at: datetime) -> list[Person]:
    """The persons of that name with a measure `by` may see. Each reading is logged first, and so
    is that there was none."""
    text = required(reason, "reason", longest=LONGEST_REASON)
    wanted = required(name, "name", longest=names.LONGEST)
    seen = Measure.objects.visible_to(by).values("person")
    found = list(
        Person.objects.filter(name_print__in=names.prints(wanted), pk__in=seen)
        .select_related("unit")
        .order_by("pk")
    )
    subjects: list[Person] | list[type[Person]] = found or [Person]
    for subject in subjects:
        log_read(subject, what="name", reason=text, by=by, at=at)
    return found


def _rule(
    measure: Measure,
    ruling: MeasureRulingKind,
    reason: str,
    taken: Reason,
    *,
    by: Actor,
    at: datetime,
) -> Measure:
    """Append the ruling; of two at once the second is refused."""
    try:
        with transaction.atomic():
            MeasureRuling.objects.create(
                measure=measure, ruling=ruling.value, reason=reason, at=at, by=by.audit_name
            )
    except IntegrityError:
        raise refusal(taken) from None
    record(measure, ruling=ruling.value)
    return measure


def _refuse(reason: Reason | None) -> None:
    if reason is not None:
        raise refusal(reason)
