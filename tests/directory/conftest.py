from __future__ import annotations

from datetime import datetime

import pytest

from tests.directory.build import NOW, load_file
from tests.directory.files import CITY, xlsx


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(name="load_file")
def _load_file(db):
    return load_file


@pytest.fixture
def small_city(db) -> None:
    load_file(xlsx(CITY))
