"""What belongs beside a statutory score so that it is read fairly: how sure each figure is.

None of it moves a rank: the scheme alone does. A rule of points ignores how many visits a unit had;
these figures say how much of a place may be chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pingyi.scoring.intervals import FEW, Interval, wilson
from pingyi.scoring.last_places import among_last
from pingyi.scoring.lines import Ratings
from pingyi.scoring.shrinkage import Count, Estimate, Spread, estimate, known, peers, rounded

LAST = 10
"""The last places in question: ten, and in a group of fewer than twenty half of it."""
SURE = 0.9
"""(A) From this probability on a unit is called truly among the last ones."""


class Group(NamedTuple):
    """What a group's units are told beside: how their true rates are spread (None without any
    visit), and by unit the probability of truly being among the last places."""

    spread: Spread | None
    last: Mapping[str, float]


class Fair(NamedTuple):
    """Beside one unit's score.

    `rate`: Wilson's interval of the satisfaction rate · `few`: too few ratings for a rate to mean
    much · `bad`: verified bad per 1,000 visits, drawn towards the group · `last`: probability of
    truly being among the last places of its group. The latter two are None where nobody has visits.
    """

    rate: Interval
    few: bool
    seen: Count
    bad: Estimate | None
    last: float | None


def counted(rated: Ratings, verified: int) -> Count:
    """A unit's count: a visit is a rating without defaults (一次一评, A). Verified ones beyond the
    ratings left do not count: a rating voided since."""
    return Count(min(verified, rated.given), rated.given)


def group(units: Mapping[str, Count]) -> Group:
    """The group made up of these units, by code; the same to the digit in whatever order."""
    units = dict(sorted(units.items()))
    spread = peers(units.values())
    if spread is None:
        return Group(None, {})
    alike = {code: rounded(count) for code, count in units.items()}
    spreads = {count: known(count, spread) for count in set(alike.values())}
    chances = among_last([spreads[count] for count in alike.values()], last_places(len(units)))
    return Group(spread, dict(zip(units, chances, strict=True)))


def beside(code: str, rated: Ratings, verified: int, among: Group, *, few_below: int = FEW) -> Fair:
    """What stands beside the score of one of the group's units."""
    count = counted(rated, verified)
    return Fair(
        rate=wilson(rated.good, rated.counted),
        few=rated.counted < few_below,
        seen=count,
        bad=None if among.spread is None else estimate(known(count, among.spread)),
        last=among.last.get(code),
    )


def last_places(units: int) -> int:
    """How many last places a group of so many units has."""
    return min(LAST, units // 2)
