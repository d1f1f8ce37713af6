"""The API of intake, a module for each subject. Thin: find under the right, call the screen's service, show."""

from ninja import Router

from . import batches, check_sheets, large_files, light_tables, unplaced

router = Router()
for part in (batches, large_files, unplaced, light_tables, check_sheets):
    router.add_router("", part.router)

__all__ = ["router"]
