"""Stories span months and years: a clock that the story sets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone

from pingyi.kernel.workdays import SHANGHAI


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[..., datetime]:
    """Sets the day, at ten in the morning or at another hour (`17:30`)."""

    def set_to(day: str, hour: str = "10:00") -> datetime:
        now = datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=SHANGHAI)
        monkeypatch.setattr(timezone, "now", lambda: now)
        return now

    return set_to
