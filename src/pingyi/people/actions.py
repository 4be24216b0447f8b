"""Users and appointments. The system administrator creates users, the security one appoints."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.password_validation import validate_password

from pingyi.audit.actions import Actor, action, record
from pingyi.audit.keys import keyring
from pingyi.directory.models import Area, Unit
from pingyi.kernel.text import normalise_phone
from pingyi.people import links, policies
from pingyi.people.models import EMAIL, PHONE, Appointment, OneTimeLink, User
from pingyi.people.policies import Refused, Why
from pingyi.people.roles import Role


@action("user.create")
def create_user(
    *,
    login: str,
    name: str = "",
    phone: str = "",
    language: str = "zh-hans",
    by: Actor,
    at: datetime,
) -> User:
    """A user without password, who signs in by a one-time link first. Raises Refused."""
    login, phone = policies.login_form(login), normalise_phone(phone)
    _refuse(policies.why_not_create(login, phone))
    user = User(username=login, name=name, language=language, date_joined=at)
    _set_phone(user, phone)
    user.set_unusable_password()
    user.save()
    record(user, login=login)
    return user


@action("user.edit")
def edit_user(*, user: User, name: str, phone: str, by: Actor, at: datetime) -> User:
    """Change name and phone ("" for none). Raises Refused."""
    phone = normalise_phone(phone)
    _refuse(policies.why_not_phone(phone))
    changed = [
        field
        for field, old, new in (("name", user.name, name), ("phone", phone_of(user), phone))
        if old != new
    ]
    user.name = name
    _set_phone(user, phone)
    user.save(update_fields=["name", "phone_cipher", "phone_print"])
    record(user, changed=changed)
    return user


@action("user.mail")
def set_mail(*, user: User, address: str, digest: bool, by: Actor, at: datetime) -> User:
    """The user's own e-mail address ("" for none), and whether the day's overview goes there.

    Raises Refused.
    """
    address = address.strip()
    _refuse(policies.why_not_mail(address, digest=digest))
    changed = address != email_of(user)
    user.email_cipher = keyring().encrypt(address, context=EMAIL) if address else None
    user.mail_digest = digest
    user.save(update_fields=["email_cipher", "mail_digest"])
    record(user, changed=["email"] if changed else [], digest=digest)
    return user


@action("user.language")
def set_language(*, user: User, language: str, by: Actor, at: datetime) -> User:
    """In which language the user is written to: zh-hans or en. Raises Refused."""
    if language not in dict(settings.LANGUAGES):
        raise Refused(Why.NO_SUCH_LANGUAGE)
    user.language = language
    user.save(update_fields=["language"])
    record(user, language=language)
    return user


@action("user.deactivate")
def deactivate_user(*, user: User, by: Actor, at: datetime) -> User:
    """No more sign-in; what the user did stays. Raises Refused."""
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise Refused(Why.USER_INACTIVE)
    record(user)
    user.is_active = False
    return user


@action("user.reactivate")
def reactivate_user(*, user: User, by: Actor, at: datetime) -> User:
    """Sign-in again, with the appointments still in force. Raises Refused."""
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise Refused(Why.USER_ACTIVE)
    record(user)
    user.is_active = True
    return user


@action("user.appoint")
def appoint(
    *,
    user: User,
    role: Role,
    area: Area | None = None,
    unit: Unit | None = None,
    by: Actor,
    at: datetime,
) -> Appointment:
    """Give the user a role within an area (with all below it) or a unit. Raises Refused.

    Appointments of one user queue: which roles go together is asked of all that are held.
    """
    held_still = User.objects.select_for_update().get(pk=user.pk)
    _refuse(policies.why_not_appoint(held_still, Role(role), area=area, unit=unit, by=by))
    appointment = Appointment.objects.create(user=user, role=role, area=area, unit=unit, since=at)
    record(user, role=str(role), **_scope(appointment))
    _forget(user)
    return appointment


@action("user.dismiss")
def end_appointment(*, appointment: Appointment, by: Actor, at: datetime) -> Appointment:
    """The role is no longer held. Raises Refused."""
    if appointment.user == by:
        raise Refused(Why.OWN_APPOINTMENT)
    if not Appointment.objects.filter(pk=appointment.pk, until=None).update(until=at):
        raise Refused(Why.ENDED_ALREADY)
    record(appointment.user, role=appointment.role, **_scope(appointment))
    appointment.until = at
    _forget(appointment.user)
    return appointment


@action("link.issue")
def issue_link(*, user: User, by: Actor, at: datetime) -> str:
    """A fresh one-time token for the user, valid for seven days; earlier ones no longer open.

    Shown this once: only its digest is stored. Raises Refused.
    """
    if not user.is_active:
        raise Refused(Why.USER_INACTIVE)
    token = links.new_token()
    user.one_time_links.filter(used_at=None, expires_at__gt=at).update(expires_at=at)
    OneTimeLink.objects.create(
        user=user, digest=links.digest(token), issued_at=at, expires_at=at + links.VALID_FOR
    )
    record(user)
    return token


@action("link.use")
def use_link(*, link: OneTimeLink, password: str, by: Actor, at: datetime) -> User:
    """Spend the link and set the password chosen; `by` is the link's user.

    Raises ValidationError for a weak password (the link stays good) and Refused.
    """
    validate_password(password, link.user)
    spent = OneTimeLink.objects.filter(
        pk=link.pk, used_at=None, expires_at__gt=at, user__is_active=True
    ).update(used_at=at)
    if not spent:
        raise Refused(Why.LINK_SPENT)
    _set_password(link.user, password)
    record(link.user)
    return link.user


@action("user.password")
def set_password(*, user: User, password: str, by: Actor, at: datetime) -> User:
    """Set a password; every session of the user ends. ValidationError for a weak one."""
    validate_password(password, user)
    _set_password(user, password)
    record(user)
    return user


def phone_of(user: User) -> str:
    """The user's own phone, or "". Whoever shows it to somebody else logs that reading."""
    blob = user.phone_cipher
    return keyring().decrypt(bytes(blob), context=PHONE) if blob else ""


@action("user.forget_contact")
def forget_contact(*, user: User, by: Actor, at: datetime) -> User:
    """Erase phone and e-mail address of somebody who left; login, name and deeds stay."""
    user.email_cipher, user.mail_digest = None, False
    _set_phone(user, "")
    user.save(update_fields=["email_cipher", "mail_digest", "phone_cipher", "phone_print"])
    record(user)
    return user


def email_of(user: User) -> str:
    """The user's e-mail address, or ""; as `phone_of`."""
    blob = user.email_cipher
    return keyring().decrypt(bytes(blob), context=EMAIL) if blob else ""


def _set_phone(user: User, phone: str) -> None:
    user.phone_cipher = keyring().encrypt(phone, context=PHONE) if phone else None
    user.phone_print = keyring().fingerprint(phone, context=PHONE) if phone else None


def _set_password(user: User, password: str) -> None:
    user.set_password(password)
    user.save(update_fields=["password"])


def _scope(appointment: Appointment) -> dict[str, str]:
    if appointment.unit is not None:
        return {"unit": appointment.unit.code}
    return {"area": appointment.area.code if appointment.area else ""}


def _forget(user: User) -> None:
    """The appointments `permissions` keeps on the user object are read anew."""
    vars(user).pop("_appointments", None)


def _refuse(why: Why | None) -> None:
    if why is not None:
        raise Refused(why)
