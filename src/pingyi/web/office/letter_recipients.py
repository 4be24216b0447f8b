"""One recipient of a letter: what went to and fro, and what to do with its reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.casework import actions as case_actions
from pingyi.casework.reasons import Refusal
from pingyi.letters import actions, policies, queries
from pingyi.letters.models import Recipient
from pingyi.letters.policies import Refused
from pingyi.letters.states import Part
from pingyi.web.components import letter_cells
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.time_forms import ExtendForm, GrantTimeForm, RefuseTimeForm
from pingyi.web.office.letter_forms import AcceptForm, RemindForm, ReturnForm
from pingyi.web.office.letters import READERS, field_of

DEEDS: dict[str, tuple[type[DeskForm], Callable[..., Any], Any]] = {
    "accept": (AcceptForm, actions.accept_reply, _("已采纳答复。")),
    "return": (ReturnForm, case_actions.return_reply, _("已退回答复。")),
    letter_cells.ASK.key: (ExtendForm, case_actions.ask_for_days, letter_cells.ASKED),
    letter_cells.GRANT.key: (GrantTimeForm, actions.grant_days, _("已同意延期。")),
    letter_cells.REFUSE.key: (RefuseTimeForm, case_actions.refuse_days, _("未同意，时限照旧。")),
    "remind": (RemindForm, actions.remind, _("已催办。")),
}


def _recipient_or_404(request: SignedIn, pk: int, recipient: int) -> Recipient:
    found = Recipient.objects.overseen_by(request.user).filter(pk=recipient, letter__pk=pk)
    found = found.select_related("letter__organ__area", "unit__area")
    found = found.exclude(letter__issued_at=None).prefetch_related("replies", "reminders")
    row = found.first()
    if row is None:
        raise Http404
    return row


def _show(
    request: SignedIn, recipient: Recipient, *, sent: DeskForm | None = None, status: int = 200
) -> HttpResponseBase:
    drafts = policies.may_draft(request.user, recipient.letter.organ)
    judging = policies.why_not_judge(recipient, request.user) is None
    awaited = drafts and policies.is_awaited(recipient)
    sent_id = sent.form_id if sent is not None else ""
    asked = policies.open_request(recipient)
    at, letter = timezone.now(), recipient.letter
    return render(
        request,
        "office/letter_recipient.html",
        {
            "recipient": recipient,
            "letter": recipient.letter,
            "at": at,
            "request_open": asked,
            "request_why": asked.reason if asked else "",
            "time_choices": letter_cells.time_offers(
                recipient,
                request.user,
                lambda key: reverse(
                    "office:letter-recipient-deed", args=[letter.pk, recipient.pk, key]
                ),
                at=at,
                sent=sent,
            ),
            "part": Part(recipient.part),
            "progress": letter_cells.progress_tag(recipient),
            "clocks": recipient.clocks.order_by("pk").prefetch_related("escalations"),
            "files": letter_cells.file_rows(queries.files_of(recipient)),
            "entries": letter_cells.entries(queries.correspondence(recipient)),
            "accept": (sent if sent_id == "accept" else AcceptForm()) if judging else None,
            "back": (sent if sent_id == "return" else ReturnForm()) if judging else None,
            "remind": (sent if sent_id == "remind" else RemindForm()) if awaited else None,
            "sent": sent,
        },
        status=status,
    )


@requires(*READERS)
@require_safe
def recipient(request: SignedIn, pk: int, recipient: int) -> HttpResponseBase:
    """The recipient's page."""
    return _show(request, _recipient_or_404(request, pk, recipient))


@requires("letter.draft", "letter.issue", "letter.recommend")
@require_POST
def deed(request: SignedIn, pk: int, recipient: int, key: str) -> HttpResponseBase:
    """Accept or return the reply, remind; ask for more days, give them or not."""
    found = _recipient_or_404(request, pk, recipient)
    if key not in DEEDS:
        raise Http404
    form_type, act, done = DEEDS[key]
    form: DeskForm = form_type(request.POST)
    if not form.is_valid():
        return _show(request, found, sent=form, status=422)
    try:
        act(recipient=found, by=request.user, at=timezone.now(), **form.cleaned_data)
    except (Refused, Refusal) as refused:
        field = field_of(refused)
        form.refuse(str(refused), field)
        again = _recipient_or_404(request, pk, recipient)
        return _show(request, again, sent=form, status=422 if field else 409)
    messages.success(request, str(done))
    return redirect("office:letter-recipient", pk, recipient)
