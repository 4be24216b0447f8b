"""`/t/<receipt>/mine`: what is kept of her, once her receipt is open; to correct or erase."""

from __future__ import annotations

import hmac
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from pingyi.casework.actions.contacts import Contact
from pingyi.casework.queries import may_rejudge
from pingyi.casework.states import State
from pingyi.directory.models import ServicePoint
from pingyi.kernel.text import clean_text
from pingyi.privacy import requests
from pingyi.privacy.policies import Refused
from pingyi.ratings.models import Rating
from pingyi.web.citizen import opened
from pingyi.web.citizen.preferences import Preferences
from pingyi.web.citizen.receipt import miss, on_to, page, received_as
from pingyi.web.citizen.visit import citizen_page
from pingyi.web.components.markup import level_text
from pingyi.web.components.words import say

_CALLS = (State.UNSORTED, State.TO_CALL)


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest, text: str, *, shown: Preferences) -> HttpResponse:
    """What is kept, masked; POST `phone` corrects it, `erase` with `sure` erases the contact."""
    rating = received_as(text)
    if rating is None:
        return miss(request, shown)
    proof = opened.token(request, rating.receipt)
    if not proof or not isinstance(rating, Rating):
        return on_to(rating.receipt)
    if request.method != "POST":
        return page(request, "mine", shown, _context(rating, proof))
    if not hmac.compare_digest(request.POST.get("proof", ""), proof):
        return on_to(rating.receipt)
    errors = _erased(request, rating) if "erase" in request.POST else _corrected(request, rating)
    if errors:
        return page(request, "mine", shown, _context(rating, proof) | errors, status=422)
    return on_to(f"{rating.receipt}/mine")


def _corrected(request: HttpRequest, rating: Rating) -> dict[str, str]:
    phone = clean_text(request.POST.get("phone", "")).strip()[:40]
    try:
        requests.correct_own_phone(rating=rating, phone=phone, at=timezone.now())
    except Refused as refused:
        return {"phone_error": str(refused), "typed": phone}
    return {}


def _erased(request: HttpRequest, rating: Rating) -> dict[str, str]:
    if request.POST.get("sure") != "yes":
        return {"erase_error": gettext("请先勾选，表示明白删除之后会怎样。")}
    try:
        requests.erase_own_contact(rating=rating, at=timezone.now())
    except Refused as refused:
        return {"erase_error": str(refused)}
    return {}


def _context(rating: Rating, proof: str) -> dict[str, Any]:
    point = ServicePoint.objects.select_related("unit").get(pk=rating.point_id)
    kept = requests.kept_of(rating)
    state = State(kept.case.state) if kept.case is not None else None
    return {
        "receipt": rating.receipt,
        "proof": proof,
        "kept": kept,
        "looks": [(look.at, _named(look.what)) for look in kept.looks],
        "level": level_text(rating.level),
        "unit": point.unit.name,
        "point": point.name,
        "to_be_called": state in _CALLS and kept.call_back,
        "to_be_judged": may_rejudge(rating),
        "typed": "",
        "phone_error": "",
        "erase_error": "",
    }


def _named(what: str) -> str:
    return say(Contact(what)) if what in list(Contact) else gettext("全部（应您的请求）")
