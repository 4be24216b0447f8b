"""Two security administrators at the same person at once."""

from __future__ import annotations

import pytest

from pingyi.people import actions
from pingyi.people.models import Appointment
from pingyi.people.policies import Refused, Why
from pingyi.people.roles import Role
from tests.casework.test_concurrency import at_once
from tests.people.test_actions import BY

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("_time", range(5))
def test_nobody_becomes_two_administrators_at_once(transactional_db, _time):
    user = actions.create_user(login="wang", name="王", **BY)
    results = at_once(
        *(
            lambda role=role: actions.appoint(user=user, role=role, **BY)
            for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
        )
    )
    refused = [result for result in results if isinstance(result, Refused)]
    assert [one.why for one in refused] == [Why.TWO_ADMINISTRATORS] * 2, results
    assert Appointment.objects.count() == 1
