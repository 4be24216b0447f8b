"""A release of 7,000 units: its lines frozen, and computed again to verify it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pingyi.directory.models import Season

AT_MOST = 5_000.0
"""Milliseconds for a release of 7,000 units."""
PREPARED = "a bulletin of 7,000 units frozen: season, period, lines"
VERIFIED = "a bulletin of 7,000 units verified bit for bit"
WHAT = {PREPARED: AT_MOST, VERIFIED: AT_MOST}


def deeds(season: Season, *, at: datetime) -> dict[str, Callable[[], None]]:
    """What is timed, by its name in WHAT; each call prepares the bulletin of another week."""
    from django.utils.timezone import localdate

    from pingyi.audit.actions import NamedActor
    from pingyi.publication import actions
    from pingyi.publication.models import Release
    from pingyi.publication.terms import Kind, over_by
    from pingyi.publication.verifying import verify_release

    by = NamedActor("benchmark")
    taken = set(season.releases.filter(kind=Kind.WEEKLY).values_list("through", flat=True))
    weeks = over_by(Kind.WEEKLY, localdate(at), since=season.starts_on, until=season.ends_on)
    ends = (week.ends_on for week in weeks if week.ends_on not in taken)

    def prepare() -> None:
        actions.prepare(season=season, kind=Kind.WEEKLY, through=next(ends), by=by, at=at)

    def verify() -> None:
        release = Release.objects.select_related("season", "scheme").latest("pk")
        if not verify_release(release).verified:
            raise RuntimeError("the release is not verified")

    return {PREPARED: prepare, VERIFIED: verify}
