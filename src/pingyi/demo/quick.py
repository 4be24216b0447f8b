"""Filling an embedded database that is worth nothing until it is full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_CACHE = -256 * 1024  # KiB


@contextmanager
def unsynced() -> Iterator[None]:
    """SQLite alone: no syncing and no journal on disk while the city is built.

    Whoever pulls the plug meanwhile deletes the file and begins anew. At the end everything is
    synced once, and the connection is as careful as before.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("PRAGMA journal_mode=MEMORY")
        cursor.execute(f"PRAGMA cache_size={_CACHE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute(f"PRAGMA journal_mode={journal}")
            version = cursor.execute("PRAGMA user_version").fetchone()[0]
            cursor.execute(f"PRAGMA user_version={version}")  # a write, whose commit syncs it all
        connection.close()
