"""The database itself refuses to change what was frozen, whoever asks."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

RESULTS, RELEASES, SCHEMES, BEST = (
    "publication_releasedresult",
    "publication_release",
    "publication_schemeversion",
    "publication_releasedbest",
)
_FOREVER = (
    "season_id, kind, starts_on, through, as_of, scheme_id, scheme_before_id, result_before_id, "
    "engine, facts_digest, result_digest, period_digest, listed, supersedes_id, reason, note, "
    "prepared_at, prepared_by"
)
"""What of a release is settled when it is prepared."""
_TRIGGERS = (
    (RESULTS, "frozen", "UPDATE", ""),
    (RESULTS, "kept", "DELETE", ""),
    (SCHEMES, "frozen", "UPDATE", ""),
    (SCHEMES, "kept", "DELETE", ""),
    (RELEASES, "frozen", f"UPDATE OF {_FOREVER}", ""),
    (RELEASES, "kept", "DELETE", ""),
    (
        RELEASES,
        "settled",
        "UPDATE",
        "WHEN (OLD.published_at IS NOT NULL OR OLD.given_up_at IS NOT NULL)",
    ),
)
_OF_BEST = ((BEST, "frozen", "UPDATE", ""), (BEST, "kept", "DELETE", ""))


def protect(connection: BaseDatabaseWrapper) -> None:
    """Lay the triggers."""
    _lay(connection, _TRIGGERS)


def protect_best(connection: BaseDatabaseWrapper) -> None:
    """Those of the table that came later."""
    _lay(connection, _OF_BEST)


def _lay(connection: BaseDatabaseWrapper, triggers: tuple[tuple[str, str, str, str], ...]) -> None:
    """What differs between the databases stands here."""
    execute = connection.cursor().execute
    postgresql = connection.vendor == "postgresql"
    if postgresql:
        execute(
            "CREATE OR REPLACE FUNCTION publication_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'what was released never changes'; END $$"
        )
    for table, name, deed, when in triggers:
        what = (
            "EXECUTE FUNCTION publication_refuse()"
            if postgresql
            else "BEGIN SELECT RAISE(ABORT, 'what was released never changes'); END"
        )
        execute(
            f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} FOR EACH ROW {when} {what}"
        )


def unprotect(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for a migration that must change these tables, and for tests."""
    execute = connection.cursor().execute
    for table, name, _deed, _when in (*_TRIGGERS, *_OF_BEST):
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        execute(f"DROP TRIGGER IF EXISTS {table}_{name}{on}")
