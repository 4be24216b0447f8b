"""A real `pingyi serve` on a database of its own, to be ended kindly or not."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import prepared


class Served:
    """A city with its own folder and database; `start` and `end` its server as often as needed."""

    def __init__(self, folder: Path, database_url: str):
        self.folder = folder
        self.database_url = database_url
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PINGYI_")}
        self.environ = {
            **kept,
            "PINGYI_DATA": str(folder),
            "PINGYI_MODE": "trial",
            "PINGYI_LOG": "json",
            "DATABASE_URL": database_url,
        }
        self.codes = self.command("pingyi.shell.benchmarks.city", "8").stdout.split()

    def command(self, module: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def start(self) -> None:
        with (self.folder / "server.log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pingyi", "serve", "--port", str(self.port)],
                env=self.environ,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        for _ in range(600):
            if self._process.poll() is not None:
                break
            try:
                if self.get("/healthz") == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "server.log").read_text()[-3000:])

    def kill(self, *, only_the_first: bool = False) -> None:
        """SIGKILL to all of the server's processes, or to the first, which the others follow."""
        assert self._process is not None
        if only_the_first:
            self._process.kill()
        else:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def terminate(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(timeout=40)

    def end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self.kill()

    def get(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def post(
        self, body: bytes, connection: http.client.HTTPConnection | None = None
    ) -> tuple[int, dict]:
        """Status and answer. OSError or HTTPException when the server is gone."""
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            own.request("POST", "/api/v1/ratings", body, {"Content-Type": "application/json"})
            response = own.getresponse()
            return response.status, json.loads(response.read())
        finally:
            if connection is None:
                own.close()

    def ratings(self) -> list[tuple[str, str]]:
        """Key and receipt of every row, read from the database itself."""
        query = "SELECT key, receipt FROM ratings_rating"
        if self.database_url:
            import psycopg

            with psycopg.connect(self.database_url) as connection:
                return [(key.hex, receipt) for key, receipt in connection.execute(query)]
        connection = sqlite3.connect(self.folder / "pingyi.sqlite3")
        try:
            return list(connection.execute(query))
        finally:
            connection.close()


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """On the database the suite runs on: a new file, or a new PostgreSQL database."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    with _own_database(folder, url) as own:
        city = Served(folder, own)
        try:
            yield city
        finally:
            city.end()


@contextmanager
def _own_database(folder: Path, url: str) -> Iterator[str]:
    if not url:
        shutil.copytree(prepared.folder(), folder, dirs_exist_ok=True)
        yield ""
        return
    import psycopg

    name = f"pingyi_served_{os.getpid()}"
    template = prepared.template(url)
    with psycopg.connect(prepared.at(url, "postgres"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f'CREATE DATABASE {name} TEMPLATE "{template}"')
        try:
            yield prepared.at(url, name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
