"""The page behind a poster's code: rate here. One function renders it, whichever door asks.

The rating page is the same for everybody who opens a point's code, in each language and type size,
but for the key of the view; so it is rendered at most once a minute and sent as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from pingyi.directory.models import Item, ServicePoint
from pingyi.kernel.codes import normalise_code
from pingyi.ratings import traces
from pingyi.ratings.points import PointGone, UnknownPoint, load, rules_on
from pingyi.ratings.problems import Problem
from pingyi.web.citizen import choices
from pingyi.web.citizen.rendered import SLOT, RenderedPage

KEPT = 1024
"""Rendered pages kept per process; each takes about 30 KB."""
RENEWED = 60
"""Seconds after which a page is rendered anew: a change in the directory shows by then."""

LISTED = 12
"""Items named on a page at most: it must stay small."""


def rating_page(code: str, *, language: str, large: bool, at: datetime) -> RenderedPage:
    """The page for a code: 200 with a slot for the key; 404 unknown; 410 replaced or withdrawn.

    `language` is `zh-hans` or `en`. Asks the database at most once a minute per page.
    """
    try:
        return _kept_page(normalise_code(code), language, large, int(at.timestamp()) // RENEWED)
    except UnknownPoint:
        return unknown_code_page(language=language, large=large)
    except PointGone as gone:
        return retired_page(gone.successor, language=language, large=large)


def rating_form_with_errors(
    code: str,
    fields: Mapping[str, Any],
    problems: Mapping[str, Problem],
    *,
    language: str,
    large: bool,
    at: datetime,
) -> RenderedPage:
    """The form filled in again, its mistakes marked: 422, with a slot for the key.

    `fields` as `ratings.submission.from_form` gives them, `problems` as its `Invalid` does.
    """
    try:
        context = _context(code, at)
    except UnknownPoint:
        return unknown_code_page(language=language, large=large)
    except PointGone as gone:
        return retired_page(gone.successor, language=language, large=large)
    with translation.override(language):
        form = choices.filled_in(context["scheme"], fields, problems, language)
        return _rendered("rating", 422, language, large, context | form)


def unknown_code_page(*, language: str, large: bool) -> RenderedPage:
    """404: what may have gone wrong with the code, and what to do."""
    return _rendered("unknown", 404, language, large)


def retired_page(successor: str | None, *, language: str, large: bool) -> RenderedPage:
    """410: the poster no longer serves; `successor` is the point's code now, None if withdrawn."""
    return _rendered("retired", 410, language, large, {"successor": successor})


def taken_page(*, language: str, large: bool) -> RenderedPage:
    """409: this page's form was sent before, with other content; the first sending counts."""
    return _rendered("taken", 409, language, large)


def too_large_page(*, language: str, large: bool) -> RenderedPage:
    """413: far more was sent than the form holds."""
    return _rendered("too_large", 413, language, large)


def busy_page(*, language: str, large: bool) -> RenderedPage:
    """503: nothing was stored; please send again in a moment."""
    return _rendered("busy", 503, language, large)


@lru_cache(maxsize=KEPT)
def _kept_page(code: str, language: str, large: bool, minute: int) -> RenderedPage:
    at = datetime.fromtimestamp(minute * RENEWED, tz=timezone.get_default_timezone())
    context = _context(code, at)
    with translation.override(language):
        form = choices.empty(context["scheme"], language)
        return _rendered("rating", 200, language, large, context | form)


def forget_pages() -> None:
    """Drop the kept pages: tests change the directory within a minute."""
    _kept_page.cache_clear()


def _context(code: str, at: datetime) -> dict[str, Any]:
    """What the page tells of the point and offers there. Raises UnknownPoint, PointGone."""
    found = load(code)
    point = ServicePoint.objects.select_related("unit").get(pk=found.id)
    return {
        "point": {
            "code": found.code,
            "unit": point.unit.name,
            "name": point.name,
            "kind": choices.KINDS.get(point.kind, point.get_kind_display()),
            "address": point.address,
            "hours": point.hours,
            **_handled(point),
        },
        "posts": list(point.posts.filter(retired_at__isnull=True).values("badge", "name")),
        "scheme": rules_on(timezone.localdate(at)).scheme,
    }


def _handled(point: ServicePoint) -> dict[str, Any]:
    """The first items handled there, and how many there are; where none is chosen for the point,
    all of its unit's are."""
    items = Item.objects.filter(points=point)
    if not items.exists():
        items = Item.objects.filter(unit=point.unit_id)
    names = list(items.order_by("code").values_list("name", flat=True)[: LISTED + 1])
    return {
        "items": names[:LISTED],
        "items_in_all": items.count() if len(names) > LISTED else 0,
    }


def _rendered(
    name: str, status: int, language: str, large: bool, context: Mapping[str, Any] | None = None
) -> RenderedPage:
    with translation.override(language):
        html = render_to_string(
            f"citizen/{name}.html",
            {"language": language, "large": large, "slot": SLOT, **(context or {})},
        )
    more = (traces.shown(secure=not settings.PINGYI.trial),) if SLOT in html else ()
    return RenderedPage.of(html, status=status, language=language, more=more)
