"""Which journal mode an SQLite version may be trusted with.

SQLite 3.7.0 to 3.51.2 (but for 3.44.6+ and 3.50.7+ of their lines) can lose committed writes in
WAL mode with two connections ("WAL-reset bug"), so WAL is used on a fixed version only.
"""

import sqlite3


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite's WAL mode keeps every committed write."""
    line = version[:2]
    if line == (3, 44):
        return version >= (3, 44, 6)
    if line == (3, 50):
        return version >= (3, 50, 7)
    return version >= (3, 51, 3)


def journal_mode(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> str:
    """The fastest journal mode that is safe on this SQLite."""
    return "WAL" if wal_is_safe(version) else "PERSIST"
