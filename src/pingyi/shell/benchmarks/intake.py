"""`pingyi bench intake`: durable ratings and rating pages per second, through HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit, urlunsplit

import click

from pingyi.shell.benchmarks import bare
from pingyi.shell.benchmarks.load import Load, free_port, load, pingyi_command, server, wrk
from pingyi.shell.benchmarks.report import Measurement

CONNECTIONS = (32, 128)
POINTS = 400
HALF = 64
"""Connections at half load, each pausing between its requests."""
AIMS = {"sqlite": 1.5, "postgresql": 0.5}
LIMITS = {
    "sqlite": "SQLite, one loop of single-row commits, same journal mode, synchronous=FULL",
    "postgresql": "pgbench, single-row commits, 32 clients",
}


@dataclass(frozen=True)
class Stage:
    """A throw-away database and what it takes to serve it."""

    database: str
    environ: dict[str, str]
    folder: Path
    url: str = ""

    def bare(self, seconds: int) -> float:
        if self.database == "sqlite":
            return bare.sqlite(self.folder / "pingyi.sqlite3", seconds)
        return bare.postgresql(self.url, seconds)


def measure(*, rounds: int, seconds: int) -> list[Measurement]:
    """All measurements, on every database at hand."""
    wrk()
    measured = []
    for stage in stages():
        with stage as ready:
            measured += _intake(ready, rounds, seconds)
    return measured


def stages() -> Iterator:
    """A context manager for each database at hand, giving its Stage."""
    yield _sqlite()
    url = os.environ.get("TEST_DATABASE_URL") or os.environ.get("DATABASE_URL")
    if url:
        yield _postgresql(url)
    else:
        click.echo("no PostgreSQL: give TEST_DATABASE_URL (bin/with-postgres --durable)", err=True)


@contextmanager
def _sqlite() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="pingyi-bench-") as folder:
        yield Stage("sqlite", _environ(folder, ""), Path(folder))


@contextmanager
def _postgresql(url: str) -> Iterator[Stage]:
    import psycopg

    name = f"pingyi_bench_{uuid.uuid4().hex[:8]}"
    parts = urlsplit(url)
    own, admin = (urlunsplit(parts._replace(path=f"/{base}")) for base in (name, "postgres"))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            with tempfile.TemporaryDirectory(prefix="pingyi-bench-") as folder:
                yield Stage("postgresql", _environ(folder, own), Path(folder), own)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _environ(folder: str, url: str) -> dict[str, str]:
    return {
        "PINGYI_DATA": folder,
        "PINGYI_MODE": "trial",
        "DATABASE_URL": url,
        "PINGYI_LOG": "json",
        "PINGYI_KEYRING": "",
        "PINGYI_SECRET_KEY": "",
    }


def fill(stage: Stage, *, points: int) -> list[str]:
    """Put a small city into the stage's database; its points' codes."""
    filled = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pingyi.shell.benchmarks.city", str(points)],
        env={**os.environ, **stage.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if filled.returncode:
        raise click.ClickException(f"the benchmark's city failed: {filled.stderr[-1000:]}")
    return filled.stdout.split()


def _intake(stage: Stage, rounds: int, seconds: int) -> list[Measurement]:
    codes = fill(stage, points=POINTS)
    limits: list[float] = []
    full: dict[int, list[Load]] = {connections: [] for connections in CONNECTIONS}
    half: list[Load] = []
    pages: list[float] = []
    hellos: list[float] = []
    for number in range(rounds):
        limits.append(stage.bare(seconds))
        with serving(stage) as url:

            def ratings(connections: int, pause: float, url: str = url, seed: int = number) -> Load:
                return load(
                    f"{url}/api/v1/ratings",
                    script="rate.lua",
                    connections=connections,
                    seconds=seconds,
                    arguments=[str(uuid.uuid4().int % 2**31 + seed), f"{pause:.3f}", *codes],
                )

            ratings(32, 0)  # warm
            for connections in CONNECTIONS:
                full[connections].append(ratings(connections, 0))
            page = f"{url}/r/{codes[0]}"
            load(page, script="get.lua", connections=32, seconds=1)
            pages.append(load(page, script="get.lua", connections=32, seconds=seconds).rate)
            # After the pages: the cases that the full load brought have been opened meanwhile.
            best = max(full[connections][-1].rate for connections in CONNECTIONS)
            half.append(ratings(HALF, HALF / (best / 2) * 1000))
        with _hello(stage.folder) as url:
            hellos.append(load(url, script="get.lua", connections=32, seconds=seconds).rate)
    _prove(stage)
    return _measurements(stage, limits, full, half, pages, hellos)


def _measurements(
    stage: Stage,
    limits: list[float],
    full: dict[int, list[Load]],
    half: list[Load],
    pages: list[float],
    hellos: list[float],
) -> list[Measurement]:
    database = stage.database
    best = max(CONNECTIONS, key=lambda connections: median(run.rate for run in full[connections]))
    through = [
        Measurement(
            f"durable ratings with tallies, {connections} connections",
            database,
            "requests/s",
            [run.rate for run in runs],
            LIMITS[database],
            limits,
            at_least=AIMS[database] if connections == best else None,
            more={
                "connections": connections,
                "p50_ms": median(run.p50 for run in runs),
                "p99_ms": median(run.p99 for run in runs),
            },
        )
        for connections, runs in full.items()
    ]
    latencies = [
        Measurement(f"{name}, {connections} connections", database, "ms", values)
        for connections, runs in full.items()
        for name, values in (("p50", [r.p50 for r in runs]), ("p99", [r.p99 for r in runs]))
    ]
    at_half = [
        Measurement("half load", database, "requests/s", [run.rate for run in half]),
        Measurement("p50 at half load", database, "ms", [run.p50 for run in half]),
        Measurement("p99 at half load", database, "ms", [run.p99 for run in half], at_most=25),
    ]
    page = Measurement(
        "cached rating page",
        database,
        "requests/s",
        pages,
        'a bare ASGI "hello" on the same server',
        hellos,
        at_least=0.5,
    )
    return [*through, *latencies, *at_half, page]


@contextmanager
def serving(stage: Stage) -> Iterator[str]:
    """A real server on the stage; its address."""
    port = free_port()
    command = pingyi_command("serve", "--port", str(port))
    log = stage.folder / "server.log"
    with server(command, port=port, path="/healthz", environ=stage.environ, log=log) as url:
        yield url


@contextmanager
def _hello(folder: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--port", str(port)]
    command += ["--no-ws", "--log-level", "warning", "pingyi.shell.benchmarks.hello:application"]
    with server(command, port=port, path="/", environ={}, log=folder / "hello.log") as url:
        yield url


def _prove(stage: Stage) -> None:
    """A throughput of tallies that do not add up would be worth nothing."""
    done = subprocess.run(  # noqa: S603
        pingyi_command("check-tallies"),
        env={**os.environ, **stage.environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"tallies do not agree: {(done.stdout + done.stderr)[-500:]}")
