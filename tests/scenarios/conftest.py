"""Stories span months and years: a clock that the story sets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.utils import timezone

from pingyi.kernel.workdays import SHANGHAI


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], datetime]:
    """Sets the day, at ten in the morning."""

    def set_to(day: str) -> datetime:
        now = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=SHANGHAI)
        monkeypatch.setattr(timezone, "now", lambda: now)
        return now

    return set_to
