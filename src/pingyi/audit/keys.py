"""The keyring of this installation: the one place from which areas take the keys.

It stands with audit because everything that stores personal data stands above it.
"""

from functools import cache

from django.conf import settings

from pingyi.kernel.secrets import Keyring


def keyring() -> Keyring:
    """The installation's keyring, read once per process."""
    return _read(settings.PINGYI.keyring)


@cache
def _read(text: str) -> Keyring:
    return Keyring.from_text(text)
