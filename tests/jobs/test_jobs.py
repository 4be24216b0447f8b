"""Every job may run at any time, twice, and on a city with nothing to do."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from pingyi.audit import queries, sealing
from pingyi.jobs import worker
from pingyi.jobs.registry import JOBS, Job, job
from tests.casework.world import build

AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize("each", JOBS, ids=lambda each: each.name)
def test_a_job_with_nothing_to_do_does_nothing(each):
    each.run(AT)
    assert not queries.events().exists()


@pytest.mark.django_db
def test_running_every_job_again_changes_nothing():
    build().case("new")
    for each in JOBS:
        each.run(AT)
    before = queries.events().count()
    for each in JOBS:
        each.run(AT)
    assert queries.events().count() == before


@pytest.mark.django_db
def test_events_are_sealed():
    build()
    job("seal-events").run(AT)
    found = sealing.verify()
    assert found.links == queries.events().count() > 0
    assert found.holds


def test_names_are_unique_and_unknown_ones_refused():
    assert len({each.name for each in JOBS}) == len(JOBS)
    with pytest.raises(KeyError):
        job("brew-coffee")


@pytest.mark.django_db
def test_a_failing_job_does_not_stop_the_others():
    ran = []
    stop = threading.Event()

    def fail(at):
        ran.append("fails")
        raise RuntimeError("on purpose")

    def end(at):
        ran.append("ends")
        stop.set()

    worker.FIRST_AFTER, kept = 0.0, worker.FIRST_AFTER
    try:
        worker.run(stop, jobs=[Job("fails", 60, fail), Job("ends", 60, end)])
    finally:
        worker.FIRST_AFTER = kept
    assert ran == ["fails", "ends"]
