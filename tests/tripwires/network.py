"""No test reaches beyond this machine."""

from __future__ import annotations

import ipaddress
import socket

import pytest

_connect = socket.socket.connect


class ReachedOut(AssertionError):
    """A test tried to leave the loopback."""


def _connect_to_loopback(self: socket.socket, address):
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = address[0]
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ReachedOut(f"a test connects to {host}")
    return _connect(self, address)


@pytest.fixture(autouse=True)
def _stay_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", _connect_to_loopback)
