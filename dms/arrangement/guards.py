"""What the database itself refuses (A7 A12): different years in one volume, and any change to a closed one.

Triggers on SQLite and PostgreSQL. A volume is opened again by a statement that changes nothing but its state.
"""

from typing import Any

BINDING, VOLUME = "arrangement_binding", "arrangement_volume"
BOUND = "different years never share a volume, and a closed one is not changed"
SETTLED = "a volume keeps its dossier and year, and a closed one is not changed"
# What a volume is; changed neither while it is closed nor ever.
IDENTITY = ("fonds_id", "dossier_id", "filing_year", "retention_id", "classification_id")
CONTENT = (*IDENTITY, "part", "number", "reference_code", "rank", "sheets", "last_page", "closed_at", "closed_by_id")


def install(connection: Any) -> None:
    """Create the triggers where they are missing (idempotent)."""
    statements = _for_postgresql() if connection.vendor == "postgresql" else _for_sqlite()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def names() -> dict[str, list[str]]:
    """Return what the triggers are called, by table, on either database."""
    return {
        BINDING: [f"{BINDING}_{act}" for act in ("insert", "update", "delete")],
        VOLUME: [f"{VOLUME}_{act}" for act in ("identity", "update", "delete")],
    }


def _conditions(differs: str) -> dict[str, tuple[str, str]]:
    """Return (act, the condition under which it is refused) by trigger; `differs` compares NULL as a value."""
    year = f"EXISTS (SELECT 1 FROM {VOLUME} v WHERE v.id = NEW.volume_id AND v.filing_year <> NEW.filing_year)"  # noqa: S608 - names of ours
    closed = f"EXISTS (SELECT 1 FROM {VOLUME} v WHERE v.id = {{row}}.volume_id AND v.state <> 'open')"  # noqa: S608
    new, old = closed.format(row="NEW"), closed.format(row="OLD")
    another = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in IDENTITY)
    changed = " OR ".join(f"NEW.{column} {differs} OLD.{column}" for column in CONTENT)
    return {
        f"{BINDING}_insert": ("INSERT", f"{year} OR {new}"),
        f"{BINDING}_update": ("UPDATE", f"{year} OR {new} OR {old}"),
        f"{BINDING}_delete": ("DELETE", old),
        f"{VOLUME}_identity": ("UPDATE", another),
        f"{VOLUME}_update": ("UPDATE", f"OLD.state = 'closed' AND ({changed})"),
        f"{VOLUME}_delete": ("DELETE", "OLD.state <> 'open' OR OLD.number IS NOT NULL"),
    }


def _table(trigger: str) -> str:
    return next(table for table, triggers in names().items() if trigger in triggers)


def _words(trigger: str) -> str:
    return BOUND if _table(trigger) == BINDING else SETTLED


def _for_sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS {trigger} BEFORE {act} ON {_table(trigger)} FOR EACH ROW WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{_words(trigger)}'); END"
        for trigger, (act, condition) in _conditions("IS NOT").items()
    ]


def _for_postgresql() -> list[str]:
    """Conditions that look at another table stand within the function: a trigger's own WHEN cannot hold them."""
    statements = []
    for trigger, (act, condition) in _conditions("IS DISTINCT FROM").items():
        answer = "OLD" if act == "DELETE" else "NEW"
        statements += [
            f"CREATE OR REPLACE FUNCTION {trigger}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {condition} THEN RAISE EXCEPTION '{_words(trigger)}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {answer}; END $$",
            f"CREATE OR REPLACE TRIGGER {trigger} BEFORE {act} ON {_table(trigger)} "
            f"FOR EACH ROW EXECUTE FUNCTION {trigger}_refuse()",
        ]
    return statements
