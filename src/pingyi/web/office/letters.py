"""The letters a desk sends: the list, the page of one, and what is overdue."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.casework import actions as case_actions
from pingyi.casework.letter_queries import cases_behind
from pingyi.casework.problem_queries import problems_behind
from pingyi.casework.reasons import Refusal
from pingyi.clocks.names import Tier
from pingyi.letters import actions, policies, queries
from pingyi.letters.escalation_models import LetterEscalation
from pingyi.letters.models import Letter, Recipient
from pingyi.letters.paper import paper_of
from pingyi.letters.policies import TEXTS, Refused
from pingyi.letters.querysets import RecipientQuerySet
from pingyi.letters.states import Kind, Part, State
from pingyi.people.models import User
from pingyi.people.permissions import may
from pingyi.web.components import letter_cells
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.escalated import told_choices, told_tag, told_to
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.letter_cells import BY_KIND, DUE, LATE, PROGRESS, SEARCH
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text, say
from pingyi.web.office.letter_forms import (
    DropForm,
    IssueForm,
    SendBackForm,
    StepForm,
    SubmitForm,
    WithdrawForm,
)

READERS = ("letter.read", "letter.recommend")


def _title(letter: Letter, at: datetime) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("office:letter", args=[letter.pk]), letter.plain_title
    )


LETTERS = DataTable(
    name="letters",
    title=_("函件"),
    columns=(
        Column(
            "number",
            _("文号"),
            lambda letter, at: letter_cells.number_text(letter),
            value=lambda letter: letter.number or "",
            sort=("year", "serial"),
            style="nowrap",
        ),
        Column("title", _("标题"), _title, lambda letter: letter.plain_title, ("title",), "name"),
        Column(
            "state",
            _("状态"),
            lambda letter, at: letter_cells.state_tag(letter),
            value=lambda letter: say(State(letter.state)),
            sort=("state",),
            style="nowrap",
        ),
        Column(
            "kind", _("种类"), lambda letter, at: say(Kind(letter.kind)), sort=("kind",),
            style="nowrap",
        ),
        Column("organ", _("发文机关"), lambda letter, at: letter.organ.name, sort=("organ__name",)),
        Column(
            "replies",
            _("答复情况"),
            lambda letter, at: format_html(
                "<span>{} {}</span>", letter_cells.replies_text(letter), told_tag(letter.told)
            ),
            value=letter_cells.replies_text,
            style="nowrap",
        ),
        Column(
            "issued",
            _("签发时间"),
            lambda letter, at: moment_text(letter.issued_at),
            sort=("issued_at",),
            style="nowrap",
        ),
        Column(
            "drafted",
            _("起草"),
            lambda letter, at: moment_text(letter.drafted_at),
            sort=("drafted_at",),
            style="nowrap",
        ),
    ),
    order="-drafted",
    filters=(
        SEARCH,
        Filter(
            "state",
            _("状态"),
            lambda rows, value, at: rows.filter(state=value),
            lambda request: [(state.value, say(state)) for state in State],
        ),
        BY_KIND,
        LATE,
    ),
    empty=_("还没有函件。起草后由他人签发，签发时编号。"),
)  # fmt: skip


def _recipient_link(recipient: Recipient, at: datetime) -> SafeString:
    url = reverse("office:letter-recipient", args=[recipient.letter_id, recipient.pk])
    return format_html('<a href="{}">{}</a>', url, recipient.unit.name)


def _unit_or_letter(rows: RecipientQuerySet, text: str, at: datetime) -> RecipientQuerySet:
    return rows.filter(
        Q(unit__name__icontains=text)
        | Q(letter__number__icontains=text)
        | Q(letter__title__icontains=text)
    )


_BY_UNIT_OR_LETTER = Filter("q", _("单位、文号或标题"), _unit_or_letter)
_UNIT = Column(
    "unit", _("单位"), _recipient_link, lambda recipient: recipient.unit.name, ("unit__name",),
    "name",
)  # fmt: skip


def _standing(rows: RecipientQuerySet, value: str, at: datetime) -> RecipientQuerySet:
    if value == "late":
        return rows.late(at)
    if value in list(Tier):
        return rows.filter(told_to(LetterEscalation, value, "recipient"))
    if value == "unread":
        return rows.filter(acknowledged_at__isnull=True)
    return rows.waiting() if value == "waiting" else rows.to_judge()


RECIPIENTS = DataTable(
    name="recipients",
    title=_("收件单位"),
    columns=(
        _UNIT,
        Column(
            "part",
            _("主送或抄送"),
            lambda recipient, at: say(Part(recipient.part)),
            sort=("part",),
            style="nowrap",
        ),
        PROGRESS,
        DUE,
        Column(
            "acknowledged",
            _("签收"),
            lambda recipient, at: moment_text(recipient.acknowledged_at),
            sort=("acknowledged_at",),
            style="nowrap",
        ),
    ),
    order="due",
    filters=(
        Filter("q", _("单位"), lambda rows, text, at: rows.filter(unit__name__icontains=text)),
        Filter(
            "standing",
            _("进展"),
            _standing,
            lambda request: [
                ("unread", gettext("未签收")),
                ("waiting", gettext("待答复")),
                ("late", gettext("已超期")),
                ("to_judge", gettext("待审核")),
                *told_choices(),
            ],
        ),
    ),
)
OVERDUE = DataTable(
    name="overdue-letters",
    title=_("超期未答复"),
    columns=(
        _UNIT,
        DUE,
        Column(
            "number",
            _("文号"),
            lambda recipient, at: recipient.letter.number,
            sort=("letter__number",),
            style="nowrap",
        ),
        Column("title", _("标题"), lambda r, at: r.letter.plain_title, style="name"),
        Column(
            "reminded",
            _("最近催办"),
            lambda recipient, at: moment_text(_last_reminder(recipient)),
            style="nowrap",
        ),
    ),
    order="due",
    filters=(_BY_UNIT_OR_LETTER,),
    empty=_("没有超期未答复的函件。"),
)


def _last_reminder(recipient: Recipient) -> datetime | None:
    reminders = list(recipient.reminders.all())
    return reminders[-1].at if reminders else None


@dataclass(frozen=True)
class Deed:
    """A step of a letter's page: its form, what it is called, and the action."""

    form: type[StepForm]
    title: str | Promise
    submit: str | Promise
    done: str | Promise
    action: Callable[..., Letter]


DEEDS: dict[str, Deed] = {
    "submit": Deed(SubmitForm, _("提交签发"), _("提交"), _("已提交签发"), actions.submit_letter),
    "issue": Deed(IssueForm, _("签发"), _("签发并编号"), _("已签发"), case_actions.issue_letter),
    "send_back": Deed(
        SendBackForm, _("退回修改"), _("退回"), _("已退回"), actions.send_back_letter
    ),
    "withdraw": Deed(
        WithdrawForm, _("撤回函件"), _("撤回"), _("已撤回"), case_actions.withdraw_letter
    ),
    "drop": Deed(DropForm, _("弃稿"), _("弃稿"), _("已弃稿"), actions.drop_letter),
}


@dataclass(frozen=True)
class Choice:
    """A step offered now: with its form, or greyed with the reason."""

    key: str
    deed: Deed
    form: DeskForm | None
    reason: str
    first: bool
    wrong: bool


def choices(letter: Letter, request: SignedIn, sent: StepForm | None) -> list[Choice]:
    """What the user may do with the letter now; the letter's own wording goes with each form."""
    found = []
    offered = policies.offers(letter, request.user)
    for key, deed in DEEDS.items():
        back = sent if sent is not None and sent.form_id == key else None
        if key not in offered and back is None:
            continue
        why = offered.get(key)
        open_ = why is None or back is not None
        form = (back or deed.form(initial={"revision": letter.revision})) if open_ else None
        first = key in ("submit", "issue") and open_
        reason = "" if open_ or why is None else str(TEXTS[why])
        found.append(Choice(key, deed, form, reason, first, back is not None))
    return found


@requires(*READERS)
@require_safe
def letters(request: SignedIn) -> HttpResponseBase:
    """All letters of the user's desks."""
    at = timezone.now()
    listing = LETTERS.read(request, queries.letters_for(request.user).with_told(), at=at)
    if listing.wants_file:
        return listing.file()
    user = request.user
    return render(
        request,
        "office/letters.html",
        {
            "listing": listing,
            "to_issue": queries.to_issue(user).count(),
            "to_judge": queries.to_judge(user).count(),
            "overdue": queries.overdue(user, at).order_by().count(),
            "may_draft": bool(queries.organs_for(user)),
            "may_organs": may(user, "organ.change"),
        },
    )


@requires(*READERS)
@require_safe
def to_judge(request: SignedIn) -> HttpResponseBase:
    """Replies that nobody has looked at yet."""
    rows = queries.to_judge(request.user).with_due()
    rows = rows.select_related("letter", "unit").prefetch_related("replies")
    listing = JUDGING.read(request, rows, at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(request, "office/letters_to_judge.html", {"listing": listing})


JUDGING = DataTable(
    name="replies",
    title=_("待审核的答复"),
    columns=(
        _UNIT,
        Column(
            "number",
            _("文号"),
            lambda recipient, at: recipient.letter.number,
            sort=("letter__number",),
            style="nowrap",
        ),
        Column("title", _("标题"), lambda r, at: r.letter.plain_title, style="name"),
        Column(
            "replied",
            _("答复时间"),
            lambda recipient, at: moment_text(list(recipient.replies.all())[-1].at),
            style="nowrap",
        ),
    ),
    order="number",
    filters=(_BY_UNIT_OR_LETTER,),
    empty=_("没有待审核的答复。"),
)


def overdue_rows(request: SignedIn, at: datetime) -> RecipientQuerySet:
    """What the overdue list shows, and what is reminded from it."""
    return queries.overdue(request.user, at).prefetch_related("reminders")


@requires(*READERS)
@require_safe
def overdue(request: SignedIn) -> HttpResponseBase:
    """Recipients whose reply is overdue, the longest first."""
    at = timezone.now()
    listing = OVERDUE.read(request, overdue_rows(request, at), at=at)
    if listing.wants_file:
        return listing.file()
    drafts = bool(queries.organs_for(request.user))
    return render(request, "office/letters_overdue.html", {"listing": listing, "drafts": drafts})


@requires("letter.draft", "letter.recommend")
@require_POST
def remind_all(request: SignedIn) -> HttpResponseBase:
    """Remind every recipient that is overdue and was not reminded today."""
    at, told = timezone.now(), 0
    for recipient in overdue_rows(request, at):
        with suppress(Refused):
            actions.remind(recipient=recipient, by=request.user, at=at)
            told += 1
    text = ngettext("已催办 %(n)d 个单位。", "已催办 %(n)d 个单位。", told) % {"n": told}
    messages.success(request, text)
    return redirect("office:letters-overdue")


def link_url(letter: Letter, user: User) -> str:
    """Where the letter is linked to a case, for those who may."""
    may_link = may(user, "case.oversee") and policies.may_draft(user, letter.organ)
    if not may_link or letter.state == State.DROPPED:
        return ""
    return reverse("office:letter-case", args=[letter.pk])


def field_of(refused: Refused | Refusal) -> str | None:
    """The field to blame, if any."""
    field = refused.field if isinstance(refused, Refused) else refused.reason.field
    return field or None


def letter_or_404(request: SignedIn, pk: int) -> Letter:
    """A letter of the user's desks."""
    return get_object_or_404(queries.letters_for(request.user), pk=pk)


def show(
    request: SignedIn, letter: Letter, *, sent: StepForm | None = None, status: int = 200
) -> HttpResponseBase:
    """The letter's page, with a form that came back if there is one."""
    at = timezone.now()
    rows = Recipient.objects.filter(letter=letter).select_related("letter", "unit")
    listing = RECIPIENTS.read(request, rows.with_due().prefetch_related("replies"), at=at)
    if listing.wants_file:
        return listing.file()
    return render(
        request,
        "office/letter.html",
        {
            "letter": letter,
            "kind": Kind(letter.kind),
            "state": letter_cells.state_tag(letter),
            "paper": paper_of(letter),
            "listing": listing,
            "files": letter_cells.files_of(letter),
            "entries": letter_cells.entries(queries.story(letter)),
            "cases": cases_behind(letter, request.user).select_related("unit"),
            "problems": problems_behind(letter, request.user),
            "link_url": link_url(letter, request.user),
            "choices": choices(letter, request, sent),
            "may_edit": letter.state == State.DRAFT
            and policies.may_draft(request.user, letter.organ),
        },
        status=status,
    )


@requires(*READERS)
@require_safe
def letter(request: SignedIn, pk: int) -> HttpResponseBase:
    """One letter: its paper, whom it went to, what is to be done."""
    return show(request, letter_or_404(request, pk))


@requires(*READERS)
@require_safe
def docx(request: SignedIn, pk: int) -> HttpResponseBase:
    """The letter as a file to print; a draft without its number."""
    return letter_cells.download(letter_or_404(request, pk))


@requires("letter.draft", "letter.issue", "letter.recommend")
@require_POST
def deed(request: SignedIn, pk: int, key: str) -> HttpResponseBase:
    """A step of the letter's page."""
    found = letter_or_404(request, pk)
    step = DEEDS.get(key)
    if step is None:
        raise Http404
    form = step.form(request.POST)
    if not form.is_valid():
        return show(request, found, sent=form, status=422)
    given = dict(form.cleaned_data)
    found.revision = given.pop("revision")
    try:
        step.action(letter=found, by=request.user, at=timezone.now(), **given)
    except (Refused, Refusal) as refused:
        field = field_of(refused)
        form.refuse(str(refused), field)
        return show(request, letter_or_404(request, pk), sent=form, status=422 if field else 409)
    name = found.number or gettext("函件")
    messages.success(request, gettext("%(what)s：%(detail)s") % {"what": name, "detail": step.done})
    return redirect("office:letter", pk)
