"""How duties that were decided on escalate until they are done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import QuerySet
from django.utils.timezone import localtime

from pingyi.accountability.models import PROMISE, DutyClock, DutyEscalation
from pingyi.audit.actions import SYSTEM, Actor
from pingyi.clocks.names import ClockName, Tier
from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force
from pingyi.notices import ladder
from pingyi.notices.actions import Notice
from pingyi.notices.ladder import OFFICE, Ladder, Running
from pingyi.notices.wording import Sentence
from pingyi.people.staff import Staff

EXPLANATION = ClockName.EXPLANATION.value
"""A promise has no rule of its own: whoever was told of the explanation is told of it."""
DUE_SOON = Sentence(
    "问责事项 {ref} 的“{clock}”期限 {due} 到期，请抓紧落实。",
    "Duty {ref}: “{clock}” is due at {due}.",
)
OVERDUE = Sentence(
    "问责事项 {ref} 的“{clock}”期限已于 {due} 到期，尚未落实。",
    "Duty {ref}: “{clock}” was due at {due} and is not done.",
)


def raise_due_steps(*, by: Actor = SYSTEM, at: datetime) -> int:
    """Raise every step of a duty's clock that was reached; how many were."""
    return ladder.raise_due_steps(DutyLadder(), by=by, at=at)


class DutyLadder(Ladder):
    """The unit first, of several those that have not acted; then those of the duty's area or, if
    nobody is there, the next above; never, for the office, whoever serves the unit too."""

    escalations = DutyEscalation

    def running(self) -> QuerySet[DutyClock]:
        return ladder.unpaused(DutyClock.objects.all())

    def rows(self) -> Iterator[Running]:
        schemes = {season.pk: in_force(season) for season in Season.objects.order_by("pk")}
        columns = ("pk", "rule", "unit", "started_at", "due_at", "duty__season")
        rows = self.running().order_by("pk").values_list(*columns)
        for pk, rule, unit, started_at, due_at, season in rows:
            told_as = EXPLANATION if rule == PROMISE else rule
            yield Running(pk, unit, started_at, due_at, schemes[season].escalation(told_as))

    def whole(self, clocks: QuerySet[DutyClock]) -> QuerySet[DutyClock]:
        found = clocks.select_related("duty__unit__parent__parent")
        return found.prefetch_related("duty__heads__parent__parent", "duty__parts")

    def told(self, clock: DutyClock, tier: Tier, staff: Staff) -> set[int]:
        duty = clock.duty
        if tier is Tier.HANDLER:
            return set().union(*(staff.of_unit(unit.pk) for unit in duty.to_act))
        own = set().union(*(staff.serving(unit) for unit in duty.units))
        return staff.nearest(OFFICE[tier], duty.area_id, but=own, from_the_top=tier is Tier.CITY)

    def notice(self, clock: DutyClock, user: int, tier: Tier, *, at: datetime) -> Notice:
        text = DUE_SOON if at < clock.due_at else OVERDUE
        due = f"{localtime(clock.due_at):%Y-%m-%d %H:%M}"
        said = text.format(ref=clock.duty.ref, clock=ClockName(clock.rule), due=due)
        link = f"/{'unit' if tier is Tier.HANDLER else 'office'}/duties/{clock.duty_id}/"
        return Notice(user, said, link)
