"""Turns what the table's script asks for into the call of one service. Thin: every rule is in the services."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.core.errors import Refusal
from dms.holdings.models import Item, Page
from dms.holdings.selectors import get_item_for
from dms.holdings.services.pages_layout import changed_meanwhile

from .. import light_table, services
from ..light_table import Table
from ..models import Verdict

DEGREES = frozenset({90, 180, 270})
MOST_PAGES = 10_000


class Asked:
    """One question of the script: its fields, checked for type, and the things they name, found under the right."""

    def __init__(self, table: Table, fields: dict[str, Any], user: Any) -> None:
        self.table, self.fields, self.user = table, fields, user
        self.items = {item.public_id: item for item in light_table.items_on(table, user)}

    def words(self, name: str) -> list[str]:
        """Return a list of words."""
        given = self.fields.get(name)
        if not isinstance(given, list) or len(given) > MOST_PAGES or not all(isinstance(word, str) for word in given):
            raise not_understood()
        return given

    def word(self, name: str) -> str:
        """Return a word, "" where it is absent."""
        given = self.fields.get(name, "")
        if not isinstance(given, str):
            raise not_understood()
        return given

    def pages(self) -> list[Page]:
        """Return the chosen pages, which must lie on the table."""
        ids = list(dict.fromkeys(self.words("pages")))
        items = {item.pk: item for item in self.items.values()}
        found = {page.public_id: page for page in Page.objects.filter(public_id__in=ids, item__in=items)}
        if not ids or len(found) != len(ids):
            raise changed_meanwhile()
        for page in found.values():
            page.item = items[page.item_id]
        return [found[public_id] for public_id in ids]

    def item(self, name: str) -> Item:
        """Return an item on the table, or another one on which this person may work."""
        public_id = self.word(name)
        return self.items.get(public_id) or get_item_for(self.user, public_id, Act.WORK)

    def seen(self, *others: Item) -> dict[int, str]:
        """Return the tokens the script saw, by item. An item that is not on the table was not seen: as it is now."""
        given = self.fields.get("seen")
        if not isinstance(given, dict):
            raise not_understood()
        tokens = {item.pk: str(given.get(public_id, "")) for public_id, item in self.items.items()}
        for item in others:
            if item.public_id not in self.items:
                pages = item.pages.order_by("position").values_list("pk", flat=True)
                tokens[item.pk] = light_table.token_of(item.pk, pages)
        return tokens

    def turns(self, pages: list[Page]) -> dict[int, int]:
        """Return the turns the script saw, by page."""
        given = self.fields.get("turns")
        if not isinstance(given, dict):
            raise not_understood()
        return {page.pk: turn for page in pages if isinstance(turn := given.get(page.public_id), int)}

    def versions(self, pages: list[Page]) -> list[tuple[Page, int]]:
        """Return the pages with the versions of the images the script saw."""
        given = self.fields.get("versions")
        if not isinstance(given, dict):
            raise not_understood()
        return [(page, version if isinstance(version := given.get(page.public_id), int) else 0) for page in pages]

    def common(self) -> dict[str, Any]:
        """Return what every service is told."""
        return {"table": self.table, "acting_user": self.user}


def not_understood() -> Refusal:
    """Return the refusal for what no script of ours asks."""
    refusal = Refusal(_("This could not be understood."), _("Reload the page."), code="not_understood")
    refusal.status = 400
    return refusal


def act_on(table: Table, fields: dict[str, Any], user: Any) -> None:
    """Do what `fields` ask for on the table; raise NotAllowed or Refusal."""
    asked = Asked(table, fields, user)
    act = _ACTS.get(asked.word("act"))
    if act is None:
        raise not_understood()
    act(asked)


def _move(asked: Asked) -> None:
    pages, into = asked.pages(), asked.item("into")
    front = Page.objects.filter(public_id=asked.word("before"), item=into).first()
    if front is None and asked.word("before"):
        raise changed_meanwhile()
    services.move_pages(pages=pages, into=into, in_front_of=front, seen=asked.seen(into), **asked.common())


def _divide(asked: Asked) -> None:
    services.divide_item(pages=asked.pages(), seen=asked.seen(), **asked.common())


def _merge(asked: Asked) -> None:
    item, into = asked.item("item"), asked.item("into")
    services.merge_items(item=item, into=into, seen=asked.seen(item, into), **asked.common())


def _remove(asked: Asked) -> None:
    services.remove_pages(pages=asked.pages(), seen=asked.seen(), **asked.common())


def _turn(asked: Asked) -> None:
    pages, degrees = asked.pages(), asked.fields.get("degrees")
    if degrees not in DEGREES:
        raise not_understood()
    services.turn_on_table(pages=pages, degrees=degrees, seen=asked.turns(pages), **asked.common())


def _mark(asked: Asked) -> None:
    services.mark_on_table(pages=asked.pages(), blank=asked.fields.get("blank") is True, **asked.common())


def _judge(asked: Asked) -> None:
    batch = asked.table.batch
    if batch is None or asked.word("verdict") not in Verdict.values:
        raise not_understood()
    services.judge_pages(
        batch=batch,
        pages=asked.versions(asked.pages()),
        verdict=Verdict(asked.word("verdict")),
        reasons=asked.words("reasons"),
        note=asked.word("note"),
        acting_user=asked.user,
    )


def _undo(asked: Asked) -> None:
    services.undo_last_act(seen_act=asked.word("step"), **asked.common())


_ACTS: dict[str, Callable[[Asked], None]] = {
    "move": _move,
    "divide": _divide,
    "merge": _merge,
    "remove": _remove,
    "turn": _turn,
    "mark": _mark,
    "judge": _judge,
    "undo": _undo,
}
