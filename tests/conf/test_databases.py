"""Which journal a given SQLite may use, and what a database URL becomes."""

import sqlite3
import threading

import pytest
from django.db import connection

from pingyi.conf.databases import postgresql, sqlite
from pingyi.kernel.sqlite import journal_mode, wal_is_safe


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
    ],
)
def test_wal_only_on_a_version_that_loses_nothing(version, safe):
    assert wal_is_safe(version) is safe
    assert (journal_mode(version) == "WAL") is safe


def test_every_commit_is_synced_to_the_disk(tmp_path):
    options = sqlite(tmp_path / "x.sqlite3")["OPTIONS"]
    opened = sqlite3.connect(tmp_path / "x.sqlite3")
    opened.executescript(options["init_command"])
    assert opened.execute("PRAGMA synchronous").fetchone() == (2,)
    assert opened.execute("PRAGMA journal_mode").fetchone()[0].upper() == journal_mode()


@pytest.mark.django_db
def test_the_suite_runs_on_the_configured_settings():
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.django_db(transaction=True)
def test_another_thread_sees_what_was_committed():
    from pingyi.directory.models import Area

    Area.objects.create(code="420100", name="江城市", level="city")
    seen = []

    def look():
        seen.append(Area.objects.count())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


def test_a_url_is_read_whole():
    found = postgresql("postgresql://us%40er:p%3Aw@db.example:5433/pingyi?sslmode=require")
    assert found["USER"] == "us@er"
    assert found["PASSWORD"] == "p:w"
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "pingyi")
    assert found["OPTIONS"] == {"sslmode": "require", "options": "-c jit=off"}


def test_options_of_ones_own_take_the_place_of_ours():
    found = postgresql("postgresql://db.example/pingyi?options=-c%20statement_timeout%3D9s")
    assert found["OPTIONS"] == {"options": "-c statement_timeout=9s"}
