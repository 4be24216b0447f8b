"""Who is at the other end, and which hosts are served."""

from __future__ import annotations

import pytest

from pingyi.gateway.front import _forwarded_for
from pingyi.gateway.peers import Hosts, Proxies, host_of


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7, 192.168.1.9", "203.0.113.7"),
        ("10.0.0.1", "203.0.113.7:4711", "203.0.113.7"),
        ("10.0.0.1", "[2001:db8::1]:80", "2001:db8::1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("?", "203.0.113.7", "?"),
    ],
)
def test_only_trusted_proxies_are_believed(peer, forwarded, client):
    proxies = Proxies(["10.0.0.1", "192.168.1.0/24"])
    assert proxies.client(peer, forwarded) == client


def test_a_line_that_a_client_made_up_stands_before_the_proxys_own():
    class Lines(dict):
        def get_all(self, name: str) -> list[str]:
            return self.get(name, [])

    forged = Lines({"x-forwarded-for": ["1.1.1.1", "203.0.113.7"]})
    assert Proxies(["10.0.0.1"]).client("10.0.0.1", _forwarded_for(forged)) == "203.0.113.7"
    assert Proxies(["10.0.0.1"]).client("10.0.0.1", _forwarded_for(Lines())) == "10.0.0.1"


def test_without_proxies_nothing_is_believed():
    assert Proxies([]).client("10.0.0.1", "203.0.113.7") == "10.0.0.1"


@pytest.mark.parametrize(
    ("text", "host"),
    [("127.0.0.1:80", "127.0.0.1"), ("[::1]:80", "::1"), ("::1:80", "::1"), ("unix", "unix")],
)
def test_the_port_is_cut_off(text, host):
    assert host_of(text) == host


@pytest.mark.parametrize(
    ("host", "served"),
    [
        ("city.example", True),
        ("city.example:8000", True),
        ("CITY.example", True),
        ("[::1]:8000", True),
        ("evil.example", False),
        ("city.example.evil", False),
        ("city.example@evil", False),
        ("", False),
    ],
)
def test_hosts(host, served):
    assert Hosts(["city.example", "[::1]"]).serves(host) is served
