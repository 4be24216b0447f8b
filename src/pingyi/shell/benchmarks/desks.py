"""`pingyi bench desks`: every desk's pages over more than an office's year.

That is 15,250 cases with 120,000 events; the counts found stand in the JSON.

Each page that a signed-in person can open without naming a thing, in its largest form, and the page
of a case for each desk: server time, beside that of the plainest page in the same frame.

Run as a program within a database's environment, it fills that database and prints its timings.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import click

from pingyi.shell.benchmarks.report import Measurement

PLAINEST = "/account/"
LIMIT = f"the plainest page in the same frame, {PLAINEST}"
AT_MOST = 150.0
"""Milliseconds of server time for a desk's page."""
SEARCHED_IN = 300.0
"""And for a search, with its page."""
DESKS = (
    "desk/",
    "inbox/",
    "unit/",
    "office/",
    "inspectors/",
    "city/",
    "scoreboard/",
    "audit/",
    "users/",
)
ASIDE = ("codes.zip", "scoreboard/")
"""A download; and a page with a benchmark of its own."""
SEARCHED = ("?q=社保", "?q=态度", "?q=𠮷野", "?q=12345")
"""Asked of the list of cases."""


def measure(*, rounds: int, seconds: int) -> list[Measurement]:
    """All measurements, on every database at hand; `seconds` is of no use here."""
    from pingyi.shell.benchmarks.intake import stages

    measured = []
    for stage in stages():
        with stage as ready:
            measured += _measured(ready.database, ready.environ, max(rounds, 5))
    return measured


def _measured(database: str, environ: dict[str, str], rounds: int) -> list[Measurement]:
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pingyi.shell.benchmarks.desks", str(rounds)],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise click.ClickException(f"the benchmark's office failed: {run.stderr[-1000:]}")
    found = json.loads(run.stdout)
    plainest = found["pages"].pop(PLAINEST)
    return [
        Measurement(
            page,
            database,
            "ms",
            timings,
            limit=LIMIT,
            limit_rounds=plainest,
            at_most=SEARCHED_IN if "?q=" in page else AT_MOST,
            more={"cases": found["cases"], "events": found["events"]},
        )
        for page, timings in sorted(found["pages"].items(), key=lambda each: -max(each[1]))
    ]


def main(rounds: int) -> None:
    """Fill the database, time each page `rounds` times, print counts and {page: [ms]}."""
    from pingyi.shell import framework

    framework.start()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from pingyi.audit.queries import events
    from pingyi.casework.models import Case
    from pingyi.demo.build import build
    from pingyi.demo.report import Silent

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0, interactive=False)
    build(scale="desks", seed=1, at=timezone.now(), report=Silent())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    pages = {
        (address if login in ("", "manager") else f"{address} ({login})"): _times(
            browser, address, rounds
        )
        for login, browser, address in _visits()
    }
    counts = {"cases": Case.objects.count(), "events": events().count()}
    sys.stdout.write(json.dumps({**counts, "pages": pages}))


def _visits() -> Iterator[tuple[str, Any, str]]:
    """Who opens which page: each page once, by the city's own of the first role that may; the
    pages of cases by each desk that has some."""
    from django.test import Client
    from django.urls import URLPattern, URLResolver, get_resolver

    from pingyi.demo.staff import LOGINS
    from pingyi.people.models import User
    from pingyi.people.permissions import may
    from pingyi.people.roles import Role

    users = [User.objects.get(username=login) for login in LOGINS.values()]
    users += User.objects.filter(appointments__role=Role.UNIT_ADMIN.value).order_by("pk")[:1]
    users.sort(key=lambda user: user.username != LOGINS[Role.CASE_MANAGER])
    browsers: dict[str, Client] = {}

    def browser(user: User) -> Client:
        if user.username not in browsers:
            browsers[user.username] = Client()
            browsers[user.username].force_login(
                user, backend="allauth.account.auth_backends.AuthenticationBackend"
            )
        return browsers[user.username]

    def routes(resolver: Any, before: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        for entry in resolver.url_patterns:
            route = before + str(entry.pattern)
            if isinstance(entry, URLResolver):
                yield from routes(entry, route)
            elif isinstance(entry, URLPattern):
                yield route, getattr(entry.callback, "permissions", ())

    yield "", browser(users[0]), PLAINEST
    for route, asks in routes(get_resolver(), ""):
        if "<" in route or not route.startswith(DESKS) or route.endswith(ASIDE):
            continue
        for user in users:
            if not asks or any(may(user, permission) for permission in asks):
                yield user.username, browser(user), f"/{route}"
                break
    for query in SEARCHED:
        yield "manager", browser(users[0]), f"/office/cases/{query}"
    for login, address in _single_pages(users):
        yield login, browser(User.objects.get(username=login)), address


def _single_pages(users: list[Any]) -> Iterator[tuple[str, str]]:
    """One case's page for each desk, one problem's; each case one that the desk has to do with."""
    from django.urls import reverse

    from pingyi.casework.models import Case
    from pingyi.demo.staff import LOGINS
    from pingyi.people.models import User
    from pingyi.people.roles import Role

    manager, caller, inspector = (
        LOGINS[role] for role in (Role.CASE_MANAGER, Role.CALLER, Role.INSPECTOR)
    )
    for login, page, state in (
        (manager, "office:case", "to_decide"),
        (manager, "office:case", "with_unit"),
        (caller, "office:call", "to_call"),
        (inspector, "inspectors:case", "referred"),
    ):
        case = Case.objects.filter(state=state, embargoed=False).latest("pk")
        yield login, reverse(page, args=[case.number])
    problem = _a_problem(User.objects.get(username=manager))
    yield manager, reverse("office:problem", args=[problem.number])
    admins = User.objects.filter(appointments__role=Role.UNIT_ADMIN.value)
    dispatched = Case.objects.filter(state="with_unit", unit__appointments__user__in=admins)
    case = dispatched.latest("pk")
    admin = admins.filter(appointments__unit=case.unit_id).earliest("pk")
    yield admin.username, reverse("unit:case", args=[case.number])


def _a_problem(manager: Any) -> Any:
    """Twenty cases of one cause, joined."""
    from django.utils import timezone

    from pingyi.casework.actions import join_problem, open_problem
    from pingyi.casework.models import Case
    from pingyi.directory.models import Area

    at, city = timezone.now(), Area.objects.get(parent=None)
    problem = open_problem(title="排队过长", area=city, by=manager, at=at)
    open_cases = Case.objects.filter(state="to_decide", embargoed=False, memberships=None)
    for case in open_cases.order_by("pk")[:20]:
        join_problem(problem=problem, case=case, by=manager, at=at)
    return problem


def _times(browser: Any, address: str, rounds: int) -> list[float]:
    """Milliseconds of each round, the first one aside; nothing for a page that only posts."""
    found = []
    for _ in range(rounds + 1):
        began = perf_counter()
        answer = browser.get(address)
        found.append((perf_counter() - began) * 1000)
        wanted = (200,) if any(sign.isdigit() for sign in address) else (200, 302, 405)
        if answer.status_code not in wanted:
            raise RuntimeError(f"{address} answers {answer.status_code}")
    return found[1:]


if __name__ == "__main__":
    main(int(sys.argv[1]))
