"""What is known of every request without knowing anybody: counters, times, and one line in a log.

Lines gather and are written a few times a second. They hold no query string, no receipt, and no
address where citizens rate: a rating's second and its sender's address would name her.
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from typing import TextIO

import msgspec
from prometheus_client import Counter, Gauge, Histogram

FLUSH_EVERY = 0.25
"""Seconds that a line may wait in memory."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
REQUESTS = Counter("pingyi_requests", "Requests answered", ["route", "status"])
DURATION = Histogram("pingyi_request_seconds", "Time to answer", ["route"], buckets=_SECONDS)
RATINGS = Counter("pingyi_ratings", "Ratings acknowledged", ["fate"])
BATCH = Histogram(
    "pingyi_batch_ratings", "Ratings per commit", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
COMMIT = Histogram("pingyi_commit_seconds", "Time of a batch's commit", buckets=_SECONDS)
WAITING = Gauge("pingyi_waiting_ratings", "Ratings waiting for the next batch")

_CITIZENS = ("/r/", "/t/", "/api/v1/ratings")
_encode = msgspec.json.encode


class Journal:
    """Counts requests and writes their lines; `start` begins the writing, `stop` ends it."""

    def __init__(self, *, form: str = "json", out: TextIO | None = None):
        self._form = form
        self._out = out or sys.stdout
        self._lines: list[tuple] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._counters: dict[tuple[str, int], Counter] = {}
        self._times: dict[str, Histogram] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        self.flush()

    def note(
        self, route: str, method: str, path: str, address: str, status: int, started: float
    ) -> None:
        """One request answered; `started` by `time.perf_counter`."""
        seconds = time.perf_counter() - started
        counter = self._counters.get((route, status))
        if counter is None:
            counter = self._counters[route, status] = REQUESTS.labels(route, str(status))
            self._times.setdefault(route, DURATION.labels(route))
        counter.inc()
        self._times[route].observe(seconds)
        self._lines.append((time.time(), method, path, address, status, seconds))

    def flush(self) -> None:
        """Write what has gathered."""
        lines, self._lines = self._lines, []
        if not lines:
            return
        shape = _json_line if self._form == "json" else _console_line
        try:
            self._out.write("".join([shape(*line) for line in lines]))
            self._out.flush()
        except (OSError, ValueError):
            pass  # a closed pipe must not end the service

    def _run(self) -> None:
        while not self._stopped.wait(FLUSH_EVERY):
            self.flush()


def _json_line(at: float, method: str, path: str, address: str, status: int, seconds: float) -> str:
    line = {
        "timestamp": datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds"),
        "event": "request",
        "method": method,
        "path": loggable(path),
        "status": status,
        "ms": round(seconds * 1000, 1),
    }
    if not path.startswith(_CITIZENS):
        line["address"] = address
    return _encode(line).decode() + "\n"


def _console_line(
    at: float, method: str, path: str, address: str, status: int, seconds: float
) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(at))
    shown = loggable(path).encode("ascii", "backslashreplace").decode()
    return f"{clock} {status} {method} {shown} {seconds * 1000:.1f} ms\n"


def loggable(path: str) -> str:
    """The path without what may be secret: a receipt, a one-time link."""
    for prefix in ("/t/", "/accounts/", "/invitation/"):
        if path.startswith(prefix) and len(path) > len(prefix):
            return prefix + "…"
    return path[:200]
