"""Where contents lie: PINGYI_DATA/files, encrypted with the keyring, under random names.

The folder is no web root; nothing serves it. A content is on the disk before its row is committed,
so a crash may leave a content without a row (the sweep takes it away), never a row without one.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from pingyi.audit.keys import keyring

_KEY = re.compile(r"[0-9a-f]{32}")
_DRAFT = ".draft"


class FileLost(Exception):
    """A stored file's content is missing, altered, or its key is not in the keyring."""


def folder() -> Path:
    """The folder of all contents: one for all machines that serve the same database."""
    return Path(settings.PINGYI.data) / "files"


def put(content: bytes) -> str:
    """Keep the content, encrypted and synced to the disk; returns the key it lies under."""
    key = secrets.token_hex(16)
    path = _path(key)
    for made in (folder(), path.parent):
        if not made.exists():
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync_folder(made.parent)
    _write(path, keyring().encrypt_bytes(content, context=_context(key)))
    return key


def get(key: str) -> bytes:
    """The content under `key`; raises FileLost, or CannotDecrypt."""
    try:
        blob = _path(key).read_bytes()
    except OSError:
        raise FileLost(key) from None
    return keyring().decrypt_bytes(blob, context=_context(key))


def keys_before(moment: float) -> Iterator[str]:
    """The keys of contents written before `moment` (seconds since the epoch), and of drafts that
    a crash left."""
    for path in sorted(folder().glob("??/*")):
        if _KEY.fullmatch(path.name.removesuffix(_DRAFT)) and path.stat().st_mtime < moment:
            yield path.name


def remove(name: str) -> None:
    """Take a content away that `keys_before` named."""
    (folder() / name[:2] / name).unlink(missing_ok=True)


def renew() -> int:
    """Encrypt with the newest key what an older one encrypted; how many contents changed.

    May be repeated and interrupted. Raises CannotDecrypt if a key is missing.
    """
    keys, changed = keyring(), 0
    for path in sorted(folder().glob("??/*")):
        if not _KEY.fullmatch(path.name):
            continue
        with path.open("rb") as file:
            first = file.read(1)
        if keys.needs_rotation(first):
            plain = keys.decrypt_bytes(path.read_bytes(), context=_context(path.name))
            _write(path, keys.encrypt_bytes(plain, context=_context(path.name)))
            changed += 1
    return changed


def _path(key: str) -> Path:
    if not _KEY.fullmatch(key):
        raise FileLost(key)
    return folder() / key[:2] / key


def _context(key: str) -> str:
    """Bound to its place: a content put in another's stead does not decrypt."""
    return f"file.content/{key}"


def _write(path: Path, blob: bytes) -> None:
    """The whole file or none, durably."""
    draft = path.with_name(path.name + _DRAFT)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(blob)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
