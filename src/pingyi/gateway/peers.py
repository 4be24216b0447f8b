"""Which host names are served, and who is at the other end when a proxy stands between."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.http.request import split_domain_port, validate_host


class Hosts:
    """Django's rule for the Host header, remembered."""

    def __init__(self, allowed: Sequence[str]):
        self._allowed = list(allowed)
        self.serves = lru_cache(maxsize=1024)(self._serves)

    def _serves(self, host: str) -> bool:
        domain, _ = split_domain_port(host)
        return bool(domain) and validate_host(domain, self._allowed)


class Proxies:
    """The reverse proxies whose X-Forwarded-For is believed: addresses or networks."""

    def __init__(self, trusted: Iterable[str]):
        self._networks = [ipaddress.ip_network(each, strict=False) for each in trusted]
        self.trusts = lru_cache(maxsize=1024)(self._trusts)

    def _trusts(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)

    def client(self, peer: str, forwarded: str | None) -> str:
        """The client's address: the last one in X-Forwarded-For that is no trusted proxy."""
        if not forwarded or not self._networks or not self.trusts(peer):
            return peer
        for hop in reversed(forwarded.split(",")[-20:]):
            address = _address(hop.strip())
            if address is None:
                return peer
            if not self.trusts(address):
                return address
            peer = address
        return peer


def host_of(client: str) -> str:
    """The address in `address:port`, as servers write a client."""
    address = client.rpartition(":")[0] or client
    return address.strip("[]")


def _address(hop: str) -> str | None:
    for text in (hop, host_of(hop)):
        try:
            return str(ipaddress.ip_address(text.strip("[]")))
        except ValueError:
            continue
    return None
