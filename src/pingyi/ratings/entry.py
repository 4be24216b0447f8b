"""From a checked submission to what is stored: receipt, digest, marks, sealed contact."""

from __future__ import annotations

import ipaddress
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from django.conf import settings

from pingyi.kernel.codes import new_receipt
from pingyi.kernel.randomness import random_bytes
from pingyi.kernel.secrets import Keyring, mark
from pingyi.ratings.contacts import SealedContact, seal
from pingyi.ratings.points import Point, Rules
from pingyi.ratings.submission import Submission

_DIGEST = "rating.content"
_encode = msgspec.json.encode


class Client(NamedTuple):
    """What is seen of who sends: address behind trusted proxies, user agent, languages."""

    address: str = ""
    agent: str = ""
    languages: str = ""


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One rating on its way into the database; the fields are the columns of `Rating`."""

    key: str
    digest: bytes
    receipt: str
    point_id: int
    unit_id: int
    season_id: int | None
    channel: str
    level: int
    reasons: str
    comment: str
    badge: str
    recorded_at: datetime
    day: date
    device_mark: bytes | None
    network_mark: bytes | None
    contact: SealedContact | None = None

    @property
    def is_bad(self) -> bool:
        return self.level <= 2


def make(
    given: Submission,
    *,
    point: Point,
    rules: Rules,
    client: Client,
    at: datetime,
    day: date,
    keyring: Keyring,
    channel: str = "qr",
) -> Entry:
    """The entry of a submission received `at`, which in the city's time zone is on `day`."""
    receipt = new_receipt(random_bytes)
    network, device = marks(client, day=day, keyring=keyring)
    return Entry(
        key=given.key,
        digest=digest(given, keyring=keyring),
        receipt=receipt,
        point_id=point.id,
        unit_id=point.unit_id,
        season_id=rules.season_id,
        channel=channel,
        level=given.rank,
        reasons=",".join(given.reasons),
        comment=given.comment,
        badge=given.badge,
        recorded_at=at,
        day=day,
        device_mark=device,
        network_mark=network,
        contact=seal(given, receipt=receipt, keyring=keyring),
    )


def digest(given: Submission, *, keyring: Keyring, version: int | None = None) -> bytes:
    """Tells a retry from other content. Keyed, since the content holds the phone."""
    return keyring.fingerprint(_encode(given[1:]).decode(), context=_DIGEST, version=version)


def local_day(at: datetime) -> date:
    """The day in the city's time zone."""
    return at.astimezone(_zone(settings.TIME_ZONE)).date()


def marks(client: Client, *, day: date, keyring: Keyring) -> tuple[bytes | None, bytes | None]:
    """Keyed hashes of the network and of the device as it shows itself, for that day only."""
    if not client.address:
        return None, None
    return _network_mark(_network(client.address), day, keyring), mark(
        f"device\0{client.address}\0{client.agent}\0{client.languages}", day=day, keyring=keyring
    )


@lru_cache(maxsize=4096)
def _network_mark(network: str, day: date, keyring: Keyring) -> bytes:
    return mark(f"network\0{network}", day=day, keyring=keyring)


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    """IPv4 as it is; of IPv6 the /64, which is one household or hall."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


_zone = lru_cache(ZoneInfo)
