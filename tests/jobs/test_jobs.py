"""Every job may run at any time, twice, and on a city with nothing to do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pingyi.audit import queries, sealing
from pingyi.jobs.registry import JOBS, job
from tests.casework.world import build

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("each", JOBS, ids=lambda each: each.name)
def test_a_job_with_nothing_to_do_does_nothing(each):
    each.run(AT)
    assert not queries.events().exists()


@pytest.mark.django_db
def test_running_every_job_again_changes_nothing():
    build().case()
    for each in JOBS:
        each.run(AT)
    before = queries.events().count()
    for each in JOBS:
        each.run(AT)
    assert queries.events().count() == before


@pytest.mark.django_db
def test_events_are_sealed():
    build().case()
    job("seal-events").run(AT)
    found = sealing.verify()
    assert found.links == queries.events().count() > 0
    assert found.holds
