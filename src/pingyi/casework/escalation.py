"""Which steps of which clocks are due to be told, to whom, and how that is said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from pingyi.casework.escalation_models import Escalation
from pingyi.casework.models import Case, CaseClock, Dispatch
from pingyi.casework.rules import line_of
from pingyi.casework.states import State, Tier, handler
from pingyi.clocks.calendar import city_calendar
from pingyi.directory.models import Area, Season
from pingyi.directory.schemes import in_force
from pingyi.kernel.workdays import Calendar
from pingyi.people.models import Appointment
from pingyi.people.roles import Role, roles_that_may
from pingyi.ratings.points import LATEST_FIRST, rules_among
from pingyi.rulebook import EscalationStep


@dataclass(frozen=True)
class DueStep:
    """A step of a clock that was reached, as it was due, and not yet raised."""

    clock: int
    due_at: datetime
    step: EscalationStep


def due_steps(at: datetime) -> list[DueStep]:
    """Every such step, in the order of the clocks. However many clocks run: four queries."""
    reckoning = _Reckoning(city_calendar(), list(Season.objects.order_by(*LATEST_FIRST)))
    running = running_clocks()
    raised = set(
        Escalation.objects.filter(clock__in=running)
        .values_list("clock_id", "step", "to")
        .order_by()
    )
    rows = running.order_by("pk").values_list(
        "pk", "rule", "unit", "started_at", "due_at", "case__rating__season",
        "case__opened_at",
    )  # fmt: skip
    return [
        DueStep(pk, due_at, step)
        for pk, rule, unit, started_at, due_at, season, opened_at in rows
        for step in reckoning.steps(rule, season, opened_at)
        if (pk, step.at, step.to) not in raised
        and started_at < reckoning.moment(due_at, step.at, unit) <= at
    ]


def raised_on(clocks: QuerySet[CaseClock] | Collection[int]) -> set[tuple[int, int, str]]:
    """Which steps these clocks have had."""
    found = Escalation.objects.filter(clock__in=clocks).order_by()
    return set(found.values_list("clock_id", "step", "to"))


def running_clocks() -> QuerySet[CaseClock]:
    """Clocks that can still be late: neither met, stopped nor paused."""
    return CaseClock.objects.running().filter(paused_at__isnull=True)


class _Reckoning:
    """Schemes and moments, each worked out once. Whoever is told before the deadline is not told
    of what has only begun: a step that lies before the start is none."""

    def __init__(self, calendar: Calendar, seasons: list[Season]) -> None:
        self._calendar, self._seasons = calendar, seasons
        self._schemes = {season.pk: in_force(season) for season in seasons}
        self._moments: dict[tuple[datetime, int, str], datetime] = {}

    def steps(
        self, rule: str, season: int | None, opened_at: datetime
    ) -> tuple[EscalationStep, ...]:
        """See rules.scheme_of."""
        if season is not None:
            return self._schemes[season].escalation(rule)
        return rules_among(self._seasons, localtime(opened_at).date()).scheme.escalation(rule)

    def moment(self, due_at: datetime, by: int, unit: str) -> datetime:
        """When the step `by` units after `due_at` is reached."""
        key = due_at, by, unit
        if key not in self._moments:
            self._moments[key] = self._calendar.moved(due_at, by, unit)  # type: ignore[arg-type]
        return self._moments[key]


def with_case(clocks: QuerySet[CaseClock]) -> QuerySet[CaseClock]:
    """With what `Staff` asks of a clock; `lies_with` is the unit its case lies with."""
    latest = Dispatch.objects.filter(case=OuterRef("case"), recalled_at__isnull=True)
    return clocks.select_related("case__unit__parent__parent").annotate(
        lies_with=Subquery(latest.order_by("-pk").values("unit")[:1])
    )


class Staff:
    """Who holds which role where, read once."""

    def __init__(self) -> None:
        self._above = dict(Area.objects.values_list("pk", "parent"))
        self._at_area: dict[tuple[int, Role], set[int]] = defaultdict(set)
        self._of_unit: dict[int, set[int]] = defaultdict(set)
        self._staff: set[int] = set()
        held = Appointment.objects.filter(until__isnull=True, user__is_active=True)
        for user, role, area, unit in held.values_list("user", "role", "area", "unit").order_by():
            if unit is not None:
                self._of_unit[unit].add(user)
            elif area is not None:
                self._at_area[area, Role(role)].add(user)
                if role in _SEE_TO_CASES:
                    self._staff.add(user)

    def told(self, clock: CaseClock, tier: Tier) -> set[int]:
        """Those of `tier` for a clock (see `with_case`): the handler at the office is whoever was
        given the case to see to; all others are those of the case's area or, if nobody is there,
        the next above. Of a case under embargo only the inspectors; never, for the office, whoever
        serves the unit too."""
        case: Case = clock.case
        role = handler(clock.rule, State(case.state), embargoed=case.embargoed)
        if tier is Tier.HANDLER and role is Role.UNIT_ADMIN:
            return set(self._of_unit[clock.lies_with])  # type: ignore[attr-defined]
        if case.embargoed:
            roles: tuple[Role, ...] = (Role.INSPECTOR,)
        else:
            roles = (role,) if tier is Tier.HANDLER else _ROLES[tier]
        own = {user for unit in line_of(case.unit) for user in self._of_unit[unit.pk]}
        seen_to = tier is Tier.HANDLER and role in _SEE_TO_CASES and case.state != State.CLOSED
        if seen_to and case.assignee_id in self._staff - own:
            return {case.assignee_id}
        for area in self._line(case.area_id, from_the_top=tier is Tier.CITY):
            if found := set().union(*(self._at_area[area, role] for role in roles)) - own:
                return found
        return set()

    def _line(self, area: int, *, from_the_top: bool) -> list[int]:
        """The area and those above it."""
        line = list(self._upwards(area))
        return line[::-1] if from_the_top else line

    def _upwards(self, area: int | None) -> Iterator[int]:
        while area is not None:
            yield area
            area = self._above[area]


_SEE_TO_CASES = roles_that_may("case.see_to")
_ROLES: dict[Tier, tuple[Role, ...]] = {
    Tier.CASE_MANAGER: (Role.CASE_MANAGER,),
    Tier.LEADER: (Role.LEADER,),
    Tier.CITY: (Role.CASE_MANAGER, Role.LEADER),
}


def furthest(raised: Collection[Escalation]) -> Escalation | None:
    """The step that went furthest, of those of one clock."""
    tiers = list(Tier)
    return max(raised, key=lambda each: (each.step, tiers.index(Tier(each.to))), default=None)


def when_text(step: int, unit: str) -> str:
    """When a step was raised, as `到期前 2 个工作日`, `到期`, `超期 4 小时`."""
    if step == 0:
        return gettext("到期")
    how_long = _span(abs(step), unit)
    return (gettext("到期前 %s") if step < 0 else gettext("超期 %s")) % how_long


def _span(count: int, unit: str) -> str:
    if unit == "hours":
        return ngettext("%(n)d 小时", "%(n)d 小时", count) % {"n": count}
    if unit == "days":
        return ngettext("%(n)d 日", "%(n)d 日", count) % {"n": count}
    return ngettext("%(n)d 个工作日", "%(n)d 个工作日", count) % {"n": count}
