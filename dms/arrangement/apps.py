"""The room among the installed apps."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ArrangementConfig(AppConfig):
    """The room of the annual volumes."""

    name = "dms.arrangement"
    label = "arrangement"
    verbose_name = _("Annual volumes")

    def ready(self) -> None:
        """Put guards back after migrations (SQLite drops them as it remakes a table); announce this room's words."""
        from dms.journal import words

        post_migrate.connect(stand_guard, sender=self)
        words.announce(
            actions={
                "catalogue.read": _("Catalogue looked at"),
                "class.joined": _("Item joins a volume of a higher classification"),
                "class.left": _("Item left the volume of a higher classification"),
                "dossier.arranged": _("Dossier arranged into volumes"),
                "filing_year.set": _("Filing year set by decision"),
                "filing_year.reset": _("Filing year left to the rule again"),
                "item.corrected": _("Entry of a closed volume corrected"),
                "items.imported": _("List of items imported"),
                "items.cross_referenced": _("Items cross-referenced"),
                "position.set": _("Position set by hand"),
                "position.reset": _("Position left to the rule again"),
                "proposal.declined": _("Proposed relation declined"),
                "relation.made": _("Items related"),
                "relation.undone": _("Relation between items undone"),
                "relations.proposed": _("Relations proposed"),
                "volume.closed": _("Volume closed"),
                "volume.downloaded": _("Volume downloaded"),
                "volume.printed": _("Volume printed"),
                "volume.read": _("Volume looked at"),
                "volume.reopened": _("Volume opened again"),
                "volume.to_confirm": _("Closing of a volume to be confirmed"),
                "volumes.exported": _("List of volumes exported"),
                "volumes.listed": _("List of volumes printed"),
            },
            facts={
                "kind": _("kind"),
                "other": _("other item"),
                "parts": _("volumes"),
                "reason": _("reason"),
                "year": _("year"),
            },
        )


def stand_guard(using: str, **kwargs: Any) -> None:
    """Install the triggers on the database that was migrated."""
    from . import guards

    if set(guards.names()) <= set(connections[using].introspection.table_names()):
        guards.install(connections[using])
