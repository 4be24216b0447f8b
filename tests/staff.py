"""Users for tests, made by the real actions."""

from __future__ import annotations

from datetime import UTC, datetime

from django.test import Client

from pingyi.audit.actions import SYSTEM
from pingyi.directory.models import Area, Unit
from pingyi.people import actions
from pingyi.people.models import User
from pingyi.people.roles import Role

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "江上清风-2026-明月"


def staff(
    login: str,
    role: Role | None = None,
    *,
    area: Area | None = None,
    unit: Unit | None = None,
    at: datetime = LONG_AGO,
) -> User:
    """A user with PASSWORD, appointed to `role` if one is given."""
    user = actions.create_user(login=login, name=f"{login}的姓名", by=SYSTEM, at=at)
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    if role is not None:
        actions.appoint(user=user, role=role, area=area, unit=unit, by=SYSTEM, at=at)
    return user


def signed_in(user: User) -> Client:
    """A browser in which `user` is signed in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
