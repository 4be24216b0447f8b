"""A season laid down by the action, under a scheme whose file can be made to say something else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from pingyi import rulebook
from pingyi.audit.actions import SYSTEM
from pingyi.directory import actions as directory
from pingyi.directory import schemes
from pingyi.directory.models import Season
from pingyi.kernel.workdays import SHANGHAI
from pingyi.rulebook import Scheme, reading
from tests.casework.world import World, build

OPENED = datetime(2025, 12, 1, 9, tzinfo=SHANGHAI)
FILE = (reading.DEFINITIONS / "wuhan-2023.toml").read_bytes()
DEARER = (b"each = -3", b"each = -5")

Change = Callable[..., Scheme]


@pytest.fixture
def laid_down() -> World:
    """The usual world, its season laid down by the action."""
    made = build()
    Season.objects.all().delete()
    season = directory.open_season(
        code="2026",
        scheme="wuhan-2023",
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 12, 31),
        by=SYSTEM,
        at=OPENED,
    )
    made.season = season
    for unit in (made.bureau, made.brigade):
        directory.enrol(season=season, unit=unit, by=SYSTEM, at=OPENED)
    return made


@pytest.fixture
def file_says(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Changes what the file says, from now on: pairs of old and new text."""
    shipped = rulebook.scheme
    monkeypatch.setattr(schemes, "_read", {})

    def change(*pairs: tuple[bytes, bytes]) -> Scheme:
        data = FILE
        for old, new in pairs:
            assert old in data
            data = data.replace(old, new)
        changed = rulebook.draft("wuhan-2023.toml", data)
        monkeypatch.setattr(
            rulebook, "scheme", lambda name: changed if name == "wuhan-2023" else shipped(name)
        )
        return changed

    return change
