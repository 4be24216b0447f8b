"""What the score takes from supervision: events, marks, returns, as known at a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, Subquery, Sum
from django.utils.timezone import make_aware

from pingyi.directory.models import Season
from pingyi.rulebook import Scheme
from pingyi.supervision import panels
from pingyi.supervision.kinds import UNSCORED, Ruling
from pingyi.supervision.models import (
    BallotSheet,
    ChannelReturn,
    Finding,
    FindingRuling,
    Mark,
    PanelSession,
)
from pingyi.supervision.models.returns import COUNTS

_UNSCORED = [kind.value for kind in UNSCORED]
_FACTS = (Finding, FindingRuling, Mark, PanelSession, BallotSheet, ChannelReturn)


class FoundEvent(NamedTuple):
    """A finding that counts, as the scoring engine takes its events; but for `unit`, its id."""

    unit: int
    kind: str
    at: datetime
    ref: str
    points: Decimal | None
    approved_by: str | None


def found_events(season: Season, at: datetime) -> Iterator[FoundEvent]:
    """The findings of the season's days that counted at `at`, in order; two queries."""
    approvals = FindingRuling.objects.filter(
        ruling=Ruling.APPROVED.value,
        finding__on__gte=season.starts_on,
        finding__on__lte=season.ends_on,
    )
    approvers = dict(approvals.order_by().values_list("finding_id", "by"))
    found = (
        Finding.objects.counting(at)
        .filter(on__gte=season.starts_on, on__lte=season.ends_on)
        .exclude(kind__in=_UNSCORED)
        .order_by("on", "pk")
        .values_list("unit_id", "kind", "on", "pk", "points")
    )
    days: dict[date, datetime] = {}  # thousands of findings, hundreds of days
    for unit, kind, on, pk, points in found:
        day = days.get(on) or days.setdefault(on, make_aware(datetime.combine(on, time.min)))
        yield FoundEvent(unit, kind, day, f"F-{pk}", points, approvers.get(pk))


def marks(season: Season, scheme: Scheme, at: datetime) -> dict[tuple[int, str], Decimal]:
    """Marks as they stood at `at`, by unit (its id) and component: entered ones, and what the
    season's mass ratings come to. Two queries, whatever was corrected how often."""
    entered = Mark.objects.filter(season=season, at__lte=at).order_by("pk")
    latest: dict[tuple[int, str], Decimal | None] = {
        (unit, component): value
        for unit, component, value in entered.values_list("unit_id", "component", "value")
    }
    if scheme.panels:
        for (unit, component), sheets in _ballots(season, at).items():
            latest[unit, component] = panels.result(sheets, scheme)
    return {key: value for key, value in latest.items() if value is not None}


class Returned(NamedTuple):
    """What a channel's returns come to of a unit, by its id."""

    unit: int
    channel: str
    very_satisfied: int
    satisfied: int
    basically_satisfied: int
    dissatisfied: int
    very_dissatisfied: int
    default: int
    verified_bad: int


def returned(
    season: Season, at: datetime, *, through: date | None = None, since: date | None = None
) -> list[Returned]:
    """The channel returns that stood at `at`, summed by unit and channel; one query. A return
    counts by its period's last day: with `through` no later one, with `since` no earlier one."""
    found = ChannelReturn.objects.standing(at).filter(season=season)
    if through is not None:
        found = found.filter(ends_on__lte=through)
    if since is not None:
        found = found.filter(ends_on__gte=since)
    rows = found.order_by().values("unit_id", "channel")
    return [Returned(*row) for row in rows.values_list("unit_id", "channel", *map(Sum, COUNTS))]


def _ballots(season: Season, at: datetime) -> Mapping[tuple[int, str], Mapping[str, panels.Counts]]:
    found: dict[tuple[int, str], dict[str, panels.Counts]] = defaultdict(dict)
    rows = BallotSheet.objects.filter(
        Q(session__at__lte=at), session__season=season, at__lte=at
    ).order_by("pk")
    for unit, component, panel, counts in rows.values_list(
        "unit_id", "session__component", "panel", "counts"
    ):
        found[unit, component][panel] = counts
    return found


def sheets(session: PanelSession, units: Iterable[int]) -> dict[int, dict[str, BallotSheet]]:
    """The ballots that stand of these units (ids), by panel; one query."""
    found: dict[int, dict[str, BallotSheet]] = defaultdict(dict)
    for sheet in BallotSheet.objects.filter(session=session, unit__in=units).order_by("pk"):
        found[sheet.unit_id][sheet.panel] = sheet
    return found


def revision(season: Season) -> tuple[object, ...]:
    """Changes whenever a fact of supervision was appended; one query."""
    last = [Subquery(model._default_manager.order_by("-pk").values("pk")[:1]) for model in _FACTS]
    return Season.objects.filter(pk=season.pk).order_by().values_list(*last)[0]
