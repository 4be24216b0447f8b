"""How letters look in a table and on a page: tones, columns and what the desks share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.casework.letter_queries import is_overdue
from pingyi.clocks.more_time import most_days
from pingyi.files.models import StoredFile
from pingyi.letters import policies, queries
from pingyi.letters.document import docx_of
from pingyi.letters.escalation_models import LetterEscalation
from pingyi.letters.models import Letter, Recipient
from pingyi.letters.paper import paper_of
from pingyi.letters.policies import Why
from pingyi.letters.states import Kind, Progress, State
from pingyi.people.models import User
from pingyi.web.components import file_downloads
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.clock_time import asked_tag
from pingyi.web.components.escalated import escalation_tag, told_choices, told_to
from pingyi.web.components.file_fields import FileRow
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.markup import deadline, term_tag
from pingyi.web.components.offers import Named, Offer
from pingyi.web.components.tables import Column, Filter
from pingyi.web.components.time_forms import ExtendForm, GrantTimeForm, RefuseTimeForm
from pingyi.web.components.words import moment_text, say

STATE_TONES = {
    State.DRAFT: "",
    State.SUBMITTED: "open",
    State.ISSUED: "good",
    State.WITHDRAWN: "warn",
    State.DROPPED: "",
}
PROGRESS_TONES = {
    Progress.UNREAD: "open",
    Progress.TAKEN: "good",
    Progress.TO_REPLY: "open",
    Progress.REPLIED: "warn",
    Progress.RETURNED: "open",
    Progress.ACCEPTED: "good",
    Progress.ENDED: "",
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
STEPS = {
    "letter.draft": _("起草"),
    "letter.edit": _("修改"),
    "letter.submit": _("提交签发"),
    "letter.send_back": _("退回修改"),
    "letter.issue": _("签发"),
    "letter.withdraw": _("撤回"),
    "letter.drop": _("弃稿"),
    "letter.remind": _("催办"),
    "letter.acknowledge": _("签收"),
    "letter.reply": _("答复"),
    "letter.accept": _("采纳答复"),
    "letter.return": _("退回答复"),
    "letter.ask_time": _("申请延期"),
    "letter.grant_time": _("同意延期"),
    "letter.refuse_time": _("不同意延期"),
}


def state_tag(letter: Letter) -> SafeString:
    """The letter's state."""
    state = State(letter.state)
    return term_tag(state, STATE_TONES[state])


def progress_tag(recipient: Recipient) -> SafeString:
    """Where a recipient stands."""
    found = queries.progress(recipient)
    return term_tag(found, PROGRESS_TONES[found])


def number_text(letter: Letter) -> str:
    """The number, or that there is none yet."""
    return letter.number or gettext("（未编号）")


def due_cell(recipient: Recipient, at: datetime) -> SafeString:
    """The awaited reply's clock."""
    clock = recipient.reply_clock
    if clock is None:
        return SafeString("—")
    marks = escalation_tag(clock), asked_tag(clock)
    return format_html("<span>{} {}{}</span>", deadline(clock, at), *marks)


def progress_cell(recipient: Recipient) -> SafeString:
    """Where a recipient stands; and, while it has not acknowledged, who was told of that."""
    clock = recipient.acknowledge_clock
    told = escalation_tag(clock) if clock is not None else SafeString("")
    return format_html("<span>{} {}</span>", progress_tag(recipient), told)


ASK = Named("ask-time", _("申请延期"), _("提请另一人决定"))
GRANT = Named("grant-time", _("同意延期"), _("同意"))
REFUSE = Named("refuse-time", _("不同意延期"), _("不同意"))
ASKED = _("已申请，待另一人决定。")
NOT_OFFERED = (Why.NOT_YOURS, Why.NO_CLOCK, Why.NO_REQUEST, Why.TIME_ASKED)


def time_offers(
    recipient: Recipient,
    user: User,
    url: Callable[[str], str],
    *,
    at: datetime,
    sent: DeskForm | None = None,
) -> list[Offer]:
    """The steps on the time to reply that are about something that is there."""
    clock = recipient.reply_clock
    most = most_days(clock) if clock is not None else None
    steps: tuple[tuple[Named, DeskForm, Why | None], ...] = (
        (GRANT, GrantTimeForm(), policies.why_not_grant(recipient, user, at=at)),
        (REFUSE, RefuseTimeForm(), policies.why_not_refuse(recipient, user)),
        (ASK, ExtendForm(most=most), policies.why_not_ask_days(recipient, user, at=at)),
    )
    found = []
    for named, form, why in steps:
        back = sent if sent is not None and sent.form_id == named.key else None
        if back is not None or why is None:
            found.append(Offer(named, back or form, url(named.key), wrong=back is not None))
        elif why not in NOT_OFFERED:
            found.append(Offer(named, None, url(named.key), str(policies.TEXTS[why])))
    return found


@dataclass(frozen=True)
class Line:
    """A letter as the page of a case or problem names it."""

    letter: Letter
    text: str
    state: State
    tone: str
    replies: str
    overdue: bool


def lines(letters: Iterable[Any], at: datetime) -> list[Line]:
    """Letters as `casework.letter_queries` gives them, each with its replies so far."""
    return [
        Line(
            letter,
            letter_text(letter),
            State(letter.state),
            STATE_TONES[State(letter.state)],
            replies_text(letter),
            is_overdue(letter, at),
        )
        for letter in letters
    ]


def letter_text(letter: Letter) -> str:
    """A letter's number, or that it has none yet, and its title on one line."""
    return f"{letter.number or gettext('未编号')} {' '.join(letter.title.split())}"


def replies_text(letter: Any) -> str:
    """How many of the recipients replied; a dash where no reply is asked."""
    if letter.issued_at is None or not letter.wants_reply:
        return "—"
    return f"{letter.answered} / {letter.asked}"


def entries(steps: Iterable[queries.Step]) -> list[dict[str, Any]]:
    """A story's lines for `components/timeline.html`."""
    return [
        {"at": step.at, "who": step.who, "text": STEPS[step.action], "detail": step.detail}
        for step in steps
    ]


def file_rows(files: Iterable[StoredFile]) -> list[FileRow]:
    """Files of letters and replies, each at its address."""
    return [FileRow(file, reverse("letter-file", args=[file.pk])) for file in files]


def files_of(letter: Letter) -> list[FileRow]:
    """The files that go out with a letter."""
    return file_rows(StoredFile.objects.filter(letter__letter=letter).order_by("pk"))


def download(letter: Letter) -> HttpResponse:
    """The letter as a file named after its number."""
    name = f"{letter.number or letter.plain_title}.docx"
    header = content_disposition_header(True, name) or "attachment"
    return HttpResponse(
        docx_of(paper_of(letter)),
        content_type=DOCX,
        headers={"Content-Disposition": header, "Cache-Control": "no-store"},
    )


@requires("letter.read", "letter.recommend", "letter.reply")
@require_safe
def file(request: SignedIn, pk: int) -> HttpResponse:
    """A file of a letter or of a reply, to whoever may read them."""
    found = queries.file_for(request.user, pk)
    if found is None:
        raise Http404
    about = queries.letter_of(found)
    return file_downloads.download(found, about=about, by=request.user, at=timezone.now())


def _search(lead: str) -> Filter:
    def apply(rows: QuerySet, text: str, at: datetime) -> QuerySet:
        return rows.filter(
            Q(**{f"{lead}number__icontains": text}) | Q(**{f"{lead}title__icontains": text})
        )

    return Filter("q", _("文号或标题"), apply)


def _by_kind(lead: str) -> Filter:
    return Filter(
        "kind",
        _("种类"),
        lambda rows, value, at: rows.filter(**{f"{lead}kind": value}),
        lambda request: [(kind.value, say(kind)) for kind in Kind],
    )


SEARCH, BY_KIND = _search(""), _by_kind("")
SEARCH_RECEIVED, RECEIVED_BY_KIND = _search("letter__"), _by_kind("letter__")


def _late(row: str) -> Filter:
    """`row` leads from a clock to the row."""

    def apply(rows: Any, value: str, at: datetime) -> QuerySet:
        if value == "yes":
            return rows.late(at)
        if value == "asked":
            return rows.waiting_for_a_second()
        return rows.filter(told_to(LetterEscalation, value, row))

    return Filter(
        "late",
        _("时限"),
        apply,
        lambda request: [
            ("yes", gettext("已超期")),
            ("asked", gettext("待第二人决定")),
            *told_choices(),
        ],
    )


LATE, RECEIVED_LATE = _late("recipient__letter"), _late("recipient")
DUE = Column(
    "due",
    _("答复期限"),
    due_cell,
    value=lambda recipient: moment_text(recipient.due_at) if recipient.due_at else "",
    sort=("due_at",),
    style="nowrap",
)
PROGRESS = Column(
    "progress",
    _("进展"),
    lambda recipient, at: progress_cell(recipient),
    value=lambda recipient: say(queries.progress(recipient)),
    style="nowrap",
)
