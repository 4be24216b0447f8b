import pytest

from pingyi.people.models import User
from pingyi.web.components import menu
from tests.casework.world import World, build


@pytest.fixture
def world(db) -> World:
    """Two districts, a brigade under its bureau, and people in every role."""
    return build()


@pytest.fixture
def one_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each user's menu is put together once, for tests that open every page there is.

    It takes half the time of a short page, is the same on all, and has tests of its own.
    """
    menus: dict[str, list[menu.Link]] = {}

    def kept(user: User, path: str) -> list[menu.Link]:
        if user.username not in menus:
            menus[user.username] = menu.menu_for(user, path)
        return menus[user.username]

    monkeypatch.setattr("pingyi.web.components.context.menu_for", kept)
