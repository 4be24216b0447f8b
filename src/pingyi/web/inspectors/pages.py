"""The discipline inspectors' desk: referrals in order of priority, and the page of one."""

from __future__ import annotations

import functools
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Value, When
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from pingyi.casework import queries
from pingyi.casework.file_models import CaseFile
from pingyi.casework.models import Case, Referral
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.states import Kind, Priority
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.web.components import case_files, case_page
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.case_cells import (
    AREA,
    BY_KIND,
    BY_STATE,
    DUE,
    KIND,
    LATE,
    SEARCH,
    STATE,
    UNIT,
    number_column,
)
from pingyi.web.components.markup import tag
from pingyi.web.components.tables import Column, DataTable, Filter, Listing

PRIORITY = Column(
    "priority",
    _("优先"),
    lambda case, at: tag(gettext("涉腐线索"), "bad") if case.priority else "—",
    value=lambda case: gettext("涉腐线索") if case.priority else "",
    sort=("urgency", "due_at"),
    style="nowrap",
)
SEALED = Column(
    "embargo",
    _("保密"),
    lambda case, at: tag(gettext("保密中"), "warn") if case.embargoed else "—",
    value=lambda case: gettext("保密中") if case.embargoed else "",
    sort=("embargoed",),
    style="nowrap",
)
WAITING = Filter(
    "waits",
    _("第二人"),
    lambda rows, value, at: rows.waiting_for_another_inspector(),
    lambda request: [("yes", gettext("待批延期或暂停"))],
)
REFERRALS = DataTable(
    name="referrals",
    title=_("移交件"),
    columns=(
        PRIORITY,
        number_column("inspectors:case", mark_leads=False),
        DUE,
        UNIT,
        AREA,
        KIND,
        STATE,
        SEALED,
    ),
    order="priority",
    filters=(SEARCH, BY_STATE, BY_KIND, LATE, WAITING),
    empty=_("没有待核查的移交件。"),
)

DEEDS = frozenset(
    {"note", "report", "conclude", "release", "ask-time", "grant-time", "refuse-time", "resume"}
)


def _referred(user: User) -> CaseQuerySet:
    """Every case that was ever handed to the inspectors of the user's areas."""
    mine = scope_of(user, "case.investigate").over(area="area")
    handed = Referral.objects.filter(case=OuterRef("pk"))
    return case_page.visible_cases(user).filter(mine, Exists(handed))


@requires("case.investigate")
@require_safe
def desk(request: SignedIn) -> HttpResponseBase:
    """What waits for the inspectors: leads on corruption first, then conduct."""
    listing = _listing(request, queries.inspectors_desk(request.user))
    if listing.wants_file:
        return listing.file()
    return render(request, "inspectors/desk.html", {"listing": listing, "every": False})


@requires("case.investigate")
@require_safe
def every(request: SignedIn) -> HttpResponseBase:
    """All referrals, those reported on too."""
    listing = _listing(request, _referred(request.user))
    if listing.wants_file:
        return listing.file()
    return render(request, "inspectors/desk.html", {"listing": listing, "every": True})


def _listing(request: SignedIn, rows: CaseQuerySet) -> Listing:
    # Leads, then how people behaved: what inspectors see to before all else (DOMAIN §1.8).
    urgency = models.Case(
        When(priority=Priority.LEAD.value, then=Value(0)),
        When(kind=Kind.CONDUCT.value, then=Value(1)),
        default=Value(2),
        output_field=models.IntegerField(),
    )
    return REFERRALS.read(request, rows.annotate(urgency=urgency), at=timezone.now())


def case_or_404(request: SignedIn, number: str) -> Case:
    found = _referred(request.user).filter(number=number).first()
    if found is None:
        raise Http404
    return found


def _url(case: Case, key: str) -> str:
    return reverse("inspectors:deed", args=[case.number, key])


def _show(request: SignedIn, case: Case, *, status: int = 200, **shown: Any) -> HttpResponseBase:
    found = case_page.context(
        request,
        case,
        audience="inspectors",
        at=timezone.now(),
        url=functools.partial(_url, case),
        **shown,
    )
    found |= {
        "back_url": reverse("inspectors:desk"),
        "back_label": gettext("移交件"),
        "referral": case.referrals.last(),
        "measure_count": case.measures.counting().count(),
    }
    return render(request, "inspectors/case.html", found, status=status)


@requires("case.investigate")
@require_safe
def case(request: SignedIn, number: str) -> HttpResponseBase:
    """One referral: why it came, what is known, what was found so far."""
    return _show(request, case_or_404(request, number))


@requires("case.investigate")
@require_POST
def deed(request: SignedIn, number: str, key: str) -> HttpResponseBase:
    """A form of the referral's page."""
    return case_page.answer_post(
        request,
        case_or_404(request, number),
        key,
        audience="inspectors",
        at=timezone.now(),
        allowed=DEEDS,
        show=functools.partial(_show, request),
        done=lambda: reverse("inspectors:case", args=[number]),
    )


@requires("contact.reveal")
@require_POST
def reveal(request: SignedIn, number: str) -> HttpResponseBase:
    """Show the phone or the matter number on the referral's page, once."""
    return case_page.reveal(
        request,
        case_or_404(request, number),
        at=timezone.now(),
        show=functools.partial(_show, request),
    )


@requires("case.investigate")
@require_safe
def file(request: SignedIn, number: str, pk: int) -> HttpResponseBase:
    """A file of the case; that it was had is noted."""
    found = CaseFile.objects.visible_to(request.user)
    return case_files.download(found, number, pk, by=request.user, at=timezone.now())
