"""Does a piece of work soon after it is asked for, once for many askings, in its own thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections, connections

log = logging.getLogger(__name__)


class Waker:
    """Calls `work` a moment after `wake` was called, once for all calls meanwhile.

    The first asking is answered `soon`; under a steady stream it rests `pause` seconds between two
    goes, and at least four times as long as a go took: a flood must not starve the doors.
    What goes wrong is logged and stays here; the job of the same name does the work again.
    """

    def __init__(self, work: Callable[[], object], *, soon: float = 0.3, pause: float = 5.0):
        self._work = work
        self._soon = soon
        self._pause = pause
        self._asked = threading.Event()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Ask for the work; returns at once."""
        self._asked.set()

    def stop(self) -> None:
        """Do what was asked for, then end."""
        self._ending.set()
        self._asked.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        rested = time.monotonic()
        while True:
            self._asked.wait()
            self._ending.wait(max(self._soon, rested - time.monotonic()))
            self._asked.clear()
            started = time.monotonic()
            try:
                close_old_connections()
                self._work()
            except Exception:
                log.exception("work after a rating failed; its job will do it")
            if self._ending.is_set():
                connections.close_all()
                return
            ended = time.monotonic()
            rested = ended + max(self._pause, 4 * (ended - started))
