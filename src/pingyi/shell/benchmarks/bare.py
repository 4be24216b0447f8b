"""What the database alone commits in single rows: the limit the intake is measured against.

The rows are those of a rating, into a table of the same columns and indexes, one commit each.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from pingyi.kernel.sqlite import journal_mode

_COLUMNS = (
    "key, digest, receipt, point_id, unit_id, season_id, channel, level, by_default, reasons,"
    " comment, badge, recorded_at, day, device_mark, network_mark"
)
_BYTES = "decode('0011223344556677', 'hex')"
_PGBENCH = f"""\\set n random(1, 1000000000)
INSERT INTO bare_rating ({_COLUMNS}) VALUES (gen_random_uuid(), {_BYTES},
 left(gen_random_uuid()::text, 17), 1 + :n % 100, 1 + :n % 25, 1, 'qr', 4, false, '517', '', '',
 now(), current_date, {_BYTES}, {_BYTES});
"""
CLIENTS = 32


def postgresql(url: str, seconds: int) -> float:
    """Commits per second of pgbench with 32 clients, or of psycopg's when it is missing."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS bare_rating (LIKE ratings_rating INCLUDING ALL)"
        )
    if (program := pgbench()) is None:
        return _postgresql_without_pgbench(url, seconds)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "insert.sql"
        script.write_text(_PGBENCH)
        done = subprocess.run(  # noqa: S603
            [program, *f"-n -M prepared -c {CLIENTS} -j 2 -T {seconds}".split(), "-f", script, url],
            capture_output=True,
            text=True,
            check=False,
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise click.ClickException(f"pgbench failed: {done.stderr.strip()[:500]}")
    return float(found[1])


def pgbench() -> str | None:
    """The program's path: on PATH, or among Debian's."""
    among = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)
    return shutil.which("pgbench") or next((str(path) for path in among), None)


def _postgresql_without_pgbench(url: str, seconds: int) -> float:
    import psycopg

    ends = time.monotonic() + seconds
    insert = "INSERT INTO bare_rating ({}) VALUES ({})".format(_COLUMNS, ", ".join(["%s"] * 16))

    def client(number: int) -> int:
        done = 0
        with psycopg.connect(url, autocommit=True, prepare_threshold=0) as connection:
            while time.monotonic() < ends:
                connection.execute(insert, _row(uuid.uuid4()))
                done += 1
        return done

    with ThreadPoolExecutor(CLIENTS) as clients:
        return sum(clients.map(client, range(CLIENTS))) / seconds


def sqlite(database: Path, seconds: int) -> float:
    """Commits per second of one loop, in the journal mode and with the syncs of the program."""
    with tempfile.TemporaryDirectory(dir=database.parent) as folder:
        connection = sqlite3.connect(Path(folder) / "bare.sqlite3", isolation_level=None)
        connection.execute(f"PRAGMA journal_mode={journal_mode()}")
        connection.execute("PRAGMA synchronous=FULL")
        for statement in _table_of_ratings(database):
            connection.execute(statement)
        insert = "INSERT INTO ratings_rating ({}) VALUES ({})".format(_COLUMNS, ", ".join("?" * 16))
        done, started = 0, time.perf_counter()
        while (passed := time.perf_counter() - started) < seconds:
            key, *row = _row(uuid.uuid4())
            connection.execute(insert, (key.hex, *row))
            done += 1
        connection.close()
        return done / passed


def _table_of_ratings(database: Path) -> list[str]:
    source = sqlite3.connect(database)
    try:
        return [
            sql
            for (sql,) in source.execute(
                "SELECT sql FROM sqlite_master WHERE tbl_name = 'ratings_rating'"
                " AND sql IS NOT NULL ORDER BY type = 'index'"
            )
        ]
    finally:
        source.close()


def _row(key: uuid.UUID) -> tuple:
    moment = "2026-06-01 02:00:00.123456"
    return (
        *(key, os.urandom(17), key.hex[:17], key.int % 100 + 1, key.int % 25 + 1, 1, "qr", 4),
        *(False, "517", "", "", moment, "2026-06-01", os.urandom(8), os.urandom(8)),
    )
