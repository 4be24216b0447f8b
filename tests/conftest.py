"""The suite's ground: a data folder and database of its own, and the tripwires.

TEST_DATABASE_URL runs the same suite on PostgreSQL.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest

from tests import prepared

SHM = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
HOME = Path(tempfile.mkdtemp(prefix="pingyi-test-", dir=SHM))

for name in [name for name in os.environ if name.startswith("PINGYI_") and "FUZZ" not in name]:
    del os.environ[name]
os.environ["PINGYI_DATA"] = str(HOME)
os.environ["PINGYI_MODE"] = "trial"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
# Here and not in pyproject: the settings are read once, and after the lines above.
os.environ["DJANGO_SETTINGS_MODULE"] = "pingyi.conf.settings"
django.setup()

pytest_plugins = [
    "tests.publication.laid_down",
    "tests.tripwires.network",
    "tests.tripwires.once",
    "tests.tripwires.pages",
    "tests.tripwires.queries",
]


TRACED = {
    *("accountability", "casework", "clocks", "directory", "files", "integrity", "letters"),
    *("notices", "people", "privacy", "publication", "ratings", "scoring", "supervision"),
}
"""The areas whose actions, states and engine are asked for coverage: by their own tests. Tracing
all the pages' tests too takes as long again as running them."""


def pytest_configure(config: pytest.Config) -> None:
    """Passwords are hashed a million times in earnest; here once will do."""
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that no core waits for it at the end.

    Tests that commit stay behind those that are rolled back, where pytest-django puts them.
    """

    def place(item: pytest.Item) -> tuple[bool, bool]:
        mark = item.get_closest_marker("django_db")
        asked = {"transactional_db", "live_server"}.intersection(getattr(item, "fixturenames", ()))
        commits = bool(asked) or (mark is not None and mark.kwargs.get("transaction", False))
        return commits, item.get_closest_marker("slow") is None

    items.sort(key=place)
    for item in items:
        if item.path.relative_to(prepared.ROOT / "tests").parts[0] not in TRACED:
            item.add_marker(pytest.mark.no_cover)


def pytest_sessionfinish(session: pytest.Session) -> None:
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_keepdb(request: pytest.FixtureRequest) -> bool:
    """On SQLite the prepared file is taken as it stands; it goes with its folder."""
    return request.config.getvalue("reuse_db") or not os.environ["DATABASE_URL"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """A copy of the prepared database; on SQLite, a file: the intake's writer has a connection of
    its own."""
    from django.conf import settings
    from django.db import connections

    test = connections["default"].settings_dict["TEST"]
    copied = not request.config.getvalue("create_db")
    if connections["default"].vendor == "sqlite":
        name = str(HOME / "test.sqlite3")
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = test["NAME"] = name
        if copied:
            shutil.copyfile(prepared.file(), name)
    elif copied:
        test["TEMPLATE"] = prepared.template(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """On SQLite a transactional test is cleaned up by DELETE, which the audit's triggers refuse.

    The audit's own tests, and the releases', lay them again.
    """
    from django.db import connection

    from pingyi.audit.protection import unprotect
    from pingyi.publication.protection import unprotect as unprotect_releases

    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            unprotect(connection)
            unprotect_releases(connection)


@pytest.fixture(autouse=True)
def nothing_kept_from_before() -> None:
    """What a page keeps a while is of another test's city, and the language another reader's."""
    from django.conf import settings
    from django.core.cache import cache
    from django.utils import translation

    from pingyi.scoring import board, kept_fairness

    translation.activate(settings.LANGUAGE_CODE)
    cache.clear()
    board.forget()
    kept_fairness.forget()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The browser's path; the test is left out where there is none."""
    from tests.browsing import chromium

    return chromium() or pytest.skip("no Chromium on this machine")


@pytest.fixture
def browser_page(chromium_path: str):
    """A fresh page at phone width in a real Chromium: `browser_page(width=390)`."""
    from playwright.sync_api import sync_playwright

    from tests.browsing import QUIET

    # Playwright runs an event loop in this thread, in which Django would refuse to query.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(QUIET))

        def open_page(*, width: int = 390, height: int = 844, **options):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                locale=options.pop("locale", "zh-CN"),
                **options,
            )
            return context.new_page()

        yield open_page
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
