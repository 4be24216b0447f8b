"""`python -m pingyi.jobs`: the worker as a process, until SIGTERM or the end of its supervisor."""

import os
import signal
import threading

import django

from pingyi.kernel.lifeline import hold

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingyi.conf.settings")
django.setup()

from pingyi.jobs import worker  # noqa: E402

stop = threading.Event()
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, lambda *_: stop.set())
hold()
worker.run(stop)
