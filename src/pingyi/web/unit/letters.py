"""Letters a unit has received: what they say, by when a reply is due, and the reply."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.letters import actions, policies, queries
from pingyi.letters.models import Recipient
from pingyi.letters.paper import paper_of
from pingyi.letters.policies import Refused
from pingyi.letters.states import Kind, State
from pingyi.web.components import letter_cells
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.file_fields import FilesField
from pingyi.web.components.forms import DeskForm, LongTextField
from pingyi.web.components.letter_cells import (
    DUE,
    PROGRESS,
    RECEIVED_BY_KIND,
    RECEIVED_LATE,
    SEARCH_RECEIVED,
)
from pingyi.web.components.tables import Column, DataTable
from pingyi.web.components.time_forms import ExtendForm
from pingyi.web.components.words import moment_text, say


class AcknowledgeForm(DeskForm):
    form_id = "acknowledge"


class ReplyForm(DeskForm):
    form_id = "reply"
    text = LongTextField(
        label=_("答复"),
        rows=10,
        max_length=20_000,
        help_text=_("查明了什么、采取了什么措施、处理了什么人、改了什么制度。"),
    )
    uploads = FilesField()


DEEDS: dict[str, tuple[type[DeskForm], Callable[..., Any], Any]] = {
    "acknowledge": (AcknowledgeForm, actions.acknowledge, _("已签收。")),
    letter_cells.ASK.key: (ExtendForm, actions.ask_for_days, letter_cells.ASKED),
    "reply": (ReplyForm, actions.reply_to_letter, _("已答复。")),
}


def _title(recipient: Recipient, at: datetime) -> SafeString:
    url = reverse("unit:letter", args=[recipient.pk])
    return format_html('<a href="{}">{}</a>', url, recipient.letter.plain_title)


RECEIVED = DataTable(
    name="received",
    title=_("来函"),
    columns=(
        DUE,
        Column(
            "title",
            _("标题"),
            _title,
            lambda recipient: recipient.letter.plain_title,
            ("letter__title",),
            "name",
        ),
        PROGRESS,
        Column(
            "number",
            _("文号"),
            lambda recipient, at: recipient.letter.number,
            sort=("letter__number",),
            style="nowrap",
        ),
        Column(
            "kind",
            _("种类"),
            lambda recipient, at: say(Kind(recipient.letter.kind)),
            sort=("letter__kind",),
            style="nowrap",
        ),
        Column("organ", _("发文机关"), lambda recipient, at: recipient.letter.organ.name),
        Column(
            "issued",
            _("发文时间"),
            lambda recipient, at: moment_text(recipient.letter.issued_at),
            sort=("letter__issued_at",),
            style="nowrap",
        ),
    ),
    order="due",
    filters=(SEARCH_RECEIVED, RECEIVED_BY_KIND, RECEIVED_LATE),
    empty=_("还没有发给本单位的函件。"),
)


@requires("letter.reply")
@require_safe
def letters(request: SignedIn) -> HttpResponseBase:
    """What the user's units have received."""
    at = timezone.now()
    listing = RECEIVED.read(request, queries.received(request.user), at=at)
    if listing.wants_file:
        return listing.file()
    waiting = queries.to_answer(request.user).order_by()
    return render(
        request,
        "unit/letters.html",
        {"listing": listing, "waiting": waiting.count(), "late": waiting.late(at).count()},
    )


def _recipient_or_404(request: SignedIn, pk: int) -> Recipient:
    found = queries.received(request.user).prefetch_related("reminders").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _show(
    request: SignedIn, recipient: Recipient, *, sent: DeskForm | None = None, status: int = 200
) -> HttpResponseBase:
    letter, at = recipient.letter, timezone.now()
    asked = policies.open_request(recipient)
    sent_id = sent.form_id if sent is not None else ""
    taken = recipient.acknowledged_at is not None or letter.state != State.ISSUED
    may_reply = policies.why_not_reply(recipient, request.user) is None or sent_id == "reply"
    return render(
        request,
        "unit/letter.html",
        {
            "recipient": recipient,
            "letter": letter,
            "at": at,
            "request_open": asked,
            "request_why": asked.reason if asked else "",
            "time_choices": letter_cells.time_offers(
                recipient,
                request.user,
                lambda key: reverse("unit:letter-deed", args=[recipient.pk, key]),
                at=at,
                sent=sent,
            ),
            "kind": Kind(letter.kind),
            "progress": letter_cells.progress_tag(recipient),
            "paper": paper_of(letter),
            "clocks": recipient.clocks.order_by("pk").prefetch_related("escalations"),
            "files": letter_cells.files_of(letter),
            "sent_files": letter_cells.file_rows(queries.files_of(recipient)),
            "entries": letter_cells.entries(queries.correspondence(recipient)),
            "acknowledge": None if taken else AcknowledgeForm(),
            "reply": (sent if sent_id == "reply" else ReplyForm()) if may_reply else None,
            "sent": sent,
        },
        status=status,
    )


@requires("letter.reply")
@require_safe
def letter(request: SignedIn, pk: int) -> HttpResponseBase:
    """One letter received, by the unit's own place among its recipients."""
    return _show(request, _recipient_or_404(request, pk))


@requires("letter.reply")
@require_safe
def docx(request: SignedIn, pk: int) -> HttpResponseBase:
    """The letter as a file."""
    return letter_cells.download(_recipient_or_404(request, pk).letter)


@requires("letter.reply")
@require_POST
def deed(request: SignedIn, pk: int, key: str) -> HttpResponseBase:
    """Acknowledge, reply, or ask for more days."""
    found = _recipient_or_404(request, pk)
    if key not in DEEDS:
        raise Http404
    form_type, act, done = DEEDS[key]
    form: DeskForm = form_type(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, found, sent=form, status=422)
    try:
        act(recipient=found, by=request.user, at=timezone.now(), **form.cleaned_data)
    except Refused as refused:
        form.refuse(str(refused), refused.field or None)
        status = 422 if refused.field else 409
        return _show(request, _recipient_or_404(request, pk), sent=form, status=status)
    messages.success(request, str(done))
    return redirect("unit:letter", pk)
