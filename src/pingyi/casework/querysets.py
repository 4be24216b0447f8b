"""Which cases a person sees, which are late, which verdicts count."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case as When_
from django.db.models import Exists, F, IntegerField, OuterRef, Q, Subquery, Value, When

from pingyi.audit.queries import events_of_each
from pingyi.casework.states import ALONE, PICKING, Priority, State
from pingyi.people.permissions import scope_of

if TYPE_CHECKING:
    from pingyi.people.models import User

SOON = timedelta(days=1)
NEXT_FIRST = (F("paused_at").asc(nulls_first=True), "due_at", "pk")
"""Running clocks as they fall due; those that stand still last."""


class CaseQuerySet(models.QuerySet[Any]):
    """Cases, as far as the asker may see them."""

    def visible_to(self, user: User) -> CaseQuerySet:
        """The office its area; a unit what lies with it, and the verdicts found of it; under
        embargo the inspectors, and the unit what it knew before, see `casework.embargo`.

        Whoever serves a unit too sees its cases as the unit does: see `strange_to`.
        """
        scope = scope_of(user, "case.read")
        strange = ~of_units(scope.units) if scope.units else Q()
        seen = Q(scope.over(area="area") & strange, embargoed=False)
        if scope.units and not scope.everywhere:
            seen |= self.lies_with(scope.units) | self.judged_of(scope.units)
        sealed = scope_of(user, "case.investigate").over(area="area") & strange
        return self.filter(seen | Q(sealed, embargoed=True))

    def lies_with(self, units: Collection[int]) -> Q:
        """Those whose latest dispatch, recalled ones left out, went to one of `units`: a case
        that was handed on is no longer read by the unit it lay with before."""
        dispatches = self.model.dispatches.rel.related_model._base_manager.filter(
            recalled_at__isnull=True
        )
        later = dispatches.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"))
        mine = dispatches.filter(unit__in=units).exclude(Exists(later.exclude(unit__in=units)))
        return Q(pk__in=mine.values("case"))

    def judged_of(self, units: Collection[int]) -> Q:
        """Those with a verdict, verified or partly, found of one of `units` and not under embargo:
        it may read why it lost points, and appeal, though nothing was dispatched to it."""
        verdicts = self.model.verdicts.rel.related_model._base_manager.filter(
            unit__in=units,
            finding__in=[finding.value for finding in ALONE],
            withdrawn_at__isnull=True,
        )
        hidden = self._sealings().filter(case=OuterRef("case"), at__lte=OuterRef("at"))
        return Q(pk__in=verdicts.exclude(Exists(hidden)).values("case"))

    def _sealings(self) -> models.QuerySet[Any]:
        """The referrals under embargo now."""
        referrals = self.model.referrals.rel.related_model._base_manager
        found: models.QuerySet[Any] = referrals.filter(embargoed=True, released_at__isnull=True)
        return found

    def with_known_state(self) -> CaseQuerySet:
        """With `known_state`, where a case stands as its unit may know."""
        came_from = self._sealings().filter(case=OuterRef("pk")).values("came_from")[:1]
        known = When_(When(embargoed=True, then=Subquery(came_from)), default=F("state"))
        found: CaseQuerySet = self.annotate(known_state=known)
        return found

    def overseen_by(self, user: User) -> CaseQuerySet:
        """As office and inspectors see them: with the level, the time and the rater's words."""
        found = scope_of(user, "case.oversee").over(area="area")
        sealed = scope_of(user, "case.investigate").over(area="area")
        return self.filter(Q(found, embargoed=False) | Q(sealed, embargoed=True)).strange_to(user)

    def strange_to(self, user: User) -> CaseQuerySet:
        """Without those of a unit that the user serves, or one below it: the rated never learn
        who rated, nor how, though one of them has a post at the office too."""
        own = scope_of(user, "case.answer").units
        return self.exclude(of_units(own)) if own else self

    def new_to(self, user: User) -> CaseQuerySet:
        """Without those on which the user has taken a step."""
        worked = events_of_each(self.model, user.audit_name, but=PICKING)
        return self.exclude(Exists(worked))

    def waiting_for_a_second(self) -> CaseQuerySet:
        """Those on which somebody proposed what a second person of the office decides."""
        moves = self.model.moves.rel.related_model._base_manager.filter(
            confirmed_at__isnull=True, refused_at__isnull=True
        )
        return self.filter(
            Q(state=State.TO_CONFIRM.value)
            | Q(pk__in=moves.values("case"))
            | Q(pk__in=self._time_asked())
        )

    def to_decide_by(self, user: User) -> CaseQuerySet:
        """Of those waiting for a second person, the ones that wait for `user`: who is new to the
        case, or where more time was asked for, anybody else.

        What waits is little and asked first; who was on each, of those alone.
        """
        asked = self._time_asked()
        new = self.waiting_for_a_second().exclude(pk__in=asked).new_to(user)
        others = asked.exclude(by=user.audit_name)
        return self.filter(Q(pk__in=new.values("pk")) | Q(pk__in=others))

    def waiting_for_another_inspector(self) -> CaseQuerySet:
        """Those for which an inspector asked more time, and no other has decided."""
        return self.filter(pk__in=self._time_asked(inspectors=True))

    def _time_asked(self, *, inspectors: bool = False) -> models.QuerySet[Any]:
        requests: Any = self.model.time_requests.rel.related_model.objects
        found: models.QuerySet[Any] = requests.waiting().filter(inspectors=inspectors)
        return found.values("case")

    def without_receipt(self) -> CaseQuerySet:
        """Answered ones of people to whom no receipt could go (`policies.is_heard`)."""
        return self.in_states(State.REPLIED).filter(
            rating=None, source__reply_owed=True, source__phone_cipher=None
        )

    def in_states(self, *states: State) -> CaseQuerySet:
        return self.filter(state__in=[state.value for state in states])

    def to_ask_again(self) -> CaseQuerySet:
        """Those answered whose rater is called once more: see `policies.may_be_asked`."""
        rated = Q(rating__contact__phone_cipher__isnull=False, rating__contact__call_back=True)
        wrote = Q(source__call_back=True) | Q(source__message__isnull=False)
        left = Q(source__phone_cipher__isnull=False) & wrote
        return self.in_states(State.REPLIED).filter(rated | left)

    def late(self, at: datetime) -> CaseQuerySet:
        """Those with a clock that ran out before `at` and is neither met, stopped nor paused."""
        clocks: models.QuerySet[Any] = self.model.clocks.rel.related_model.objects.late(at)
        return self.filter(Exists(clocks.filter(case=OuterRef("pk"))))

    def due_soon(self, at: datetime) -> CaseQuerySet:
        """Those with a clock that runs out within a day of `at`, and none that has."""
        clocks: models.QuerySet[Any] = self.model.clocks.rel.related_model.objects.running()
        near = clocks.filter(paused_at__isnull=True, due_at__gte=at, due_at__lt=at + SOON)
        late = self.model.clocks.rel.related_model.objects.late(at).filter(case=OuterRef("pk"))
        return self.filter(Exists(near.filter(case=OuterRef("pk"))), ~Exists(late))

    def with_due(self) -> CaseQuerySet:
        """With `due_at` and `due_rule`: the running clock that is due next, None without one; and
        `due_paused`: since when it stands still, which is so only if no other runs."""
        running: models.QuerySet[Any] = (
            self.model.clocks.rel.related_model.objects.running()
            .filter(case=OuterRef("pk"))
            .order_by(*NEXT_FIRST)
        )
        found: CaseQuerySet = self.annotate(
            due_at=Subquery(running.values("due_at")[:1]),
            due_rule=Subquery(running.values("rule")[:1]),
            due_paused=Subquery(running.values("paused_at")[:1]),
        )
        return found

    def with_clocks(self) -> CaseQuerySet:
        """With all clocks and what a row shows, in a constant number of queries."""
        return (
            self.with_due()
            .select_related("unit", "point", "area__parent", "rating", "source", "assignee")
            .prefetch_related("clocks__escalations")
        )

    def by_urgency(self) -> CaseQuerySet:
        """Corruption leads first, then what is due first, then what has no clock; what stands still
        comes last."""
        first = When_(
            When(priority=Priority.LEAD.value, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        still = F("due_paused").asc(nulls_first=True)
        return self.with_due().order_by(first, still, F("due_at").asc(nulls_last=True), "pk")

    def mine_first(self, user: User) -> CaseQuerySet:
        """Those given to the user before all others; `others` is 0 for them."""
        others = When_(
            When(assignee=user.pk, then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        order = self.query.order_by
        return self.annotate(others=others).order_by("others", *order)

    def by_turn(self, at: datetime) -> CaseQuerySet:
        """The caller's order, with `agreed_at`, for when she asked, in the latest call, to be
        called again, and `turn`: agreed calls whose time has come, then the rest in the order it
        had, and at the end what was agreed for later."""
        calls = self.model.calls.rel.related_model.objects.filter(case=OuterRef("pk"))
        turn = When_(
            When(agreed_at__lte=at, then=Value(0)),
            When(agreed_at__gt=at, then=Value(2)),
            default=Value(1),
            output_field=IntegerField(),
        )
        order = self.query.order_by
        found = self.annotate(agreed_at=Subquery(calls.order_by("-pk").values("agreed_at")[:1]))
        return found.annotate(turn=turn).order_by(
            "turn", F("agreed_at").asc(nulls_last=True), *order
        )


def of_units(units: Collection[int]) -> Q:
    """Of these units, or one below them: three levels deep at most."""
    found = Q()
    for path in ("unit", "unit__parent", "unit__parent__parent"):
        found |= Q(**{f"{path}__in": units})
    return found


class VerdictQuerySet(models.QuerySet[Any]):
    """Verdicts: the latest one of a case that is not withdrawn counts."""

    def counting(self, at: datetime | None = None, *, but: Exists | None = None) -> VerdictQuerySet:
        """One per case and round at most: the one that counts now, or counted at `at`; as if those
        `but` describes were not there."""
        standing = Q(withdrawn_at__isnull=True)
        if at is None:
            found, later = self.filter(standing), self.model.objects.filter(standing)
        else:
            standing |= Q(withdrawn_at__gt=at)
            found = self.filter(standing, at__lte=at)
            later = self.model.objects.filter(standing, at__lte=at)
        if but is not None:
            found, later = found.exclude(but), later.exclude(but)
        same = later.filter(case=OuterRef("case"), round=OuterRef("round"), pk__gt=OuterRef("pk"))
        return found.exclude(Exists(same))
