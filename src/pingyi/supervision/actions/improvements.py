"""Improvements: recorded by the office, from a case, an item, or by hand; struck out if wrong."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.timezone import localdate

from pingyi.audit.actions import Actor, action, record
from pingyi.casework.actions.steps import chosen, refusal, required
from pingyi.casework.models import Case, UnitAnswer
from pingyi.casework.reasons import Overtaken, Reason
from pingyi.casework.wording import unfit_files, unfit_for_unit
from pingyi.directory.models import Unit
from pingyi.files.actions import Checked, Upload, store_file
from pingyi.kernel.masking import redact
from pingyi.supervision import item_policies as policies
from pingyi.supervision.models.improvements import Improvement, ImprovementKind
from pingyi.supervision.models.rectification import RectificationItem

TITLE = 100


@action("improvement.record")
def record_improvement(
    *,
    kind: ImprovementKind | str,
    title: str,
    what: str,
    unit: Unit,
    on: date,
    document: Upload | Checked | None = None,
    case: Case | None = None,
    answer: UnitAnswer | None = None,
    item: RectificationItem | None = None,
    by: Actor,
    at: datetime,
) -> Improvement:
    """Keep what changed for good, with its document. Raises Refusal, naming the field.

    With `answer`, the case is the answer's; each answer's change is recorded once.
    """
    kind = chosen(ImprovementKind, kind, "kind")
    texts = {
        "title": _impersonal(required(title, "title", longest=TITLE), "title"),
        "what": _impersonal(required(what, "what"), "what"),
    }
    case = answer.case if answer is not None else case
    if case is not None:
        for field, text in texts.items():  # unit and public read it
            _refuse(unfit_for_unit(text, case, field=field))
        if document is not None:
            _refuse(unfit_files([document], case, field="document"))
    _refuse(
        policies.why_not_manage(by, unit)
        or policies.why_not_of(case)
        or policies.why_not_on(on, today=localdate(at))
    )
    if answer is not None:
        _refuse_known(answer)
    made = Improvement.objects.create(
        kind=kind.value,
        unit=unit,
        on=on,
        document=store_file(upload=document, by=by, at=at) if document is not None else None,
        case=case,
        answer=answer,
        item=item,
        at=at,
        by=by.audit_name,
        **texts,
    )
    record(made, kind=kind.value, unit=unit.code, on=on.isoformat())
    return made


def _refuse_known(answer: UnitAnswer) -> None:
    """Of two who record the same change at once the second waits, and is told."""
    UnitAnswer.objects.select_for_update().get(pk=answer.pk)
    if answer.improvements.filter(struck_at__isnull=True).exists():
        raise refusal(policies.RECORDED)


@action("improvement.strike")
def strike_improvement(
    *, improvement: Improvement, reason: str, by: Actor, at: datetime
) -> Improvement:
    """Take an improvement out of the count, with a reason; it stays to be read. Raises Refusal."""
    text = required(reason, "reason")
    _refuse(policies.why_not_strike(improvement, by))
    fresh = Improvement.objects.filter(pk=improvement.pk, struck_at__isnull=True)
    if not fresh.update(struck_at=at, struck_by=by.audit_name, struck_reason=text):
        raise Overtaken(policies.STRUCK)
    improvement.refresh_from_db()
    record(improvement)
    return improvement


def _refuse(reason: Reason | None) -> None:
    if reason is not None:
        raise refusal(reason)


def _impersonal(text: str, field: str) -> str:
    if redact(text, landlines=False) != text:
        _refuse(policies.names_somebody(field))
    return text
