"""Django, for the commands that need it; the pure ones stay quick without."""

import os


def start() -> None:
    """Set Django up from the environment; safe to call twice."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pingyi.conf.settings")
    django.setup()
