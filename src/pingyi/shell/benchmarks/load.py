"""wrk, the load generator, and the servers it is let loose on."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import click

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Load:
    """What one run of wrk saw; latencies in milliseconds."""

    rate: float
    p50: float
    p99: float


def wrk() -> str:
    """The program's path; ClickException when it is missing."""
    found = shutil.which("wrk")
    if found is None:
        raise click.ClickException("wrk is missing (Debian: apt-get install wrk)")
    return found


def load(
    url: str, *, script: str, connections: int, seconds: int, arguments: Sequence[str] = ()
) -> Load:
    """One run. ClickException if any answer was an error: such a figure would mean nothing."""
    command = [wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "20s"]
    command += ["-s", str(HERE / script), url, "--", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    line = next((line for line in done.stdout.splitlines() if line.startswith("MEASURED ")), None)
    if line is None:
        raise click.ClickException(f"wrk failed: {(done.stderr or done.stdout).strip()[:500]}")
    seen = json.loads(line.removeprefix("MEASURED "))
    if seen["errors"] or not seen["requests"]:
        raise click.ClickException(f"{seen['errors']} of {seen['requests']} requests failed")
    rate = seen["requests"] / (seen["microseconds"] / 1e6)
    return Load(rate, seen["p50"] / 1000, seen["p99"] / 1000)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server(
    command: Sequence[str], *, port: int, path: str, environ: Mapping[str, str], log: Path
) -> Iterator[str]:
    """A server process, from its first answer at `path` on; yields its address."""
    url = f"http://127.0.0.1:{port}"
    with log.open("w") as out:
        process = subprocess.Popen(  # noqa: S603
            command, env={**os.environ, **environ}, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(url + path, process, log)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        try:
            with urlopen(url, timeout=2):  # noqa: S310
                return
        except (URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise click.ClickException(f"the server did not start: {log.read_text()[-1000:]}")


def pingyi_command(*arguments: str) -> list[str]:
    """This program, as a command of its own."""
    return [sys.executable, "-m", "pingyi", *arguments]
