"""Prying: looks at a rater's contact by somebody in whose hands her case was not.

A case is in the hands of whoever acted on it, and of those whose turn it was when they looked. Any
other look raises a mark, which an audit administrator reviews: explained, or a breach.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from pingyi.audit import queries as audit
from pingyi.audit.actions import SYSTEM, Actor, action, record
from pingyi.casework.models import Case
from pingyi.casework.rules import office_of
from pingyi.casework.states import State, owner
from pingyi.directory.models import Area
from pingyi.people.models import Appointment
from pingyi.people.roles import SCOPED_TO_UNIT, Role
from pingyi.privacy.models import Outcome, PryingMark, PryingReview
from pingyi.privacy.policies import Refused, Why

TIME_TO_ACT = timedelta(hours=1)
"""After a look, for writing down what was done with it, before it is judged (A)."""
LOOKED_BACK = timedelta(days=31)
"""How far back the job looks; it runs every few minutes."""


def raise_prying_marks(*, at: datetime, by: Actor = SYSTEM) -> list[PryingMark]:
    """Mark the looks that nobody's work explains; those marked now. Safe to run twice."""
    raised = []
    for access in _unexplained(at):
        case = Case.objects.select_related("area__parent__parent").get(pk=int(access.subject_id))
        if not _was_its_turn(case, access):
            raised += _raise(access=access, case=case, by=by, at=at)
    return raised


def _unexplained(at: datetime) -> QuerySet[Any]:
    """Looks at cases, old enough to judge, by readers who never acted on the case."""
    acted = audit.events().filter(
        subject_kind="case",
        subject_id=OuterRef("subject_id"),
        actor=OuterRef("reader"),
        action__startswith="case.",
    )
    span = {"at__gt": at - LOOKED_BACK, "at__lte": at - TIME_TO_ACT}
    looks = audit.reads().filter(subject_kind="case", prying_mark__isnull=True, **span)
    return looks.exclude(Exists(acted)).order_by("pk")


def _was_its_turn(case: Case, access: Any) -> bool:
    """Whether the reader then held, over this case, the role that had to act next."""
    role = owner(_state_at(case, access.at), embargoed=case.embargoed)
    held = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gt=access.at),
        user__username=access.reader,
        role=role.value,
        since__lte=access.at,
    )
    if role in SCOPED_TO_UNIT:
        dispatched = case.dispatches.filter(at__lte=access.at).values("unit")
        return held.filter(unit__in=dispatched).exists()
    return held.filter(area__in=_offices(case)).exists()


def _state_at(case: Case, moment: datetime) -> State:
    """As the case's events tell it; for one that came in by a bulk load, as it is now."""
    last = audit.events_about(case).filter(at__lte=moment).order_by("-at", "-pk").first()
    said = last.data.get("state") if last is not None else None
    return State(said) if said in list(State) else State(case.state)


def _offices(case: Case) -> list[int]:
    """The areas whose office has the case, or had it before it was moved to another unit."""
    moved = case.moves.filter(confirmed_at__isnull=False).select_related("from_unit__area__parent")
    before = [office_of(move.from_unit) for move in moved]
    return [key for area in (case.area, *before) for key in _line(area)]


def _line(area: Area) -> list[int]:
    line: list[int] = []
    above: Area | None = area
    while above is not None:
        line.append(above.pk)
        above = above.parent
    return line


@action("prying.raise")
def _raise(*, access: Any, case: Case, by: Actor, at: datetime) -> list[PryingMark]:
    mark, new = PryingMark.objects.get_or_create(
        access_id=access.pk,
        defaults={
            "case": case,
            "reader": access.reader,
            "what": access.what,
            "looked_at": access.at,
            "raised_at": at,
        },
    )
    record(mark, case=case.number, reader=access.reader, what=access.what)
    return [mark] if new else []


@action("prying.review")
def review_mark(
    *, mark: PryingMark, outcome: Outcome, reason: str, by: Actor, at: datetime
) -> PryingReview:
    """Say what a mark comes to, once, by somebody else than the reader. Raises Refused."""
    if mark.reader == by.audit_name:
        raise Refused(Why.OWN_LOOK)
    if not reason.strip():
        raise Refused(Why.NO_REASON)
    review, first = PryingReview.objects.get_or_create(
        mark=mark,
        defaults={
            "outcome": Outcome(outcome).value,
            "reason": reason.strip(),
            "at": at,
            "by": by.audit_name,
        },
    )
    if not first:
        raise Refused(Why.REVIEWED)
    record(mark, outcome=review.outcome, reader=mark.reader)
    return review


class Breach(NamedTuple):
    """A look that was found to be a breach of rating discipline (打听评价人), as a fact to propose.

    `unit` is the code of the unit the reader then served, "" for one of the office: who answers
    for it is for the area that keeps breaches to say.
    """

    ref: str
    reader: str
    unit: str
    case: str
    looked_at: datetime
    found_at: datetime
    found_by: str


def breaches(*, until: datetime | None = None) -> Iterator[Breach]:
    """Every mark found to be a breach, oldest finding first; with `until` those found by then."""
    found = PryingReview.objects.filter(outcome=Outcome.BREACH.value)
    if until is not None:
        found = found.filter(at__lte=until)
    for review in found.select_related("mark__case").order_by("at", "pk"):
        mark = review.mark
        yield Breach(
            f"P-{mark.pk}",
            mark.reader,
            _unit_of(mark),
            mark.case.number,
            mark.looked_at,
            review.at,
            review.by,
        )


def _unit_of(mark: PryingMark) -> str:
    held = Appointment.objects.filter(
        Q(until__isnull=True) | Q(until__gt=mark.looked_at),
        user__username=mark.reader,
        role=Role.UNIT_ADMIN.value,
        since__lte=mark.looked_at,
    )
    code: str | None = held.values_list("unit__code", flat=True).first()
    return code or ""
