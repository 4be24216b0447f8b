"""A city's facts and scores at full size: 7,000 units, 4.02 million ratings, 20,000 events.

The ratings stand in a table as wide as the real one; without its indexes, which a scan does not
read and which would take minutes to fill. The tallies are multiplied alike. Breaches found are
added to what the city's cases came to, until there are as many events.
"""

from __future__ import annotations

import csv
import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

import msgspec

from pingyi.shell.benchmarks.report import Measurement

if TYPE_CHECKING:
    from pingyi.directory.models import Season
    from pingyi.scoring.engine import Facts

UNITS, RATINGS, EVENTS = 7000, 4_020_000, 20_000
COUNTED = "SELECT unit_id, channel, level, by_default, COUNT(*) FROM {} {} GROUP BY 1, 2, 3, 4"


class Told(NamedTuple):
    """A measurement's rounds, as a child process prints them."""

    name: str
    rounds: list[float]
    limit: str = ""
    limit_rounds: list[float] = []
    at_least: float | None = None
    at_most: float | None = None


def measurements(database: str, told: list[list[Any]]) -> list[Measurement]:
    """What `timed` found in a database, for the report."""
    return [
        Measurement(
            one.name,
            database,
            "ms",
            one.rounds,
            limit=one.limit,
            limit_rounds=one.limit_rounds,
            at_least=one.at_least,
            at_most=one.at_most,
            more={"units": UNITS, "ratings": RATINGS, "events": EVENTS},
        )
        for one in itertools.starmap(Told, told)
    ]


def timed(season: Season, *, at: datetime, rounds: int) -> list[Told]:
    """Every measurement, in a database with the city's units and some of its ratings."""
    from pingyi import rulebook
    from pingyi.scoring import board, facts, fairness, simulation
    from pingyi.scoring.engine import score

    def gathered() -> None:
        facts.gather(season, at=at)

    def of(deed: Callable[[], object]) -> list[float]:
        deed()
        return [_milliseconds(deed) for _ in range(rounds)]

    _add_events(season, at)
    few = of(gathered)
    _multiply()
    many = of(gathered)

    def scanned() -> None:
        with _by_scanning(season):
            facts.gather(season, at=at)

    scheme = rulebook.scheme(season.scheme)
    city = facts.gather(season, at=at)
    half = _half(city)
    engine = of(lambda: score(city, scheme).to_json())
    result = score(city, scheme)
    counts = _counts(city, scheme)

    def simulated() -> None:
        now = board.at_time(season, at=at, now=at)
        other = board.at_time(season, at=at, now=at, scheme=rulebook.scheme("wuhan-2018"))
        simulation.compare(now.result, other.result, now.scheme, other.scheme)

    found = [
        Told(
            "facts by scanning 4.02 M ratings",
            of(scanned),
            "facts from tallies",
            many,
            at_least=5,
        ),
        Told("facts from tallies, 20 times the ratings", many, "as many tallies, few ratings", few),
        Told("engine with lines, 7,000 units", engine, at_most=1000),
        Told(
            "engine with lines, 7,000 units",
            engine,
            "half the units",
            of(lambda: score(half, scheme).to_json()),
        ),
        Told(
            "probabilities of the last places, 7,000 units",
            of(lambda: fairness.group(counts)),
            at_most=1000,
        ),
        Told("a draft simulated over the city", of(simulated), at_most=5000),
    ]
    if len(result.results) < 0.98 * UNITS or len(city.events) < EVENTS:
        raise RuntimeError(f"a city of {len(result.results)} units, {len(city.events)} events only")
    outer = _in_duckdb(season, rounds)
    if outer is not None:
        found.append(Told("facts from tallies", many, "DuckDB scanning the same ratings", outer))
    return found


def _multiply() -> None:
    """A table of RATINGS rows out of those there are, and tallies to match."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM ratings_rating")
        times = -(-RATINGS // cursor.fetchone()[0])
        series = (
            f"SELECT generate_series(1, {times}) AS n"
            if connection.vendor == "postgresql"
            else "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s "
            f"WHERE n < {times}) SELECT n FROM s"
        )
        cursor.execute(
            "CREATE TABLE bench_ratings AS SELECT r.* FROM "
            f"({series}) AS copies CROSS JOIN ratings_rating r LIMIT {RATINGS}"
        )
        cursor.execute(f"UPDATE ratings_unittally SET count = count * {times}")
        cursor.execute("ANALYZE")
        # Or every later read goes through a log of a gigabyte; a test's transaction forbids it.
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _by_scanning(season: Season) -> Iterator[None]:
    """Within, facts are gathered out of the ratings themselves."""
    from django.db import connection

    from pingyi.scoring import queries

    def scan(*asked: object) -> Iterator[queries.Counted]:
        with connection.cursor() as cursor:
            where = f"WHERE season_id = {season.pk}"
            cursor.execute(COUNTED.format("bench_ratings", where))
            yield from map(queries.Counted._make, cursor.fetchall())

    with mock.patch.object(queries, "live_counts", scan):
        yield


def _add_events(season: Season, at: datetime) -> None:
    """Breaches found at the units in turn, to make up EVENTS."""
    from pingyi.directory.models import Unit
    from pingyi.scoring import facts
    from pingyi.supervision.kinds import FindingKind
    from pingyi.supervision.models import Finding

    lacking = max(0, EVENTS - len(facts.gather(season, at=at).events))
    units = Unit.objects.filter(enrolments__season=season).order_by("pk")
    dealt = zip(range(lacking), itertools.cycle(units.values_list("pk", flat=True)), strict=False)
    Finding.objects.bulk_create(
        (
            Finding(
                unit_id=unit,
                kind=FindingKind.BREACH.value,
                on=season.starts_on,
                what=f"bench-{nth}",
                by="bench",
                at=at,
            )
            for nth, unit in dealt
        ),
        batch_size=500,
    )


def _half(city: Facts) -> Facts:
    units = {unit.code for unit in city.units[::2]}
    return msgspec.structs.replace(
        city,
        units=city.units[::2],
        satisfaction=tuple(row for row in city.satisfaction if row.unit in units),
        events=tuple(event for event in city.events if event.unit in units),
        measured=tuple(row for row in city.measured if row.unit in units),
        history=tuple(past for past in city.history if past.unit in units),
    )


def _counts(city: Facts, scheme: Any) -> dict[str, Any]:
    """All units as one group, with two verified in a thousand."""
    from pingyi.scoring import fairness
    from pingyi.scoring.lines import ratings

    rows: dict[str, list[Any]] = {unit.code: [] for unit in city.units}
    for row in city.satisfaction:
        rows[row.unit].append(row)
    rated = {code: ratings(own, scheme.rate) for code, own in rows.items()}
    return {code: fairness.counted(one, one.given // 500) for code, one in rated.items()}


def _in_duckdb(season: Season, rounds: int) -> list[float] | None:
    """The same scan by DuckDB in memory; None where it is not installed."""
    try:
        import duckdb
    except ModuleNotFoundError:
        return None
    from pingyi.ratings.models import Rating

    columns = ("unit_id", "channel", "level", "by_default")
    rows = Rating.objects.filter(season=season).order_by().values_list(*columns)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratings.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(rows.iterator(chunk_size=10_000))
        connection = duckdb.connect()
        times = -(-RATINGS // max(1, rows.count()))
        connection.execute(
            f"CREATE TABLE ratings AS SELECT r.* FROM read_csv('{path}', header = true) r "
            f"CROSS JOIN range({times}) LIMIT {RATINGS}"
        )
    query = COUNTED.format("ratings", "")
    connection.execute(query).fetchall()
    return [_milliseconds(lambda: connection.execute(query).fetchall()) for _ in range(rounds)]


def _milliseconds(deed: Callable[[], object]) -> float:
    began = perf_counter()
    deed()
    return (perf_counter() - began) * 1000
