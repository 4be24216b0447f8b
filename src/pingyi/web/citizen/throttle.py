"""Guessing at receipts is slowed down, per network and per process; a right receipt never is.

Only misses count, so a hall behind one address is never shut out of its own receipts. With 63
random bits in a receipt this keeps noise out rather than guessers; what could be guessed, a
private word or a code, is limited per receipt in the database (`ratings.opening`).
"""

from __future__ import annotations

import ipaddress

from django.core.cache import cache
from django.http import HttpRequest

MISSES = 20
WINDOW = 600  # seconds


def too_many_misses(request: HttpRequest) -> bool:
    """Note one unknown receipt; whether this network has asked for too many of late."""
    key = f"receipt-misses:{_network(request.META.get('REMOTE_ADDR', ''))}"
    cache.add(key, 0, WINDOW)
    try:
        return cache.incr(key) > MISSES
    except ValueError:  # ran out between the two lines
        return False


def _network(address: str) -> str:
    """IPv4 as it is; of IPv6 the /64, which is one household or hall."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
