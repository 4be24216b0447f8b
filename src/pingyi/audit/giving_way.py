"""What a job of many transactions does between two of them."""

from __future__ import annotations

import time

from django.db import connections

PAUSE = 0.1
"""Seconds in which a job leaves SQLite's lock and the interpreter alone: dozens of batches."""


def make_way() -> None:
    """Called between two transactions of a job's many: on an embedded database, whose one lock they
    share, the ratings that wait for it go first."""
    if connections["default"].vendor == "sqlite":
        time.sleep(PAUSE)
