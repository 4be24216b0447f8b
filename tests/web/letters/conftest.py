import pytest

from tests.letters.world import Office, open_office


@pytest.fixture
def office(db) -> Office:
    return open_office()
