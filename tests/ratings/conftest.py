import pytest

from tests.ratings.city import City, small_city


@pytest.fixture
def city(db) -> City:
    return small_city()
