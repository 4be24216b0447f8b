"""Runs the jobs, one after the other, each when its time has come.

With an embedded database it is a thread of the one process that writes; with PostgreSQL a process
of its own, and several do no harm.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import close_old_connections, connections

from pingyi.jobs.registry import JOBS, Job

log = logging.getLogger(__name__)

FIRST_AFTER = 2.0
"""Seconds after the start until the first round: the doors open first."""


def run(stop: threading.Event, *, jobs: Sequence[Job] = JOBS) -> None:
    """Run `jobs` until `stop` is set. A job that fails is logged and tried again at its time."""
    due = {job.name: time.monotonic() + FIRST_AFTER for job in jobs}
    while not stop.is_set():
        for job in jobs:
            if due[job.name] <= time.monotonic() and not stop.is_set():
                close_old_connections()
                run_once(job, at=datetime.now(UTC))
                due[job.name] = time.monotonic() + job.every
        stop.wait(max(0.0, min(due.values()) - time.monotonic()))
    connections.close_all()


def run_once(job: Job, *, at: datetime) -> bool:
    """Whether the job went well."""
    started = time.monotonic()
    try:
        job.run(at)
    except Exception:
        log.exception("job %s failed", job.name)
        return False
    log.info("job %s took %.2f s", job.name, time.monotonic() - started)
    return True


def in_thread() -> tuple[threading.Thread, threading.Event]:
    """The worker as a thread, started; set the event and join it to end it."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(stop,), name="jobs", daemon=True)
    thread.start()
    return thread, stop
