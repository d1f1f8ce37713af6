"""The room among the installed apps."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    """What every room stands on."""

    name = "dms.core"
    label = "core"

    def ready(self) -> None:
        """After every migration text is compared by its bytes; a forked child has no connections of its parent's."""
        from . import forks

        post_migrate.connect(compare_by_bytes, sender=self)
        forks.install()


def compare_by_bytes(using: str, **kwargs: Any) -> None:
    """Set the collation of our columns on the database that was migrated."""
    from .byte_order import set_byte_order

    set_byte_order(connections[using])
