"""The database's own refusal to change the journal: triggers on SQLite and PostgreSQL. Nothing here takes them away."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

# Table, and the columns whose values may not come twice (SQLite's INSERT OR REPLACE would delete without asking).
GUARDED = {
    "journal_journalentry": ("id", "stamp"),
    "journal_journalseal": ("seq", "entry_id"),
    "journal_journalkey": ("id", "month"),
}
WORDS = "the journal is never changed or deleted"


def install(connection: Any) -> None:
    """Create the triggers where they are missing (idempotent); raise ImproperlyConfigured for another database."""
    statements = {"sqlite": _for_sqlite, "postgresql": _for_postgresql}.get(connection.vendor)
    if statements is None:
        raise ImproperlyConfigured(f"Juanzong keeps its journal in SQLite or PostgreSQL, not in {connection.vendor}.")
    with connection.cursor() as cursor:
        for statement in statements():
            cursor.execute(statement)


def missing(connection: Any) -> list[str]:
    """Return the names of triggers that should stand and do not, or that were switched off."""
    if connection.vendor == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        expected = [f"{table}_{act}" for table in GUARDED for act in ("update", "delete", "replace")]
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'"
        expected = [f"{table}_guard" for table in GUARDED]
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {row[0] for row in cursor.fetchall()}
    return [name for name in expected if name not in standing]


def _for_sqlite() -> list[str]:
    statements = []
    for table, columns in GUARDED.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
        taken = " OR ".join(f"{column} = NEW.{column}" for column in columns)
        again = f"EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608 - names of ours
        statements += [
            f"CREATE TRIGGER IF NOT EXISTS {table}_update BEFORE UPDATE ON {table} {refuse}",
            f"CREATE TRIGGER IF NOT EXISTS {table}_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER IF NOT EXISTS {table}_replace BEFORE INSERT ON {table} WHEN {again} {refuse}",
        ]
    return statements


def _for_postgresql() -> list[str]:
    statements = [
        "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    ]
    for table in GUARDED:
        statements += [
            f"CREATE OR REPLACE TRIGGER {table}_guard BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
            # ALWAYS: a session that plays replica does not get past it.
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_guard",
        ]
    return statements
