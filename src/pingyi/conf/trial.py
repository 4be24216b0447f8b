"""Trial mode needs no secret: it makes its own keys once and keeps them in PINGYI_DATA."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path

from pingyi.conf.environment import Environment
from pingyi.kernel.secrets import Keyring


def with_own_keys(env: Environment) -> Environment:
    """`env` with the keys kept in its data folder, made there if they are not."""
    return dataclasses.replace(
        env,
        secret_key=env.secret_key
        or _kept(env.data / "secret.key", lambda: secrets.token_urlsafe(48)),
        keyring=env.keyring or _kept(env.data / "keyring", lambda: Keyring.generate().to_text()),
    )


def _kept(path: Path, make: Callable[[], str]) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Several may start at once: each writes a draft, and the first to link its own wins.
        descriptor, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(make() + "\n")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        os.unlink(draft)
        return path.read_text().strip()
