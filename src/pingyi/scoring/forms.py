"""What goes into a score and what comes out of it, shaped as FACTS.json and results have it.

Numbers that count are exact: whole numbers or decimals, never floats. Nothing here can refer to
itself, so the garbage collector need not look at a city's hundred thousand rows (gc=False).
"""

from datetime import datetime
from decimal import Decimal

import msgspec


class Unit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A unit enrolled in the season (参评单位). Its `parent` need not be enrolled itself."""

    code: str
    group: str
    name: str | None = None
    area: str | None = None
    parent: str | None = None


class Satisfaction(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A unit's ratings through one channel, counted by level.

    `verified_bad`: how many of the bad ones were verified · `default`: given by nobody, for want
    of an answer in time, and in none of the five levels.
    """

    unit: str
    channel: str
    very_satisfied: int = 0
    satisfied: int = 0
    basically_satisfied: int = 0
    dissatisfied: int = 0
    very_dissatisfied: int = 0
    verified_bad: int = 0
    default: int = 0


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that may cost or earn points: one each, whatever its `ref`.

    `points` and `approved_by` belong to a bonus and say nothing with any other kind.
    """

    unit: str
    kind: str
    at: datetime | None = None
    ref: str | None = None
    points: Decimal | None = None
    approved_by: str | None = None


class Measured(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A mark from outside for one component, 0 to 100."""

    unit: str
    component: str
    value: Decimal


class Past(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a unit's result was in an earlier season."""

    season: str
    unit: str
    total: Decimal | None = None
    honour: str | None = None
    place_from_last: int | None = None
    grade: str | None = None


class Facts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """All that a season's scores are computed from. The order of rows never matters."""

    season: str
    units: tuple[Unit, ...]
    satisfaction: tuple[Satisfaction, ...] = ()
    events: tuple[Event, ...] = ()
    measured: tuple[Measured, ...] = ()
    history: tuple[Past, ...] = ()


class FactsError(ValueError):
    """Facts that cannot be scored; says where, as `satisfaction[3].dissatisfied: …`."""

    def __init__(self, place: str, text: str) -> None:
        self.place = place
        super().__init__(_on_one_line(f"{place}: {text}"))


_LONGEST = 500


def _on_one_line(text: str) -> str:
    """Whatever the facts hold: line breaks and the like written out, of a long text its start."""
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in shown
    )


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Points under one clause of the scheme, with the facts behind them.

    `count`: events, or ratings of a component · `refs`: the events' references, by time.
    """

    clause: str
    points: Decimal
    count: int | None = None
    refs: tuple[str, ...] | None = None


class Consequence(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a clause says should follow, for a person to decide upon."""

    clause: str
    what: str
    on: str
    why: str


class UnitResult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One unit's result; `total` is the exact sum of its lines, None where nothing gave it one.

    `rank` = 1 + units of its group strictly better · `of` = units of its group with a total ·
    `place_from_last` = units at or below it, itself included.
    """

    unit: str
    group: str
    total: Decimal | None
    rank: int | None
    of: int
    place_from_last: int | None
    grade: str | None
    honour: str | None
    vetoed: bool
    lines: tuple[Line, ...]
    consequences: tuple[Consequence, ...]


RESULT_DECODER = msgspec.json.Decoder(UnitResult)
"""A unit's result from its JSON; made once, see rulebook.model.DECODER."""


class Result(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A season's results under a scheme: groups as the scheme lists them, then rank, then code."""

    scheme: str
    season: str
    results: tuple[UnitResult, ...]

    def to_json(self) -> bytes:
        """As `pingyi score --format json` prints it, UTF-8; decimals are strings."""
        return msgspec.json.encode(self)
