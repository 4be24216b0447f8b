"""Which citizens' messages a person reads."""

from __future__ import annotations

from django.db.models import QuerySet

from pingyi.casework.intake_models import CitizenMessage, MessageBatch
from pingyi.casework.querysets import of_units
from pingyi.people.models import User
from pingyi.people.permissions import scope_of


def messages_for(user: User) -> QuerySet[CitizenMessage]:
    """Messages to the user's area, newest first; none about a unit the user serves."""
    found = CitizenMessage.objects.filter(scope_of(user, "case.open").over(area="area"))
    own = scope_of(user, "case.answer").units
    if own:
        found = found.exclude(of_units(own))
    return found.select_related("unit__area__parent", "area", "source__case")


def batches_for(user: User) -> QuerySet[MessageBatch]:
    """Files of messages within the user's reach, the latest first."""
    reach = scope_of(user, "case.open").over(area="area")
    return MessageBatch.objects.filter(reach).select_related("area")
