import pytest

from tests.casework.world import World, build


@pytest.fixture
def world(db) -> World:
    """Two districts, a brigade under its bureau, and people in every role."""
    return build()
