"""What a mass rating comes to: counted ballots under a scheme's rules. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from pingyi.rulebook import Scheme
from pingyi.rulebook.model import Weighed

Counts = Mapping[str, Mapping[str, int]]
"""Ballots by dimension and level."""

CENT = Decimal("0.01")


def result(sheets: Mapping[str, Counts], scheme: Scheme) -> Decimal | None:
    """A unit's mark, 0 to 100, from its sheets by panel; None without a single ballot.

    Panels, and within them dimensions, that gave no ballots leave their weight to the others; those
    the scheme does not know are passed over.
    Exact until the end; then rounded once, half up, to two decimals.
    """
    exact = _mean(
        (scheme.panels[name], _panel(counts, scheme))
        for name, counts in sheets.items()
        if name in scheme.panels
    )
    return None if exact is None else _rounded(exact)


def panel_result(counts: Counts, scheme: Scheme) -> Decimal | None:
    """What one panel's ballots come to, rounded."""
    exact = _panel(counts, scheme)
    return None if exact is None else _rounded(exact)


def _panel(counts: Counts, scheme: Scheme) -> Fraction | None:
    return _mean(
        (scheme.dimensions[name], _dimension(levels, scheme))
        for name, levels in counts.items()
        if name in scheme.dimensions
    )


def _dimension(levels: Mapping[str, int], scheme: Scheme) -> Fraction | None:
    given = sum(levels.values())
    if not given:
        return None
    worth = scheme.ballot_marks
    earned = sum((Fraction(worth[name].points) * n for name, n in levels.items()), Fraction())
    return earned / given


def _mean(marks: Iterable[tuple[Weighed, Fraction | None]]) -> Fraction | None:
    known = [(Fraction(part.weight), mark) for part, mark in marks if mark is not None]
    whole = sum((weight for weight, _ in known), Fraction())
    earned = sum((weight * mark for weight, mark in known), Fraction())
    return earned / whole if whole else None


def _rounded(exact: Fraction) -> Decimal:
    """Half up to the cent, by whole numbers: no context can round it twice."""
    cents = (exact * 200 + 1) // 2
    return (Decimal(int(cents)) / 100).quantize(CENT, ROUND_HALF_UP)
