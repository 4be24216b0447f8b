"""`pingyi bench levels`: whether the answer betrays the level by its time.

Best and worst ratings are sent in turn, one at a time, and their receipts opened in turn. The ratio
of the medians is told beside that of the best ratings' own two halves: the noise.
"""

from __future__ import annotations

import http.client
import json
import time
import uuid
from collections.abc import Callable
from functools import partial
from statistics import median
from urllib.parse import urlsplit

from pingyi.shell.benchmarks.intake import Stage, fill, serving, stages
from pingyi.shell.benchmarks.report import Measurement

PAIRS = 60
"""Per second of measurement asked for."""
WORDS = "等候时间较长，工作人员解释清楚。"
BEST, WORST = "satisfied", "dissatisfied"


def measure(*, rounds: int, seconds: int) -> list[Measurement]:
    """The answer to a rating and its receipt page, on every database at hand."""
    measured = []
    for stage in stages():
        with stage as ready:
            measured += _levels(ready, rounds, PAIRS * seconds)
    return measured


def _levels(stage: Stage, rounds: int, pairs: int) -> list[Measurement]:
    code = fill(stage, points=4)[0]
    times: dict[tuple[str, str], list[float]] = {}
    for _ in range(rounds):
        with serving(stage) as url:
            found = _round(url, code, pairs)
        for key, value in found.items():
            times.setdefault(key, []).append(value)
    return [
        Measurement(
            f"{what}, worst level",
            stage.database,
            "ms",
            times[what, "worst"],
            f"{what}, best level; the best level's own two halves differ by "
            f"{_apart(times[what, 'first'], times[what, 'second']):.1%}",
            times[what, "best"],
        )
        for what in ("answer", "receipt page")
    ]


def _round(url: str, code: str, pairs: int) -> dict[tuple[str, str], float]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    answers: dict[str, list[float]] = {BEST: [], WORST: []}
    pages: dict[str, list[float]] = {BEST: [], WORST: []}
    for number in range(pairs):
        order = (BEST, WORST) if number % 2 else (WORST, BEST)
        for level in order:
            taken, track = _timed(partial(_rate, connection, code, level))
            answers[level].append(taken)
            taken, _ = _timed(partial(_get, connection, track))
            pages[level].append(taken)
    connection.close()
    found = {}
    for what, times in (("answer", answers), ("receipt page", pages)):
        best = times[BEST][pairs // 10 :]  # the first ones warm up
        found[what, "best"] = median(best)
        found[what, "worst"] = median(times[WORST][pairs // 10 :])
        found[what, "first"] = median(best[::2])
        found[what, "second"] = median(best[1::2])
    return found


def _timed(act: Callable[[], str]) -> tuple[float, str]:
    started = time.perf_counter()
    result = act()
    return (time.perf_counter() - started) * 1000, result


def _rate(connection: http.client.HTTPConnection, code: str, level: str) -> str:
    rating = {"point": code, "level": level, "comment": WORDS, "key": str(uuid.uuid4())}
    body = json.dumps(rating).encode()
    connection.request("POST", "/api/v1/ratings", body, {"Content-Type": "application/json"})
    track: str = json.loads(connection.getresponse().read())["track"]
    return track


def _get(connection: http.client.HTTPConnection, path: str) -> str:
    connection.request("GET", path)
    return connection.getresponse().read().decode()


def _apart(first: list[float], second: list[float]) -> float:
    return abs(median(first) / median(second) - 1)
