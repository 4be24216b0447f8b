"""The entry point for any other ASGI server, as Uvicorn: the same application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingyi.conf.settings")

import django

django.setup()

from pingyi.conf.serving import build_front  # noqa: E402
from pingyi.gateway.asgi import AsgiFront  # noqa: E402

_front, _waker = build_front()
_waker.start()
application = AsgiFront(_front)
