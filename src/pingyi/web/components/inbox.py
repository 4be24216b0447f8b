"""`/inbox/`: the user's notices; each leads to its page, and is read once opened or ticked off."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from pingyi.notices.actions import mark_read
from pingyi.notices.queries import inbox_of, unread_count
from pingyi.web.components.access import SignedIn

PER_PAGE = 50


@require_safe
def listed(request: SignedIn) -> HttpResponseBase:
    """All notices, newest first."""
    page = Paginator(inbox_of(request.user), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "fresh": unread_count(request.user)}
    return render(request, "components/inbox.html", context)


@require_POST
def read(request: SignedIn) -> HttpResponseBase:
    """POST `item` opens one notice's page; without it, all are ticked off."""
    user = request.user
    wanted = inbox_of(user)
    item = request.POST.get("item", "")
    if item:
        wanted = wanted.filter(pk=item) if item.isdecimal() and len(item) < 19 else wanted.none()
    opened = wanted.first() if item else None
    mark_read(user=user, items=wanted, by=user, at=timezone.now())
    link = opened.link if opened else ""
    safe = url_has_allowed_host_and_scheme(link, allowed_hosts=None)
    return redirect(link if safe else "inbox")
