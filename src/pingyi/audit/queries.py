"""What happened to a thing, and who looked at it."""

from collections.abc import Iterable

from django.db import models

from pingyi.audit.actions import kind_of
from pingyi.audit.models import Event, ReadAccess


def events_about(subject: models.Model) -> models.QuerySet[Event]:
    """The subject's events, oldest first."""
    return Event.objects.filter(subject_kind=kind_of(subject), subject_id=str(subject.pk))


def events(*, actions: Iterable[str] | None = None) -> models.QuerySet[Event]:
    """All events, oldest first, or those of the named actions."""
    found = Event.objects.all()
    return found if actions is None else found.filter(action__in=list(actions))


def reads_of(subject: models.Model) -> models.QuerySet[ReadAccess]:
    """Who was shown the subject's personal data, oldest first."""
    return ReadAccess.objects.filter(subject_kind=kind_of(subject), subject_id=str(subject.pk))


def reads() -> models.QuerySet[ReadAccess]:
    """The whole read-access log, oldest first."""
    return ReadAccess.objects.all()
