"""Linking a letter that was written already to a case: from the case's page, or the letter's."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from pingyi.casework import actions
from pingyi.casework.letter_queries import linkable
from pingyi.casework.models import Case
from pingyi.casework.reasons import Refusal
from pingyi.letters.models import Letter
from pingyi.people.models import User
from pingyi.web.components import case_page
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, TextField
from pingyi.web.components.letter_cells import letter_text
from pingyi.web.components.numbers import is_case_number
from pingyi.web.components.offers import answer_refusal, sent_form
from pingyi.web.office.letter_drafts import WRITERS
from pingyi.web.office.letters import letter_or_404, link_url
from pingyi.web.office.problem_forms import LetterForm

SHOWN_LETTERS = 100


class CaseForm(DeskForm):
    """Which case a letter was written because of."""

    form_id = "link"
    case = TextField(label=_("案件编号"), max_length=20)

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self._user = user

    def clean_case(self) -> Case:
        number = self.cleaned_data["case"]
        seen = case_page.visible_cases(self._user).filter(number=number)
        found = seen.first() if is_case_number(number) else None
        if found is None:
            raise forms.ValidationError(gettext("没有您能查看的这个编号的案件。"))
        return found


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def of_case(request: SignedIn, number: str) -> HttpResponseBase:
    """Which of one's letters was written because of this case."""
    case = case_page.case_or_404(request.user, number)
    if not case_page.letter_url(case, request.user):
        raise Http404
    letters = linkable(case, request.user)[:SHOWN_LETTERS]
    form = LetterForm(sent_form(request), letters=letters)
    back = reverse("case", args=[number])
    shown = {"title": gettext("关联函件"), "back": back, "called": number, "empty": not letters}
    return _answer(request, form, shown, case=case)


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def of_letter(request: SignedIn, pk: int) -> HttpResponseBase:
    """Which case this letter was written because of."""
    letter = letter_or_404(request, pk)
    if not link_url(letter, request.user):
        raise Http404
    form = CaseForm(sent_form(request), user=request.user)
    back = reverse("office:letter", args=[pk])
    shown = {"title": gettext("关联案件"), "back": back, "called": letter_text(letter)}
    return _answer(request, form, shown, letter=letter)


def _answer(
    request: SignedIn, form: DeskForm, shown: dict[str, Any], **known: Case | Letter
) -> HttpResponseBase:
    """The form, or what came of it; `known` is the case or the letter, the form says the other."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given: dict[str, Any] = {**known, **form.cleaned_data}
            try:
                actions.link_case_letter(by=request.user, at=timezone.now(), **given)
            except Refusal as refused:
                status = answer_refusal(request, form, refused)
            else:
                messages.success(request, gettext("已关联。"))
                return redirect(shown["back"])
    return render(request, "office/letter_link.html", {"form": form, **shown}, status=status)
