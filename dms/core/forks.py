"""Keeps a forked child from speaking on its parent's connections to PostgreSQL: it makes its own when it needs one."""

import os
from typing import Any

from django.db import connections

# Kept, so that nothing in the child says goodbye on a line that is not its own.
_of_the_parent: list[Any] = []


def install() -> None:
    """Have every child that is forked from now on begin without connections."""
    os.register_at_fork(after_in_child=leave_to_the_parent)


def leave_to_the_parent() -> None:
    """Forget inherited connections and pools without closing them, and that a transaction was open on them."""
    for connection in connections.all(initialized_only=True):
        if connection.vendor != "postgresql":
            continue
        _of_the_parent.append(connection.connection)
        connection.connection = None
        connection.in_atomic_block = connection.needs_rollback = connection.closed_in_transaction = False
        connection.savepoint_ids, connection.atomic_blocks, connection.run_on_commit = [], [], []
        pools: dict[str, Any] = type(connection)._connection_pools  # type: ignore[attr-defined]
        _of_the_parent.extend(pools.values())
        pools.clear()
