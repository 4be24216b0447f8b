"""How far a clock's escalation has gone, as every list and page marks it and filters by it."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from pingyi.clocks.models import Escalation
from pingyi.clocks.names import Tier
from pingyi.notices.ladder import furthest
from pingyi.web.components.markup import tag

TOLD: dict[Tier, tuple[str | Promise, str]] = {
    Tier.HANDLER: (_("已提醒"), ""),
    Tier.CASE_MANAGER: (_("已告案管"), "warn"),
    Tier.LEADER: (_("已告领导"), "warn"),
    Tier.CITY: (_("已报市级"), "bad"),
}
"""How far a clock's escalation has gone, in a word, and its tone."""


def escalation_tag(clock: Any) -> SafeString:
    """Who was told of the clock last; nothing while nobody was, or once it is over."""
    last = furthest(clock.escalations.all())
    return told_tag(last.to) if last is not None and clock.is_running else SafeString("")


def told_tag(tier: str | None) -> SafeString:
    """The mark of a tier; nothing for none."""
    if tier is None:
        return SafeString("")
    text, tone = TOLD[Tier(tier)]
    return tag(str(text), tone)


def told_choices() -> list[tuple[str, str]]:
    """The tiers, for a filter."""
    return [(tier.value, str(text)) for tier, (text, _tone) in TOLD.items()]


def told_to(escalations: type[Escalation], tier: str, row: str) -> Exists:
    """That a running clock of the row was told to the tier; `row` leads from the clock to it."""
    steps: Any = escalations._default_manager
    return Exists(
        steps.filter(
            to=tier,
            clock__met_at__isnull=True,
            clock__stopped_at__isnull=True,
            **{f"clock__{row}": OuterRef("pk")},
        )
    )
