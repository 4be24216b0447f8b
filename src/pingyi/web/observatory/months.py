"""A satisfaction rate month by month, as a table and as the chart before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext

from pingyi.directory.models import Season, Unit
from pingyi.rulebook import Level, Scheme
from pingyi.scoring import queries
from pingyi.web.components.charts import LineChart, Value, rate_chart
from pingyi.web.observatory.rows import per_cent


@dataclass(frozen=True)
class Month:
    """So many of a month's ratings were satisfied."""

    label: str
    good: int
    given: int

    @property
    def rate(self) -> str:
        return per_cent(Fraction(self.good, self.given) if self.given else None)


def of_unit(season: Season, scheme: Scheme, unit: Unit) -> list[Month]:
    """The unit's months of the season that have ratings."""
    satisfied = [Level(level).rank for level in scheme.rate.satisfied]
    counted = queries.by_month(season, satisfied, unit=unit.pk)
    return from_counts(counted)


def from_counts(counted: Iterable[queries.MonthCount]) -> list[Month]:
    """The months as `scoring.queries.by_month` counts them."""
    return [Month(f"{one.year}-{one.month:02}", one.good, one.given) for one in counted]


def chart(months: list[Month]) -> LineChart | None:
    """The months as a line; None where there are too few."""
    return rate_chart(
        [
            Value(
                month.label[5:],
                month.good / month.given,
                gettext("%(month)s：%(rate)s（%(given)s 条评价）")
                % {"month": month.label, "rate": month.rate, "given": f"{month.given:,}"},
            )
            for month in months
            if month.given > 0
        ],
        whole=True,
    )
