"""Directories built as the command and the page build them."""

from __future__ import annotations

import random
from datetime import date, datetime

from django.utils import timezone

from pingyi.audit.actions import SYSTEM
from pingyi.directory import reading
from pingyi.directory.actions import open_season
from pingyi.directory.loading import load
from pingyi.directory.models import Season
from pingyi.directory.plan import Plan
from pingyi.directory.problems import DirectoryErrors
from pingyi.kernel.tables import read_tables
from pingyi.kernel.workdays import SHANGHAI

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


def load_file(content: bytes, *, at: datetime = NOW) -> Plan:
    """Read a file and load it; DirectoryErrors for bad rows."""
    sheets = reading.sort_out(read_tables(content, filename="directory.xlsx"))
    rows, _notes, problems = reading.read(sheets, day=timezone.localdate(at))
    if problems:
        raise DirectoryErrors(sheets.named_as_in_file(problems))
    return load(
        content=rows,
        by=SYSTEM,
        at=at,
        source="directory.xlsx",
        random_bytes=random.Random(1).randbytes,
    )


def season(code: str = "2026", *, scheme: str = "wuhan-2023", at: datetime = NOW) -> Season:
    """A season of the year `code`, March to November."""
    return open_season(
        code=code,
        scheme=scheme,
        starts_on=date(int(code), 3, 1),
        ends_on=date(int(code), 11, 30),
        by=SYSTEM,
        at=at,
    )
