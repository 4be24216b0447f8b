"""The request log tells no secret that an address holds."""

from __future__ import annotations

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pingyi.gateway.journal import loggable

SECRET = "k7m2-pq9d-3xwe-r4"


@pytest.mark.parametrize(
    "name", ["receipt", "receipt-code", "receipt-story", "receipt-mine", "account:first"]
)
def test_receipts_and_one_time_links_are_left_out(name):
    assert SECRET not in loggable(reverse(name, args=[SECRET]))


def test_every_public_address_with_a_part_of_its_own_is_thought_of():
    """Whoever adds one says here whether that part is a secret."""
    found = {pattern.name for pattern in _patterns(get_resolver()) if _is_public(pattern)}
    released = {"season", "group", "unit", "file"}  # results that are public, and named by codes
    secret = {"receipt", "receipt-code", "receipt-story", "receipt-mine", "first"}
    assert found == {"rate"} | secret | released


def _patterns(resolver: URLResolver):
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        else:
            yield entry


def _is_public(pattern: URLPattern) -> bool:
    closed = getattr(pattern.callback, "login_required", True)
    return not closed and bool(pattern.pattern.converters)


def test_long_and_odd_addresses_stay_short():
    assert len(loggable("/" + "x" * 5000)) <= 200
