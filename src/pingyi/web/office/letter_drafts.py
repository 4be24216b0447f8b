"""Writing a letter: a new draft, or one written anew."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from pingyi.files.models import StoredFile
from pingyi.letters import actions, policies, queries
from pingyi.letters.models import Letter
from pingyi.letters.policies import Refused
from pingyi.letters.states import State
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.office.letter_forms import LetterForm
from pingyi.web.office.letters import letter_or_404

WRITERS = ("letter.draft", "letter.recommend")


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedIn) -> HttpResponseBase:
    """A blank form; sent, a draft."""
    organs = queries.organs_for(request.user)
    if request.method != "POST":
        return _show(request, LetterForm(organs=organs))
    form = LetterForm(request.POST, request.FILES, organs=organs)
    if not form.is_valid():
        return _show(request, form, status=422)
    organ, kind = form.cleaned_data["paper"]
    try:
        letter = actions.draft_letter(
            organ=organ, kind=kind, by=request.user, at=timezone.now(), **form.arguments
        )
    except Refused as refused:
        form.refuse(str(refused), refused.field or None)
        return _show(request, form, status=422)
    messages.success(request, gettext("草稿已存。请核对后提交签发。"))
    return redirect("office:letter", letter.pk)


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedIn, pk: int) -> HttpResponseBase:
    """A draft's form, filled in; sent, the new wording."""
    letter = letter_or_404(request, pk)
    if not policies.may_draft(request.user, letter.organ):
        raise PermissionDenied
    if letter.state != State.DRAFT and request.method != "POST":
        return redirect("office:letter", pk)
    files = StoredFile.objects.filter(letter__letter=letter).order_by("pk")
    given: dict[str, Any] = {"organs": [letter.organ], "letter": letter, "files": files}
    if request.method != "POST":
        return _show(request, LetterForm(**given), letter=letter)
    form = LetterForm(request.POST, request.FILES, **given)
    if not form.is_valid():
        return _show(request, form, letter=letter, status=422)
    letter.revision = form.cleaned_data["revision"] or 0
    try:
        actions.edit_letter(
            letter=letter,
            remove=form.cleaned_data.get("remove", ()),
            by=request.user,
            at=timezone.now(),
            **form.arguments,
        )
    except Refused as refused:
        form.refuse(str(refused), refused.field or None)
        status = 422 if refused.field else 409
        return _show(request, form, letter=letter, status=status)
    messages.success(request, gettext("已保存。"))
    return redirect("office:letter", pk)


def _show(
    request: SignedIn, form: LetterForm, *, letter: Letter | None = None, status: int = 200
) -> HttpResponseBase:
    context = {"form": form, "letter": letter}
    return render(request, "office/letter_draft.html", context, status=status)
