"""The database itself refuses to change or delete what was appended, whoever asks."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

APPENDED_ONLY = ("audit_event", "audit_readaccess", "audit_seal")


def protect(connection: BaseDatabaseWrapper) -> None:
    """Lay the triggers; what differs between the databases stands here."""
    execute = connection.cursor().execute
    if connection.vendor == "postgresql":
        execute(
            "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'audit rows are appended only'; END $$"
        )
    for table in APPENDED_ONLY:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            if connection.vendor == "postgresql":
                what = "FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
            else:
                what = "BEGIN SELECT RAISE(ABORT, 'audit rows are appended only'); END"
            execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {what}")


def unprotect(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for a migration that must change these tables, and for tests."""
    execute = connection.cursor().execute
    for table in APPENDED_ONLY:
        for verb in ("update", "delete"):
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}")
