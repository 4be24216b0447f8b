"""`/desk/`: where everybody begins after signing in; and the way to a case for whoever asks."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from pingyi.casework.models import Case
from pingyi.letters.models import Letter, Recipient
from pingyi.people.permissions import roles_of
from pingyi.people.roles import Role
from pingyi.web.components.access import SignedIn
from pingyi.web.components.menu import menu_for
from pingyi.web.components.queues import loads_of
from pingyi.web.components.words import say


@require_safe
def desk(request: SignedIn) -> HttpResponseBase:
    """The user's queues, late ones first; what is in the inbox; else where the menu leads."""
    user = request.user
    loads = loads_of(user, at=timezone.now())
    return render(
        request,
        "components/desk.html",
        {
            "loads": loads,
            "waiting": sum(load.total for load in loads if not load.own),
            "late": sum(load.late for load in loads if not load.own),
            "first": next((load for load in loads if load.total), None),
            "inbox": user.inbox.order_by("-created_at", "-pk")[:10],
            "roles": [say(role) for role in Role if role in roles_of(user)],
            "places": menu_for(user, ""),
        },
    )


@require_safe
def case(request: SignedIn, number: str) -> HttpResponseBase:
    """On to the reader's own page of a case: a link to it can be the same for everybody."""
    found = Case.objects.visible_to(request.user).filter(number=number).first()
    if found is None:
        raise Http404
    if not Case.objects.overseen_by(request.user).filter(pk=found.pk).exists():
        return redirect("unit:case", number)
    return redirect("inspectors:case" if found.embargoed else "office:case", number)


@require_safe
def letter(request: SignedIn, pk: int, recipient: int | None = None) -> HttpResponseBase:
    """On to the reader's own page of a letter, or of one of its recipients."""
    if Letter.objects.overseen_by(request.user).filter(pk=pk).exists():
        if recipient is None:
            return redirect("office:letter", pk)
        return redirect("office:letter-recipient", pk, recipient)
    mine = Recipient.objects.of_units(request.user).filter(letter__pk=pk).order_by("pk").first()
    if mine is None:
        raise Http404
    return redirect("unit:letter", mine.pk)
