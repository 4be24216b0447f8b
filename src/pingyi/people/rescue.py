"""The way back for the last security administrator, from the machine itself.

Whoever is locked out is helped by the security administrator; nobody is left to help the last one.
Somebody with a shell on the server, whom the city trusts with its keys anyway, then hands out a
one-time link. It stands in the log like everything else.
"""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from axes.utils import reset
from django.db.models import QuerySet

from pingyi.audit.actions import Actor, action, record
from pingyi.people.actions import issue_link
from pingyi.people.models import User
from pingyi.people.policies import Refused, Why
from pingyi.people.roles import Role


def security_administrators() -> QuerySet[User]:
    """The active ones, in force now."""
    held = {"appointments__role": Role.SECURITY_ADMIN.value, "appointments__until": None}
    return User.objects.filter(is_active=True, **held).distinct().order_by("pk")


def others_who_can_help(user: User) -> list[User]:
    """Other security administrators who have signed in before, and so have a password."""
    others = security_administrators().exclude(pk=user.pk)
    return [other for other in others if other.has_usable_password()]


@action("user.rescue")
def rescue(*, user: User, by: Actor, at: datetime) -> str:
    """Forget the second factor and failed sign-ins, and issue a one-time link; its token.

    For a security administrator alone, and only while no other can do it on the user's page.
    Raises Refused.
    """
    if not security_administrators().filter(pk=user.pk).exists():
        raise Refused(Why.NOT_SECURITY_ADMIN)
    if others_who_can_help(user):
        raise Refused(Why.OTHERS_CAN_HELP)
    Authenticator.objects.filter(user=user).delete()
    reset(username=user.username)
    record(user)
    return issue_link(user=user, by=by, at=at)
