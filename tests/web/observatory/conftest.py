import pytest

from pingyi.directory.models import Enrolment
from tests.casework.world import World, build


@pytest.fixture
def world(db) -> World:
    """Two districts with three units, all enrolled in the season."""
    made = build()
    for unit in (made.bureau, made.brigade, made.other_unit):
        Enrolment.objects.create(season=made.season, unit=unit, group=unit.group)
    return made
