import pytest

from tests.casework.world import World, build


@pytest.fixture
def world(db) -> World:
    return build()
