"""The worker runs each job at its time; what fails is tried again and stops nothing else."""

from __future__ import annotations

import threading
import time

import pytest
from django.utils import timezone

from pingyi.gateway.waking import Waker
from pingyi.jobs import registry, worker
from pingyi.jobs.registry import Job


@pytest.mark.django_db
def test_every_job_runs_on_an_empty_city():
    for job in registry.JOBS:
        assert worker.run_once(job, at=timezone.now()), job.name
        assert registry.job(job.name) is job
    with pytest.raises(KeyError):
        registry.job("none")


@pytest.mark.django_db
def test_a_failing_job_keeps_nobody_waiting(monkeypatch):
    monkeypatch.setattr(worker, "FIRST_AFTER", 0.0)
    done: list[str] = []
    stop = threading.Event()

    def fails(at) -> None:
        done.append("fails")
        raise RuntimeError("no")

    def works(at) -> None:
        done.append("works")
        if done.count("works") == 2:
            stop.set()

    # The test's own connection stays open.
    monkeypatch.setattr(worker.connections, "close_all", lambda: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)
    worker.run(stop, jobs=[Job("fails", 0.01, fails), Job("works", 0.01, works)])
    assert done == ["fails", "works", "fails", "works"]


@pytest.mark.django_db
def test_many_wakings_are_one_piece_of_work():
    done: list[int] = []
    waker = Waker(lambda: done.append(1), soon=0.05)
    waker.start()
    for _ in range(50):
        waker.wake()
    time.sleep(0.3)
    assert len(done) == 1
    waker.wake()
    waker.stop()
    assert len(done) >= 2


@pytest.mark.django_db
def test_work_that_fails_is_done_again_when_asked_again():
    tries: list[int] = []

    def fails() -> None:
        tries.append(1)
        raise RuntimeError("no")

    waker = Waker(fails, soon=0.01, pause=60)
    waker.start()
    waker.wake()
    time.sleep(0.2)
    waker.stop()
    assert len(tries) == 2
