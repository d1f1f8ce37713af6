"""The API about people: oneself and one's tokens, and for administrators everybody. Thin over the room's selectors."""

from ninja import Router

from . import me, people

router = Router()
for part in (me, people):
    router.add_router("", part.router)

__all__ = ["router"]
