"""The organs that issue letters: their names, their signatures, their prefixes."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pingyi.directory.models import Area
from pingyi.letters import actions
from pingyi.letters.models import Organ
from pingyi.letters.policies import Refused
from pingyi.letters.states import Desk
from pingyi.people.permissions import scope_of
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.tables import Column, DataTable
from pingyi.web.components.words import say
from pingyi.web.office.letter_forms import OrganForm, StartForm


def _link(organ: Organ, at: datetime) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("office:letter-organ", args=[organ.pk]), organ.name
    )


def _prefixes(organ: Organ, at: datetime | None = None) -> str:
    return " · ".join(dict.fromkeys(series.prefix for series in organ.series.all())) or "—"


ORGANS = DataTable(
    name="organs",
    title=_("发文机关"),
    columns=(
        Column("name", _("机关名称"), _link, lambda organ: organ.name, ("name",), "name"),
        Column("area", _("区划"), lambda organ, at: organ.area.name, sort=("area__code",)),
        Column("desk", _("由谁起草签发"), lambda organ, at: say(Desk(organ.desk)), sort=("desk",)),
        Column("prefixes", _("发文代字"), _prefixes, value=_prefixes),
    ),
    order="area",
    empty=_("还没有发文机关。添加之后，才能起草函件。"),
)


def _organs(request: SignedIn) -> QuerySet[Organ]:
    mine = scope_of(request.user, "organ.change").over(area="area")
    return Organ.objects.filter(mine).select_related("area").prefetch_related("series")


def _areas(request: SignedIn) -> QuerySet[Area]:
    """The city and the districts within reach: streets have no organ."""
    scope = scope_of(request.user, "organ.change")
    found = Area.objects.exclude(level=Area.Level.STREET).order_by("code")
    if scope.everywhere:
        return found
    return found.filter(Q(pk__in=scope.areas) | Q(parent__in=scope.areas))


@requires("organ.change")
@require_safe
def organs(request: SignedIn) -> HttpResponseBase:
    """Every organ within reach."""
    listing = ORGANS.read(request, _organs(request), at=timezone.now())
    if listing.wants_file:
        return listing.file()
    return render(request, "office/letter_organs.html", {"listing": listing})


@requires("organ.change")
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: SignedIn) -> HttpResponseBase:
    """Another organ."""
    if request.method != "POST":
        return _show(request, OrganForm(areas=_areas(request), organ=None))
    form = OrganForm(request.POST, areas=_areas(request), organ=None)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        actions.add_organ(by=request.user, at=timezone.now(), **form.arguments)
    except Refused as refused:
        form.refuse(str(refused), refused.field or None)
        return _show(request, form, status=422)
    messages.success(request, gettext("已添加。"))
    return redirect("office:letter-organs")


@requires("organ.change")
@require_http_methods(["GET", "HEAD", "POST"])
def organ(request: SignedIn, pk: int) -> HttpResponseBase:
    """An organ's name, signature and prefixes."""
    found = get_object_or_404(_organs(request), pk=pk)
    if request.method != "POST":
        return _show(request, OrganForm(areas=_areas(request), organ=found), found)
    form = OrganForm(request.POST, areas=_areas(request), organ=found)
    if not form.is_valid():
        return _show(request, form, found, status=422)
    try:
        actions.edit_organ(organ=found, by=request.user, at=timezone.now(), **form.arguments)
    except Refused as refused:
        form.refuse(str(refused), refused.field or None)
        return _show(request, form, get_object_or_404(_organs(request), pk=pk), status=422)
    messages.success(request, gettext("已保存。"))
    return redirect("office:letter-organs")


@requires("organ.change")
@require_POST
def start(request: SignedIn, pk: int) -> HttpResponseBase:
    """Where this year's numbers go on from paper."""
    found = get_object_or_404(_organs(request), pk=pk)
    form = StartForm(request.POST, organ=found)
    blank = OrganForm(areas=_areas(request), organ=found)
    if not form.is_valid():
        return _show(request, blank, found, start=form, status=422)
    try:
        actions.start_numbers(
            organ=found,
            prefix=form.cleaned_data["series"],
            last=form.cleaned_data["last"],
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refused:
        form.refuse(str(refused), "last")
        return _show(request, blank, found, start=form, status=422)
    messages.success(request, gettext("已保存。"))
    return redirect("office:letter-organ", pk)


def _show(
    request: SignedIn,
    form: OrganForm,
    organ: Organ | None = None,
    *,
    start: StartForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    numbered = organ is not None and bool(organ.series.all())
    starting = start or (StartForm(organ=organ) if organ is not None and numbered else None)
    context = {"form": form, "organ": organ, "start": starting}
    return render(request, "office/letter_organ.html", context, status=status)
