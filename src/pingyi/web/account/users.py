"""Users and appointments: the system administrator creates, the security one appoints (三员)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from axes.utils import reset
from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from pingyi.audit.actions import action, record
from pingyi.directory.models import Area, Unit
from pingyi.people import actions, factors, links
from pingyi.people.models import Appointment, User
from pingyi.people.permissions import may
from pingyi.people.policies import Refused
from pingyi.people.roles import Role
from pingyi.web.account.mine import roles_held
from pingyi.web.components.access import SignedIn, requires
from pingyi.web.components.forms import DeskForm, TextField
from pingyi.web.components.tables import Column, DataTable, Filter
from pingyi.web.components.unit_fields import one_unit
from pingyi.web.components.words import moment_text, say


def _search(rows: QuerySet, text: str, at: datetime) -> QuerySet:
    return rows.filter(Q(username__icontains=text) | Q(name__icontains=text))


def _role(rows: QuerySet, role: str, at: datetime) -> QuerySet:
    return rows.filter(appointments__role=role, appointments__until=None).distinct()


def _roles(user: User) -> str:
    held = {Role(a.role) for a in user.appointments.all() if a.until is None}
    return " · ".join(say(role) for role in Role if role in held)


def _choices() -> list[tuple[str, str]]:
    return [(role.value, say(role)) for role in Role]


def _state(user: User) -> object:
    if not user.is_active:
        return _("账号已停用")
    return _("正常") if user.has_usable_password() else _("待首次登录")


TABLE = DataTable(
    name="users",
    title=_("用户"),
    columns=(
        Column(
            "login",
            _("登录名"),
            lambda u, at: format_html(
                '<a href="{}">{}</a>', reverse("account:user", args=[u.pk]), u.username
            ),
            value=lambda u: u.username,
            sort=("username",),
        ),
        Column("name", _("姓名"), lambda u, at: u.name, sort=("name",)),
        Column("roles", _("角色"), lambda u, at: _roles(u)),
        Column("state", _("状态"), lambda u, at: _state(u)),
        Column(
            "seen", _("上次登录"), lambda u, at: moment_text(u.last_login), sort=("last_login",)
        ),
    ),
    order="login",
    filters=(
        Filter("q", _("登录名或姓名"), _search),
        Filter("role", _("角色"), _role, choices=lambda request: _choices()),
    ),
    empty=_("没有符合条件的用户。"),
)


class CreateForm(DeskForm):
    form_id = "create"

    login = TextField(label=_("登录名"), max_length=150)
    name = TextField(label=_("姓名"), max_length=60)
    phone = TextField(label=_("手机"), max_length=20, required=False)


def _areas() -> list[tuple[str, str]]:
    """By their codes, so that each stands below what it is part of."""
    areas = Area.objects.order_by("code").values_list("code", "name")
    return [("", "—"), *((code, f"{name} {code}") for code, name in areas)]


class AppointForm(DeskForm):
    form_id = "appoint"

    role = forms.ChoiceField(label=_("角色"), choices=_choices)
    area = forms.ChoiceField(label=_("区划"), choices=_areas, required=False)
    unit = TextField(
        label=_("单位"),
        max_length=120,
        required=False,
        help_text=_("双评议管理员填单位的编码或名称，其他角色选区划；三员可都不填，即全市。"),
    )

    def clean_area(self) -> Area | None:
        return Area.objects.filter(code=self.cleaned_data["area"]).first()

    def clean_unit(self) -> Unit | None:
        said = self.cleaned_data["unit"]
        return one_unit(said, Unit.objects.all()) if said else None


@requires("user.read")
def users(request: SignedIn) -> HttpResponseBase:
    """All users; the system administrator also creates one here."""
    at = timezone.now()
    creates = may(request.user, "user.create")
    form = CreateForm(request.POST or None) if creates else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            user = actions.create_user(**form.cleaned_data, by=request.user, at=at)
        except Refused as refused:
            form.refuse(str(refused), "phone" if "phone" in refused.why else "login")
        else:
            messages.success(request, _("用户已建立。由安全管理员授权并发放一次性链接。"))
            return redirect("account:user", pk=user.pk)
    rows = User.objects.prefetch_related("appointments")
    listing = TABLE.read(request, rows, at=at)
    if listing.wants_file:
        return listing.file()
    return render(request, "account/users.html", {"listing": listing, "form": form})


@requires("user.read")
def user(request: SignedIn, pk: int) -> HttpResponse:
    """One user: appointments now and before, and what this administrator may do."""
    return _user_page(request, get_object_or_404(User, pk=pk))


@requires("user.appoint")
@require_POST
def appoint(request: SignedIn, pk: int) -> HttpResponse:
    """Give the user a role."""
    shown = get_object_or_404(User, pk=pk)
    form = AppointForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data | {"role": Role(form.cleaned_data["role"])}
        try:
            actions.appoint(user=shown, **given, by=request.user, at=timezone.now())
        except Refused as refused:
            form.refuse(str(refused), {"needs_unit": "unit", "needs_area": "area"}.get(refused.why))
        else:
            messages.success(request, _("已授权。"))
            return redirect("account:user", pk=pk)
    return _user_page(request, shown, form=form)


@requires("user.appoint")
@require_POST
def dismiss(request: SignedIn, pk: int, appointment: int) -> HttpResponse:
    """End one of the user's appointments."""
    held = get_object_or_404(Appointment, pk=appointment, user__pk=pk)
    return _done(request, pk, _("授权已终止。"), actions.end_appointment, appointment=held)


@requires("user.appoint")
@require_POST
def link(request: SignedIn, pk: int) -> HttpResponse:
    """Issue a one-time link, shown on this answer alone."""
    shown = get_object_or_404(User, pk=pk)
    try:
        token = actions.issue_link(user=shown, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("account:user", pk=pk)
    return _user_page(request, shown, link=links.address(token))


@requires("user.appoint")
@require_POST
def unlock(request: SignedIn, pk: int) -> HttpResponse:
    """Forget the failed sign-ins that locked the user out."""
    return _done(request, pk, _("已解锁。"), unlock_user, user=get_object_or_404(User, pk=pk))


@requires("user.appoint")
@require_POST
def reset_factor(request: SignedIn, pk: int) -> HttpResponse:
    """Let a user who lost the phone with the second factor sign in by password, and set it anew."""
    shown = get_object_or_404(User, pk=pk)
    done = _("两步验证已重置，请提醒本人登录后重新启用。")
    return _done(request, pk, done, factors.reset_second_factor, user=shown)


@requires("user.create")
@require_POST
def deactivate(request: SignedIn, pk: int) -> HttpResponse:
    """No more sign-in for the user."""
    shown = get_object_or_404(User, pk=pk)
    return _done(request, pk, _("账号已停用。"), actions.deactivate_user, user=shown)


@requires("user.create")
@require_POST
def reactivate(request: SignedIn, pk: int) -> HttpResponse:
    """Sign-in again for the user."""
    shown = get_object_or_404(User, pk=pk)
    return _done(request, pk, _("账号已启用。"), actions.reactivate_user, user=shown)


@action("user.unlock")
def unlock_user(*, user: User, by: User, at: datetime) -> User:
    """Let the user try again at once; the lockout belongs to the sign-in library."""
    reset(username=user.username)
    record(user)
    return user


def _done(request: SignedIn, pk: int, done: Any, act: Any, **arguments: Any) -> HttpResponse:
    try:
        act(**arguments, by=request.user, at=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("account:user", pk=pk)


def _user_page(
    request: SignedIn, shown: User, *, form: AppointForm | None = None, link: str = ""
) -> HttpResponse:
    appoints = may(request.user, "user.appoint")
    context = {
        "shown": shown,
        "state": _state(shown),
        "appointments": roles_held(shown),
        "appoints": appoints,
        "guarded": factors.has_second_factor(shown),
        "creates": may(request.user, "user.create"),
        "form": (form or AppointForm()) if appoints else None,
        "link": link,
    }
    return render(request, "account/user.html", context, status=422 if form else 200)
