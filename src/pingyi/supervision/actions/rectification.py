"""Rectification lists: drawn up, worked by the unit, accepted or sent back by the office."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max
from django.utils.timezone import localdate

from pingyi.audit.actions import Actor, action, record
from pingyi.casework.actions.steps import cleaned, refusal, required
from pingyi.casework.models import Case
from pingyi.casework.problem_models import Problem
from pingyi.casework.reasons import Overtaken, Reason
from pingyi.casework.wording import unfit_for_unit
from pingyi.clocks import actions as clocks
from pingyi.directory.models import Unit
from pingyi.files.actions import Checked, Upload, store_file
from pingyi.kernel.masking import redact
from pingyi.notices.actions import notify
from pingyi.notices.wording import Sentence
from pingyi.people.permissions import holders_of
from pingyi.supervision import item_policies as policies
from pingyi.supervision.models.rectification import (
    Acceptance,
    ItemState,
    MeetingNote,
    RectificationItem,
    RectificationList,
    Submission,
    SubmissionFile,
)

TITLE = 100
OWNER = 60
TO_DO = Sentence(
    "整改清单新增一项，请按期办理。",
    "A point was added to your rectification list: put it right in time.",
)
TO_ACCEPT = Sentence(
    "整改清单有一项报请验收。",
    "A point of a rectification list is reported as put right.",
)
SENT_BACK = Sentence(
    "整改清单有一项被退回，请继续整改。",
    "A point of your rectification list was sent back: go on with it.",
)
CLOSED = Sentence(
    "整改清单有一项已验收销号。",
    "A point of your rectification list was accepted and closed.",
)


@dataclass(frozen=True)
class WorkingDays:
    """How long an item's clock runs."""

    amount: int
    unit: str = "working_days"


@action("rectification.open")
def open_list(
    *,
    title: str,
    unit: Unit,
    case: Case | None = None,
    problem: Problem | None = None,
    team: str = "",
    by: Actor,
    at: datetime,
) -> RectificationList:
    """Draw up a list for the unit, by hand or born of a case or a problem. Raises Refusal.

    Under embargo no list names the case: the unit would learn of it.
    """
    born = RectificationList(case=case, problem=problem)
    name = fit(required(title, "title", longest=TITLE), born, "title")
    members = cleaned(team, "team")
    refuse(policies.why_not_manage(by, unit) or policies.why_not_of(case))
    made = RectificationList.objects.create(
        title=name,
        unit=unit,
        case=case,
        problem=problem,
        team=members,
        at=at,
        by=by.audit_name,
    )
    record(
        made,
        unit=unit.code,
        case=case.number if case else "",
        problem=problem.number if problem else "",
    )
    return made


@action("rectification.add")
def add_item(
    *,
    of: RectificationList,
    problem: str,
    measure: str,
    owner: str,
    days: int,
    unit: Unit | None = None,
    route: str = "",
    by: Actor,
    at: datetime,
) -> RectificationItem:
    """Put one point on the list, due `days` working days from now. Raises Refusal."""
    texts = {
        "problem": fit(required(problem, "problem"), of, "problem"),
        "measure": fit(required(measure, "measure"), of, "measure"),
        "route": fit(cleaned(route, "route"), of, "route"),
        "owner": fit(required(owner, "owner", longest=OWNER), of, "owner"),
    }
    worker = unit or of.unit
    refuse(
        policies.why_not_manage(by, of.unit)
        or policies.why_not_owner(worker, of.unit)
        or policies.why_not_days(days)
    )
    # Whoever adds at the same moment waits, and takes the next number.
    RectificationList.objects.select_for_update().get(pk=of.pk)
    last = of.items.aggregate(last=Max("number"))["last"] or 0
    item = RectificationItem.objects.create(
        of=of, number=last + 1, unit=worker, at=at, by=by.audit_name, **texts
    )
    clocks.start(item.clocks, policies.CLOCK, WorkingDays(days), at=at)
    record(item, list=of.pk, number=item.number, unit=worker.code, days=days)
    tell_unit(item, TO_DO, by=by, at=at)
    return item


@action("rectification.meet")
def note_meeting(
    *, of: RectificationList, on: date, text: str, by: Actor, at: datetime
) -> MeetingNote:
    """Note what a meeting on the list came to. Raises Refusal."""
    words = fit(required(text, "text"), of, "text")
    refuse(policies.why_not_manage(by, of.unit) or policies.why_not_on(on, today=localdate(at)))
    note = MeetingNote.objects.create(of=of, on=on, text=words, at=at, by=by.audit_name)
    record(note, list=of.pk, on=on.isoformat())
    return note


@action("rectification.submit")
def submit_item(
    *,
    item: RectificationItem,
    account: str,
    uploads: Sequence[Upload | Checked] = (),
    by: Actor,
    at: datetime,
) -> Submission:
    """The unit reports the item as put right, with evidence; its clock is met. Raises Refusal."""
    text = required(account, "account")
    refuse(policies.why_not_submit(item, by))
    _move(item, ItemState.SUBMITTED)
    clocks.meet(item.clocks.all(), at=at)
    made = Submission.objects.create(item=item, account=text, at=at, by=by.audit_name)
    for upload in uploads:
        stored = store_file(upload=upload, by=by, at=at)
        SubmissionFile.objects.create(submission=made, file=stored)
    record(item, submission=made.pk, files=len(uploads))
    readers = holders_of("rectification.manage", area=item.of.unit.area)
    notify(users=readers, text=TO_ACCEPT, link=office_link(item), by=by, at=at)
    return made


@action("rectification.accept")
def accept_item(*, item: RectificationItem, words: str = "", by: Actor, at: datetime) -> Acceptance:
    """The office accepts what the unit reported: the item is closed. Raises Refusal."""
    text = fit(cleaned(words, "words"), item.of, "words")
    refuse(policies.why_not_accept(item, by))
    made = _answer(item, ItemState.CLOSED, text, by=by, at=at)
    record(item, acceptance=made.pk)
    tell_unit(item, CLOSED, by=by, at=at)
    return made


@action("rectification.send_back")
def send_back_item(
    *, item: RectificationItem, words: str, days: int, by: Actor, at: datetime
) -> Acceptance:
    """Not yet put right: say what is missing, and give `days` more working days. Raises Refusal."""
    text = fit(required(words, "words"), item.of, "words")
    refuse(policies.why_not_accept(item, by) or policies.why_not_days(days))
    made = _answer(item, ItemState.OPEN, text, by=by, at=at)
    clocks.start(item.clocks, policies.CLOCK, WorkingDays(days), at=at)
    record(item, acceptance=made.pk, days=days)
    tell_unit(item, SENT_BACK, by=by, at=at)
    return made


def _answer(
    item: RectificationItem, state: ItemState, words: str, *, by: Actor, at: datetime
) -> Acceptance:
    _move(item, state)
    return Acceptance.objects.create(
        submission=item.submissions.latest("pk"),
        accepted=state is ItemState.CLOSED,
        words=words,
        at=at,
        by=by.audit_name,
    )


def _move(item: RectificationItem, state: ItemState) -> None:
    unchanged = RectificationItem.objects.filter(pk=item.pk, state=item.state)
    if unchanged.update(state=state.value) != 1:
        raise Overtaken(policies.OVERTAKEN)
    item.state = state.value


def refuse(reason: Reason | None) -> None:
    """Raise the Refusal, if there is a reason."""
    if reason is not None:
        raise refusal(reason)


def fit(text: str, of: RectificationList, field: str) -> str:
    """The text, if the unit may read it: it names nobody who rated. Raises Refusal."""
    cases = cases_behind(of)
    for case in cases:
        refuse(unfit_for_unit(text, case, field=field))
    if not cases and redact(text, landlines=False) != text:
        refuse(policies.names_somebody(field))
    return text


def cases_behind(of: RectificationList) -> list[Case]:
    """The case a list was born of, or every case of its problem."""
    if of.problem is None:
        return [of.case] if of.case else []
    found = Case.objects.filter(memberships__problem=of.problem, memberships__left_at=None)
    return list(found.select_related("rating", "source__message").order_by("pk"))


def tell_unit(item: RectificationItem, text: str, *, by: Actor, at: datetime) -> None:
    """Into the inboxes of whoever works for the unit."""
    readers = holders_of("rectification.work", unit=item.unit)
    notify(users=readers, text=text, link=unit_link(item), by=by, at=at)


def unit_link(item: RectificationItem) -> str:
    """The item's page at its unit."""
    return f"/unit/rectification/{item.pk}/"


def office_link(item: RectificationItem) -> str:
    """The item's page at the office."""
    return f"/office/rectification/items/{item.pk}/"
