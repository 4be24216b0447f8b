"""What every page's frame needs: the menu this user has, and what waits in the inbox."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pingyi.notices.queries import unread_count
from pingyi.web.components.menu import menu_for


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": [], "unread": 0}
    return {
        "menu": menu_for(user, request.path),
        "unread": SimpleLazyObject(lambda: unread_count(user)),
    }
