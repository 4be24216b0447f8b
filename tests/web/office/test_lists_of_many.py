"""The lists beside the cases take as many queries for 1,000 rows as for 10."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pingyi.accountability.models import Duty
from pingyi.casework import actions
from pingyi.casework.message_files import MessageRow
from pingyi.casework.models import Case, Verdict
from pingyi.casework.origins import Channel
from pingyi.casework.problem_models import Problem, ProblemCase
from pingyi.casework.second_looks import Appeal, LookBack
from pingyi.casework.states import State
from pingyi.directory.models import ServicePoint
from pingyi.ratings.models import Contact, Rating
from pingyi.supervision.models import Finding, RectificationItem, RectificationList
from tests.casework.world import AT, World
from tests.staff import signed_in
from tests.web.many import many_cases


def _messages(world: World, count: int) -> None:
    rows = [
        MessageRow(line=n, number=f"{count}-{n}", sender="A", subject="s", sent_at=AT,
                   text="t", unit=world.brigade.code)
        for n in range(count)
    ]  # fmt: skip
    actions.load_messages(
        rows=rows,
        channel=Channel.MESSAGE_BOARD,
        area=world.district,
        source="x",
        by=world.sorter,
        at=AT,
    )


def _problems(world: World, count: int) -> None:
    cases = many_cases(world, State.TO_PLACE, count)
    start = Problem.objects.count()
    problems = Problem.objects.bulk_create(
        Problem(
            number=f"W2026-{start + n:04}",
            title="t",
            area=world.district,
            opened_at=AT,
            opened_by="m",
        )
        for n in range(count)
    )
    ProblemCase.objects.bulk_create(
        ProblemCase(problem=problem, case=case, joined_at=AT, joined_by="m")
        for problem, case in zip(problems, cases, strict=True)
    )


def _one_problem(world: World, count: int) -> None:
    cases = many_cases(world, State.TO_PLACE, count)
    problem, _ = Problem.objects.get_or_create(
        number="W2026-0001",
        defaults={"title": "t", "area": world.district, "opened_at": AT, "opened_by": "m"},
    )
    ProblemCase.objects.bulk_create(
        ProblemCase(problem=problem, case=case, joined_at=AT, joined_by="m") for case in cases
    )


def _repeated(world: World, count: int) -> None:
    """Each pair of cases at a point of its own, and with a phone of its own."""
    now = timezone.now() - timedelta(days=1)
    cases = many_cases(world, State.TO_PLACE, 2 * count, at=now)
    start = ServicePoint.objects.count()
    points = ServicePoint.objects.bulk_create(
        ServicePoint(unit=world.brigade, name=f"p{start + n}", kind="window") for n in range(count)
    )
    for n, case in enumerate(cases):
        case.point = points[n // 2]
    Case.objects.bulk_update(cases, ["point"], batch_size=500)
    Contact.objects.bulk_create(
        Contact(
            rating_id=case.rating_id,
            phone_cipher=b"x",
            phone_print=f"{start + n // 2:017}".encode(),
        )
        for n, case in enumerate(cases)
    )


def _basically(world: World, count: int) -> None:
    _repeated(world, count)
    Rating.objects.update(level=3)


def _look_backs(world: World, count: int) -> None:
    cases = many_cases(world, State.CLOSED, count)
    LookBack.objects.bulk_create(
        LookBack(case=case, stage="first", at=AT, by="manager") for case in cases
    )


def _appeals(world: World, count: int) -> None:
    cases = many_cases(world, State.CLOSED, count)
    verdicts = Verdict.objects.bulk_create(
        Verdict(case=case, unit=world.brigade, finding="verified", kind="conduct", reason="r",
                at=AT, by="manager")
        for case in cases
    )  # fmt: skip
    Appeal.objects.bulk_create(
        Appeal(case=verdict.case, verdict=verdict, unit=world.brigade, grounds="g", at=AT, by="u")
        for verdict in verdicts
    )


def _findings(world: World, count: int) -> None:
    Finding.objects.bulk_create(
        Finding(unit=world.brigade, kind="quality.error", on=AT.date(), what="w", at=AT, by="m")
        for _ in range(count)
    )


def _duties(world: World, count: int) -> None:
    start = Duty.objects.count()
    made = Duty.objects.bulk_create(
        Duty(rule="r", words="w", scheme="wuhan-2023", season=world.season, what="named",
             on="unit", unit=world.brigade, ground=f"g{start + n}", area=world.district,
             proposed_at=AT, proposed_by="m")
        for n in range(count)
    )  # fmt: skip
    cases = many_cases(world, State.CLOSED, count)
    Duty.cases.through.objects.bulk_create(
        Duty.cases.through(duty=duty, case=case) for duty, case in zip(made, cases, strict=True)
    )


def _lists(world: World, count: int) -> None:
    made = RectificationList.objects.bulk_create(
        RectificationList(title="t", unit=world.brigade, at=AT, by="m") for _ in range(count)
    )
    RectificationItem.objects.bulk_create(
        RectificationItem(of=one, number=1, unit=world.brigade, problem="p", measure="m",
                          owner="o", at=AT, by="m")
        for one in made
    )  # fmt: skip


LISTS = {
    "/office/look-backs/": _look_backs,
    "/office/look-backs/?state=waiting&export=csv": _look_backs,
    "/office/appeals/": _appeals,
    "/office/findings/": _findings,
    "/office/duties/": _duties,
    "/office/rectification/": _lists,
    "/office/messages/": _messages,
    "/office/messages/?export=csv": _messages,
    "/office/problems/": _problems,
    "/office/problems/W2026-0001/": _one_problem,
    "/office/repeats/": _repeated,
    "/office/repeats/?of=persons": _repeated,
    "/office/basically/": _basically,
}


@pytest.mark.parametrize("path", LISTS)
def test_queries_do_not_grow_with_rows(world, path):
    user = world.manager
    LISTS[path](world, 10)
    signed_in(user).get(path)
    few = _queries(user, path)
    LISTS[path](world, 990)
    many = _queries(user, path)
    assert many <= few + ("export" in path), f"{few} queries for 10 rows, {many} for 1,000"
    assert few <= 28


def _queries(user, path: str) -> int:
    cache.clear()
    browser = signed_in(user)
    with CaptureQueriesContext(connection) as caught:
        answer = browser.get(path)
        content = b"".join(answer)
    assert answer.status_code == 200
    assert b"data-rows" in content or "export" in path
    return len(caught)
