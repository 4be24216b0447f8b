"""“Basically satisfied” ratings by cause and point, with what was said of a point."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from pingyi.casework.basically import WINDOW, basically_satisfied, by_point, by_reason, samples
from pingyi.directory.models import ServicePoint
from pingyi.kernel.masking import redact
from pingyi.ratings.points import rules_on
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import in_english
from pingyi.web.office.repeats import POINT_AREAS, figure


def _point(row: ServicePoint, at: datetime) -> SafeString:
    return format_html('<a href="?point={}#said">{}</a>', row.pk, row.name)


def trend(now: int, before: int) -> str:
    """`▲ 5`, `▼ 3` or `＝`: against the window before."""
    if now == before:
        return "＝"
    return f"▲ {now - before}" if now > before else f"▼ {before - now}"


POINTS = DataTable(
    name="basically-satisfied",
    title=_("基本满意的服务点"),
    columns=(
        Column("point", _("服务点"), _point, value=lambda row: row.name, sort=("name",),
               style="name"),
        Column("unit", _("单位"), lambda row, at: row.unit.name, sort=("unit__name",),
               style="name"),
        figure("now", _("近 90 天")),
        figure("before", _("前 90 天")),
        Column("trend", _("变化"), lambda row, at: trend(row.now, row.before),
               value=lambda row: row.now - row.before, style="number"),
    ),
    order="-now",
    filters=(
        Filter("q", _("单位或服务点"),
               lambda rows, value, at: rows.filter(name__icontains=value)
               | rows.filter(unit__name__icontains=value)),
        POINT_AREAS,
    ),
    empty=_("近 180 天没有“基本满意”的评价。"),
)  # fmt: skip


@requires("case.oversee")
@require_safe
def basically(request: SignedIn) -> HttpResponseBase:
    """By reason and by point, now against before; the words of one point."""
    at = timezone.now()
    day = timezone.localdate(at)
    ratings = basically_satisfied(request.user, day=day)
    listing = POINTS.read(request, by_point(ratings, day=day), at=at)
    if listing.wants_file:
        return listing.file()
    chosen = request.GET.get("point", "")
    point = None
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        found = by_point(ratings, day=day)
        point = get_object_or_404(found, pk=chosen)
    context = {
        "listing": listing,
        "days": WINDOW,
        "causes": [
            (_reason(cause.code), cause.now, cause.before, trend(cause.now, cause.before))
            for cause in by_reason(ratings, day=day)
        ],
        "point": point,
        "said": [(r.recorded_at, redact(r.comment)) for r in samples(ratings, point)]
        if point
        else [],
    }
    return render(request, "office/basically.html", context)


def _reason(code: str) -> str:
    known = rules_on(timezone.localdate()).scheme.reasons_by_code
    if not code:
        return gettext("未选原因")
    if code not in known:
        return code
    return known[code].en if in_english() else known[code].zh
