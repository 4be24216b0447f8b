"""How the clocks of cases escalate: by whose rules, to whom, and how a step is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate
from django.utils.translation import gettext, ngettext

from pingyi.audit.actions import SYSTEM, Actor
from pingyi.casework import messages
from pingyi.casework.escalation_models import Escalation
from pingyi.casework.models import Case, CaseClock, Dispatch
from pingyi.casework.states import State, handler
from pingyi.clocks.names import Tier
from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force
from pingyi.notices import ladder
from pingyi.notices.actions import Notice
from pingyi.notices.ladder import OFFICE, Ladder, Running
from pingyi.people.roles import Role, roles_that_may
from pingyi.people.staff import Staff
from pingyi.ratings.points import LATEST_FIRST, rules_among

_SEE_TO_CASES = roles_that_may("case.see_to")


def raise_due_steps(*, by: Actor = SYSTEM, at: datetime) -> int:
    """Raise every step of a case's clock that was reached; how many were."""
    return ladder.raise_due_steps(CaseLadder(), by=by, at=at)


class CaseLadder(Ladder):
    """The handler at the office is whoever was given the case to see to; all others are those of
    the case's area or, if nobody is there, the next above. Of a case under embargo only the
    inspectors; never, for the office, whoever serves the unit too."""

    escalations = Escalation

    def running(self) -> QuerySet[CaseClock]:
        return ladder.unpaused(CaseClock.objects.all())

    def rows(self) -> Iterator[Running]:
        seasons = list(Season.objects.order_by(*LATEST_FIRST))
        schemes = {season.pk: in_force(season) for season in seasons}
        rows = self.running().order_by("pk").values_list(
            "pk", "rule", "unit", "started_at", "due_at", "case__rating__season",
            "case__opened_at",
        )  # fmt: skip
        for pk, rule, unit, started_at, due_at, season, opened_at in rows:
            if season is not None:
                scheme = schemes[season]
            else:  # see rules.scheme_of
                scheme = rules_among(seasons, localdate(opened_at)).scheme
            yield Running(pk, unit, started_at, due_at, scheme.escalation(rule))

    def whole(self, clocks: QuerySet[CaseClock]) -> QuerySet[CaseClock]:
        """`lies_with` is the unit its case lies with."""
        latest = Dispatch.objects.filter(case=OuterRef("case"), recalled_at__isnull=True)
        return clocks.select_related("case__unit__parent__parent").annotate(
            lies_with=Subquery(latest.order_by("-pk").values("unit")[:1])
        )

    def told(self, clock: CaseClock, tier: Tier, staff: Staff) -> set[int]:
        case: Case = clock.case
        role = handler(clock.rule, State(case.state), embargoed=case.embargoed)
        if tier is Tier.HANDLER and role is Role.UNIT_ADMIN:
            return staff.of_unit(clock.lies_with)  # type: ignore[attr-defined]
        own = staff.serving(case.unit)
        if tier is Tier.HANDLER and _given(case, role) in staff.holding(_SEE_TO_CASES) - own:
            return {_given(case, role)}
        roles = (role,) if tier is Tier.HANDLER else OFFICE[tier]
        if case.embargoed:
            roles = (Role.INSPECTOR,)
        return staff.nearest(roles, case.area_id, but=own, from_the_top=tier is Tier.CITY)

    def notice(self, clock: CaseClock, user: int, tier: Tier, *, at: datetime) -> Notice:
        return Notice(user, messages.of_a_deadline(clock, at=at), messages.link_to(clock.case))


def _given(case: Case, role: Role) -> int:
    """Whoever at the office was given the case to see to, where `role` must act; 0 for nobody."""
    seen_to = role in _SEE_TO_CASES and case.state != State.CLOSED and not case.embargoed
    return (case.assignee_id or 0) if seen_to else 0


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
