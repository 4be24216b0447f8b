"""One's own account: what it may do, its password and second factor, and the way out."""

from __future__ import annotations

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pingyi.people.models import Appointment, User
from pingyi.people.roles import Role
from pingyi.web.components.access import SignedIn
from pingyi.web.components.words import say


def roles_held(user: User) -> list[tuple[Appointment, str]]:
    """The user's appointments, ended ones too, each with its role's name."""
    held = user.appointments.select_related("area", "unit")
    return [(one, say(Role(one.role))) for one in held]


@require_safe
def mine(request: SignedIn) -> HttpResponse:
    """The page behind one's own name."""
    context = {
        "held": [(one, role) for one, role in roles_held(request.user) if one.until is None],
        "guarded": is_mfa_enabled(request.user),
    }
    return render(request, "account/mine.html", context)
