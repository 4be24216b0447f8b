"""The entry point for Granian's own interface, which `pingyi serve` uses."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingyi.conf.settings")


class Application:
    """Built when the worker's loop is there, ended when it has served its last request."""

    _jobs: tuple[threading.Thread, threading.Event] | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        import django
        from django.db import connection

        django.setup()
        from pingyi.conf.serving import build_front
        from pingyi.kernel import collector, lifeline

        lifeline.hold()
        # A writer waiting for the interpreter must not wait out the usual 5 ms.
        sys.setswitchinterval(0.0005)
        self._front, self._waker = build_front()
        collector.settle()
        self._waker.start()
        self._front.start(loop)
        if connection.vendor == "sqlite":
            # An embedded database has one writing process: the jobs run in it.
            from pingyi.jobs import worker

            self._jobs = worker.in_thread()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self._front.stop())
        self._waker.stop()
        if self._jobs:
            thread, stop = self._jobs
            stop.set()
            thread.join(timeout=10)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        await self._front(scope, protocol)


application = Application()
