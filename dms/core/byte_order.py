"""PostgreSQL: our columns of text are compared byte by byte, as SQLite and Python do, whatever the database sorts by.

Lists are paged by key (holdings/listing.py) and merged in Python: a database that sorts otherwise, as Chinese or
ignoring hyphens, would show a row twice and lose another. Names are sorted by a key made for that (`name_sort`).
"""

from typing import Any

from django.apps import apps

_OURS = ("dms.", "ocr", "search", "workflows.")


def set_byte_order(connection: Any) -> list[str]:
    """Give every text column of our tables the collation "C" where it has another one; return these columns' names.

    Idempotent. After each migration, because changing a column's type gives it the database's own collation again.
    """
    if connection.vendor != "postgresql":
        return []
    wrong = columns_in_another_order(connection)
    with connection.cursor() as cursor:
        for table in sorted({table for table, _column, _type in wrong}):
            changes = ", ".join(
                f'ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"' for owner, column, kind in wrong if owner == table
            )
            cursor.execute(f'ALTER TABLE "{table}" {changes}')
    return [f"{table}.{column}" for table, column, _type in wrong]


def columns_in_another_order(connection: Any) -> list[tuple[str, str, str]]:
    """Return (table, column, type) of each of our text columns on PostgreSQL that is not compared by bytes."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if _is_ours(model)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod)
            FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid JOIN pg_collation c ON c.oid = a.attcollation
            WHERE t.relkind = 'r' AND pg_table_is_visible(t.oid) AND t.relname = ANY(%s)
              AND NOT a.attisdropped AND c.collname <> 'C'
            ORDER BY t.relname, a.attnum""",
            [tables],
        )
        return [(str(table), str(column), str(kind)) for table, column, kind in cursor.fetchall()]


def _is_ours(model: Any) -> bool:
    return str(apps.get_app_config(model._meta.app_label).name).startswith(_OURS)
