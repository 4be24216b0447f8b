"""What every page's frame needs: the menu this user has, what waits in the inbox, and whether the
city is an invented one."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from pingyi.demo.trail import is_demo_city
from pingyi.notices.queries import unread_count
from pingyi.web.components.menu import folded, menu_for


def page(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": [], "unread": 0, "invented": invented()}
    return {
        "invented": invented(),
        "menu": folded(menu_for(user, request.path)),
        "unread": SimpleLazyObject(lambda: unread_count(user)),
    }


@cache
def invented() -> bool:
    """Whether this is a demo city; asked once, since only an empty database becomes one."""
    return settings.PINGYI.trial and is_demo_city()
