"""A batch of entries into the database: ratings, contacts and tallies, all or nothing.

The caller owns the transaction. What differs between the databases stands here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from pingyi.ratings import tallies
from pingyi.ratings.entry import Entry


class Fate(Enum):
    """What became of an entry."""

    WRITTEN = "written"
    REPEATED = "repeated"  # the same key and content was there: the first one's receipt
    CONFLICT = "conflict"  # the same key with other content


class Outcome(NamedTuple):
    fate: Fate
    receipt: str


def write(cursor: Any, vendor: str, entries: Sequence[Entry]) -> list[Outcome]:
    """Store what is new, once per key; one outcome for each entry, in order.

    `vendor` is Django's name of the database: `postgresql` or `sqlite`.
    """
    ordered = sorted(entries, key=_key)  # two writers with the same keys must not deadlock
    write_new = _write_postgresql if vendor == "postgresql" else _write_sqlite
    written = write_new(cursor, ordered)
    others = {entry.key for entry in entries if entry.receipt not in written}
    kept = _kept(cursor, vendor, others) if others else {}
    return [
        Outcome(Fate.WRITTEN, entry.receipt)
        if entry.receipt in written
        else _against(entry, *kept[entry.key])
        for entry in entries
    ]


def _against(entry: Entry, digest: bytes, receipt: str) -> Outcome:
    same = bytes(digest) == entry.digest
    return Outcome(Fate.REPEATED if same else Fate.CONFLICT, receipt)


def _key(entry: Entry) -> str:
    return entry.key


def _kept(cursor: Any, vendor: str, keys: set[str]) -> dict[str, tuple[bytes, str]]:
    """Digest and receipt stored under each of `keys`."""
    if vendor == "postgresql":
        cursor.execute(
            "SELECT key, digest, receipt FROM ratings_rating WHERE key = ANY(%s::uuid[])",
            ["{" + ",".join(keys) + "}"],
        )
        return {key.hex: (digest, receipt) for key, digest, receipt in cursor.fetchall()}
    cursor.execute(
        "SELECT key, digest, receipt FROM ratings_rating"
        " WHERE key IN (SELECT value FROM json_each(%s))",
        [msgspec.json.encode(list(keys)).decode()],
    )
    return {key: (digest, receipt) for key, digest, receipt in cursor.fetchall()}


# PostgreSQL: one statement, so one round trip and one plan. The tallies are sums over what was
# really written, whatever the conflicts. Bytes travel in base64, as msgspec writes them.
_POSTGRESQL = """
WITH incoming AS (
    SELECT * FROM json_to_recordset(%s::json) AS row (
        key uuid, digest text, receipt text, point_id bigint, unit_id bigint, season_id bigint,
        channel text, level smallint, reasons text, comment text, badge text,
        recorded_at timestamptz, day date, device_mark text, network_mark text, contact json)
), written AS (
    INSERT INTO ratings_rating (key, digest, receipt, point_id, unit_id, season_id, channel,
        level, by_default, reasons, comment, badge, recorded_at, day, device_mark, network_mark)
    SELECT key, decode(digest, 'base64'), receipt, point_id, unit_id, season_id, channel,
        level, false, reasons, comment, badge, recorded_at, day,
        decode(device_mark, 'base64'), decode(network_mark, 'base64')
    FROM incoming
    ON CONFLICT (key) DO NOTHING
    RETURNING id, key, receipt, point_id, unit_id, season_id, channel, level, day
), contacts AS (
    INSERT INTO ratings_contact (rating_id, phone_cipher, phone_print, call_back, matter_cipher,
        matter_print, word_digest)
    SELECT written.id, decode(phone_cipher, 'base64'), decode(phone_print, 'base64'), call_back,
        decode(matter_cipher, 'base64'), decode(matter_print, 'base64'),
        decode(word_digest, 'base64')
    FROM written JOIN incoming USING (receipt), json_to_record(incoming.contact) AS sealed (
        phone_cipher text, phone_print text, call_back boolean, matter_cipher text,
        matter_print text, word_digest text)
    WHERE incoming.contact IS NOT NULL
), points AS (
    INSERT INTO ratings_pointtally (day, point_id, channel, level, by_default, count)
    SELECT day, point_id, channel, level, false, count(*) FROM written
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (day, point_id, channel, level, by_default)
    DO UPDATE SET count = ratings_pointtally.count + excluded.count
), units AS (
    INSERT INTO ratings_unittally (season_id, unit_id, channel, level, by_default, count)
    SELECT season_id, unit_id, channel, level, false, count(*) FROM written
    WHERE season_id IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (season_id, unit_id, channel, level, by_default)
    DO UPDATE SET count = ratings_unittally.count + excluded.count
)
SELECT receipt FROM written"""


def _write_postgresql(cursor: Any, entries: Sequence[Entry]) -> set[str]:
    cursor.execute(_POSTGRESQL, [msgspec.json.encode(entries).decode()])
    return {receipt for (receipt,) in cursor.fetchall()}


_SQLITE_RATING = """
INSERT INTO ratings_rating (key, digest, receipt, point_id, unit_id, season_id, channel,
    level, reasons, comment, badge, recorded_at, day, device_mark, network_mark, by_default)
VALUES {rows}"""

_SQLITE_CONTACT = """
INSERT INTO ratings_contact (rating_id, phone_cipher, phone_print, call_back, matter_cipher,
    matter_print, word_digest)
SELECT rating.id, column2, column3, column4, column5, column6, column7
FROM (VALUES {rows}) JOIN ratings_rating AS rating ON rating.key = column1"""


def _write_sqlite(cursor: Any, entries: Sequence[Entry]) -> set[str]:
    # The transaction is the only writer: what is not there now will not come between.
    known = set(_kept(cursor, "sqlite", {entry.key for entry in entries}))
    fresh = {entry.key: entry for entry in reversed(entries) if entry.key not in known}
    new = list(fresh.values())
    tallies.write_rows(cursor, _SQLITE_RATING, [_sqlite_row(entry) for entry in new])
    sealed = [(e.key, *msgspec.structs.astuple(e.contact)) for e in new if e.contact]
    tallies.write_rows(cursor, _SQLITE_CONTACT, sealed)
    tallies.add(cursor, map(_change, new))
    return {entry.receipt for entry in new}


def _sqlite_row(entry: Entry) -> tuple[Any, ...]:
    *head, recorded_at, day, device, network, _ = msgspec.structs.astuple(entry)
    moment = recorded_at.astimezone(UTC).replace(tzinfo=None)
    return (*head, str(moment), day.isoformat(), device, network, False)


def _change(entry: Entry) -> tallies.Change:
    return tallies.Change(
        entry.season_id,
        entry.unit_id,
        entry.point_id,
        entry.channel,
        entry.level,
        False,
        entry.day,
    )
