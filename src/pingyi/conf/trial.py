"""Trial mode needs no secret: it makes its own keys once and keeps them in PINGYI_DATA."""

from __future__ import annotations

import dataclasses
import os
import secrets
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


def _kept(path: Path, make) -> str:
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two processes may start at once: the first one's key wins.
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(make() + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text().strip()
