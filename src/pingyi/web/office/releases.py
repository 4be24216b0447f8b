"""Results on their way to the public: what was released, what is being prepared, and the proof."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pingyi.directory.models import Season
from pingyi.people.models import User
from pingyi.people.permissions import may, scope_of
from pingyi.publication import actions, papers, policies, queries, wording
from pingyi.publication.models import Release
from pingyi.publication.policies import Refused
from pingyi.publication.terms import Kind
from pingyi.publication.verifying import verify_release
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.markup import tag
from pingyi.web.components.release_files import as_file
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.words import moment_text
from pingyi.web.office.directory_scope import reaches_everything
from pingyi.web.office.release_duties import follows
from pingyi.web.office.release_forms import CorrectForm, PrepareForm

TONES = {"prepared": "warn", "published": "good", "given_up": ""}
MOVED = 30
"""How many of the units that moved are shown; the lists hold all."""


def state_tag(release: Release) -> SafeString:
    """Where a release stands."""
    return tag(str(wording.STATES[release.state]), TONES[release.state])


def allowed(user: User, permission: str) -> bool:
    """A release is of the whole city: so must be the appointment of whoever makes it."""
    return may(user, permission) and reaches_everything(user, permission)


def _link(row: Release, at: datetime) -> SafeString:
    url = reverse("office:release", args=[row.pk])
    return format_html('<a href="{}">{}</a>', url, wording.title(row))


def _states(rows: QuerySet[Release], state: str, at: datetime) -> QuerySet[Release]:
    return {
        "prepared": rows.filter(published_at=None, given_up_at=None),
        "published": rows.filter(published_at__isnull=False),
        "given_up": rows.filter(given_up_at__isnull=False),
    }[state]


def _seasons(request: HttpRequest) -> list[tuple[str, str]]:
    return [(code, code) for code in Season.objects.values_list("code", flat=True)]


RELEASES = DataTable(
    name="releases",
    title=_("结果发布"),
    columns=(
        Column("title", _("名称"), _link, lambda row: wording.title(row), ("through",), "name"),
        Column(
            "state",
            _("状态"),
            lambda row, at: state_tag(row),
            value=lambda row: str(wording.STATES[row.state]),
            style="nowrap",
        ),
        Column(
            "through",
            _("统计至"),
            lambda row, at: f"{row.ends_on:%Y-%m-%d}",
            sort=("through", "pk"),
            style="nowrap",
        ),
        Column(
            "prepared",
            _("准备人"),
            lambda row, at: f"{row.preparer or row.prepared_by} · {moment_text(row.prepared_at)}",
            sort=("prepared_at",),
        ),
        Column(
            "published",
            _("发布人"),
            lambda row, at: (
                f"{row.publisher or row.published_by} · {moment_text(row.published_at)}"
                if row.published_at
                else "—"
            ),
            sort=("published_at",),
        ),
    ),
    order="-prepared",
    filters=(
        Filter(
            "season",
            _("年度"),
            lambda rows, code, at: rows.filter(season__code=code),
            _seasons,
        ),
        Filter(
            "kind",
            _("种类"),
            lambda rows, kind, at: rows.filter(kind=kind),
            lambda request: [(str(kind), wording.kind_text(kind)) for kind in Kind],
        ),
        Filter("state", _("状态"), _states, lambda request: list(wording.STATES.items())),
    ),
    empty=_("还没有发布过结果。每期结束次日起，可准备通报；年度结束后，可准备年度结果。"),
)


def _name_of(login: str) -> Subquery:
    """What the person is called whose login that field holds; nothing for a program."""
    return Subquery(User.objects.filter(username=OuterRef(login)).values("name")[:1])


@requires("release.read")
@require_http_methods(["GET", "POST"])
def releases(request: SignedIn) -> HttpResponseBase:
    """All releases and drafts; whoever may, prepares the next one here."""
    at = timezone.now()
    form = None
    if allowed(request.user, "release.prepare"):
        form = PrepareForm(request.POST or None, at=at)
    if request.method == "POST":
        if form is None:
            return render(request, "403.html", status=403)
        if form.is_valid():
            try:
                made = actions.prepare(**form.chosen, by=request.user, at=at)
            except Refused as refused:
                form.refuse(str(refused), "what")
            else:
                messages.success(request, gettext("稿已准备好。请核对，再由另一人发布。"))
                return redirect("office:release", made.pk)
    rows = queries.visible_to(request.user).annotate(
        preparer=_name_of("prepared_by"), publisher=_name_of("published_by")
    )
    listing = RELEASES.read(request, rows, at=at)
    if listing.wants_file:
        return listing.file()
    status = 422 if form is not None and form.is_bound else 200
    return render(
        request, "office/releases.html", {"listing": listing, "form": form}, status=status
    )


@requires("release.read")
@require_safe
def release(request: SignedIn, pk: int) -> HttpResponseBase:
    """One release: its lists, what moved since the one before, and what may be done."""
    return _show(request, _found(request, pk))


def _found(request: SignedIn, pk: int) -> Release:
    found = queries.visible_to(request.user).select_related("supersedes__season")
    return get_object_or_404(found, pk=pk)


def _show(
    request: SignedIn, found: Release, *, form: CorrectForm | None = None, **more: Any
) -> HttpResponseBase:
    scheme = found.scheme.scheme()
    other = queries.before_it(found)
    moved = queries.differences(found, other) if other else []
    group = request.GET.get("group", "")
    groups = papers.groups(found)
    if group not in groups:
        group = groups[0] if groups else ""
    context = {
        "release": found,
        "title": wording.title(found),
        "state": state_tag(found),
        "scheme": wording.scheme_text(scheme),
        "head": papers.head(found),
        "tabs": [
            (wording.group_text(scheme, key), f"?group={key}", key == group) for key in groups
        ],
        "group": group,
        "lists": papers.lists(found, group)[:-1] if group else [],
        "units": found.results.filter(group=group).count(),
        "follows": follows(found, group, request.user),
        "other": other,
        "other_title": wording.title(other) if other else "",
        "moved": [(one, wording.group_text(scheme, one.now.group)) for one in moved[:MOVED]],
        "moved_count": len(moved),
        "correction": queries.correction_of(found),
        **_deeds(request.user, found),
        "form": form or CorrectForm(),
        **more,
    }
    status = 422 if form is not None else 200
    return render(request, "office/release.html", context, status=status)


def _deeds(user: User, found: Release) -> dict[str, object]:
    """What the user may do with it, and why not."""
    publishes = allowed(user, "release.publish") and found.state == "prepared"
    prepares = allowed(user, "release.prepare")
    why_not = policies.unpublishable(found, user) if publishes else None
    corrects = prepares and found.state == "published"
    uncorrectable = policies.uncorrectable(found) if corrects else None
    return {
        "may_publish": publishes,
        "publish_refused": policies.TEXTS[why_not] if why_not else "",
        "may_give_up": prepares and found.state == "prepared",
        "may_correct": corrects,
        "correct_refused": policies.TEXTS[uncorrectable] if uncorrectable else "",
    }


@requires("release.publish")
@require_POST
def publish(request: SignedIn, pk: int) -> HttpResponseBase:
    """Asks once, then makes it public."""
    found = _found(request, pk)
    if not allowed(request.user, "release.publish"):
        return render(request, "403.html", status=403)
    why = policies.unpublishable(found, request.user)
    if why is None and request.POST.get("confirmed") != "yes":
        return render(
            request,
            "components/confirm.html",
            {
                "question": gettext("发布“%(title)s”？") % {"title": wording.title(found)},
                "consequence": gettext("发布后立即对公众可见，不能撤回，只能更正。"),
                "action": reverse("office:release-publish", args=[pk]),
                "fields": [],
                "back": reverse("office:release", args=[pk]),
                "submit": gettext("发布"),
            },
        )
    try:
        actions.publish(release=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("已发布。"))
    return redirect("office:release", pk)


@requires("release.prepare")
@require_POST
def give_up(request: SignedIn, pk: int) -> HttpResponseBase:
    """A draft that will not be published."""
    found = _found(request, pk)
    if not allowed(request.user, "release.prepare"):
        return render(request, "403.html", status=403)
    try:
        actions.give_up(release=found, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, gettext("该稿已作废。"))
    return redirect("office:release", pk)


@requires("release.prepare")
@require_POST
def correct(request: SignedIn, pk: int) -> HttpResponseBase:
    """Prepares the same period anew, with a reason."""
    found = _found(request, pk)
    if not allowed(request.user, "release.prepare"):
        return render(request, "403.html", status=403)
    form = CorrectForm(request.POST)
    if form.is_valid():
        at = timezone.now()
        reason = form.cleaned_data["reason"]
        try:
            made = actions.correct(release=found, reason=reason, by=request.user, at=at)
        except Refused as refused:
            form.refuse(str(refused))
        else:
            messages.success(request, gettext("更正稿已准备好。请核对，再由另一人发布。"))
            return redirect("office:release", made.pk)
    return _show(request, found, form=form)


@requires("release.read")
@require_safe
def verify(request: SignedIn, pk: int) -> HttpResponseBase:
    """Computes it again from the facts of its moment and says whether it is the same."""
    found = _found(request, pk)
    return _show(request, found, proof=verify_release(found))


@requires("release.read")
@require_safe
def file(request: SignedIn, pk: int, suffix: str) -> HttpResponseBase:
    """The lists as .xlsx or .docx; with the public's rates for whoever serves a unit besides: the
    exact ones move by single ratings."""
    found = _found(request, pk)
    serves = bool(scope_of(request.user, "case.answer").units)
    return as_file(found, suffix, public=serves, group=request.GET.get("group", ""))
