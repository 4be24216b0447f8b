"""Problems: the list, and the page on which one is worked for all its cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.casework import actions
from pingyi.casework.actions.problems import AWAITING, Applied, may_work
from pingyi.casework.letter_queries import Turn, letters_of_problem
from pingyi.casework.problem_models import Problem, ProblemDeed, ProblemState
from pingyi.casework.problem_queries import cases_of, problems_for, seen_members_of, story_of
from pingyi.casework.reasons import Refusal
from pingyi.letters.models import Letter
from pingyi.letters.states import State as LetterState
from pingyi.people.models import User
from pingyi.people.permissions import may
from pingyi.supervision.models import RectificationList
from pingyi.web.components import letter_cells
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.case_cells import AREA, DUE, KIND, LEVEL, STATE, UNIT, number_column
from pingyi.web.components.forms import DeskForm
from pingyi.web.components.markup import term_tag
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text, say
from pingyi.web.office.filters import AREAS, BY_STATE
from pingyi.web.office.problem_forms import (
    AboutForm,
    CheckForm,
    CloseProblemForm,
    DecideForm,
    DispatchForm,
    LeaveForm,
    LetterForm,
    ReplyForm,
)

TONES = {ProblemState.OPEN: "open", ProblemState.CLOSED: ""}
SHOWN_FAILURES = 20
SHOWN_LETTERS = 100
HAPPENED = {
    "opened": _("建立问题"),
    "joined": _("案件并入"),
    "left": _("案件移出"),
    "check": _("统一记录核查"),
    "dispatch": _("统一转办"),
    "decide": _("统一认定"),
    "reply": _("统一答复"),
    "closed": _("办结"),
}


def _number(row: Problem, at: datetime) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("office:problem", args=[row.number]), row)


def _figure(key: str, label: Any, field: str) -> Column:
    return Column(
        key,
        label,
        lambda row, at: getattr(row, field),
        value=lambda row: getattr(row, field),
        sort=(field,),
        style="number",
    )


PROBLEMS = DataTable(
    name="problems",
    title=_("问题"),
    columns=(
        Column(
            "number", _("编号"), _number, value=lambda row: row.number, sort=("number",),
            style="nowrap",
        ),
        Column("title", _("问题"), lambda row, at: row.title, sort=("title",), style="words"),
        Column(
            "state",
            _("状态"),
            lambda row, at: term_tag(ProblemState(row.state), TONES[ProblemState(row.state)]),
            value=lambda row: say(ProblemState(row.state)),
            sort=("state",),
            style="nowrap",
        ),
        _figure("size", _("案件"), "size"),
        _figure("units", _("涉及单位"), "units"),
        _figure("unanswered", _("未答复"), "unanswered"),
        Column(
            "parent",
            _("上级主管单位"),
            lambda row, at: row.parent.name if row.parent else "—",
            sort=("parent__name",),
            style="name",
        ),
        AREA,
        Column(
            "opened", _("建立"), lambda row, at: moment_text(row.opened_at), sort=("opened_at",),
            style="nowrap",
        ),
    ),
    order="-number",
    filters=(
        Filter(
            "q",
            _("编号或问题"),
            lambda rows, value, at: rows.filter(
                Q(number__icontains=value) | Q(title__icontains=value)
            ),
        ),
        Filter(
            "state",
            _("状态"),
            lambda rows, value, at: rows.filter(state=value),
            lambda request: [(state.value, say(state)) for state in ProblemState],
        ),
        AREAS,
    ),
    empty=_("还没有问题。在案件列表里勾选说同一件事的案件，合并为一个问题。"),
)  # fmt: skip

MEMBERS = DataTable(
    name="problem-cases",
    title=_("问题下的案件"),
    columns=(number_column("office:case"), STATE, DUE, UNIT, AREA, KIND, LEVEL),
    order="number",
    filters=(BY_STATE,),
    empty=_("问题下没有案件。"),
)


@requires("case.oversee")
@require_safe
def listed(request: SignedIn) -> HttpResponseBase:
    """Every problem within reach: filtered, sorted, exported."""
    listing = PROBLEMS.read(request, problems_for(request.user), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(request, "office/problems/list.html", {"listing": listing})


def _found(request: SignedIn, number: str) -> Problem:
    return get_object_or_404(problems_for(request.user), number=number)


@requires("case.oversee")
@require_safe
def problem(request: SignedIn, number: str) -> HttpResponseBase:
    """One problem: its cases and units, what happened, what comes next."""
    return _show(request, _found(request, number))


def _show(
    request: SignedIn, found: Problem, *, sent: DeskForm | None = None, status: int = 200
) -> HttpResponseBase:
    at = timezone.now()
    members = cases_of(found, request.user)
    listing = MEMBERS.read(request, members, at=at)
    if listing.wants_file:
        return listing.file()
    return render(
        request,
        "office/problems/problem.html",
        {
            "problem": found,
            "state": ProblemState(found.state),
            "tone": TONES[ProblemState(found.state)],
            "listing": listing,
            "steps": _steps(found, request.user, sent),
            "letters": letter_cells.lines(letters_of_problem(found, request.user), at),
            "letter_url": _letter_url(found, request.user),
            "lists": RectificationList.objects.visible_to(request.user)
            .filter(problem=found)
            .select_related("unit")
            .order_by("pk"),
            "list_url": _list_url(found, request.user),
            "entries": _story(found, request.user, at),
        },
        status=status,
    )


def _letter_url(found: Problem, user: User) -> str:
    """Where a letter is begun from the problem, for those who may."""
    works = found.state == ProblemState.OPEN and may_work(found, user)
    if not works or not may(user, "letter.draft"):
        return ""
    return f"{reverse('office:letter-new')}?problem={found.number}"


def _list_url(found: Problem, user: User) -> str:
    """Where a rectification list is born of the problem, for those who may."""
    if not may(user, "rectification.manage") or not may_work(found, user):
        return ""
    return f"{reverse('office:rectification-new')}?problem={found.number}"


def _story(found: Problem, user: User, at: datetime) -> list[dict[str, Any]]:
    lines = story_of(found, user, at=at)
    staff = User.objects.filter(username__in={line.by for line in lines})
    names = {one.username: str(one) for one in staff}
    return [
        {
            "at": line.at,
            "who": names.get(line.by, line.by),
            "text": say(line.what) if isinstance(line.what, Turn) else HAPPENED[line.what],
            "detail": f"{line.case} {line.text}".strip(),
        }
        for line in lines
    ]


def _steps(found: Problem, user: User, sent: DeskForm | None) -> list[dict[str, Any]]:
    """What may be done now, each with its form; nothing on another office's. What was sent too late
    comes back with the reason."""
    if not may_work(found, user):
        return []
    late = (sent.form_id,) if sent is not None else ()
    offered = DEEDS if found.state == ProblemState.OPEN else {*ONCE_CLOSED, *late}
    states = list(seen_members_of(found, user).values_list("state", flat=True))
    letters = _linkable(found, user).exists()
    steps = []
    for key, (title, submit, _run) in DEEDS.items():
        if key not in offered:
            continue
        form = sent if sent is not None and sent.form_id == key else _form(key, found, user)
        waiting = _waiting(key, states, letters)
        if waiting == 0 and form is not sent:
            continue
        wrong = form is sent
        url = reverse("office:problem-deed", args=[found.number, key])
        steps.append(
            {"key": key, "title": title, "submit": submit, "form": form, "waiting": waiting,
             "url": url, "wrong": wrong}
        )  # fmt: skip
    return steps


def _waiting(key: str, states: list[str], letters: bool) -> int | None:
    """How many of the cases a deed would reach; None for a deed on the problem itself."""
    if key == "leave":
        return None if states else 0
    if key == "letter":
        return None if letters else 0
    if key not in list(ProblemDeed):
        return None
    return sum(state in AWAITING[ProblemDeed(key)] for state in states)


def _form(key: str, found: Problem, user: User, data: Any = None) -> DeskForm:
    if key == "leave":
        members = seen_members_of(found, user).select_related("unit").order_by("number")
        return LeaveForm(data, cases=members)
    if key == "letter":
        return LetterForm(data, letters=_linkable(found, user)[:SHOWN_LETTERS])
    if key == "about":
        parent = found.parent.code if found.parent else ""
        initial = {"title": found.title, "cause": found.cause, "parent": parent}
        return AboutForm(data, initial=initial)
    forms: dict[str, type[DeskForm]] = {
        "check": CheckForm,
        "dispatch": DispatchForm,
        "decide": DecideForm,
        "reply": ReplyForm,
        "close": CloseProblemForm,
    }
    return forms[key](data)


def _linkable(found: Problem, user: User) -> QuerySet[Letter]:
    """Letters of the user's desk not linked yet, the latest first."""
    mine: QuerySet[Letter] = Letter.objects.overseen_by(user).exclude(problems__problem=found)
    mine = mine.exclude(state=LetterState.DROPPED.value)
    return mine.order_by("-pk")


def _work(deed: ProblemDeed) -> Callable[..., Applied]:
    def run(**given: Any) -> Applied:
        return actions.work_problem(deed=deed, **given)

    return run


DEEDS: dict[str, tuple[Any, Any, Callable[..., Any]]] = {
    "check": (_("统一记录核查"), _("记录"), _work(ProblemDeed.CHECK)),
    "dispatch": (_("统一转办"), _("转办"), _work(ProblemDeed.DISPATCH)),
    "decide": (_("统一认定"), _("认定"), _work(ProblemDeed.DECIDE)),
    "reply": (_("统一答复"), _("发出答复"), _work(ProblemDeed.REPLY)),
    "about": (_("修改问题"), _("保存"), actions.edit_problem),
    "leave": (_("移出案件"), _("移出"), actions.leave_problem),
    "letter": (_("关联函件"), _("关联"), actions.link_letter),
    "close": (_("办结问题"), _("办结"), actions.close_problem),
}
"""Every deed by its form's id: its title, its button, and the action."""
ONCE_CLOSED = ("leave",)
"""What may still be done once it is closed: a case that was reopened is worked by itself."""


@requires("problem.work")
@require_POST
def deed(request: SignedIn, number: str, key: str) -> HttpResponseBase:
    """A form of the problem's page."""
    if key not in DEEDS:
        raise Http404
    found = _found(request, number)
    form = _form(key, found, request.user, request.POST)
    if form.is_valid():
        try:
            done = DEEDS[key][2](
                problem=found, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except Refusal as refused:
            form.refuse(str(refused), refused.reason.field or None)
        else:
            tell(request, done)
            return redirect("office:problem", number)
    return _show(request, _found(request, number), sent=form, status=422)


def tell(request: SignedIn, done: Any) -> None:
    """Say what was done; of many cases, on how many, and why not on the others."""
    if not isinstance(done, Applied):
        messages.success(request, gettext("已完成。"))
        return
    if done.done:
        text = ngettext("已办 %(n)d 件。", "已办 %(n)d 件。", len(done.done))
        messages.success(request, text % {"n": len(done.done)})
    for case, refused in done.failed[:SHOWN_FAILURES]:
        messages.warning(request, gettext("%(case)s 未办：%(why)s") % _why(case, refused))
    if len(done.failed) > SHOWN_FAILURES:
        rest = len(done.failed) - SHOWN_FAILURES
        messages.warning(
            request, ngettext("另有 %(n)d 件未办。", "另有 %(n)d 件未办。", rest) % {"n": rest}
        )
    if not done.done and not done.failed:
        messages.warning(request, gettext("没有等候这一步的案件。"))


def _why(case: Any, refused: Refusal) -> dict[str, str]:
    return {"case": case.number, "why": str(refused)}
