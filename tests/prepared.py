"""An empty database with every migration applied, made once and then copied.

Migrating takes many seconds, and each worker, each served city and each command's folder wants a
database. What was made is kept until a migration, or what it imports, is another: the file in
.cache, on PostgreSQL a database beside the tests' own. `--create-db` migrates in earnest.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pingyi

ROOT = Path(__file__).resolve().parent.parent
SOURCE = Path(pingyi.__file__).parent
KEPT = ROOT / ".cache" / "migrated"
OTHERS = ("django", "django-allauth", "django-axes")
"""Whose migrations are applied too."""
IMPORTED = re.compile(r"^from pingyi\.([\w.]+) import (\w+)", re.MULTILINE)


@functools.cache
def key() -> str:
    """Names the migrations there are: all that they say, and what they import."""
    written = set(SOURCE.glob("*/migrations/*.py"))
    for migration in list(written):
        for module, name in IMPORTED.findall(migration.read_text()):
            path = SOURCE / module.replace(".", "/")
            written |= {path.with_suffix(".py"), (path / name).with_suffix(".py")}
    digest = hashlib.sha256(" ".join(map(version, OTHERS)).encode())
    for file in sorted(written):
        if file.exists():
            digest.update(str(file.relative_to(SOURCE)).encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def folder() -> Path:
    """A data folder as `pingyi manage migrate` leaves it, to be copied."""
    made = KEPT / key()
    with _one_at_a_time():
        if not made.exists():
            shutil.rmtree(KEPT, ignore_errors=True)
            _migrate(half := KEPT / "half", "")
            half.rename(made)
    return made


def file() -> Path:
    """The SQLite file in it."""
    return folder() / "pingyi.sqlite3"


def template(url: str) -> str:
    """The PostgreSQL database, beside the one `url` names, to be the template of others."""
    import psycopg

    own = urlsplit(url).path.lstrip("/")
    made = f"{own}_migrated_{key()}"
    with _one_at_a_time(), psycopg.connect(at(url, "postgres"), autocommit=True) as admin:
        there = admin.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [f"{own}_migrated_"]
        )
        names = {name for (name,) in there}
        if made not in names:
            half = f"{own}_migrating"
            for name in {half, *names}:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            admin.execute(f'CREATE DATABASE "{half}"')
            with tempfile.TemporaryDirectory() as keys:
                _migrate(Path(keys), at(url, half))
            admin.execute(f'ALTER DATABASE "{half}" RENAME TO "{made}"')
    return made


def at(url: str, database: str) -> str:
    """The same cluster's other database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _migrate(data: Path, database_url: str) -> None:
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PINGYI_DATA": str(data),
        "PINGYI_MODE": "trial",
        "DATABASE_URL": database_url,
    }
    command = [sys.executable, "-m", "pingyi", "manage", "migrate", "--verbosity=0"]
    subprocess.run(command, env=environ, check=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """The first worker makes it while the others wait."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    with (KEPT.parent / "migrating").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
