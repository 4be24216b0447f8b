"""`pingyi bench scoreboard`: the page of a city of 7,000 units, beside the bare SQL of its figures.

Run as a program within a database's environment, it fills that database and prints its timings.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

import click

from pingyi.shell.benchmarks import city_facts, releases
from pingyi.shell.benchmarks.report import Measurement

LIMIT = "bare SQL: ratings and points of every unit, in one statement"
AT_MOST = 300.0
"""Milliseconds of server time for the page of the largest group."""

# What a scoreboard says at the least: for each unit its ratings, satisfied ones, points.
BARE = """
SELECT u.code, u.name, e.group, t.good, t.given, COALESCE(v.verified, 0)
FROM directory_enrolment e
JOIN directory_unit u ON u.id = e.unit_id
LEFT JOIN (
    SELECT unit_id, SUM(count) AS given,
        SUM(CASE WHEN level >= 3 THEN count ELSE 0 END) AS good
    FROM ratings_unittally WHERE season_id = %s GROUP BY unit_id
) t ON t.unit_id = u.id
LEFT JOIN (
    SELECT c.unit_id, COUNT(*) AS verified
    FROM casework_verdict d JOIN casework_case c ON c.id = d.case_id
    WHERE d.withdrawn_at IS NULL AND d.finding IN ('verified', 'partly')
        AND d.kind IN ('conduct', 'process')
    GROUP BY c.unit_id
) v ON v.unit_id = u.id
WHERE e.season_id = %s"""

WHAT = {
    "scoreboard page, largest group, nothing kept": AT_MOST,
    "scoreboard page, largest group, facts just changed": AT_MOST,
    "scoreboard page, largest group, nothing changed": AT_MOST,
    "all 7,000 units computed and written as JSON": None,
}
ALL = {**WHAT, **releases.WHAT}


def measure(*, rounds: int, seconds: int) -> list[Measurement]:
    """All measurements, on every database at hand; `seconds` is of no use here."""
    from pingyi.shell.benchmarks.intake import stages

    measured = []
    for stage in stages():
        with stage as ready:
            measured += _measured(ready.database, ready.environ, rounds)
    return measured


def _measured(database: str, environ: dict[str, str], rounds: int) -> list[Measurement]:
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pingyi.shell.benchmarks.scoreboard", str(rounds)],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise click.ClickException(f"the benchmark's city failed: {run.stderr[-1000:]}")
    timings = json.loads(run.stdout)
    return [
        Measurement(
            name,
            database,
            "ms",
            timings[name],
            limit=LIMIT,
            limit_rounds=timings[LIMIT],
            at_most=at_most,
            more={"units": 7000},
        )
        for name, at_most in ALL.items()
    ] + city_facts.measurements(database, timings["city"])


def main(rounds: int) -> None:
    """Fill the database, time each thing `rounds` times, print {what: [milliseconds]}."""
    from pingyi.shell import framework

    framework.start()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.utils import timezone

    from pingyi.demo.build import build
    from pingyi.demo.report import Silent
    from pingyi.directory.models import Season
    from pingyi.kernel import collector
    from pingyi.people.models import User
    from pingyi.scoring import board, kept_fairness

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0, interactive=False)
    at = timezone.now()
    build(scale="bench", seed=1, at=at, report=Silent())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    season = Season.objects.latest("starts_on")
    client = Client()
    client.force_login(
        User.objects.get(username="leader"),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE.replace("e.group", 'e."group"'), [season.pk, season.pk])
            if len(cursor.fetchall()) != season.enrolments.count():
                raise RuntimeError("the bare SQL misses units")

    def page() -> None:
        response = client.get("/scoreboard/", {"season": season.code, "group": "stations"})
        if response.status_code != 200:
            raise RuntimeError(f"the page answers {response.status_code}")

    def first_page() -> None:
        # Also what is worked out every five minutes only.
        kept_fairness.forget()
        changed_page()

    def changed_page() -> None:
        board.forget()
        page()

    def everything() -> None:
        board.at_time(season, at=at, now=at).result.to_json()

    deeds = dict(
        zip((*WHAT, LIMIT), (first_page, changed_page, page, everything, bare), strict=True)
    )
    deeds |= releases.deeds(season, at=at)
    for deed in deeds.values():
        deed()
    collector.settle()  # as the server does
    timings = {name: [_milliseconds(deed) for _ in range(rounds)] for name, deed in deeds.items()}
    city = city_facts.timed(season, at=at, rounds=rounds)
    sys.stdout.write(json.dumps({**timings, "city": city}))


def _milliseconds(deed: Callable[[], None]) -> float:
    began = perf_counter()
    deed()
    return (perf_counter() - began) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]))
