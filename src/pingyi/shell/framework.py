"""Django, for the commands that need it; the pure ones stay quick without."""

from __future__ import annotations

import os
from pathlib import Path


def start() -> None:
    """Set Django up from the environment; safe to call twice."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingyi.conf.settings")
    django.setup()


def data_folder() -> Path:
    """PINGYI_DATA, without starting Django: its settings would make keys there."""
    return Path(os.environ.get("PINGYI_DATA") or "data").resolve()


def schemes_folder() -> Path | None:
    """PINGYI_SCHEMES, for commands that do without Django: its settings take these schemes too."""
    given = os.environ.get("PINGYI_SCHEMES")
    return Path(given).resolve() if given else None
