"""`pingyi serve`: the web server and the worker of the jobs, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time

import click

from pingyi.kernel import lifeline
from pingyi.shell import framework

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Default: PORT, else 8000.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
def serve(port: int | None, host: str, workers: int) -> None:
    """Serve the pages and the API, and run the jobs; brings an embedded database up to date first.

    More than one web process needs PostgreSQL: an embedded database has one writer.
    """
    if port is not None:
        os.environ["PORT"] = str(port)
    framework.start()
    from django.conf import settings
    from django.db import connection

    env = settings.PINGYI
    embedded = connection.vendor == "sqlite"
    if embedded and workers > 1:
        raise click.UsageError(
            "an embedded database has one writer: --workers above 1 needs PostgreSQL"
        )
    if env.trial and host not in _LOOPBACK:
        raise click.UsageError(
            "trial mode serves this machine alone: see PINGYI_MODE in docs/settings.md"
        )
    bring_up_to_date(own=embedded or env.trial)
    refuse_taken(host, env.port)
    os.environ[lifeline.VARIABLE] = str(os.getpid())
    jobs = None if embedded else subprocess.Popen([sys.executable, "-m", "pingyi.jobs"])
    threading.Thread(target=announce, args=(host, env.port, env.public_url), daemon=True).start()
    try:
        run_server(host, env.port, workers)
    finally:
        if jobs is not None:
            jobs.terminate()
            jobs.wait(timeout=30)


def bring_up_to_date(*, own: bool) -> None:
    """Apply migrations to a database that is `own`; of another, only see that none is missing."""
    from django.core.management import call_command
    from django.db import DatabaseError, connection, connections
    from django.db.migrations.executor import MigrationExecutor

    try:
        if own:
            call_command("migrate", verbosity=0, interactive=False)
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise click.ClickException(f"the database cannot be used: {str(error).strip()}") from None
    finally:
        connections.close_all()  # server processes must not share a connection
    if missing:
        raise click.ClickException(
            "the database is of an older version: run `pingyi manage migrate`"
        )


def refuse_taken(host: str, port: int) -> None:
    """Fail if something listens there: two servers sharing a port would both be asked."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(20):
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                failure = error
            else:
                return
        time.sleep(0.1)  # a server that was killed may be on its way out
    raise click.ClickException(f"port {port} cannot be used: {failure.strerror}")


def run_server(host: str, port: int, workers: int) -> None:
    """Run Granian until it is told to stop."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    Granian(
        target="pingyi.conf.rsgi:application",
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.RSGI,
        websockets=False,
        backlog=2048,
        backpressure=4096,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
    ).serve()


def announce(host: str, port: int, public_url: str) -> None:
    """Say that the server is ready, once it takes connections."""
    for _ in range(300):
        time.sleep(0.1)
        try:
            with socket.create_connection((host, port), timeout=1):
                click.echo(f"pingyi is ready: {public_url}  (stop it with Ctrl-C)")
                return
        except OSError:
            continue
