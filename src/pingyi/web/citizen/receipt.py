"""`/t/`: the receipt, alike for whatever was received; and, once opened, what became of it."""

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
from pingyi.casework import receipts
from pingyi.casework.actions import rejudge
from pingyi.casework.queries import citizen_reply, citizen_steps, may_rejudge
from pingyi.casework.reasons import Refusal
from pingyi.directory.models import ServicePoint
from pingyi.kernel.codes import normalise_receipt, receipt_is_valid
from pingyi.kernel.text import clean_text
from pingyi.notices.codes import TooManyCodes
from pingyi.ratings import opening
from pingyi.ratings.models import Rating, Receipted
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
    """Received, and handled by the published rules: the same for every rating, and for what came
    in another way.

    POST `private_word`, or `code`, opens it; POST `send_code` has a code sent, if a phone was left.
    """
    received = received_as(text)
    if received is None:
        return miss(request, shown)
    if text != received.receipt:
        return on_to(received.receipt)
    if request.method != "POST":
        return page(request, "receipt", shown, _neutral(received.receipt))
    if "send_code" in request.POST:
        return _send_code(request, received, shown)
    if request.POST.get("code", "").strip():
        return _open(request, received, shown, "code")
    return _open(request, received, shown, "private_word")


@citizen_page
@require_http_methods(["GET", "HEAD"])
def code(request: HttpRequest, text: str, *, shown: Preferences) -> HttpResponse:
    """Where a code is entered, whether or not one could be sent."""
    received = received_as(text)
    if received is None:
        return miss(request, shown)
    return page(request, "receipt", shown, _neutral(received.receipt, asked=True))


@citizen_page
@require_http_methods(["GET", "HEAD", "POST"])
def story(request: HttpRequest, text: str, *, shown: Preferences) -> HttpResponse:
    """What became of it, for the browser that opened it; POST judges the handling, or closes."""
    received = received_as(text)
    if received is None:
        return miss(request, shown)
    proof = opened.token(request, received.receipt)
    if not proof:
        return on_to(received.receipt)
    if request.method != "POST":
        return page(request, "story", shown, _story(received, proof))
    if not hmac.compare_digest(request.POST.get("proof", ""), proof):
        return on_to(received.receipt)
    if "close" in request.POST:
        response = on_to(received.receipt)
        opened.forget(response, received.receipt)
        return response
    return _judge(request, received, proof, shown)


def received_as(text: str) -> Receipted | None:
    receipt = normalise_receipt(text)
    return receipts.find(receipt) if receipt_is_valid(receipt) else None


def miss(request: HttpRequest, shown: Preferences) -> HttpResponse:
    if too_many_misses(request):
        return _slow_down(request, shown)
    error = gettext("没有这个回执，请对照回执再输一次。")
    return page(request, "find", shown, {"typed": "", "error": error}, status=404)


def _send_code(request: HttpRequest, received: Receipted, shown: Preferences) -> HttpResponse:
    try:
        opening.ask_for_code(received, at=timezone.now())
    except TooManyCodes:
        return _slow_down(request, shown)
    return on_to(f"{received.receipt}/code")


def _open(request: HttpRequest, received: Receipted, shown: Preferences, way: str) -> HttpResponse:
    """On to the story with the right word or code; else the same page for every reason."""
    opens = opening.open_by_word if way == "private_word" else opening.open_by_code
    given = clean_text(request.POST.get(way, "")).strip()
    try:
        if not given or not opens(received, given, at=timezone.now()):
            context = _neutral(received.receipt, asked=way == "code") | {"wrong": way}
            return page(request, "receipt", shown, context, status=422)
    except TooManyTries:
        return _slow_down(request, shown)
    response = on_to(f"{received.receipt}/story")
    opened.remember(response, received.receipt)
    return response


def _judge(
    request: HttpRequest, received: Receipted, proof: str, shown: Preferences
) -> HttpResponse:
    judged = request.POST.get("satisfied", "")
    words = clean_text(request.POST.get("words", "")).strip()
    error = ""
    if judged not in ("yes", "no"):
        error = gettext("请选择满意或不满意。")
    elif len(words) > WORDS_LIMIT:
        error = gettext("最多 500 个字。")
    elif _rejudged(received, satisfied=judged == "yes", words=words):
        return on_to(f"{received.receipt}/story")
    else:
        error = gettext("现在不能再评价办理结果了。")
    context = _story(received, proof) | {"error": error, "judged": judged, "words": words}
    return page(request, "story", shown, context, status=422)


def _rejudged(received: Receipted, *, satisfied: bool, words: str) -> bool:
    case = receipts.case_of(received)
    if case is None:
        return False
    try:
        rejudge(case=case, satisfied=satisfied, words=words, by=CITIZEN, at=timezone.now())
    except Refusal:
        return False
    return True


def _place(received: Receipted) -> tuple[str, str]:
    """The unit and point she rated, or those her matter is about."""
    if isinstance(received, Rating):
        point = ServicePoint.objects.select_related("unit").get(pk=received.point_id)
        return point.unit.name, point.name
    case = receipts.case_of(received)
    assert case is not None
    return case.unit.name, case.point.name if case.point else ""


def _story(received: Receipted, proof: str) -> dict[str, Any]:
    unit, point = _place(received)
    reply = citizen_reply(received)
    return {
        "receipt": received.receipt,
        "unit": unit,
        "point": point,
        "has_mine": isinstance(received, Rating),
        "steps": citizen_steps(received),
        "reply": reply.text if reply else "",
        "may_judge": may_rejudge(received),
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
