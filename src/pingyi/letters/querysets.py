"""Which letters a person sees, and which recipients are late."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from pingyi.letters.rules import REPLY
from pingyi.letters.states import POWERS, State
from pingyi.people.permissions import scope_of

if TYPE_CHECKING:
    from pingyi.people.models import User

SENT = (State.ISSUED.value, State.WITHDRAWN.value)


class LetterQuerySet(models.QuerySet[Any]):
    """Letters, as far as the asker may see them."""

    def visible_to(self, user: User) -> LetterQuerySet:
        """A desk's letters within its reach; a unit's only those sent to it."""
        addressed = self.model.recipients.rel.related_model.objects.of_units(user)
        theirs = Q(Exists(addressed.filter(letter=OuterRef("pk"))), state__in=SENT)
        return self.filter(_of_desks(user) | theirs)

    def overseen_by(self, user: User) -> LetterQuerySet:
        """Those the user reads as the desk does: drafts too, and every recipient."""
        return self.filter(_of_desks(user))

    def in_states(self, *states: State) -> LetterQuerySet:
        return self.filter(state__in=[state.value for state in states])

    def late(self, at: datetime) -> LetterQuerySet:
        """Those with a recipient whose reply is overdue at `at`."""
        late = self.model.recipients.rel.related_model.objects.late(at)
        return self.filter(Exists(late.filter(letter=OuterRef("pk"))))

    def waiting_for_a_second(self) -> LetterQuerySet:
        """Those with a recipient for which more days were asked, and nobody has decided."""
        asked = self.model.recipients.rel.related_model.objects.waiting_for_a_second()
        return self.filter(Exists(asked.filter(letter=OuterRef("pk"))))

    def with_told(self) -> LetterQuerySet:
        """With `told`: whom the step that went furthest was told to, of the clocks that run."""
        clocks = self.model.recipients.rel.related_model.clocks.rel.related_model
        steps = clocks.escalations.rel.related_model.objects.filter(
            clock__recipient__letter=OuterRef("pk"),
            clock__met_at__isnull=True,
            clock__stopped_at__isnull=True,
        )
        return self.annotate(told=Subquery(steps.order_by("-step", "-pk").values("to")[:1]))


class RecipientQuerySet(models.QuerySet[Any]):
    """Who letters went to."""

    def of_units(self, user: User) -> RecipientQuerySet:
        """What was sent to the user's own units."""
        units = scope_of(user, "letter.reply").units
        return self.filter(unit__in=units, letter__state__in=SENT)

    def overseen_by(self, user: User) -> RecipientQuerySet:
        """The recipients of letters the user's desk has issued."""
        return self.filter(_of_desks(user, "letter__"))

    def late(self, at: datetime) -> RecipientQuerySet:
        """Those whose reply was due before `at` and has not come."""
        clocks: Any = self.model.clocks.rel.related_model.objects.late(at)
        return self.filter(Exists(clocks.filter(recipient=OuterRef("pk"), rule=REPLY)))

    def waiting(self) -> RecipientQuerySet:
        """Those whose reply is awaited."""
        clocks: Any = self.model.clocks.rel.related_model.objects.running()
        return self.filter(Exists(clocks.filter(recipient=OuterRef("pk"), rule=REPLY)))

    def waiting_for_a_second(self) -> RecipientQuerySet:
        """Those for which more days were asked, and nobody has decided."""
        requests: Any = self.model.clocks.rel.related_model.requests.rel.related_model.objects
        return self.filter(Exists(requests.waiting().filter(clock__recipient=OuterRef("pk"))))

    def to_judge(self) -> RecipientQuerySet:
        """Those whose latest reply nobody has accepted or returned yet."""
        open_ones = self.model.replies.rel.related_model.objects.filter(
            recipient=OuterRef("pk"), accepted_at__isnull=True, returned_at__isnull=True
        )
        return self.filter(Exists(open_ones), letter__state=State.ISSUED.value)

    def with_due(self) -> RecipientQuerySet:
        """With `due_at`, when the awaited reply is due, None if none is; and with the clocks and
        what was asked for them and who was told, for `reply_clock`."""
        clocks: Any = self.model.clocks.rel.related_model.objects.running()
        due = clocks.filter(recipient=OuterRef("pk"), rule=REPLY).order_by("due_at", "pk")
        found: RecipientQuerySet = self.annotate(due_at=Subquery(due.values("due_at")[:1]))
        return found.prefetch_related("clocks__requests", "clocks__escalations")

    def by_urgency(self) -> RecipientQuerySet:
        """What is due first, first; what is not awaited, last."""
        return self.with_due().order_by(F("due_at").asc(nulls_last=True), "-pk")


def _of_desks(user: User, lead: str = "") -> Q:
    """Letters of organs within the user's reach; `lead` leads from the row to its letter."""
    found = Q(pk__in=())
    for desk, powers in POWERS.items():
        scope = scope_of(user, powers.read)
        if scope.areas or scope.everywhere:
            found |= Q(scope.over(area=f"{lead}organ__area"), **{f"{lead}organ__desk": desk.value})
    return found
