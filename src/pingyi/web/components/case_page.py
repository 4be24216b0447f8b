"""A case's page, as the office, the inspectors and the unit each see it: what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from pingyi.audit.keys import keyring
from pingyi.casework import policies, queries, reasons, rules
from pingyi.casework.actions import reveal_contact
from pingyi.casework.actions.letters import why_no_letter
from pingyi.casework.intake_models import CaseSource, open_name
from pingyi.casework.letter_queries import entries_of, letters_of_case
from pingyi.casework.models import Case
from pingyi.casework.origins import Origin
from pingyi.casework.problem_queries import membership_of
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.second_looks import Appeal
from pingyi.casework.states import Finding, Kind, State, owner
from pingyi.casework.time_models import TimeRequest
from pingyi.casework.timeline import Audience
from pingyi.kernel.masking import mask_matter_no, mask_name, mask_phone, redact
from pingyi.people.models import User
from pingyi.people.permissions import may, scope_of
from pingyi.ratings.contacts import open_matter, open_phone
from pingyi.web.components import case_deeds, case_files, letter_cells
from pingyi.web.components.access import SignedIn
from pingyi.web.components.case_forms import CaseForm, RevealForm
from pingyi.web.components.words import in_english, moment_text, say

Url = Callable[[str], str]
NOWHERE: Mapping[str, str] = {}


def visible_cases(user: User) -> CaseQuerySet:
    """The cases whose page at the office or the inspectors the user may open."""
    return _with_all_shown(queries.overseen_by(user))


def _with_all_shown(rows: CaseQuerySet) -> CaseQuerySet:
    return rows.select_related(
        "unit__area",
        "unit__parent",
        "point",
        "area__parent",
        "rating__season",
        "rating__contact",
        "source__message",
    )


def case_or_404(user: User, number: str) -> Case:
    """The case, if the user may know that it exists."""
    return get_object_or_404(visible_cases(user), number=number)


def reasons_of(case: Case) -> list[str]:
    """What the rater ticked, in the reader's language."""
    if case.rating is None or not case.rating.reasons:
        return []
    texts = rules.scheme_of(case).reasons_by_code
    found = [texts.get(code) for code in case.rating.reasons.split(",")]
    return [reason.en if in_english() else reason.zh for reason in found if reason is not None]


def own_words(case: Case) -> str:
    """The rater's words, or the message's: numbers that name a person are taken out."""
    if case.rating is not None:
        return redact(case.rating.comment)
    source = getattr(case, "source", None)
    return source.message.shown_text if source is not None and source.message else ""


def masked_contact(case: Case) -> dict[str, str]:
    """Phone, matter number and name as a screen may show them; empty where none was left."""
    contact = case.contact
    found = {"phone": "", "matter": "", "name": ""}
    if contact is None:
        return found
    if phone := open_phone(contact, keyring=keyring()):
        found["phone"] = mask_phone(phone)
    if case.rating is None:
        name = open_name(contact, keyring=keyring())
        found["name"] = mask_name(name) if name else ""
    elif matter := open_matter(contact, keyring=keyring()):
        found["matter"] = mask_matter_no(matter)
    return found


def appeals_of(case: Case) -> list[Appeal]:
    """The unit's appeals, the latest first."""
    return list(case.appeals.select_related("verdict", "unit").order_by("-pk"))


def verdict_context(case: Case) -> dict[str, Any]:
    """The verdict that counts, in terms, and whether the scheme takes points for it."""
    verdict = queries.verdict_of(case)
    if verdict is None:
        return {"verdict": None, "appeals": []}
    return {
        "appeals": appeals_of(case),
        "verdict": verdict,
        "finding": Finding(verdict.finding),
        "verdict_kind": Kind(verdict.kind),
        "costs_points": rules.costs_points(verdict),
    }


def context(
    request: SignedIn,
    case: Case,
    *,
    audience: Audience,
    at: datetime,
    url: Url,
    elsewhere: Mapping[str, str] = NOWHERE,
    only: Sequence[str] = (),
    sent: CaseForm | None = None,
    revealed: dict[str, str] | None = None,
    reveal_form: RevealForm | None = None,
) -> dict[str, Any]:
    """What the template `components/case.html` shows of a case to office and inspectors.

    Deeds in `elsewhere` are done on another page, at the address given; with `only`, this page
    offers no others.
    """
    user = request.user
    contact = masked_contact(case)
    source = getattr(case, "source", None)
    files = case_files.shown(case, user)
    letters = list(letters_of_case(case, user))
    asked = policies.open_request(case)
    story = queries.timeline(case, audience, files=files) + entries_of(case, letters, at)
    can_reveal = may(user, "contact.reveal") and any(contact.values())
    return {
        "case": case,
        "at": at,
        "state": State(case.state),
        "kind": Kind(case.kind) if case.kind else None,
        "membership": membership_of(case),
        "origin": Origin(case.origin),
        "source": source,
        "message_url": _message_url(source, user),
        "reasons": reasons_of(case),
        "words": own_words(case),
        "contact": contact,
        "call_back": policies.may_be_called(case),
        "revealed": revealed or {},
        "reveal_form": (reveal_form or RevealForm(case=case)) if can_reveal else None,
        "reveal_url": url("reveal"),
        "clocks": sorted(case.clocks.all(), key=lambda clock: clock.pk),
        "files": case_files.rows(files, case, where=audience),
        "letters": letter_cells.lines(letters, at),
        "letter_url": (begun := letter_url(case, user)),
        "link_url": reverse("office:case-letter", args=[case.number]) if begun else "",
        "entries": sorted(story, key=lambda entry: entry.at),
        "choices": case_deeds.choices(
            case, user, at=at, url=url, elsewhere=elsewhere, only=only, sent=sent
        ),
        "waiting_for": waiting_for(case),
        "move": policies.open_move(case),
        "request_open": asked,
        "request_why": _why_asked(asked, audience),
        "naming_url": "",
        **verdict_context(case),
    }


def _why_asked(request: TimeRequest | None, audience: Audience) -> str:
    """Why more time is asked for; the inspectors' reasons are theirs."""
    if request is None or (request.inspectors and audience != "inspectors"):
        return ""
    return request.reason


def letter_url(case: Case, user: User) -> str:
    """Where a letter is begun from the case, for those who may."""
    drafts = may(user, "letter.recommend") or (may(user, "letter.draft") and not case.embargoed)
    if not drafts or why_no_letter(case, user) is not None:
        return ""
    return f"{reverse('office:letter-new')}?case={case.number}"


def _message_url(source: CaseSource | None, user: User) -> str:
    """Where the message a case came from is read, for those who may."""
    if source is None or source.message is None or not may(user, "case.open"):
        return ""
    return reverse("office:message", args=[source.message.pk])


def waiting_for(case: Case) -> str:
    """Whose turn it is, for those whose turn it is not."""
    return turn_of(State(case.state), embargoed=case.embargoed)


def turn_of(state: State, *, embargoed: bool = False) -> str:
    """Whose turn it is in such a state."""
    if state is State.CLOSED:
        return gettext("本案已办结，没有下一步。")
    role = owner(state, embargoed=embargoed)
    return gettext("本案现由%(role)s办理。") % {"role": say(role)}


def answer_post(
    request: SignedIn,
    case: Case,
    key: str,
    *,
    audience: Audience,
    at: datetime,
    allowed: frozenset[str],
    show: Callable[..., HttpResponseBase],
    done: Callable[[], str],
) -> HttpResponseBase:
    """A form of the page was sent: do it and go on to `done()`, or show what is wrong.

    `show(case, sent=form, status=…)` renders the page; 422 for what was filled in wrongly, 409 for
    what the policy refuses now.
    """
    if key not in allowed:
        raise Http404
    deed = case_deeds.DEEDS[key]
    form = deed.form(request.POST, request.FILES, case=case)
    question = deed.asks(form) if form.is_valid() else ""
    if question and "confirmed" not in request.POST:
        return _ask(request, question, deed, back=done())
    if case_deeds.send(form, by=request.user, at=at):
        messages.success(request, f"{case.number} {deed.done}")
        return redirect(done())
    warn_if_overtaken(request, form, audience)
    return show(_afresh(request.user, case), sent=form, status=status_of(form))


def _ask(request: SignedIn, question: Any, deed: case_deeds.Deed, *, back: str) -> HttpResponseBase:
    """The page that asks once more, carrying the form along."""
    carried = [
        (name, value) for name, value in request.POST.items() if name in deed.form.base_fields
    ]
    return render(
        request,
        "components/confirm.html",
        {
            "question": question,
            "consequence": gettext("评价将退出一切统计，仍可见为作废；此认定不能撤回。"),
            "action": request.path,
            "fields": carried,
            "submit": deed.submit,
            "back": back,
        },
    )


def status_of(form: CaseForm) -> int:
    """422 for what was filled in wrongly, 409 for what the policy refuses now."""
    return 422 if form.refused is None or form.refused.reason.field else 409


def warn_if_overtaken(request: SignedIn, form: CaseForm, audience: Audience) -> None:
    """Tell whoever came second who did what, and when."""
    if isinstance(form.refused, reasons.NotNow):
        messages.warning(request, _last_step(form.case, request.user, audience))


def _last_step(case: Case, user: User, audience: Audience) -> str:
    """The case's last step, as a sentence."""
    units = scope_of(user, "case.answer").units if audience == "unit" else None
    entries = queries.timeline(case, audience, units=units)
    if not entries:
        return ""
    last = entries[-1]
    return gettext("最近一步：%(who)s，%(what)s（%(when)s）。") % {
        "who": last.who,
        "what": last.text,
        "when": moment_text(last.at),
    }


def _afresh(user: User, case: Case) -> Case:
    """The case as it stands now; as it was seen if it has left the user's sight."""
    return _with_all_shown(queries.cases_for(user)).filter(pk=case.pk).first() or case


def reveal(
    request: SignedIn, case: Case, *, at: datetime, show: Callable[..., HttpResponseBase]
) -> HttpResponseBase:
    """Show one thing that could name the rater, once, on this answer alone."""
    form = RevealForm(request.POST, case=case)
    if not form.is_valid():
        return show(case, reveal_form=form, status=422)
    what = form.cleaned_data["what"]
    try:
        value = reveal_contact(
            case=case, what=what, reason=form.cleaned_data["reason"], by=request.user, at=at
        )
    except reasons.Refusal as refused:
        form.refuse(str(refused), refused.reason.field or None)
        return show(case, reveal_form=form, status=409)
    return show(case, revealed={what: value})
