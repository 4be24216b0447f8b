"""What the desks list, what the rater is told, and what the score counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.db.models import Q
from django.utils.timezone import make_aware

from pingyi.audit.queries import events_about
from pingyi.casework.embargo import hidden, sealed, was_sealed
from pingyi.casework.models import Case, Reply, Verdict
from pingyi.casework.querysets import CaseQuerySet
from pingyi.casework.receipts import case_of
from pingyi.casework.second_looks import Appeal, LookBack
from pingyi.casework.states import OWNERS, TRANSITIONS, State
from pingyi.casework.time_models import TimeRequest
from pingyi.casework.timeline import Entry, citizen_steps, timeline
from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.ratings.models import Receipted
from pingyi.rulebook import Scheme

__all__ = [
    "Entry",
    "ScoreEvent",
    "appealed",
    "cases_for",
    "citizen_reply",
    "citizen_steps",
    "hidden",
    "inspectors_desk",
    "is_units_own",
    "late_cases",
    "may_rejudge",
    "overseen_by",
    "score_events",
    "sealed",
    "timeline",
    "to_ask_again",
    "to_call",
    "to_check",
    "to_confirm",
    "to_decide",
    "to_hear",
    "to_look_back",
    "to_manage",
    "to_place",
    "to_reply",
    "to_sort",
    "unit_desk",
    "verdict_of",
    "was_sealed",
]


def cases_for(user: User) -> CaseQuerySet:
    """Every case the user may see, with its clocks; newest first."""
    return Case.objects.visible_to(user).with_clocks()


def overseen_by(user: User) -> CaseQuerySet:
    """Every case on which the user may read what office and inspectors read; newest first."""
    return Case.objects.overseen_by(user).with_clocks()


def to_sort(user: User) -> CaseQuerySet:
    """The sorter's desk: what is due first, first."""
    return _desk(user, "case.sort", State.UNSORTED)


def to_call(user: User) -> CaseQuerySet:
    """The caller's desk, with the attempts so far."""
    return _desk(user, "case.call", State.TO_CALL).prefetch_related("calls")


def to_check(user: User) -> CaseQuerySet:
    """What has to be checked, because nobody can be asked."""
    return _desk(user, "case.check", State.TO_CHECK)


def to_place(user: User) -> CaseQuerySet:
    """What stands after the call or the check, to be dispatched or referred."""
    return _desk(user, "case.dispatch", State.TO_PLACE)


def to_decide(user: User) -> CaseQuerySet:
    """What the unit has answered, or the inspectors have reported on."""
    return _desk(user, "case.decide", State.TO_DECIDE)


def to_confirm(user: User) -> CaseQuerySet:
    """What somebody else proposed (unfounded, void, another unit), for those new to the case; or
    asked for (more time), for anybody else."""
    mine = scope_of(user, "case.decide").over(area="area")
    found = Case.objects.filter(mine, embargoed=False).to_decide_by(user)
    return found.strange_to(user).with_clocks().by_urgency()


def appealed(user: User) -> CaseQuerySet:
    """Appeals that wait for a review by somebody new to the case."""
    mine = scope_of(user, "case.decide").over(area="area")
    waiting = Appeal.objects.filter(reviewed_at__isnull=True).values("case")
    found = Case.objects.filter(mine, embargoed=False, pk__in=waiting)
    return found.strange_to(user).new_to(user).with_clocks().by_urgency()


def to_look_back(user: User) -> CaseQuerySet:
    """Picked for a look-back: for those who were not on the case."""
    mine = scope_of(user, "case.check").over(area="area")
    waiting = LookBack.objects.filter(done_at__isnull=True).values("case")
    found = Case.objects.filter(mine, embargoed=False, pk__in=waiting).in_states(State.CLOSED)
    return found.strange_to(user).new_to(user).with_clocks().by_urgency()


def to_reply(user: User) -> CaseQuerySet:
    """What was decided and not yet told to the rater."""
    return _desk(user, "case.reply", State.TO_REPLY)


def to_ask_again(user: User) -> CaseQuerySet:
    """What was answered: whom to call once more, and ask what she thinks of it."""
    return _desk(user, "case.call", State.REPLIED).to_ask_again()


def to_hear(user: User) -> CaseQuerySet:
    """Answered, to people who left no phone: what they say of it is asked and recorded."""
    return _desk(user, "case.hear", State.REPLIED).without_receipt()


def to_manage(user: User) -> CaseQuerySet:
    """Everything the case manager owns or waits for, most urgent first."""
    return _desk(user, "case.close", *(state for state in OWNERS if state is not State.CLOSED))


def unit_desk(user: User) -> CaseQuerySet:
    """What lies with the user's units and waits for their answer."""
    units = scope_of(user, "case.answer").units
    mine = Case.objects.lies_with(units)
    found = Case.objects.filter(mine, embargoed=False).in_states(State.WITH_UNIT)
    return found.with_clocks().by_urgency()


def inspectors_desk(user: User) -> CaseQuerySet:
    """Referrals to the user's area: corruption leads first; and concluded ones not yet released."""
    mine = scope_of(user, "case.investigate").over(area="area")
    found = Case.objects.filter(mine).filter(Q(state=State.REFERRED.value) | Q(embargoed=True))
    return found.strange_to(user).with_clocks().by_urgency().prefetch_related("referrals")


def late_cases(user: User, at: datetime) -> CaseQuerySet:
    """The user's visible cases with a clock overdue at `at`, the longest overdue first."""
    return Case.objects.visible_to(user).late(at).with_clocks().by_urgency()


def _desk(user: User, permission: str, *states: State) -> CaseQuerySet:
    mine = scope_of(user, permission).over(area="area")
    found = Case.objects.filter(mine, embargoed=False).in_states(*states)
    return found.strange_to(user).with_clocks().by_urgency().mine_first(user)


class ScoreEvent(NamedTuple):
    """A verdict that costs points, as the scoring engine takes its events."""

    unit: str
    kind: str
    at: datetime
    ref: str


def score_events(
    season: Season,
    at: datetime,
    *,
    with_embargoed: bool = False,
    scheme: Scheme | None = None,
) -> Iterator[ScoreEvent]:
    """The season's verdicts that cost points, as they stood at `at`; in one query.

    Only cases that began with a rating: no other origin is a bad rating verified.
    `season.counts_by` says whether the verdict's own day or the rating's lies in the season. What
    was `hidden` at `at` is left out, unless asked for: its score line may not show. `scheme` stands
    in for the season's own.
    """
    scheme = scheme or in_force(season, at)
    if scheme.verdicts is None:
        return
    by_rating = season.counts_by == Season.CountsBy.RATING
    day = "case__rating__recorded_at" if by_rating else "at"
    found = (
        Verdict.objects.counting(at, but=None if with_embargoed else hidden(at))
        .filter(
            case__rating__isnull=False,
            finding__in=scheme.verdicts.cost_points,
            kind__in=scheme.verdicts.kinds,
            **{f"{day}__gte": _start(season), f"{day}__lt": _end(season)},
        )
        .order_by("at", "pk")
    )
    if not scheme.verdicts.again_if_look_back_fails:
        found = found.filter(round=0)
    for unit, when, ref in found.values_list("unit__code", day, "case__number"):
        yield ScoreEvent(unit, "rating.verified", when, ref)


def _start(season: Season) -> datetime:
    return make_aware(datetime.combine(season.starts_on, time.min))


def _end(season: Season) -> datetime:
    """The first moment after the season."""
    return make_aware(datetime.combine(season.ends_on + timedelta(days=1), time.min))


def verdict_of(case: Case) -> Verdict | None:
    """The verdict that counts."""
    return case.verdicts.counting().last()


def is_units_own(request: TimeRequest) -> bool:
    """Whether the unit itself asked: the office's reasons stay with the office."""
    steps = events_about(request.case)
    return steps.filter(data__step="unit_asks_time", data__facts__timerequest=request.pk).exists()


def citizen_reply(received: Receipted) -> Reply | None:
    """The latest answer to whoever holds the receipt; None before there is one. What she was told
    before an embargo stays: none is given under it."""
    case = case_of(received)
    return case.replies.last() if case is not None else None


def may_rejudge(received: Receipted) -> bool:
    """Whether she may judge the handling now."""
    case = case_of(received)
    return (
        case is not None
        and not case.embargoed
        and State(case.state) in TRANSITIONS["accept_reply"].sources
    )
