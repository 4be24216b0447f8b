"""Marks on looks that nobody's work explains, and what the audit administrator makes of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.casework.actions.contacts import Contact
from pingyi.privacy.models import Outcome, PryingMark
from pingyi.privacy.policies import Refused
from pingyi.privacy.prying import review_mark
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, LongTextField, TermField
from pingyi.web.components.markup import tag, term_tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text, say

TONES = {Outcome.EXPLAINED: "good", Outcome.BREACH: "bad"}


def _outcome(mark: PryingMark) -> Outcome | None:
    review = getattr(mark, "review", None)
    return Outcome(review.outcome) if review is not None else None


def _state(mark: PryingMark, at: datetime) -> SafeString:
    outcome = _outcome(mark)
    return tag(gettext("待核实"), "warn") if outcome is None else term_tag(outcome, TONES[outcome])


def _state_text(mark: PryingMark) -> str:
    outcome = _outcome(mark)
    return gettext("待核实") if outcome is None else say(outcome)


def _by_state(rows: QuerySet, value: str, at: datetime) -> QuerySet:
    if value == "open":
        return rows.filter(review__isnull=True)
    return rows.filter(review__outcome=value)


def _link(mark: PryingMark, at: datetime) -> SafeString:
    url = reverse("account:prying-mark", args=[mark.pk])
    return format_html('<a href="{}">{}</a>', url, moment_text(mark.looked_at))


def _what(mark: PryingMark) -> str:
    return say(Contact(mark.what)) if mark.what in list(Contact) else mark.what


MARKS = DataTable(
    name="prying",
    title=_("越权查看"),
    columns=(
        Column(
            "at",
            _("查看时间"),
            _link,
            value=lambda m: m.looked_at,
            sort=("looked_at",),
            style="nowrap",
        ),
        Column("reader", _("查看人"), lambda m, at: m.reader, sort=("reader",), style="nowrap"),
        Column("what", _("所看内容"), lambda m, at: _what(m), sort=("what",)),
        Column("case", _("案件"), lambda m, at: m.case.number, sort=("case__number",)),
        Column("reason", _("当时填写的理由"), lambda m, at: m.access.reason, style="words"),
        Column("state", _("结论"), _state, value=_state_text, sort=("review__outcome",)),
    ),
    order="-at",
    filters=(
        Filter("reader", _("查看人"), lambda rows, text, at: rows.filter(reader__iexact=text)),
        Filter(
            "state",
            _("结论"),
            _by_state,
            lambda request: [("open", _("待核实")), *((o.value, say(o)) for o in Outcome)],
        ),
    ),
    empty=_("没有越权查看的标记：每次查看都有办案动作对应，或当时正轮到查看人办理。"),
)


class ReviewForm(DeskForm):
    """What a mark comes to."""

    form_id = "review"

    outcome = TermField(Outcome, label=_("结论"))
    reason = LongTextField(label=_("理由"), help_text=_("写明核实经过；不要写评价人的信息。"))


@requires("prying.review")
@require_safe
def marks(request: HttpRequest) -> HttpResponseBase:
    """Every mark, newest first."""
    rows = PryingMark.objects.select_related("case", "access", "review")
    listing = MARKS.read(request, rows, at=timezone.now())
    if listing.wants_file:
        return listing.file()
    waiting = PryingMark.objects.filter(review__isnull=True).count()
    lead = ngettext("%(n)d 条待核实", "%(n)d 条待核实", waiting) % {"n": waiting}
    context = {"listing": listing, "title": MARKS.title, "lead": lead if waiting else ""}
    return render(request, "account/audit.html", context)


@requires("prying.review")
def mark(request: SignedIn, pk: int) -> HttpResponse:
    """One mark: what was looked at, by whom and why; POST says what it comes to."""
    found = get_object_or_404(PryingMark.objects.select_related("case", "access", "review"), pk=pk)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        try:
            review_mark(mark=found, **given, by=request.user, at=timezone.now())
        except Refused as refused:
            form.refuse(str(refused))
        else:
            messages.success(request, _("结论已记录。"))
            return redirect("account:prying")
    outcome = _outcome(found)
    context = {
        "mark": found,
        "what": _what(found),
        "outcome": outcome,
        "tone": TONES[outcome] if outcome else "",
        "form": None if outcome else form,
    }
    return render(request, "account/prying.html", context, status=422 if form.errors else 200)
