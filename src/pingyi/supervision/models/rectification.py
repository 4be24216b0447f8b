"""Lists of what a unit must put right: owner, deadline, route, evidence, closed one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Subquery

from pingyi.casework.models import Case, Fact
from pingyi.casework.problem_models import Problem
from pingyi.clocks.models import Deadline, Escalation, Pause, TimeRequest
from pingyi.directory.models import Unit
from pingyi.files.models import StoredFile
from pingyi.kernel.terms import Term
from pingyi.people.permissions import scope_of

if TYPE_CHECKING:
    from datetime import datetime

    from pingyi.people.models import User


class ItemState(Term):
    OPEN = "open", "整改中", "Being put right"
    SUBMITTED = "submitted", "待验收", "To be accepted"
    CLOSED = "closed", "已销号", "Closed"


class ListQuerySet(models.QuerySet[Any]):
    """Rectification lists, as far as the asker may see them."""

    def visible_to(self, user: User) -> ListQuerySet:
        """Office, inspectors and leaders those of their areas; a unit those with items of its."""
        scope = scope_of(user, "rectification.read")
        units = scope_of(user, "rectification.work").units
        mine = RectificationItem.objects.filter(of=OuterRef("pk"), unit__in=units)
        return self.filter(scope.over(area="unit__area") | Q(unit__in=units) | Q(Exists(mine)))

    def with_progress(self, at: datetime) -> ListQuerySet:
        """With `items_total`, `items_closed` and `items_late` at `at`."""
        late = RectificationItem.objects.late(at).filter(of=OuterRef("pk"))
        counted = late.order_by().values("of").annotate(n=Count("pk")).values("n")
        return self.annotate(
            items_total=Count("items"),
            items_closed=Count("items", filter=Q(items__state=ItemState.CLOSED.value)),
            items_late=Subquery(counted),
        )


class RectificationList(Fact):
    """A list for one unit, born of a case or a problem, or drawn up by hand; `team` is its help
    team (帮扶专班).

    How far it has come is counted from its items, never stored.
    """

    title = models.CharField(max_length=100)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rectification_lists")
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="rectification_lists"
    )
    problem = models.ForeignKey(
        Problem, on_delete=models.PROTECT, null=True, blank=True, related_name="rectification_lists"
    )
    team = models.TextField(blank=True)

    objects = ListQuerySet.as_manager()

    def __str__(self) -> str:
        return self.title


class MeetingNote(Fact):
    """What a meeting on the list came to."""

    of = models.ForeignKey(RectificationList, on_delete=models.PROTECT, related_name="meetings")
    on = models.DateField()
    text = models.TextField()


class ItemQuerySet(models.QuerySet[Any]):
    """Items, as far as the asker may see them."""

    def visible_to(self, user: User) -> ItemQuerySet:
        """Office, inspectors and leaders those of their areas' lists; a unit its own."""
        scope = scope_of(user, "rectification.read")
        units = scope_of(user, "rectification.work").units
        return self.filter(scope.over(area="of__unit__area") | Q(unit__in=units))

    def worked_by(self, user: User) -> ItemQuerySet:
        """Those of the user's own units."""
        return self.filter(unit__in=scope_of(user, "rectification.work").units)

    def late(self, at: datetime) -> ItemQuerySet:
        """Those whose running clock ran out before `at`."""
        return self.filter(Exists(ItemClock.objects.late(at).filter(item=OuterRef("pk"))))

    def with_due(self) -> ItemQuerySet:
        """With `due_at`, when the running clock is due, None while none runs; and with the clocks
        with what was asked for them and who was told, for `running_clock`."""
        running = ItemClock.objects.running().filter(item=OuterRef("pk")).order_by("pk")
        found: ItemQuerySet = self.annotate(due_at=Subquery(running.values("due_at")[:1]))
        return found.prefetch_related("clocks__requests", "clocks__escalations")

    def waiting_for_a_second(self) -> ItemQuerySet:
        """Those for which more time was asked, and nobody has decided."""
        asked = ItemTimeRequest.objects.waiting().filter(clock__item=OuterRef("pk"))
        return self.filter(Exists(asked))


class RectificationItem(Fact):
    """One point of a list: the problem, what is to be done, by whom, by which route.

    `owner` is the person answerable, as the unit names her or him. `state` moves by
    compare-and-set: open → submitted → closed, or back to open.
    """

    of = models.ForeignKey(RectificationList, on_delete=models.PROTECT, related_name="items")
    number = models.PositiveSmallIntegerField()
    problem = models.TextField()
    measure = models.TextField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="rectification_items")
    owner = models.CharField(max_length=60)
    route = models.TextField(blank=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.zh) for s in ItemState], default=ItemState.OPEN.value
    )

    objects = ItemQuerySet.as_manager()

    class Meta(Fact.Meta):
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(fields=["of", "number"], name="item_number_of_list"),
        ]
        indexes = [models.Index(fields=["unit", "state"], name="item_of_unit")]

    def __str__(self) -> str:
        return f"{self.of_id}-{self.number}"

    @property
    def running_clock(self) -> ItemClock | None:
        """The clock that runs, paused or not; reads `clocks`, prefetched on lists."""
        return next((clock for clock in self.clocks.all() if clock.is_running), None)


class ItemClock(Deadline):
    """By when the unit must have put it right; a new one each time it is sent back."""

    item = models.ForeignKey(RectificationItem, on_delete=models.PROTECT, related_name="clocks")

    class Meta(Deadline.Meta):
        ordering = ["id"]
        constraints = [
            *Deadline.Meta.constraints,
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(met_at__isnull=True, stopped_at__isnull=True),
                name="itemclock_one_running",
                violation_error_message="This clock is running already.",
            ),
        ]


class ItemPause(Pause):
    """An item's clock stood still."""

    clock = models.ForeignKey(ItemClock, on_delete=models.PROTECT, related_name="pauses")


class ItemEscalation(Escalation):
    """A step of an item's clock that was raised."""

    clock = models.ForeignKey(ItemClock, on_delete=models.PROTECT, related_name="escalations")


class ItemTimeRequest(Fact, TimeRequest):
    """More time for an item: the unit or the office asks, another of the office decides."""

    clock = models.ForeignKey(ItemClock, on_delete=models.PROTECT, related_name="requests")

    class Meta(Fact.Meta):
        constraints = [*Fact.Meta.constraints, *TimeRequest.Meta.constraints]


class Submission(Fact):
    """The unit says that it has put the item right, and how; with its evidence."""

    item = models.ForeignKey(
        RectificationItem, on_delete=models.PROTECT, related_name="submissions"
    )
    account = models.TextField()


class SubmissionFile(models.Model):
    """A piece of evidence; office and unit see it."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="of_submission")

    class Meta:
        ordering = ["id"]


class Acceptance(Fact):
    """The office's word on a submission: accepted, or sent back with what is still missing."""

    submission = models.OneToOneField(
        Submission, on_delete=models.PROTECT, related_name="acceptance"
    )
    accepted = models.BooleanField()
    words = models.TextField(blank=True)
