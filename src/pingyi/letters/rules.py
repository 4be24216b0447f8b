"""How long a recipient has to reply, by the scheme in force on the day of issue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pingyi import rulebook
from pingyi.clocks.actions import Length
from pingyi.directory.models import Season
from pingyi.directory.schemes import in_force_on

ACKNOWLEDGE = "letter_acknowledge"
REPLY = "letter_reply"
"""The clauses of the rulebook (common/clocks.toml)."""
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


def acknowledge_length(day: date) -> Length | None:
    """How long a recipient has to acknowledge; None if the scheme says nothing."""
    return _scheme_on(day).clocks.get(ACKNOWLEDGE)


LATEST_FIRST = ("-starts_on", "-pk")


def _scheme_on(day: date) -> rulebook.Scheme:
    begun = Season.objects.filter(starts_on__lte=day).order_by(*LATEST_FIRST)
    return scheme_among(begun[:1], day)


def scheme_among(seasons: Iterable[Season], day: date) -> rulebook.Scheme:
    """The scheme of the last season begun by `day`, of seasons in the order `LATEST_FIRST`."""
    begun = next((season for season in seasons if season.starts_on <= day), None)
    return in_force_on(begun, day) if begun else rulebook.scheme(FALLBACK_SCHEME)
