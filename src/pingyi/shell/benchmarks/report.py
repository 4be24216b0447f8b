"""Figures of a benchmark, for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Measurement:
    """A median over rounds beside the median of what bounds it; `at_least` is the aim."""

    name: str
    database: str  # sqlite, postgresql or none
    unit: str
    rounds: Sequence[float]
    limit: str = ""
    limit_rounds: Sequence[float] = ()
    at_least: float | None = None
    at_most: float | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def value(self) -> float:
        return median(self.rounds)

    @property
    def limit_value(self) -> float | None:
        return median(self.limit_rounds) if self.limit_rounds else None

    @property
    def ratio(self) -> float | None:
        return self.value / self.limit_value if self.limit_value else None

    @property
    def reached(self) -> bool | None:
        """Whether the aim is met; None without one."""
        if self.at_least is not None and self.ratio is not None:
            return self.ratio >= self.at_least
        if self.at_most is not None:
            return self.value <= self.at_most
        return None

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "database": self.database,
            "value": round(self.value, 2),
            "unit": self.unit,
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "limit": {"what": self.limit, "value": self.limit_value} if self.limit else None,
            "rounds": [round(each, 2) for each in self.rounds],
            "limit_rounds": [round(each, 2) for each in self.limit_rounds],
            "aim": self.aim or None,
            "reached": self.reached,
            **self.more,
        }

    @property
    def aim(self) -> str:
        if self.at_least is not None:
            return f"ratio ≥ {self.at_least:g}"
        return f"≤ {self.at_most:g} {self.unit}" if self.at_most is not None else ""


def table(measured: Sequence[Measurement]) -> str:
    """One line per measurement."""
    lines = []
    for each in measured:
        line = f"{each.database:<11}{each.name:<46}{each.value:>10,.1f} {each.unit:<12}"
        if each.ratio is not None:
            line += f" {each.ratio:5.2f} of {each.limit_value:,.0f} ({each.limit})"
        if each.aim:
            line += f"  [{'reached' if each.reached else 'NOT reached'}: {each.aim}]"
        lines.append(line.rstrip())
    return "\n".join(lines)
