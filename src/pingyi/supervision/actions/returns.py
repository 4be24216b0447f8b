"""Channel returns: planned against what stands, shown, and entered all or none."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec
from django.utils.timezone import localdate

from pingyi.audit.actions import SYSTEM, Actor, action, record
from pingyi.casework.actions.steps import refusal
from pingyi.casework.reasons import NOT_YOURS, OWN_UNIT, PROPOSAL_GONE, NotNow, Reason, Refusal
from pingyi.directory.models import Enrolment, Season, Unit
from pingyi.directory.problems import DirectoryErrors, Problem
from pingyi.directory.schemes import in_force
from pingyi.people.models import User
from pingyi.people.permissions import scope_of
from pingyi.rulebook import Scheme
from pingyi.supervision import policies
from pingyi.supervision.kinds import COUNTED_HERE, Channel
from pingyi.supervision.models import ChannelReturn, ReturnBatch
from pingyi.supervision.models.returns import COUNTS

SLICE = 500
BAD = slice(3, 5)
VERIFIED = COUNTS.index("verified_bad")

Period = tuple[date, date]


class Return(msgspec.Struct, frozen=True):
    """A row as read: `unit` a code, `counts` in the order of `COUNTS`, None to take it back."""

    sheet: str
    line: int
    unit: str
    channel: str
    starts_on: date
    ends_on: date
    document: str
    counts: tuple[int, ...] | None

    @property
    def period(self) -> Period:
        return self.starts_on, self.ends_on


_ROWS = msgspec.json.Decoder(list[Return])


@dataclass(frozen=True)
class Entry:
    """A row beside what it would replace."""

    row: Return
    unit: Unit
    season: Season
    former: ChannelReturn | None

    @property
    def what(self) -> str:
        """What entering it does: new, replaced, taken_back or unchanged."""
        standing = self.standing
        if self.row.counts is None:
            return "taken_back" if standing else "unchanged"
        if standing is None:
            return "new"
        return "unchanged" if counts_of(standing) == self.row.counts else "replaced"

    @property
    def standing(self) -> ChannelReturn | None:
        """The former return, unless it was taken back."""
        return None if self.former is None or self.former.taken_back else self.former


@dataclass(frozen=True)
class Plan:
    """What a file's rows would do, against the returns that stand."""

    entries: Sequence[Entry]

    @property
    def changes(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.what != "unchanged"]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(entry.what for entry in self.entries)
        return {what: found[what] for what in ("new", "replaced", "taken_back", "unchanged")}

    @property
    def digest(self) -> str:
        """Changes when what would be replaced does."""
        said = [(one.row.line, one.what, one.former and one.former.pk) for one in self.entries]
        return hashlib.sha256(repr(said).encode()).hexdigest()


def counts_of(one: ChannelReturn) -> tuple[int, ...]:
    """A return's counts, in the order of `COUNTS`."""
    return tuple(getattr(one, name) for name in COUNTS)


@action("return.propose")
def propose_returns(*, rows: Sequence[Return], source: str, by: Actor, at: datetime) -> ReturnBatch:
    """Keep a checked file's rows until they are entered or given up.

    Whoever proposes anew gives up what they left lying.
    """
    waiting_batches().filter(proposed_by=by.audit_name).update(content=None)
    batch = _batch(source, by=by, at=at)
    batch.content = msgspec.json.encode(rows)
    batch.save(force_insert=True)
    record(batch, rows=len(rows))
    return batch


@action("return.give_up")
def give_up_returns(*, batch: ReturnBatch, by: Actor, at: datetime) -> None:
    """The proposed rows are not entered. NotNow if they are not waiting any more."""
    if not waiting_batches().filter(pk=batch.pk).update(content=None):
        raise NotNow(PROPOSAL_GONE)
    record(batch)


@action("return.enter")
def accept_returns(*, batch: ReturnBatch, seen: str, by: Actor, at: datetime) -> dict[str, int]:
    """Enter the proposed rows, if they still do exactly what was shown (`Plan.digest`).

    Raises NotNow, and DirectoryErrors where they fit no more.
    """
    rows = rows_of(batch)
    if not waiting_batches().filter(pk=batch.pk).update(content=None):
        raise NotNow(PROPOSAL_GONE)
    batch.content = None
    return _enter(batch, rows, seen=seen, by=by, at=at)


@action("return.enter")
def enter_returns(
    *, rows: Sequence[Return], source: str, by: Actor, at: datetime
) -> dict[str, int]:
    """Enter a file's rows at once: how many are new, replace another, take one back, or say what
    stands already. Raises DirectoryErrors."""
    batch = _batch(source, by=by, at=at)
    batch.save(force_insert=True)
    return _enter(batch, rows, seen=None, by=by, at=at)


def waiting_batches():
    """Batches proposed and neither entered nor given up."""
    return ReturnBatch.objects.filter(loaded_at=None, content__isnull=False)


def rows_of(batch: ReturnBatch) -> list[Return]:
    """The rows of a waiting batch; NotNow if it waits no more."""
    if batch.content is None:
        raise NotNow(PROPOSAL_GONE)
    return _ROWS.decode(bytes(batch.content))


def planned(rows: Sequence[Return], *, by: Actor, at: datetime) -> Plan:
    """What the rows would do now; DirectoryErrors naming every one that cannot be entered."""
    planner, entries, problems = _Planner(rows, by, at), [], []
    for row in rows:
        try:
            entries.append(planner.entry(row))
        except Refusal as refused:
            problems.append(Problem(row.sheet, row.line, refused.reason.field, str(refused)))
    if problems:
        raise DirectoryErrors(problems)
    return Plan(entries)


def channels_of(scheme: Scheme, group: str | None = None) -> frozenset[str]:
    """The channels a scheme takes ratings from, of a group or of any; every known one where a
    component, or the order of equal totals, is over all of them."""
    weighing = scheme.components if group is None else scheme.weights(group)
    parts = [scheme.components[name] for name in weighing]
    named = {channel for part in parts for channel in part.channels}
    if scheme.ties.keys or any(part.all_channels for part in parts):
        named |= set(Channel)
    return frozenset(named)


def _batch(source: str, *, by: Actor, at: datetime) -> ReturnBatch:
    return ReturnBatch(source=source[:200], proposed_at=at, proposed_by=by.audit_name)


def _enter(
    batch: ReturnBatch, rows: Sequence[Return], *, seen: str | None, by: Actor, at: datetime
) -> dict[str, int]:
    _one_at_a_time(rows)
    plan = planned(rows, by=by, at=at)
    if seen is not None and plan.digest != seen:
        raise refusal(policies.RETURNED_MEANWHILE)
    ChannelReturn.objects.bulk_create(
        (_made(entry, batch, by=by, at=at) for entry in plan.changes), batch_size=SLICE
    )
    batch.loaded_at, batch.loaded_by, batch.counts = at, by.audit_name, plan.counts
    batch.save()
    record(
        batch,
        **plan.counts,
        channels=sorted({row.channel for row in rows}),
        first=min(row.starts_on for row in rows).isoformat(),
        last=max(row.ends_on for row in rows).isoformat(),
    )
    return plan.counts


def _made(entry: Entry, batch: ReturnBatch, *, by: Actor, at: datetime) -> ChannelReturn:
    row = entry.row
    counts: dict[str, Any] = dict(zip(COUNTS, row.counts or (0,) * len(COUNTS), strict=True))
    return ChannelReturn(
        batch=batch,
        season=entry.season,
        unit=entry.unit,
        channel=row.channel,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        document=row.document,
        taken_back=row.counts is None,
        replaces=entry.former,
        at=at,
        by=by.audit_name,
        **counts,
    )


def _one_at_a_time(rows: Sequence[Return]) -> None:
    """Whoever else enters returns of these units waits until this transaction has ended."""
    units = Unit.objects.filter(code__in={row.unit for row in rows})
    list(units.select_for_update().order_by("pk").values_list("pk"))


class _Planner:
    """Knows what rows are held against: units, seasons, who may, and the returns that stand."""

    def __init__(self, rows: Sequence[Return], by: Actor, at: datetime) -> None:
        self._by = by
        self._today = localdate(at)
        units = Unit.objects.filter(code__in={row.unit for row in rows})
        self._units = {one.code: one for one in units.select_related("area__parent", "parent")}
        self._mine = _within_reach(units, by)
        self._seasons = list(Season.objects.all())
        self._groups = {
            (season, unit): group
            for season, unit, group in Enrolment.objects.filter(unit__in=units)
            .order_by()
            .values_list("season_id", "unit_id", "group")
        }
        self._former = _latest(rows, units)
        self._periods = self._periods_after(rows)
        self._seen: dict[tuple[object, ...], int] = {}

    def entry(self, row: Return) -> Entry:
        """The row beside what it replaces. Raises Refusal."""
        unit = self._units.get(row.unit)
        if unit is None:
            raise refusal(policies.NO_SUCH_UNIT)
        if unit.pk not in self._mine:
            raise refusal(NOT_YOURS)
        if policies.serves(self._by, unit):
            raise refusal(OWN_UNIT)
        season = self._season(row)
        self._refuse_channel(row, season, unit)
        if row.counts and row.counts[VERIFIED] > sum(row.counts[BAD]):
            raise refusal(policies.VERIFIED_OF_BAD)
        self._refuse_overlap(row)
        return Entry(row, unit, season, self._former.get((row.unit, row.channel, row.period)))

    def _season(self, row: Return) -> Season:
        if row.ends_on < row.starts_on:
            raise refusal(policies.PERIOD_BACKWARDS)
        if row.ends_on > self._today:
            raise refusal(policies.PERIOD_NOT_OVER)
        for season in self._seasons:
            if season.starts_on <= row.starts_on and row.ends_on <= season.ends_on:
                return season
        raise refusal(policies.OUTSIDE_SEASONS)

    def _refuse_channel(self, row: Return, season: Season, unit: Unit) -> None:
        if row.channel in COUNTED_HERE:
            raise refusal(policies.COUNTED_HERE)
        group = self._groups.get((season.pk, unit.pk))
        if group is None:
            raise refusal(policies.NOT_ENROLLED)
        if row.channel not in channels_of(in_force(season), group):
            raise refusal(policies.NO_SUCH_CHANNEL)

    def _refuse_overlap(self, row: Return) -> None:
        key = (row.unit, row.channel)
        first = self._seen.setdefault((*key, row.period), row.line)
        if first != row.line:
            raise refusal(_said(policies.RETURNED_TWICE, line=first))
        for start, end in self._periods[key] if row.counts is not None else ():
            if (start, end) != row.period and start <= row.ends_on and row.starts_on <= end:
                raise refusal(_said(policies.PERIODS_OVERLAP, start=start, end=end))

    def _periods_after(self, rows: Sequence[Return]) -> dict[tuple[str, str], set[Period]]:
        """The periods that would have a return once the rows are entered, by unit and channel."""
        found: dict[tuple[str, str], set[Period]] = defaultdict(set)
        for (unit, channel, period), former in self._former.items():
            if not former.taken_back:
                found[unit, channel].add(period)
        for row in rows:
            if row.counts is None:
                found[row.unit, row.channel].discard(row.period)
        for row in rows:
            if row.counts is not None:
                found[row.unit, row.channel].add(row.period)
        return found


def _within_reach(units: Any, by: Actor) -> set[int]:
    """Which of the units (ids) `by` enters returns of."""
    if by != SYSTEM:
        if not isinstance(by, User):
            return set()
        units = units.filter(scope_of(by, "mark.enter").over(area="area"))
    return set(units.values_list("pk", flat=True))


def _latest(rows: Sequence[Return], units: Any) -> dict[tuple[str, str, Period], ChannelReturn]:
    """The latest returns of these units and channels whose periods touch the rows'."""
    if not rows:
        return {}
    found = ChannelReturn.objects.filter(
        unit__in=units,
        replacement__isnull=True,
        channel__in={row.channel for row in rows},
        starts_on__lte=max(row.ends_on for row in rows),
        ends_on__gte=min(row.starts_on for row in rows),
    ).select_related("unit")
    return {(one.unit.code, one.channel, (one.starts_on, one.ends_on)): one for one in found}


def _said(reason: Reason, **values: object) -> Reason:
    return replace(reason, zh=reason.zh.format(**values), en=reason.en.format(**values))
