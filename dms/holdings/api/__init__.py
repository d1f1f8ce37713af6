"""The API of the holdings, a module for each subject. Thin: find under the right, call the screen's service, show."""

from ninja import Router

from . import configuration, customer_lists, dossier, dossiers, filing_rules, items

router = Router()
for part in (dossiers, dossier, items, configuration, filing_rules, customer_lists):
    router.add_router("", part.router)

__all__ = ["router"]
