"""The API of intake, a module for each subject. Thin: find under the right, call the screen's service, show."""

from ninja import Router

from . import batches, large_files, unplaced

router = Router()
for part in (batches, large_files, unplaced):
    router.add_router("", part.router)

__all__ = ["router"]
