"""How letters awaiting acknowledgement or a reply escalate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from django.db.models import QuerySet
from django.utils.timezone import localdate

from pingyi.audit.actions import SYSTEM, Actor
from pingyi.clocks.names import Tier
from pingyi.directory.models import Season
from pingyi.letters import messages
from pingyi.letters.escalation_models import LetterEscalation
from pingyi.letters.models import LetterClock
from pingyi.letters.rules import LATEST_FIRST, scheme_among
from pingyi.letters.states import Desk
from pingyi.notices import ladder
from pingyi.notices.actions import Notice
from pingyi.notices.ladder import OFFICE, Ladder, Running
from pingyi.people.roles import Role
from pingyi.people.staff import Staff


def raise_due_steps(*, by: Actor = SYSTEM, at: datetime) -> int:
    """Raise every step of a letter's clock that was reached; how many were."""
    return ladder.raise_due_steps(LetterLadder(), by=by, at=at)


class LetterLadder(Ladder):
    """The unit first, then those of the organ's area or, if nobody is there, the next above: of an
    inspectors' letter, which is theirs alone, the inspectors. Never, for the organ, whoever serves
    the unit too."""

    escalations = LetterEscalation

    def running(self) -> QuerySet[LetterClock]:
        return ladder.unpaused(LetterClock.objects.all())

    def rows(self) -> Iterator[Running]:
        seasons = list(Season.objects.order_by(*LATEST_FIRST))
        scheme_on = cache(lambda day: scheme_among(seasons, day))
        columns = ("pk", "rule", "unit", "started_at", "due_at")
        rows = self.running().order_by("pk").values_list(*columns)
        for pk, rule, unit, started_at, due_at in rows:
            steps = scheme_on(localdate(started_at)).escalation(rule)
            yield Running(pk, unit, started_at, due_at, steps)

    def whole(self, clocks: QuerySet[LetterClock]) -> QuerySet[LetterClock]:
        return clocks.select_related("recipient__letter__organ", "recipient__unit__parent__parent")

    def told(self, clock: LetterClock, tier: Tier, staff: Staff) -> set[int]:
        unit, organ = clock.recipient.unit, clock.recipient.letter.organ
        if tier is Tier.HANDLER:
            return staff.of_unit(unit.pk)
        roles = OFFICE[tier] if organ.desk == Desk.OFFICE else (Role.INSPECTOR,)
        own = staff.serving(unit)
        return staff.nearest(roles, organ.area_id, but=own, from_the_top=tier is Tier.CITY)

    def notice(self, clock: LetterClock, user: int, tier: Tier, *, at: datetime) -> Notice:
        recipient = clock.recipient
        link = messages.link_to(recipient.letter)
        if tier is not Tier.HANDLER:
            link = f"{link}{recipient.pk}/"
        return Notice(user, messages.of_a_deadline(clock, at=at), link)
