"""What one does at the light table (A8 A10 A12): move, divide, merge, remove, turn, mark. One act, one transaction.

Each looks first whether the pages still lie as the person saw them (`seen`: item → token), does one write in the
holdings, writes the journal and keeps the step for undoing.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core.errors import Refusal, require
from dms.holdings.models import Item, ItemState, Page
from dms.holdings.selectors import decide_item
from dms.holdings.services import create_item
from dms.holdings.services.pages_layout import Layout, changed_meanwhile, insist_unfiled, lay_out_pages, layout_of
from dms.holdings.services.pages_marking import Mark, mark_pages, turn_pages
from dms.journal.services import record
from dms.organisation.models import User

from ..light_table import Table, receiving_items, token_of
from ..models import TableAct, TableActKind
from .table_acts import as_json, keep_act

Seen = Mapping[int, str]


def move_pages(
    *, table: Table, pages: Sequence[Page], into: Item, in_front_of: Page | None, seen: Seen, acting_user: User
) -> TableAct | None:
    """A8: lay pages, in the order in which they lie, in front of another page of an item, or at its end (None).

    Return None where they lie there already. Raise NotAllowed or Refusal; then nothing was changed.
    """
    chosen = {page.pk for page in pages}
    with transaction.atomic():
        before = _present({page.item_id for page in pages} | {into.pk}, seen, acting_user)
        taken = [page for order in before.orders.values() for page in order if page in chosen]
        orders = {item: [page for page in order if page not in chosen] for item, order in before.orders.items()}
        target, at = orders[into.pk], None
        if in_front_of is not None:
            at = _place_in(before.orders[into.pk], in_front_of.pk, chosen)
        at = len(target) if at is None else at
        target[at:at] = taken
        after = _layout(orders)
        if after == before:
            return None
        lay_out_pages(before=before, after=after, reason="pages moved", acting_user=acting_user)
        record("pages.moved", by=acting_user, thing=into, facts={"pages": len(taken)})
        return _kept(table, TableActKind.MOVED, before, after, len(taken), acting_user)


def _place_in(order: Sequence[int], page: int, chosen: set[int]) -> int:
    """Return where among the pages that stay `page` lies, or the first that stays after it."""
    if page not in order:
        raise changed_meanwhile()
    return sum(1 for other in order[: order.index(page)] if other not in chosen)


def divide_item(*, table: Table, pages: Sequence[Page], seen: Seen, acting_user: User) -> TableAct:
    """A10: let each of `pages` (of one item) begin an item of its own; the pages after it go with it.

    The new items have the entry of the old one under a title with a number. Raise NotAllowed or Refusal.
    """
    item = _only_item(pages)
    with transaction.atomic():
        before = _present({item.pk}, seen, acting_user)
        order = before.orders[item.pk]
        cuts = sorted(order.index(page.pk) for page in pages)
        if cuts[0] == 0:
            raise Refusal(_("The first page begins this item already."), _("Choose the page that begins the next one."))
        parts = [order[start:end] for start, end in zip([0, *cuts], [*cuts, None], strict=True)]
        orders: dict[int, Sequence[int]] = {item.pk: parts[0]}
        for number, part in enumerate(parts[1:], 2):
            orders[_sibling(item, f"{item.title[:280]} ({number})", acting_user).pk] = part
        grown = _layout({**{pk: () for pk in orders}, **before.orders})
        after = _layout(orders)
        lay_out_pages(before=grown, after=after, acting_user=acting_user)
        facts = {"pages": len(order) - len(parts[0]), "items": len(parts)}
        record("item.divided", by=acting_user, thing=item, facts=facts)
        return _kept(table, TableActKind.DIVIDED, grown, after, facts["pages"], acting_user)


def merge_items(*, table: Table, item: Item, into: Item, seen: Seen, acting_user: User) -> TableAct:
    """A10: put all pages of an item behind those of another, the one before it; its entry is withdrawn."""
    if item.pk == into.pk:
        raise Refusal(_("There is no item before this one."))
    with transaction.atomic():
        before = _present({item.pk, into.pk}, seen, acting_user)
        after = _layout({into.pk: (*before.orders[into.pk], *before.orders[item.pk]), item.pk: ()})
        count = len(before.orders[item.pk])
        lay_out_pages(before=before, after=after, reason="merged", acting_user=acting_user)
        facts = {"pages": count, "from": str(item.entry_number)}
        record("item.merged", by=acting_user, thing=into, facts=facts)
        return _kept(table, TableActKind.MERGED, before, after, count, acting_user)


def remove_pages(*, table: Table, pages: Sequence[Page], seen: Seen, acting_user: User) -> TableAct:
    """R2: take pages out before filing. They can be brought back until the batch is filed; then they are destroyed."""
    chosen = {page.pk for page in pages}
    with transaction.atomic():
        before = _present({page.item_id for page in pages}, seen, acting_user)
        taken = [page for order in before.orders.values() for page in order if page in chosen]
        first = Item.objects.select_related("dossier__kind", "section", "classification").get(pk=pages[0].item_id)
        heap = _sibling(first, first.title, acting_user)
        before = _layout({**before.orders, heap.pk: ()})
        kept = {item: [page for page in order if page not in chosen] for item, order in before.orders.items()}
        after = Layout(_layout({**kept, heap.pk: taken}).orders, frozenset({heap.pk}))
        lay_out_pages(before=before, after=after, reason="pages removed", acting_user=acting_user)
        record("pages.removed", by=acting_user, thing=first, facts={"pages": len(taken)})
        return _kept(table, TableActKind.REMOVED, before, after, len(taken), acting_user)


def turn_on_table(
    *, table: Table, pages: Sequence[Page], degrees: int, seen: Mapping[int, int], acting_user: User
) -> TableAct:
    """Turn pages for everybody by 90, 180 or 270 degrees clockwise. `seen`: page → the turn it was shown with."""
    turns = {page.pk: (seen.get(page.pk, -1), (seen.get(page.pk, 0) + degrees) % 360) for page in pages}
    with transaction.atomic():
        turn_pages(turns=turns, acting_user=acting_user)
        before, after = ({str(page): turn[n] for page, turn in turns.items()} for n in (0, 1))
        return keep_act(
            table,
            TableActKind.TURNED,
            before={"turns": before},
            after={"turns": after},
            pages=len(turns),
            acting_user=acting_user,
        )


def mark_on_table(*, table: Table, pages: Sequence[Page], blank: bool, acting_user: User) -> TableAct | None:
    """A10: mark pages as blank, or as not blank; None where all are so already."""
    wanted = "blank" if blank else "recognised"
    with transaction.atomic():
        rows = Page.objects.filter(pk__in=[page.pk for page in pages]).order_by("pk")
        states = {page.pk: str(page.state) for page in rows if (page.state == "blank") != blank}
        if not states:
            return None
        mark_pages(states=states, mark=Mark.BLANK if blank else Mark.WRITTEN, acting_user=acting_user)
        return keep_act(
            table,
            TableActKind.MARKED,
            before={"marks": {str(page): state for page, state in states.items()}},
            after={"marks": {str(page): wanted for page in states}},
            pages=len(states),
            acting_user=acting_user,
        )


def _present(ids: set[int], seen: Seen, acting_user: User) -> Layout:
    """Return how the pages lie in these items, locked; raise where that is not what was seen, or may not be changed."""
    items = list(Item.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    for item in Item.objects.select_related("dossier__classification", "classification").filter(pk__in=ids):
        require(decide_item(acting_user, Act.WORK, item))
        insist_unfiled(item)
    present = layout_of(ids)
    if any(item.state == ItemState.WITHDRAWN for item in items) or any(
        seen.get(item) != token_of(item, order) for item, order in present.orders.items()
    ):
        raise changed_meanwhile()
    if receiving_items(ids):
        raise Refusal(
            _("Pages are still being added to this item."), _("Wait until its files are split."), code="receiving"
        )
    return present


def _layout(orders: Mapping[int, Sequence[int]]) -> Layout:
    return Layout({item: tuple(pages) for item, pages in orders.items()})


def _only_item(pages: Sequence[Page]) -> Item:
    if len({page.item_id for page in pages}) != 1:
        raise Refusal(_("Choose pages of one item only."))
    related = ("dossier__kind", "dossier__classification", "section", "classification")
    return Item.objects.select_related(*related).get(pk=pages[0].item_id)


def _sibling(item: Item, title: str, acting_user: User) -> Item:
    """Return a new item with the entry of `item` under another title."""
    return create_item(
        dossier=item.dossier,
        title=title,
        section=item.section,
        document_date=item.document_date,
        classification=item.classification,
        issuer=item.issuer,
        acting_user=acting_user,
    )


def _kept(table: Table, kind: TableActKind, before: Layout, after: Layout, pages: int, acting_user: User) -> TableAct:
    return keep_act(table, kind, before=as_json(before), after=as_json(after), pages=pages, acting_user=acting_user)
