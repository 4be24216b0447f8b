"""Letters begun from a case or a problem, drafted and linked at once; and letters linked to a case
later. All of them fit for the unit to read, as is what the organ writes to it about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from pingyi.audit.actions import action, record
from pingyi.casework.actions.problems import link_letter
from pingyi.casework.actions.steps import refusal
from pingyi.casework.letter_models import CaseLetter
from pingyi.casework.models import Case
from pingyi.casework.policies import is_of_its_unit
from pingyi.casework.problem_models import Problem
from pingyi.casework.problem_queries import cases_of
from pingyi.casework.reasons import EMBARGO, LETTER_DROPPED, NOT_YOURS, OWN_UNIT, Reason
from pingyi.casework.wording import unfit_files, unfit_for_unit
from pingyi.letters import actions as letters
from pingyi.letters.models import Letter, LetterReply, LetterTimeRequest, Organ, Recipient
from pingyi.letters.policies import may_draft
from pingyi.letters.states import Desk, State
from pingyi.people.models import User

READ_BY_THE_UNIT = ("title", "salutation", "body", "annexes")
"""What of a letter's wording its recipients read."""


@action("case.draft_letter")
def draft_case_letter(*, case: Case, by: User, at: datetime, **wording: Any) -> Letter:
    """A draft because of the case; `wording` is what `letters.draft_letter` takes.

    Raises Refusal, or the letters' own Refused.
    """
    _refuse(why_no_letter(case, by, wording["organ"]))
    _refuse_unfit([case], wording)
    letter = letters.draft_letter(by=by, at=at, **wording)
    link = CaseLetter.objects.create(case=case, letter=letter, at=at, by=by.audit_name)
    record(link, case=case.number, letter=letter.pk)
    return letter


@action("case.link_letter")
def link_case_letter(*, case: Case, letter: Letter, by: User, at: datetime) -> CaseLetter:
    """Note that a letter was written because of the case; linking it again changes nothing.

    Whoever could begin it from the case may. What is not issued yet must name nobody: what went
    out cannot be mended by leaving it unlinked.
    """
    _refuse(why_not_linked(case, letter, by))
    if letter.issued_at is None:
        _refuse_unfit([case], _as_it_stands(letter))
    link, _ = CaseLetter.objects.get_or_create(
        case=case, letter=letter, defaults={"at": at, "by": by.audit_name}
    )
    record(link, case=case.number, letter=letter.pk)
    return link


@action("problem.draft_letter")
def draft_problem_letter(*, problem: Problem, by: User, at: datetime, **wording: Any) -> Letter:
    """A draft because of an open problem; raises as `draft_case_letter` does."""
    _refuse_unfit(cases_of(problem, by), wording)
    letter = letters.draft_letter(by=by, at=at, **wording)
    link_letter(problem=problem, letter=letter, by=by, at=at)
    record(problem, letter=letter.pk)
    return letter


def edit_letter(*, letter: Letter, by: User, at: datetime, **wording: Any) -> Letter:
    """Write a draft anew: what it was written because of still names nobody in it."""
    _refuse_unfit(_behind(letter), wording)
    return letters.edit_letter(letter=letter, by=by, at=at, **wording)


def issue_letter(*, letter: Letter, by: User, at: datetime) -> Letter:
    """Issue it, unless it names somebody whose case has joined its problem since it was written."""
    _refuse_unfit(_behind(letter), _as_it_stands(letter))
    return letters.issue_letter(letter=letter, by=by, at=at)


def withdraw_letter(*, letter: Letter, reason: str, by: User, at: datetime) -> Letter:
    """Take it back; the recipients read the reason."""
    _refuse_unfit_reason(letter, reason)
    return letters.withdraw_letter(letter=letter, reason=reason, by=by, at=at)


def return_reply(
    *, recipient: Recipient, reason: str, days: int | None = None, by: User, at: datetime
) -> LetterReply:
    """Send the unit's reply back; it reads the reason."""
    _refuse_unfit_reason(recipient.letter, reason)
    return letters.return_reply(recipient=recipient, reason=reason, days=days, by=by, at=at)


def ask_for_days(
    *, recipient: Recipient, days: int, reason: str, by: User, at: datetime
) -> LetterTimeRequest:
    """Ask for more days on the unit's behalf; it reads the reason."""
    _refuse_unfit_reason(recipient.letter, reason)
    return letters.ask_for_days(recipient=recipient, days=days, reason=reason, by=by, at=at)


def refuse_days(*, recipient: Recipient, reason: str, by: User, at: datetime) -> LetterTimeRequest:
    """Give no more days; the unit reads the reason."""
    _refuse_unfit_reason(recipient.letter, reason)
    return letters.refuse_days(recipient=recipient, reason=reason, by=by, at=at)


def why_no_letter(case: Case, by: User, organ: Organ | None = None) -> Reason | None:
    """Why `by` begins no letter of the organ from the case; None if nothing stands in the way.

    Under embargo only the inspectors' own organs write because of it.
    """
    if is_of_its_unit(case, by):
        return OWN_UNIT
    if not Case.objects.overseen_by(by).filter(pk=case.pk).exists():
        return NOT_YOURS
    sealed = case.embargoed and organ is not None and organ.desk != Desk.INSPECTORS
    return EMBARGO if sealed else None


def why_not_linked(case: Case, letter: Letter, by: User) -> Reason | None:
    """Why `by` does not link the letter to the case; None if nothing stands in the way."""
    if not may_draft(by, letter.organ):
        return NOT_YOURS
    if letter.state == State.DROPPED:
        return LETTER_DROPPED
    return why_no_letter(case, by, letter.organ)


def _behind(letter: Letter) -> Iterable[Case]:
    """Every case behind the letter, whoever may see it: no text may name its rater."""
    joined = Q(memberships__problem__letters__letter=letter, memberships__left_at__isnull=True)
    found = Case.objects.filter(Q(letters__letter=letter) | joined).distinct().order_by("pk")
    return found.select_related("rating__contact", "source__message")


def _as_it_stands(letter: Letter) -> dict[str, Any]:
    """The wording, and the files that go with it."""
    files = [each.file for each in letter.files.select_related("file")]
    return {"uploads": files, **{name: getattr(letter, name) for name in READ_BY_THE_UNIT}}


def _refuse_unfit(cases: Iterable[Case], wording: Mapping[str, Any]) -> None:
    texts = {name: wording.get(name, "") for name in READ_BY_THE_UNIT}
    for case in cases:
        for name, text in texts.items():
            _refuse(unfit_for_unit(text, case, field=name))
        _refuse(unfit_files(wording.get("uploads", ()), case))


def _refuse_unfit_reason(letter: Letter, reason: str) -> None:
    for case in _behind(letter):
        _refuse(unfit_for_unit(reason, case, field="reason"))


def _refuse(reason: Reason | None) -> None:
    if reason is not None:
        raise refusal(reason)
