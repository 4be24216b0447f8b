"""What happened to a thing, and who looked at it."""

from collections.abc import Iterable

from django.db import models
from django.db.models import OuterRef
from django.db.models.functions import Cast

from pingyi.audit.actions import kind_of
from pingyi.audit.models import Event, ReadAccess


def events_about(subject: models.Model) -> models.QuerySet[Event]:
    """The subject's events, oldest first."""
    return Event.objects.filter(subject_kind=kind_of(subject), subject_id=str(subject.pk))


def acted_on(subject: models.Model, actor: str, *, but: Iterable[str] = ()) -> bool:
    """Whether `actor` (an audit name) caused an event of the subject by any action, `but` aside."""
    return events_about(subject).filter(actor=actor).exclude(action__in=list(but)).exists()


def events_of_each(
    model: type[models.Model], actor: str, *, but: Iterable[str] = ()
) -> models.QuerySet[Event]:
    """For `Exists` in a query over `model`: the events `actor` caused about the outer row, those
    of the actions `but` left out."""
    key = Cast(OuterRef("pk"), models.CharField())
    kind = model._meta.model_name or ""
    return (
        Event.objects.order_by()
        .filter(subject_kind=kind, subject_id=key, actor=actor)
        .exclude(action__in=list(but))
    )


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
