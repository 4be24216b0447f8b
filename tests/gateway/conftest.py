from collections.abc import Iterator

import pytest

from tests.gateway.driving import Driver
from tests.ratings.city import City, small_city


@pytest.fixture
def city(transactional_db) -> City:
    """Committed: the intake writes through a connection of its own."""
    return small_city()


@pytest.fixture
def driver(city) -> Iterator[Driver]:
    with Driver() as running:
        yield running
