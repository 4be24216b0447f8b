"""The one trace a simulation leaves: who tried which draft."""

from __future__ import annotations

from datetime import datetime

from pingyi.audit.actions import Actor, action, record
from pingyi.directory.models import Season
from pingyi.rulebook import Scheme


@action("scheme.simulate")
def note_simulation(*, season: Season, draft: Scheme, by: Actor, at: datetime) -> None:
    """Note that a draft was tried on the season's facts, by the draft's name and digest."""
    record(season, draft=draft.name, digest=draft.digest)
