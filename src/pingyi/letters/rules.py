"""How long a recipient has to reply, by the scheme in force on the day of issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pingyi import rulebook
from pingyi.clocks.actions import Length
from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force_on

REPLY = "letter_reply"
"""The clause of the rulebook (common/clocks.toml)."""
FALLBACK_SCHEME = "national"
"""What holds before a city's first season."""


@dataclass(frozen=True)
class WorkingDays:
    """A length of its own that the organ gave one recipient."""

    amount: int
    unit: Literal["working_days"] = "working_days"


def reply_length(day: date, days: int | None = None) -> Length | None:
    """`days` working days if given, else what the scheme says; None if it says nothing."""
    return WorkingDays(days) if days else _scheme_on(day).clocks.get(REPLY)


def reply_rule(day: date) -> rulebook.ClockRule | None:
    """What the scheme in force on the day says of the time to reply: whether it may be extended."""
    return _scheme_on(day).clocks.get(REPLY)


def _scheme_on(day: date) -> rulebook.Scheme:
    """The scheme of the last season begun by `day`."""
    begun = Season.objects.filter(starts_on__lte=day).order_by("-starts_on", "-pk").first()
    return in_force_on(begun, day) if begun else rulebook.scheme(FALLBACK_SCHEME)
