"""The frame around every page."""

from __future__ import annotations

import pytest

from pingyi.audit.actions import SYSTEM
from pingyi.demo import trail
from pingyi.directory.models import Area
from pingyi.web.components import context
from tests.casework.world import AT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _asked_anew():
    context.invented.cache_clear()
    yield
    context.invented.cache_clear()


def test_an_invented_city_says_so_on_every_page(client):
    city = Area.objects.create(code="990100", name="江城市", level="city")
    trail.found(city=city, scale="small", seed=1, by=SYSTEM, at=AT)
    assert "示范城市" in client.get("/accounts/login/").content.decode()


def test_a_real_city_does_not(client):
    assert "示范城市" not in client.get("/accounts/login/").content.decode()
