"""A backup's content and manifest: what `pingyi backup` writes and `pingyi restore` verifies.

DIR/manifest.json   version, time, row counts, and the SHA-256 of every other file
DIR/pingyi.sqlite3  the embedded database, copied whole while in use
DIR/keyring …       the keys, for the owner alone
DIR/files/…         uploads, encrypted as they lie in PINGYI_DATA
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

DATABASE = "pingyi.sqlite3"
MANIFEST = "manifest.json"
KEYS = ("secret.key", "keyring")
FILES = "files"
COUNTED = ("ratings_rating", "casework_case", "audit_event", "directory_unit")


class BrokenBackup(ValueError):
    """The backup is incomplete, altered, or not one of ours."""


def digest(path: Path) -> str:
    """The file's SHA-256, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_database(source: Path, target: Path) -> None:
    """Copy an SQLite database as of one moment, also while others write to it."""
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
    target.chmod(0o600)


def copy_files(source: Path, target: Path) -> None:
    """Copy the uploads. What a sweep takes away meanwhile has no row; drafts are nobody's yet."""
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.suffix != ".draft":
            copy = target / path.relative_to(source)
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with suppress(FileNotFoundError):
                shutil.copy2(path, copy)


def lost_files(folder: Path) -> list[str]:
    """The keys of uploads that the database in `folder` knows and that do not lie there."""
    with closing(sqlite3.connect(f"file:{folder / DATABASE}?mode=ro", uri=True)) as opened:
        try:
            known = [key for (key,) in opened.execute("SELECT key FROM files_storedfile")]
        except sqlite3.OperationalError:  # a database from before there were uploads
            return []
    return sorted(key for key in known if not (folder / FILES / key[:2] / key).is_file())


def counts(database: Path) -> dict[str, int]:
    """Rows of the tables a person would ask about; raises BrokenBackup if it is not sound."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as opened:
        try:
            if opened.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BrokenBackup(f"{database.name} fails its integrity check")
            return {
                table: opened.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
                for table in COUNTED
            }
        except sqlite3.DatabaseError as error:
            raise BrokenBackup(f"{database.name} is not a pingyi database: {error}") from None


def content(folder: Path) -> list[Path]:
    """Every file of the backup but its manifest, as paths within it."""
    return sorted(
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    )


def write_manifest(folder: Path, *, version: str, at: str) -> dict[str, Any]:
    """Describe what lies in `folder`; returns the manifest."""
    manifest = {
        "version": version,
        "at": at,
        "rows": counts(folder / DATABASE),
        "lost": lost_files(folder),
        "files": {str(name): digest(folder / name) for name in content(folder)},
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))
    return manifest


def verified_manifest(folder: Path) -> dict[str, Any]:
    """The manifest, with every file found unaltered; raises BrokenBackup at the first fault."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
        named: dict[str, str] = manifest["files"]
        rows: dict[str, int] = manifest["rows"]
    except FileNotFoundError:
        raise BrokenBackup(f"{folder} holds no backup: {MANIFEST} is missing") from None
    except (ValueError, KeyError, TypeError):
        raise BrokenBackup(f"{MANIFEST} cannot be read") from None
    there = {str(name) for name in content(folder)}
    for name in sorted(there | set(named)):
        if name not in named:
            raise BrokenBackup(f"{name} is not in the manifest")
        if name not in there:
            raise BrokenBackup(f"{name} is missing")
        if digest(folder / name) != named[name]:
            raise BrokenBackup(f"{name} was altered")
    if DATABASE not in named or counts(folder / DATABASE) != rows:
        raise BrokenBackup(f"{DATABASE} does not hold the rows the manifest counts")
    if lost_files(folder) != manifest.get("lost", []):
        raise BrokenBackup(f"{FILES} does not hold the uploads the database knows")
    return manifest
