"""Does a piece of work soon after it is asked for, once for many askings, in its own thread."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.db import close_old_connections, connections

log = logging.getLogger(__name__)


class Waker:
    """Calls `work` some moments after `wake` was called, once for all calls meanwhile.

    Between two goes it rests four times as long as a go took: a flood must not starve the doors.
    What goes wrong is logged and stays here; the job of the same name does the work again.
    """

    def __init__(self, work: Callable[[], object], *, pause: float = 0.3):
        self._work = work
        self._pause = pause
        self._asked = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="waker", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Ask for the work; returns at once."""
        self._asked.set()

    def stop(self) -> None:
        """Do what was asked for, then end."""
        self._ended = True
        self._asked.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        rest = self._pause
        while True:
            self._asked.wait()
            if not self._ended:
                time.sleep(rest)
            self._asked.clear()
            started = time.monotonic()
            try:
                close_old_connections()
                self._work()
            except Exception:
                log.exception("work after a rating failed; its job will do it")
            if self._ended:
                connections.close_all()
                return
            rest = max(self._pause, min(4 * (time.monotonic() - started), 5.0))
