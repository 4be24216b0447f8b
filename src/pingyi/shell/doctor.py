"""`pingyi doctor`: what is unsafe, what is off, and what that means."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import click

from pingyi.shell.framework import start


class State(StrEnum):
    OK = "ok"
    OFF = "off"
    UNSAFE = "UNSAFE"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: its state, and what that means for whoever runs the city."""

    state: State
    what: str
    meaning: str


# Optional wheels (built in Rust, so missing on some processors) and what stands in for each.
EXTRAS = {
    "granian": "no server of our own: run the ASGI application under Uvicorn",
    "python_calamine": "spreadsheets are read by openpyxl: slower",
    "psycopg": "no PostgreSQL: the embedded database only",
}
LEAST_FREE = 2 * 1024**3


@click.command()
def doctor() -> None:
    """Look over database, versions, settings and extras. Exit 1 if something is unsafe."""
    start()
    findings = [*database(), *settings(), *extras(), *surroundings()]
    for finding in findings:
        colour = {State.OK: "green", State.OFF: "yellow", State.UNSAFE: "red"}[finding.state]
        state = click.style(f"{finding.state:<7}", fg=colour)
        click.echo(f"{state} {finding.what}: {finding.meaning}")
    unsafe = sum(finding.state is State.UNSAFE for finding in findings)
    if unsafe:
        raise click.ClickException(f"{unsafe} unsafe")


def database() -> Iterator[Finding]:
    """The database's version and whether what it acknowledges is on the disk."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    try:
        connection.ensure_connection()
    except OperationalError as error:
        yield Finding(State.UNSAFE, "database", f"cannot be reached: {str(error).splitlines()[0]}")
        return
    yield from _sqlite() if connection.vendor == "sqlite" else _postgresql()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        yield Finding(
            State.UNSAFE,
            "schema",
            f"{len(plan)} migrations behind: pingyi manage migrate, after a backup",
        )
    else:
        yield Finding(State.OK, "schema", "up to date")
        yield from _rules()


def _rules() -> Iterator[Finding]:
    """Of each season that is not over, whether its scheme's file says what is in force."""
    from django.utils import timezone

    from pingyi.directory import schemes, seasons

    at = timezone.now()
    for season in seasons.not_over(timezone.localdate(at)):
        name, entry = season.scheme, schemes.entry_in_force(season, at)
        since = f"the text in force since {entry['since'][:10]}" if entry else "its file"
        if schemes.on_file(name) is None:
            meaning = f"there is no file {name}; computed by {since}"
            yield Finding(State.OFF, f"rules of {season}", meaning)
        elif schemes.unadopted(season, at) is not None:
            meaning = f"the file {name} differs from {since} and counts for nothing until adopted"
            yield Finding(State.OFF, f"rules of {season}", meaning)
        else:
            yield Finding(State.OK, f"rules of {season}", f"{name}, as its file says")


def _sqlite() -> Iterator[Finding]:
    from django.db import connection

    from pingyi.kernel.sqlite import wal_is_safe

    with connection.cursor() as cursor:
        journal = cursor.execute("PRAGMA journal_mode").fetchone()[0].upper()
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    yield Finding(State.OK, "database", f"SQLite {sqlite3.sqlite_version}, one writing process")
    if journal == "WAL" and not wal_is_safe():
        yield Finding(
            State.UNSAFE, "journal", "WAL on this SQLite can lose committed writes: use PERSIST"
        )
    elif journal in ("WAL", "DELETE", "PERSIST", "TRUNCATE"):
        yield Finding(State.OK, "journal", f"{journal}, safe on this version")
    else:
        yield Finding(State.UNSAFE, "journal", f"{journal} loses writes when the machine stops")
    if synchronous >= 2:
        yield Finding(State.OK, "sync", "every commit reaches the disk before it is answered")
    else:
        yield Finding(State.UNSAFE, "sync", "commits are answered before they reach the disk")


def _postgresql() -> Iterator[Finding]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10_000
        shown = {}
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            shown[name] = cursor.fetchone()[0]
    yield Finding(
        State.OK if version >= 15 else State.UNSAFE,
        "database",
        f"PostgreSQL {version}" + ("" if version >= 15 else ": 15 or newer is needed"),
    )
    for name, value in shown.items():
        if value == "off":
            yield Finding(
                State.UNSAFE, name, "off: what was acknowledged is lost when the server stops"
            )
        else:
            yield Finding(State.OK, name, value)


def settings() -> Iterator[Finding]:
    """The mode, the address on the posters, and the keys."""
    from django.conf import settings as django_settings

    from pingyi.audit.keys import keyring

    env = django_settings.PINGYI
    if env.trial:
        yield Finding(State.OFF, "mode", "trial: loopback only, keys of its own, demo logins")
    else:
        yield Finding(State.OK, "mode", "production")
    if env.debug:
        yield Finding(State.UNSAFE, "PINGYI_DEBUG", "errors show the program's inside")
    if "://127.0.0.1" in env.public_url or "://localhost" in env.public_url:
        yield Finding(
            State.OFF, "PINGYI_PUBLIC_URL", f"posters would say {env.public_url}: nobody can scan"
        )
    elif not env.public_url.startswith("https://"):
        yield Finding(State.UNSAFE, "PINGYI_PUBLIC_URL", "ratings would travel unencrypted")
    else:
        yield Finding(State.OK, "PINGYI_PUBLIC_URL", env.public_url)
    if env.sms_url:
        yield Finding(State.OK, "SMS", "a gateway is set")
    elif env.trial:
        yield Finding(State.OFF, "SMS", "trial: messages are shown on a page, not sent")
    else:
        yield Finding(State.OFF, "SMS", "no PINGYI_SMS_URL: codes and answers wait in the outbox")
    if env.smtp_url:
        yield Finding(State.OK, "e-mail", f"sent as {env.mail_from}")
    elif env.trial:
        yield Finding(State.OFF, "e-mail", "trial: shown on a page, not sent")
    else:
        yield Finding(State.OFF, "e-mail", "no PINGYI_SMTP_URL: nobody gets a daily overview")
    if env.retention == "apply":
        yield Finding(State.OK, "retention", "what was kept long enough is erased daily")
    else:
        yield Finding(
            State.OFF, "retention", "PINGYI_RETENTION is off: nothing is erased by itself"
        )
    numbers = keyring().numbers
    yield Finding(State.OK, "keyring", f"{len(numbers)} keys, newest {numbers[0]}")


def extras() -> Iterator[Finding]:
    """The wheels that some machines lack."""
    for module, effect in EXTRAS.items():
        if importlib.util.find_spec(module):
            yield Finding(State.OK, module, "installed")
        else:
            yield Finding(State.OFF, module, f"missing: {effect}")


def surroundings() -> Iterator[Finding]:
    """The machine: Python, disk, and how far the working days are published."""
    from django.conf import settings as django_settings
    from django.utils import timezone

    from pingyi.kernel.workdays import LAST_PUBLISHED_YEAR as published

    yield Finding(State.OK, "Python", platform.python_version())
    data = django_settings.PINGYI.data
    free = shutil.disk_usage(data if data.exists() else data.parent).free
    yield Finding(
        State.OK if free >= LEAST_FREE else State.UNSAFE, "disk", f"{free // 1024**3} GiB free"
    )
    year = timezone.localdate().year
    if published < year:
        yield Finding(
            State.OFF,
            "working days",
            f"published to {published}: later deadlines are marked unconfirmed",
        )
    else:
        yield Finding(State.OK, "working days", f"published to {published}")
