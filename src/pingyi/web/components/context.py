"""What every page's frame needs: the menu this user has."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from pingyi.web.components.menu import menu_for


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": []}
    return {"menu": menu_for(user, request.path)}
