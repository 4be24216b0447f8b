"""Findings: recorded one by one or as a list, approved, annulled, corrected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from pingyi.audit.actions import Actor, action, record, record_each
from pingyi.casework.actions.steps import chosen, cleaned, refusal, required
from pingyi.casework.reasons import Reason, Refusal
from pingyi.directory.models import Unit
from pingyi.kernel.masking import redact
from pingyi.supervision import policies
from pingyi.supervision.kinds import FindingKind, Ruling
from pingyi.supervision.models import Finding, FindingRuling

MOST_POINTS = Decimal("999.99")
SHORT = 100


@dataclass(frozen=True, kw_only=True)
class Found:
    """What somebody wants recorded of a unit. See `models.Finding`."""

    unit: Unit
    kind: FindingKind | str
    on: date
    what: str
    evidence: str = ""
    reference: str = ""
    matter: str = ""
    points: Decimal | None = None


@action("finding.record")
def record_finding(*, found: Found, by: Actor, at: datetime) -> Finding:
    """Record one finding. Raises Refusal, naming the field."""
    finding = checked(found, by=by, at=at)
    _one_at_a_time([finding])
    _refuse_known([finding])
    finding.save()
    record(finding, **_said(finding))
    return finding


@action("finding.load")
def load_findings(*, found: Iterable[Found], by: Actor, at: datetime) -> list[Finding]:
    """Record all of them or, with a Refusal at the first that is unfit, none."""
    wanted = [checked(one, by=by, at=at) for one in found]
    _one_at_a_time(wanted)
    _refuse_known(wanted)
    findings = Finding.objects.bulk_create(wanted)
    record_each((finding, _said(finding)) for finding in findings)
    return findings


@action("finding.approve")
def approve_finding(*, finding: Finding, reason: str = "", by: Actor, at: datetime) -> Finding:
    """A second person lets the bonus or veto count."""
    _refuse(policies.why_not_decide(finding, by))
    return _rule(finding, Ruling.APPROVED, cleaned(reason, "reason"), by=by, at=at)


@action("finding.refuse")
def refuse_finding(*, finding: Finding, reason: str, by: Actor, at: datetime) -> Finding:
    """A second person does not: it never counts."""
    _refuse(policies.why_not_decide(finding, by))
    return _rule(finding, Ruling.REFUSED, required(reason, "reason"), by=by, at=at)


@action("finding.annul")
def annul_finding(*, finding: Finding, reason: str, by: Actor, at: datetime) -> Finding:
    """It counts no longer, from now on; it and the reason stay on record."""
    _refuse(policies.why_not_annul(finding, by))
    return _rule(finding, Ruling.ANNULLED, required(reason, "reason"), by=by, at=at)


@action("finding.correct")
def correct_finding(
    *, finding: Finding, found: Found, reason: str, by: Actor, at: datetime
) -> Finding:
    """Annul it and record what is right in its place; a bonus or veto is approved anew."""
    _refuse(policies.why_not_annul(finding, by))
    right = checked(replace(found, unit=finding.unit), by=by, at=at)
    _rule(finding, Ruling.ANNULLED, required(reason, "reason"), by=by, at=at)
    _one_at_a_time([right])
    _refuse_known([right])
    right.corrects = finding
    right.save()
    record(right, corrects=finding.ref, **_said(right))
    return right


def checked(found: Found, *, by: Actor, at: datetime) -> Finding:
    """The finding, not yet stored. Raises Refusal."""
    _refuse(policies.why_not_theirs(by, "finding.record", found.unit))
    kind = chosen(FindingKind, found.kind, "kind")
    if found.on > localdate(at):
        raise refusal(policies.IN_FUTURE)
    return Finding(
        unit=found.unit,
        kind=kind.value,
        on=found.on,
        what=impersonal(required(found.what, "what"), "what"),
        evidence=impersonal(cleaned(found.evidence, "evidence"), "evidence"),
        reference=cleaned(found.reference, "reference", longest=SHORT),
        matter=cleaned(found.matter, "matter", longest=SHORT),
        points=_points(kind, found.points),
        at=at,
        by=by.audit_name,
    )


def why_not_record(found: Found, *, by: Actor, at: datetime) -> Reason | None:
    """Why it could not be recorded now; None if it could."""
    try:
        _refuse_known([checked(found, by=by, at=at)])
    except Refusal as refused:
        return refused.reason
    return None


def _refuse_known(wanted: list[Finding]) -> None:
    """What stands already, or twice on a list, would cost its points twice: a form sent again, a
    file loaded again."""
    units = {finding.unit_id for finding in wanted}
    standing = Finding.objects.filter(unit__in=units, on__in={finding.on for finding in wanted})
    gone = (Ruling.ANNULLED.value, Ruling.REFUSED.value)
    seen = {_said_in_full(one) for one in standing.exclude(rulings__ruling__in=gone)}
    for finding in wanted:
        said = _said_in_full(finding)
        if said in seen:
            raise refusal(policies.RECORDED_ALREADY)
        seen.add(said)


def _one_at_a_time(wanted: list[Finding]) -> None:
    """Whoever else records something of these units waits until this transaction has ended."""
    units = Unit.objects.filter(pk__in={finding.unit_id for finding in wanted})
    list(units.select_for_update().order_by("pk").values_list("pk"))


def _said_in_full(finding: Finding) -> tuple[object, ...]:
    """What tells a finding from another; its evidence does not."""
    said = (finding.unit_id, finding.kind, finding.on, finding.what)
    return (*said, finding.reference, finding.matter, finding.points)


def _points(kind: FindingKind, points: Decimal | None) -> Decimal | None:
    if kind is not FindingKind.BONUS:
        _refuse(policies.NO_POINTS if points is not None else None)
        return None
    if points is None or not points.is_finite() or not 0 < points <= MOST_POINTS:
        raise refusal(policies.POINTS_OF_BONUS)
    if points != round(points, 2):
        raise refusal(policies.POINTS_OF_BONUS)
    return points


def impersonal(text: str, field: str) -> str:
    """`text`, if no telephone or identity number stands in it; else Incomplete."""
    if redact(text, landlines=False) != text:
        raise refusal(replace(policies.NAMES_SOMEBODY, field=field))
    return text


def _rule(finding: Finding, ruling: Ruling, reason: str, *, by: Actor, at: datetime) -> Finding:
    """Append the ruling; of two at once the second is refused."""
    try:
        with transaction.atomic():
            FindingRuling.objects.create(
                finding=finding, ruling=ruling.value, reason=reason, at=at, by=by.audit_name
            )
    except IntegrityError:
        taken = policies.ANNULLED if ruling is Ruling.ANNULLED else policies.DECIDED
        raise refusal(taken) from None
    record(finding, ruling=ruling.value, ref=finding.ref)
    return finding


def _said(finding: Finding) -> dict[str, str]:
    said = {"unit": finding.unit.code, "kind": finding.kind, "on": finding.on.isoformat()}
    return said | ({"points": str(finding.points)} if finding.points is not None else {})


def _refuse(reason: Reason | None) -> None:
    if reason is not None:
        raise refusal(reason)
