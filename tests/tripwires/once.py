"""`--database-only`: what touches no database has run on SQLite and need not run again.

pytest-django lets no test near the database that does not ask for it, by mark or by fixture. A test
marked `server` reaches it from a process of its own; one marked `one_database` asks what no
database answers otherwise: how pages look.
"""

from __future__ import annotations

import pytest

ASKS = {"db", "transactional_db", "django_db_setup", "live_server"}
"""The fixtures behind every other that leads to the database; each test has its blocker."""
LEFT_OUT = "touches_no_database"
COUNT = pytest.StashKey[int]()


def touches_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("one_database"):
        return False
    marked = any(item.get_closest_marker(name) for name in ("django_db", "server"))
    return marked or not ASKS.isdisjoint(getattr(item, "fixturenames", ASKS))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only", action="store_true", help="leave out tests that touch no database"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--database-only"):
        kept = [item for item in items if touches_database(item)]
        config.stash[COUNT] = len(items) - len(kept)
        items[:] = kept


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker tells the one that prints."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told[LEFT_OUT] = session.config.stash.get(COUNT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    node.config.stash[COUNT] = getattr(node, "workeroutput", {}).get(LEFT_OUT, 0)


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if count := config.stash.get(COUNT, 0):
        terminalreporter.write_line(f"{count} tests that touch no database ran on SQLite alone")
