"""The database's own refusal to change the entry of an item whose volume is closed (A12), on SQLite and PostgreSQL.

Lifting the mark (`frozen_at`) in a statement of its own is how a volume is opened again; nothing here does it.
"""

from typing import Any

TABLE = "holdings_item"
WORDS = "an item of a closed volume is not changed"
# What makes up the entry. Counters, filing marks and the state of its pages are none of it.
ENTRY = (
    "dossier_id", "section_id", "document_type_id", "classification_id", "entry_number", "reference_code", "title",
    "issuer", "issue_number", "document_date", "date_precision", "period_from", "period_to", "opened_on", "source_key",
    "stated_pages", "copies", "remarks",
)  # fmt: skip


def install(connection: Any) -> None:
    """Create the triggers where they are missing (idempotent)."""
    statements = _for_postgresql() if connection.vendor == "postgresql" else _for_sqlite()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def names() -> list[str]:
    """Return what the triggers are called, on either database."""
    return [f"{TABLE}_frozen_update", f"{TABLE}_frozen_delete"]


def _for_sqlite() -> list[str]:
    differs = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in ENTRY)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    update, delete = names()
    frozen = "OLD.frozen_at IS NOT NULL AND NEW.frozen_at IS NOT NULL"
    return [
        f"CREATE TRIGGER IF NOT EXISTS {update} BEFORE UPDATE ON {TABLE} WHEN {frozen} AND ({differs}) {refuse}",
        f"CREATE TRIGGER IF NOT EXISTS {delete} BEFORE DELETE ON {TABLE} WHEN OLD.frozen_at IS NOT NULL {refuse}",
    ]


def _for_postgresql() -> list[str]:
    differs = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in ENTRY)
    update, delete = names()
    frozen = "OLD.frozen_at IS NOT NULL AND NEW.frozen_at IS NOT NULL"
    return [
        "CREATE OR REPLACE FUNCTION holdings_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE OR REPLACE TRIGGER {update} BEFORE UPDATE ON {TABLE} FOR EACH ROW "
        f"WHEN ({frozen} AND ({differs})) EXECUTE FUNCTION holdings_refuse_frozen()",
        f"CREATE OR REPLACE TRIGGER {delete} BEFORE DELETE ON {TABLE} FOR EACH ROW "
        "WHEN (OLD.frozen_at IS NOT NULL) EXECUTE FUNCTION holdings_refuse_frozen()",
    ]
