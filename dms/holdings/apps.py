"""Tells Django about the holdings, and the journal what their acts are called."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class HoldingsConfig(AppConfig):
    """The room of what is kept."""

    name = "dms.holdings"
    label = "holdings"
    verbose_name = _("Holdings")

    def ready(self) -> None:
        """Announce the words of this room's acts to the journal, and drop by the clock what nobody imported."""
        from dms.core import schedule
        from dms.journal import words

        from .services.drafts import drop_abandoned_drafts

        post_migrate.connect(after_migrations, sender=self)
        schedule.register("holdings.drop abandoned lists", drop_abandoned_drafts, hours=6)
        words.announce(
            actions={
                "customer_list.imported": _("Customer list imported"),
                "dossier.label_printed": _("Label printed"),
                "dossiers.exported": _("Dossier list exported"),
                "item.divided": _("Item divided"),
                "item.frozen": _("Item read-only from now on"),
                "item.read": _("Item looked at"),
                "item.released": _("Item may be changed again"),
                "kind.changed": _("Dossier kind changed"),
                "kind.created": _("Dossier kind created"),
                "kind.deleted": _("Dossier kind deleted"),
                "personal.shown": _("Personal value shown"),
                "series.changed": _("Series changed"),
                "series.created": _("Series created"),
                "series.deleted": _("Series deleted"),
            },
            facts={
                "changed": _("what changed"),
                "field": _("field"),
                "from": _("from"),
                "opened": _("dossiers opened"),
                "rows": _("rows"),
                "tab": _("tab"),
                "to": _("to"),
                "under": _("under"),
            },
        )


def after_migrations(using: str, **kwargs: Any) -> None:
    """Put the guards of bound items back, and lay down what is shipped where it is missing."""
    from . import guards
    from .shipped import lay_down

    tables = set(connections[using].introspection.table_names())
    if {"holdings_item", "holdings_documenttype", "holdings_retentionperiod"} <= tables:
        guards.install(connections[using])
        lay_down(using)
