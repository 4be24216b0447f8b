"""Every list takes as many queries for 1,000 rows as for 10."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pingyi.casework.states import State
from pingyi.people.roles import Role
from tests.staff import signed_in
from tests.web.many import many_cases

LISTS = [
    (Role.SORTER, State.UNSORTED, "/office/sorting/"),
    (Role.CALLER, State.TO_CALL, "/office/calls/"),
    (Role.CALLER, State.TO_CHECK, "/office/checks/"),
    (Role.CASE_MANAGER, State.TO_PLACE, "/office/cases/"),
    (Role.CASE_MANAGER, State.TO_PLACE, "/office/cases/?late=yes&q=2026&sort=unit&page=2"),
    (Role.CASE_MANAGER, State.CLOSED, "/office/cases/?export=csv"),
    (Role.CASE_MANAGER, State.TO_DECIDE, "/desk/"),
    (Role.UNIT_ADMIN, State.WITH_UNIT, "/unit/"),
    (Role.UNIT_ADMIN, State.WITH_UNIT, "/unit/?export=csv"),
    (Role.INSPECTOR, State.REFERRED, "/inspectors/"),
    (Role.INSPECTOR, State.REFERRED, "/inspectors/all/?sort=-due"),
]


@pytest.mark.parametrize(("role", "state", "path"), LISTS)
def test_queries_do_not_grow_with_rows(world, role, state, path):
    user = world.person(role)
    many_cases(world, state, 10)
    signed_in(user).get(path)
    few = _queries(user, path)
    many_cases(world, state, 990)
    many = _queries(user, path)
    # A file's rows are read in pieces: clocks and whom they were escalated to once more.
    assert many <= few + 2 * ("export" in path), f"{few} queries for 10 rows, {many} for 1,000"
    assert few < 41  # the start page counts every queue there is


def _queries(user, path: str) -> int:
    cache.clear()
    browser = signed_in(user)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        answer = browser.get(path)
        content = b"".join(answer)
    assert answer.status_code == 200
    assert b"2026-9" in content or path == "/desk/"
    return len(caught)
