"""Doors that machines only look at."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

View = Callable[[HttpRequest], HttpResponse]


def looked_at(view: View) -> View:
    """GET and HEAD, without signing in; 405 for all else."""
    return csrf_exempt(login_not_required(require_safe(view)))
