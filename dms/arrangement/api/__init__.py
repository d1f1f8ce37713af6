"""The API of arrangement, a module for each subject. Thin: find under the right, call the screen's service, show."""

from ninja import Router

from . import catalogues, decisions, prints, relations, volumes

router = Router()
for part in (volumes, catalogues, prints, relations, decisions):
    router.add_router("", part.router)

__all__ = ["router"]
