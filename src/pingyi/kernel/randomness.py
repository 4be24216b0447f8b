"""Random bytes of the operating system, fetched in one go for many small askings."""

import os
import threading

_FETCHED = 4096


class _Pool(threading.local):
    rest = b""


_pool = _Pool()


def random_bytes(count: int) -> bytes:
    """As `os.urandom`, without a system call each time; no byte is given out twice."""
    rest = _pool.rest
    if len(rest) < count:
        rest = os.urandom(max(_FETCHED, count))
    _pool.rest = rest[count:]
    return rest[:count]


def random_uuid() -> str:
    """A UUID of version 4, as text."""
    digits = random_bytes(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _forget() -> None:
    _pool.rest = b""


# A child process must not go on with its parent's bytes.
os.register_at_fork(after_in_child=_forget)
