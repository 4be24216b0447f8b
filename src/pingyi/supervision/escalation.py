"""How the clocks of rectification items escalate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from django.db.models import QuerySet
from django.utils.timezone import localdate, localtime

from pingyi.audit.actions import SYSTEM, Actor
from pingyi.clocks.names import Tier
from pingyi.directory.models import Season
from pingyi.notices import ladder
from pingyi.notices.actions import Notice
from pingyi.notices.ladder import OFFICE, Ladder, Running
from pingyi.notices.wording import Sentence
from pingyi.people.staff import Staff
from pingyi.ratings.points import LATEST_FIRST, rules_among
from pingyi.supervision.actions.rectification import office_link, unit_link
from pingyi.supervision.models.rectification import ItemClock, ItemEscalation

DUE_SOON = Sentence(
    "整改清单第 {number} 项期限 {due} 到期，请抓紧整改。",
    "Point {number} of a rectification list is due at {due}.",
)
OVERDUE = Sentence(
    "整改清单第 {number} 项已于 {due} 到期，尚未报请验收。",
    "Point {number} of a rectification list was due at {due} and is not reported as put right.",
)


def raise_due_steps(*, by: Actor = SYSTEM, at: datetime) -> int:
    """Raise every step of an item's clock that was reached; how many were."""
    return ladder.raise_due_steps(ItemLadder(), by=by, at=at)


class ItemLadder(Ladder):
    """The unit in charge first, then those of its list's area or, if nobody is there, the next
    above; never, for the office, whoever serves the unit too."""

    escalations = ItemEscalation

    def running(self) -> QuerySet[ItemClock]:
        return ladder.unpaused(ItemClock.objects.all())

    def rows(self) -> Iterator[Running]:
        seasons = list(Season.objects.order_by(*LATEST_FIRST))
        scheme_on = cache(lambda day: rules_among(seasons, day).scheme)
        columns = ("pk", "rule", "unit", "started_at", "due_at")
        rows = self.running().order_by("pk").values_list(*columns)
        for pk, rule, unit, started_at, due_at in rows:
            steps = scheme_on(localdate(started_at)).escalation(rule)
            yield Running(pk, unit, started_at, due_at, steps)

    def whole(self, clocks: QuerySet[ItemClock]) -> QuerySet[ItemClock]:
        return clocks.select_related("item__unit__parent__parent", "item__of__unit__parent__parent")

    def told(self, clock: ItemClock, tier: Tier, staff: Staff) -> set[int]:
        unit, of = clock.item.unit, clock.item.of.unit
        if tier is Tier.HANDLER:
            return staff.of_unit(unit.pk)
        own = staff.serving(unit, of)
        return staff.nearest(OFFICE[tier], of.area_id, but=own, from_the_top=tier is Tier.CITY)

    def notice(self, clock: ItemClock, user: int, tier: Tier, *, at: datetime) -> Notice:
        text = DUE_SOON if at < clock.due_at else OVERDUE
        due = f"{localtime(clock.due_at):%Y-%m-%d %H:%M}"
        link = unit_link if tier is Tier.HANDLER else office_link
        return Notice(user, text.format(number=clock.item.number, due=due), link(clock.item))
