import pytest

from pingyi.files import vault
from tests.casework.world import World, build


@pytest.fixture
def world(db) -> World:
    return build()


@pytest.fixture(autouse=True)
def _own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(vault, "folder", lambda: tmp_path / "files")
