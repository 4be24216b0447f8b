"""Whether now: why a change of users and appointments is refused."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pingyi.directory.models import Area, Unit
from pingyi.kernel.text import normalise_phone, phone_is_valid
from pingyi.people.models import User
from pingyi.people.roles import ADMINISTRATORS, SCOPED_TO_UNIT, Role

LONGEST_LOGIN = 150
"""As the framework stores it."""
LONGEST_EMAIL = 254
"""RFC 5321, 4.5.3.1."""
RESERVED = frozenset({"system", "citizen", "shell", "demo", "benchmark"})
"""How the log of events calls those who act and are no user: nobody signs in under such a name."""


class Why(StrEnum):
    """The reasons, typed so that a button's tooltip and a refusal say the same."""

    LOGIN_TAKEN = "login_taken"
    LOGIN_UNFIT = "login_unfit"
    LOGIN_IS_PHONE = "login_is_phone"
    LOGIN_RESERVED = "login_reserved"
    PHONE_UNFIT = "phone_unfit"
    EMAIL_UNFIT = "email_unfit"
    EMAIL_NEEDED = "email_needed"
    NO_SUCH_LANGUAGE = "no_such_language"
    USER_INACTIVE = "user_inactive"
    USER_ACTIVE = "user_active"
    NEEDS_UNIT = "needs_unit"
    NEEDS_AREA = "needs_area"
    UNIT_RETIRED = "unit_retired"
    HELD_ALREADY = "held_already"
    TWO_ADMINISTRATORS = "two_administrators"
    OWN_APPOINTMENT = "own_appointment"
    ENDED_ALREADY = "ended_already"
    LINK_SPENT = "link_spent"
    OWN_FACTOR = "own_factor"
    NO_FACTOR = "no_factor"
    NOT_SECURITY_ADMIN = "not_security_admin"
    OTHERS_CAN_HELP = "others_can_help"


TEXTS: dict[Why, str | Promise] = {
    Why.LOGIN_TAKEN: _("登录名已被使用"),
    Why.LOGIN_UNFIT: _("登录名只能由文字、数字和 @ . + - _ 组成"),
    Why.LOGIN_IS_PHONE: _("手机号不能作登录名"),
    Why.LOGIN_RESERVED: _("这个登录名留给系统自身，不能用"),
    Why.PHONE_UNFIT: _("不是有效的手机号"),
    Why.EMAIL_UNFIT: _("不是有效的邮箱地址"),
    Why.EMAIL_NEEDED: _("要收每日汇总邮件，请先填邮箱地址"),
    Why.NO_SUCH_LANGUAGE: _("没有这种语言"),
    Why.USER_INACTIVE: _("该用户已停用"),
    Why.USER_ACTIVE: _("该用户未停用"),
    Why.NEEDS_UNIT: _("此角色要填单位，不填区划"),
    Why.NEEDS_AREA: _("此角色要填区划，不填单位"),
    Why.UNIT_RETIRED: _("该单位已停用"),
    Why.HELD_ALREADY: _("该用户已在此范围任此角色"),
    Why.TWO_ADMINISTRATORS: _("系统、安全、审计管理员须由三人分任"),
    Why.OWN_APPOINTMENT: _("不能给自己授权"),
    Why.ENDED_ALREADY: _("该授权已终止"),
    Why.LINK_SPENT: _("链接已使用或已过期"),
    Why.OWN_FACTOR: _("自己的两步验证请在“我的账号”里停用"),
    Why.NO_FACTOR: _("该用户没有启用两步验证"),
    Why.NOT_SECURITY_ADMIN: _("只用于安全管理员；其他人请安全管理员在用户页面处理"),
    Why.OTHERS_CAN_HELP: _("还有别的安全管理员，可以在用户页面处理"),
}


class Refused(ValueError):
    """The action cannot be done now; `why` says it to the program, the message to a person."""

    def __init__(self, why: Why) -> None:
        self.why = why
        super().__init__(why)

    def __str__(self) -> str:
        return str(TEXTS[self.why])


def login_form(text: str) -> str:
    """A login as it is stored: sign-in does not tell upper from lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def why_not_login(login: str) -> Why | None:
    """Whether `login` (as `login_form` gives it) can be one. Logins stand in events for ever."""
    if phone_is_valid(normalise_phone(login)):
        return Why.LOGIN_IS_PHONE
    if login in RESERVED:
        return Why.LOGIN_RESERVED
    try:
        UnicodeUsernameValidator()(login)
    except ValidationError:
        return Why.LOGIN_UNFIT
    return Why.LOGIN_UNFIT if len(login) > LONGEST_LOGIN else None


def why_not_create(login: str, phone: str) -> Why | None:
    if why := why_not_login(login) or why_not_phone(phone):
        return why
    return Why.LOGIN_TAKEN if User.objects.filter(username=login).exists() else None


def why_not_phone(phone: str) -> Why | None:
    return Why.PHONE_UNFIT if phone and not phone_is_valid(phone) else None


def why_not_mail(address: str, *, digest: bool) -> Why | None:
    """Whether mail can go to `address` ("" for none), and the daily overview with it."""
    if not address:
        return Why.EMAIL_NEEDED if digest else None
    try:
        validate_email(address)
    except ValidationError:
        return Why.EMAIL_UNFIT
    return None if address.isascii() and len(address) <= LONGEST_EMAIL else Why.EMAIL_UNFIT


def why_scope_unfit(role: Role, *, area: object, unit: object) -> Why | None:
    """A unit's role needs a unit, every other an area, never both (any truthy value is one).

    An administrator without an area has the whole installation.
    """
    if role in SCOPED_TO_UNIT:
        return None if unit and not area else Why.NEEDS_UNIT
    if role in ADMINISTRATORS and not unit:
        return None
    return None if area and not unit else Why.NEEDS_AREA


def why_not_together(roles: frozenset[Role]) -> Why | None:
    """Whether one person may hold these roles."""
    return Why.TWO_ADMINISTRATORS if len(roles & ADMINISTRATORS) > 1 else None


def why_not_appoint(
    user: User, role: Role, *, area: Area | None, unit: Unit | None, by: object
) -> Why | None:
    if user == by:
        return Why.OWN_APPOINTMENT
    if not user.is_active:
        return Why.USER_INACTIVE
    if why := why_scope_unfit(role, area=area, unit=unit):
        return why
    if unit is not None and unit.retired_at is not None:
        return Why.UNIT_RETIRED
    held = user.appointments.filter(until=None)
    if held.filter(role=role, area=area, unit=unit).exists():
        return Why.HELD_ALREADY
    return why_not_together(
        frozenset(Role(r) for r in held.values_list("role", flat=True)) | {role}
    )
