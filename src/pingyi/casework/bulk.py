"""The bulk door: cases that were closed long ago, many at once, with their facts and clocks.

For history that was gathered elsewhere, and for the demo city; one action per batch. What is going
on now takes the steps of `states` one by one instead. Each case leaves the events of its steps,
stamped with the batch's moment; its facts carry their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F

from pingyi.audit.actions import Actor, action, record
from pingyi.casework import search
from pingyi.casework.models import (
    CallAttempt,
    Case,
    CaseClock,
    CaseCounter,
    CheckNote,
    Dispatch,
    Reply,
    Sorting,
    UnitAnswer,
    Verdict,
)
from pingyi.casework.states import CallOutcome, Finding, Grade, Kind, State
from pingyi.clocks.calendar import city_calendar
from pingyi.kernel.workdays import SHANGHAI, Calendar
from pingyi.rulebook import Scheme


class Said(NamedTuple):
    """A fact of a case: when, by whom (a login), in which words."""

    at: datetime
    by: str
    text: str


class Handled(NamedTuple):
    """What the unit was asked, and what it answered."""

    dispatch: Said
    answer: Said
    measures: str


class PastCase(NamedTuple):
    """A closed case of a bad rating given at `opened_at`.

    `call` is a call that was answered, `check` what a check found: one of them is there. Without
    a `finding` it was settled on the phone, and `reply` is what she was told there.
    """

    number: str
    rating_id: int
    unit_id: int
    point_id: int
    area_id: int
    kind: Kind
    opened_at: datetime
    sorting: Said
    call: Said | None
    check: Said | None
    handled: Handled | None
    finding: Finding | None
    decision: Said | None
    reply: Said
    closed_at: datetime


def numbers(opened: Sequence[datetime]) -> list[str]:
    """Case numbers for cases opened at these moments, in this order. Within a transaction."""
    by_year: dict[int, int] = defaultdict(int)
    for moment in opened:
        by_year[moment.astimezone(SHANGHAI).year] += 1
    last = {}
    for year, count in sorted(by_year.items()):
        CaseCounter.objects.get_or_create(year=year)
        CaseCounter.objects.filter(year=year).update(last=F("last") + count)
        last[year] = CaseCounter.objects.get(year=year).last - count
    found = []
    for moment in opened:
        year = moment.astimezone(SHANGHAI).year
        last[year] += 1
        found.append(f"{year}-{last[year]:06d}")
    return found


@action("case.load")
def load_closed(*, batch: Sequence[PastCase], scheme: Scheme, by: Actor, at: datetime) -> int:
    """Store a batch of closed cases, whose clocks are those of `scheme`; returns how many."""
    cases = Case.objects.bulk_create(
        Case(
            number=past.number,
            rating_id=past.rating_id,
            unit_id=past.unit_id,
            point_id=past.point_id,
            area_id=past.area_id,
            state=State.CLOSED.value,
            kind=past.kind.value,
            opened_at=past.opened_at,
            closed_at=past.closed_at,
        )
        for past in batch
    )
    pairs = list(zip(cases, batch, strict=True))
    calendar = city_calendar()
    CaseClock.objects.bulk_create(
        clock for case, past in pairs for clock in _clocks(case, past, scheme, calendar)
    )
    facts = _Facts(pairs)
    for case, past in pairs:
        facts.record(case, past)
    search.index(case.pk for case in cases)
    return len(cases)


def _clocks(case: Case, past: PastCase, scheme: Scheme, calendar: Calendar) -> Iterable[CaseClock]:
    heard = past.call or past.check
    met = {
        "sort": past.sorting.at,
        "call_back": heard.at if heard else None,
        "verify": past.decision.at if past.decision else past.closed_at,
    }
    for rule, met_at in met.items():
        length = scheme.clocks.get(rule)
        if length is None or met_at is None:
            continue
        due = calendar.due_at(past.opened_at, length.amount, length.unit)
        yield CaseClock(
            case=case,
            rule=rule,
            amount=length.amount,
            unit=length.unit,
            started_at=past.opened_at,
            due_at=due.at,
            confirmed=due.confirmed,
            met_at=met_at,
        )


class _Facts:
    """The facts of a batch, stored kind by kind, and the events that point to them."""

    def __init__(self, pairs: Sequence[tuple[Case, PastCase]]) -> None:
        self._stored: dict[tuple[int, str], int] = {}
        self._store(Sorting, ((c, p.sorting, _sorting(p)) for c, p in pairs))
        self._store(CallAttempt, ((c, p.call, _call(p)) for c, p in pairs if p.call))
        self._store(CheckNote, ((c, p.check, {"note": p.check.text}) for c, p in pairs if p.check))
        handled = [(c, p, p.handled) for c, p in pairs if p.handled]
        dispatches = self._store(
            Dispatch, ((c, h.dispatch, _dispatch(p, h)) for c, p, h in handled)
        )
        self._store(
            UnitAnswer,
            (
                (c, h.answer, {"dispatch": d, "account": h.answer.text, "measures": h.measures})
                for (c, _, h), d in zip(handled, dispatches, strict=True)
            ),
        )
        self._store(Verdict, ((c, p.decision, _verdict(p)) for c, p in pairs if p.decision))
        self._store(Reply, ((c, p.reply, _reply(p)) for c, p in pairs))

    def _store(
        self, model: type[Any], rows: Iterable[tuple[Case, Said, dict[str, Any]]]
    ) -> list[Any]:
        made: list[Any] = model.objects.bulk_create(
            model(case=case, at=said.at, by=said.by, **fields) for case, said, fields in rows
        )
        for fact in made:
            self._stored[fact.case_id, model._meta.model_name] = fact.pk
        return made

    def record(self, case: Case, past: PastCase) -> None:
        """The events of the steps the case took."""
        self._step(case, "open", State.UNSORTED, rating=past.rating_id)
        heard = State.TO_CALL if past.call else State.TO_CHECK
        self._step(case, f"sort_{heard}", heard, "sorting")
        if past.decision is None:
            self._step(case, "settle", State.CLOSED, "callattempt", "reply")
            return
        if past.call:
            self._step(case, "stand", State.TO_PLACE, "callattempt")
        else:
            self._step(case, "note_check", State.TO_CHECK, "checknote")
        if past.handled:
            self._step(case, "dispatch", State.WITH_UNIT, "dispatch")
            self._step(case, "answer", State.TO_DECIDE, "unitanswer")
        self._step(case, "decide", State.TO_REPLY, "verdict")
        self._step(case, "reply", State.REPLIED, "reply")
        self._step(case, "close", State.CLOSED)

    def _step(self, case: Case, step: str, state: State, *kinds: str, **data: Any) -> None:
        facts = {kind: self._stored[case.pk, kind] for kind in kinds}
        record(case, step=step, state=state.value, facts=facts, **data)


def _sorting(past: PastCase) -> dict[str, Any]:
    return {"kind": past.kind.value, "note": past.sorting.text}


def _call(past: PastCase) -> dict[str, Any]:
    outcome = CallOutcome.STANDS if past.decision else CallOutcome.SETTLED
    return {"outcome": outcome.value, "note": past.call.text if past.call else ""}


def _dispatch(past: PastCase, handled: Handled) -> dict[str, Any]:
    return {
        "unit_id": past.unit_id,
        "words": handled.dispatch.text,
        "grade": Grade.SIMPLE.value,
        "acknowledged_at": handled.answer.at,
        "acknowledged_by": handled.answer.by,
    }


def _verdict(past: PastCase) -> dict[str, Any]:
    return {
        "finding": past.finding.value if past.finding else "",
        "unit_id": past.unit_id,
        "kind": past.kind.value,
        "reason": past.decision.text if past.decision else "",
    }


def _reply(past: PastCase) -> dict[str, Any]:
    return {"text": past.reply.text, "by_phone": past.decision is None}
