"""A season's scoreboard: results beside names, places and rates. Computed, kept while true.

Nothing here is stored in the database. A process keeps its latest boards and drops one as soon as
the revision of its facts has moved.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock

from django.utils.timezone import localdate

from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force
from pingyi.rulebook import Scheme
from pingyi.scoring import facts, queries
from pingyi.scoring.engine import Facts, Past, Result, Satisfaction, Unit, UnitResult, rated, score
from pingyi.scoring.lines import Ratings
from pingyi.scoring.standing import season_before

KEPT = 24


@dataclass(frozen=True)
class Row:
    """One unit: who it is, its result, its ratings as the scheme counts them, and by channel."""

    unit: Unit
    result: UnitResult
    ratings: Ratings
    channels: Sequence[Satisfaction]

    @property
    def verified(self) -> int:
        """Bad ratings verified, whatever they cost."""
        return sum(row.verified_bad for row in self.channels)

    @property
    def defaults(self) -> int:
        """Ratings given by nobody."""
        return sum(row.default for row in self.channels)


@dataclass(frozen=True)
class Board:
    """A season's results under a scheme, in the engine's order."""

    season: Season
    scheme: Scheme
    facts: Facts
    result: Result
    rows: tuple[Row, ...]

    def row(self, code: str) -> Row | None:
        """The unit's row; None if it takes no part."""
        return next((row for row in self.rows if row.unit.code == code), None)


def live(
    season: Season, *, at: datetime, group: str | None = None, scheme: Scheme | None = None
) -> Board:
    """The board as it stands at `at`, which is now; of one group or of all.

    `scheme` asks what another one would say.
    """
    scheme = scheme or in_force(season, at)
    key = (season.pk, group, scheme.digest)
    now = queries.revision(season)
    with _lock:
        kept = _boards.get(key)
        if kept is not None and kept[0] == now:
            _boards.move_to_end(key)
            return kept[1]
    board = _compute(season, scheme, at=at, through=None, group=group)
    with _lock:
        _boards[key] = (now, board)
        while len(_boards) > KEPT:
            _boards.popitem(last=False)
    return board


def at_time(
    season: Season,
    *,
    at: datetime,
    now: datetime,
    group: str | None = None,
    scheme: Scheme | None = None,
) -> Board:
    """The board as it stood at `at`: verdicts to the moment, ratings to the end of that day.

    On the present day ratings count up to `now`. By the text of the scheme that was in force then;
    `scheme` asks what another one would say.
    """
    day = localdate(at)
    through = day if day < localdate(now) else None
    return _compute(season, scheme or in_force(season, at), at=at, through=through, group=group)


def forget() -> None:
    """Drop every kept board, as if all facts had moved."""
    with _lock:
        _boards.clear()


def scheme_of(season: Season) -> Scheme:
    """The scheme the season runs under now."""
    return in_force(season)


def _compute(
    season: Season, scheme: Scheme, *, at: datetime, through: date | None, group: str | None
) -> Board:
    gathered = facts.gather(
        season,
        at=at,
        through=through,
        group=group,
        history=_past(season, scheme, at=at, through=through),
        scheme=scheme,
    )
    counted = rated(gathered, scheme)
    result = score(gathered, scheme, counted)
    units = {unit.code: unit for unit in gathered.units}
    channels = defaultdict(list)
    for row in gathered.satisfaction:
        channels[row.unit].append(row)
    rows = tuple(
        Row(units[one.unit], one, counted[one.unit], channels[one.unit]) for one in result.results
    )
    return Board(season, scheme, gathered, result, rows)


def _past(season: Season, scheme: Scheme, *, at: datetime, through: date | None) -> list[Past]:
    """The season before, kept like a board: it hardly ever moves."""
    if through is not None:
        return facts.past(season, scheme, at=at, through=through)
    before = Season.objects.filter(code=season_before(season.code)).first()
    if before is None:
        return []
    now = (*queries.revision(before), in_force(before, at).digest)
    kept = _pasts.get((season.pk, scheme.digest))
    if kept is None or kept[0] != now:
        kept = (now, facts.past(season, scheme, at=at, through=None))
        while len(_pasts) >= KEPT:
            del _pasts[next(iter(_pasts))]
        _pasts[season.pk, scheme.digest] = kept
    return kept[1]


_lock = Lock()
_boards: OrderedDict[tuple[int, str | None, str], tuple[tuple[object, ...], Board]] = OrderedDict()
_pasts: dict[tuple[int, str], tuple[tuple[object, ...], list[Past]]] = {}
