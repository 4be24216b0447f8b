from __future__ import annotations

import random
from datetime import datetime

import pytest
from django.utils import timezone

from pingyi.audit.actions import SYSTEM
from pingyi.directory import reading
from pingyi.directory.loading import load
from pingyi.directory.plan import Plan
from pingyi.directory.problems import DirectoryErrors
from pingyi.kernel.tables import read_tables
from pingyi.kernel.workdays import SHANGHAI
from tests.directory.files import CITY, xlsx

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def load_file(db):
    """Read a file and load it, as the command and the page do; DirectoryErrors for bad rows."""

    def load_it(content: bytes, *, at: datetime = NOW) -> Plan:
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

    return load_it


@pytest.fixture
def small_city(load_file) -> None:
    load_file(xlsx(CITY))
