"""What is known of every request without knowing anybody: counters, times, and one line in a log.

Lines gather and are written a few times a second. They hold no query string, no receipt, and no
address where citizens rate: a rating's second and its sender's address would name her.
"""

from __future__ import annotations

import sys
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TextIO

import msgspec
import prometheus_client as prometheus
from prometheus_client.metrics_core import CounterMetricFamily, HistogramMetricFamily, Metric

FLUSH_EVERY = 0.25
"""Seconds that a line may wait in memory."""

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
RATINGS = prometheus.Counter("pingyi_ratings", "Ratings acknowledged", ["fate"])
BATCH = prometheus.Histogram(
    "pingyi_batch_ratings", "Ratings per commit", buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500)
)
COMMIT = prometheus.Histogram("pingyi_commit_seconds", "Time of a batch's commit", buckets=_SECONDS)
WAITING = prometheus.Gauge("pingyi_waiting_ratings", "Ratings waiting for the next batch")

_CITIZENS = ("/r/", "/t/", "/api/v1/ratings")
_encode = msgspec.json.encode


class Times:
    """How long a route's answers took, counted in the bounds of `_SECONDS`."""

    def __init__(self) -> None:
        self.counts = [0] * (len(_SECONDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(_SECONDS, seconds)] += 1
        self.total += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """As Prometheus wants them: each bound with the number at or below it."""
        bounds = [*(f"{bound:g}" for bound in _SECONDS), "+Inf"]
        below, found = 0, []
        for bound, count in zip(bounds, self.counts, strict=True):
            below += count
            found.append((bound, float(below)))
        return found


class Journal:
    """Counts requests and writes their lines; `start` begins the writing, `stop` ends it.

    Counts are plain numbers of the event loop's thread, handed over when somebody asks for them.
    """

    def __init__(self, *, form: str = "json", out: TextIO | None = None):
        self._form = form
        self._out = out or sys.stdout
        self._lines: list[tuple[float, str, str, str, int, float]] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._counts: Counter[tuple[str, int]] = Counter()
        self._times: dict[str, Times] = {}

    def start(self) -> None:
        prometheus.REGISTRY.register(self)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        prometheus.REGISTRY.unregister(self)
        self.flush()

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        """For Prometheus: requests by route and status, and their times."""
        requests = CounterMetricFamily(
            "pingyi_requests", "Requests answered", labels=["route", "status"]
        )
        for (route, status), count in list(self._counts.items()):
            requests.add_metric([route, str(status)], count)
        yield requests
        took = HistogramMetricFamily("pingyi_request_seconds", "Time to answer", labels=["route"])
        for route, times in list(self._times.items()):
            took.add_metric([route], times.buckets(), times.total)
        yield took

    def note(
        self, route: str, method: str, path: str, address: str, status: int, started: float
    ) -> None:
        """One request answered; `started` by `time.perf_counter`."""
        seconds = time.perf_counter() - started
        self._counts[route, status] += 1
        times = self._times.get(route)
        if times is None:
            times = self._times[route] = Times()
        times.add(seconds)
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
    for prefix in ("/t/", "/accounts/", "/welcome/"):
        if path.startswith(prefix) and len(path) > len(prefix):
            return prefix + "…"
    return path[:200]
