from collections.abc import Iterator

import pytest
from django.core.cache import cache

from pingyi.web.citizen import pages
from tests.casework.world import World, build


@pytest.fixture(autouse=True)
def _nothing_is_remembered() -> Iterator[None]:
    pages.forget_pages()
    cache.clear()
    yield
    pages.forget_pages()


@pytest.fixture
def world(db) -> World:
    return build()
