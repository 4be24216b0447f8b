"""`/t/`: the receipt, alike for every rating; and, once opened, what became of it."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from pingyi.audit.actions import CITIZEN
from pingyi.casework.actions import rejudge
from pingyi.casework.policies import Refusal
from pingyi.casework.queries import citizen_reply, citizen_steps, may_rejudge
from pingyi.directory.models import ServicePoint
from pingyi.kernel.codes import normalise_receipt, receipt_is_valid
from pingyi.kernel.text import clean_text
from pingyi.notices.codes import TooManyCodes
from pingyi.ratings import opening
from pingyi.ratings.models import Rating
from pingyi.ratings.opening import TooManyTries
from pingyi.ratings.points import rules_on
from pingyi.web.citizen import opened
from pingyi.web.citizen.clocks import clocks
from pingyi.web.citizen.preferences import Preferences
from pingyi.web.citizen.throttle import too_many_misses
from pingyi.web.citizen.visit import citizen_page

WORDS_LIMIT = 500


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest, *, shown: Preferences) -> HttpResponse:
    """A receipt typed in: on to its page, or 422 with the field marked."""
    typed = request.POST.get("receipt", "") if request.method == "POST" else ""
    if request.method != "POST":
        return page(request, "find", shown, {"typed": "", "error": ""})
    receipt = normalise_receipt(typed)
    if not receipt_is_valid(receipt):
        error = gettext("回执不完整或有错字，请对照回执再输一次。")
        return page(request, "find", shown, {"typed": typed[:64], "error": error}, status=422)
    return on_to(receipt)


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest, text: str, *, shown: Preferences) -> HttpResponse:
    """Received, and handled by the published rules: the same for every rating.

    POST `private_word`, or `code`, opens it; POST `send_code` has a code sent, if a phone was left.
    """
    rating = rating_of(text)
    if rating is None:
        return miss(request, shown)
    if text != rating.receipt:
        return on_to(rating.receipt)
    if request.method != "POST":
        return page(request, "receipt", shown, _neutral(rating.receipt))
    if "send_code" in request.POST:
        return _send_code(request, rating, shown)
    if request.POST.get("code", "").strip():
        return _open(request, rating, shown, "code")
    return _open(request, rating, shown, "private_word")


@citizen_page
@require_http_methods(["GET", "HEAD"])
def code(request: HttpRequest, text: str, *, shown: Preferences) -> HttpResponse:
    """Where a code is entered, whether or not one could be sent."""
    rating = rating_of(text)
    if rating is None:
        return miss(request, shown)
    return page(request, "receipt", shown, _neutral(rating.receipt, asked=True))


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def story(request: HttpRequest, text: str, *, shown: Preferences) -> HttpResponse:
    """What became of it, for the browser that opened it; POST judges the handling, or closes."""
    rating = rating_of(text)
    if rating is None:
        return miss(request, shown)
    proof = opened.token(request, rating)
    if not proof:
        return on_to(rating.receipt)
    if request.method != "POST":
        return page(request, "story", shown, _story(rating, proof))
    if not hmac.compare_digest(request.POST.get("proof", ""), proof):
        return on_to(rating.receipt)
    if "close" in request.POST:
        response = on_to(rating.receipt)
        opened.forget(response, rating.receipt)
        return response
    return _judge(request, rating, proof, shown)


def rating_of(text: str) -> Rating | None:
    receipt = normalise_receipt(text)
    return opening.find(receipt) if receipt_is_valid(receipt) else None


def miss(request: HttpRequest, shown: Preferences) -> HttpResponse:
    if too_many_misses(request):
        return _slow_down(request, shown)
    error = gettext("没有这个回执，请对照回执再输一次。")
    return page(request, "find", shown, {"typed": "", "error": error}, status=404)


def _send_code(request: HttpRequest, rating: Rating, shown: Preferences) -> HttpResponse:
    try:
        opening.ask_for_code(rating, at=timezone.now())
    except TooManyCodes:
        return _slow_down(request, shown)
    return on_to(f"{rating.receipt}/code")


def _open(request: HttpRequest, rating: Rating, shown: Preferences, way: str) -> HttpResponse:
    """On to the story with the right word or code; else the same page for every reason."""
    opens = opening.open_by_word if way == "private_word" else opening.open_by_code
    given = clean_text(request.POST.get(way, "")).strip()
    try:
        if not given or not opens(rating, given, at=timezone.now()):
            context = _neutral(rating.receipt, asked=way == "code") | {"wrong": way}
            return page(request, "receipt", shown, context, status=422)
    except TooManyTries:
        return _slow_down(request, shown)
    response = on_to(f"{rating.receipt}/story")
    opened.remember(response, rating)
    return response


def _judge(request: HttpRequest, rating: Rating, proof: str, shown: Preferences) -> HttpResponse:
    judged = request.POST.get("satisfied", "")
    words = clean_text(request.POST.get("words", "")).strip()
    error = ""
    if judged not in ("yes", "no"):
        error = gettext("请选择满意或不满意。")
    elif len(words) > WORDS_LIMIT:
        error = gettext("最多 500 个字。")
    else:
        try:
            rejudge(
                case=rating.case,
                satisfied=judged == "yes",
                words=words,
                by=CITIZEN,
                at=timezone.now(),
            )
            return on_to(f"{rating.receipt}/story")
        except Refusal:
            error = gettext("现在不能再评价办理结果了。")
        except Rating.case.RelatedObjectDoesNotExist:
            error = gettext("现在不能再评价办理结果了。")
    context = _story(rating, proof) | {"error": error, "judged": judged, "words": words}
    return page(request, "story", shown, context, status=422)


def _story(rating: Rating, proof: str) -> dict[str, Any]:
    point = ServicePoint.objects.select_related("unit").get(pk=rating.point_id)
    reply = citizen_reply(rating)
    return {
        "receipt": rating.receipt,
        "unit": point.unit.name,
        "point": point.name,
        "steps": citizen_steps(rating),
        "reply": reply.text if reply else "",
        "may_judge": may_rejudge(rating),
        "proof": proof,
        "error": "",
        "judged": "",
        "words": "",
    }


def _neutral(receipt: str, *, asked: bool = False) -> dict[str, Any]:
    """All the receipt's page knows: the receipt, and whether a code was asked for."""
    return {
        "receipt": receipt,
        "groups": receipt.split("-"),
        "asked": asked,
        "wrong": "",
        "trial": settings.PINGYI.trial,
        "clocks": clocks(rules_on(timezone.localdate()).scheme),
    }


def on_to(path: str) -> HttpResponse:
    return HttpResponse(status=303, headers={"Location": f"/t/{path}"})


def _slow_down(request: HttpRequest, shown: Preferences) -> HttpResponse:
    response = page(request, "slow_down", shown, {}, status=429)
    response.headers["Retry-After"] = "600"
    return response


def page(
    request: HttpRequest, name: str, shown: Preferences, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    look = {"language": shown.language, "large": shown.large}
    html = render_to_string(f"citizen/{name}.html", context | look)
    response = HttpResponse(html, status=status)
    response.headers["Content-Language"] = shown.language
    response.headers["Cache-Control"] = "no-store"
    return response
