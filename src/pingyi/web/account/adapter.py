"""Sign-up is closed: accounts come from the directory and `pingyi init`."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from pingyi.people.models import User
from pingyi.people.policies import login_form


class ClosedDoor(DefaultAccountAdapter):
    def is_open_for_signup(self, request) -> bool:
        return False

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("account:mine")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """One login, however it is typed: else "Li", "LI" and "lI" would have five tries each."""
        if "username" in credentials:
            credentials["username"] = login_form(credentials["username"])
        found: User | None = super().authenticate(request, **credentials)
        return found

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by axes, and by it alone."""
