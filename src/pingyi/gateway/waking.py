"""Does a piece of work soon after it is asked for, once for many askings, in its own thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections

log = logging.getLogger(__name__)


class Waker:
    """Calls `work` some moments after the last of several calls of `wake`.

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
        pause = threading.Event()
        while True:
            self._asked.wait()
            if not self._ended:
                pause.wait(self._pause)  # what comes meanwhile is done in the same go
            self._asked.clear()
            try:
                close_old_connections()
                self._work()
            except Exception:
                log.exception("work after a rating failed; its job will do it")
            if self._ended:
                close_old_connections()
                return
