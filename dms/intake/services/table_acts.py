"""Keeps what was done at the light table, and undoes it step by step: exactly back, or not at all.

An act's `before` and `after` hold what its kind touches: `orders` (item → pages) and `set_aside`, `turns` (page →
degrees), `marks` (page → state), or `capture` (page → version); primary keys, as text where JSON wants it.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.core import clock
from dms.core.errors import Refusal
from dms.holdings.models import Item, Page
from dms.holdings.services.pages_layout import Layout, changed_meanwhile, lay_out_pages
from dms.holdings.services.pages_marking import Mark, mark_pages, turn_pages, use_capture
from dms.journal.services import record
from dms.organisation.models import User

from ..light_table import Table
from ..models import TableAct, TableActKind


def keep_act(
    table: Table, kind: TableActKind, *, before: dict[str, Any], after: dict[str, Any], pages: int, acting_user: User
) -> TableAct:
    """Write the act down inside the transaction that did it."""
    return TableAct.objects.create(
        batch=table.batch,
        item=table.item,
        kind=kind,
        pages=pages,
        before=before,
        after=after,
        done_by=acting_user,
        done_at=clock.now(),
    )


def as_json(layout: Layout) -> dict[str, Any]:
    """Return a layout as it is kept."""
    orders = {str(item): list(pages) for item, pages in layout.orders.items()}
    return {"orders": orders, "set_aside": sorted(layout.set_aside)}


def layout_from(kept: Mapping[str, Any]) -> Layout:
    """Return the layout that `as_json` kept."""
    orders = {int(item): tuple(pages) for item, pages in kept["orders"].items()}
    return Layout(orders, frozenset(kept["set_aside"]))


def undo_last_act(*, table: Table, seen_act: str = "", acting_user: User) -> TableAct:
    """Undo the last act of this person on this table, and return it; the one before it is then the last.

    `seen_act`: the public id of the act that is meant. Raise Refusal where there is none, where it is another by now,
    or where what it did has been changed since (`changed_meanwhile`); NotAllowed where the right is gone.
    """
    with transaction.atomic():
        mine = table.acts().select_for_update(of=("self",)).filter(done_by=acting_user)
        act = mine.first()
        if act is None:
            raise Refusal(_("There is nothing to undo."), code="nothing_to_undo")
        if seen_act and act.public_id != seen_act:
            raise changed_meanwhile()
        _UNDO[TableActKind(act.kind)](act, acting_user)
        act.undone_at = clock.now()
        act.save(update_fields=["undone_at"])
        whole = table.batch or table.item
        record("table.undone", by=acting_user, thing=whole, facts={"act": act.kind, "pages": act.pages})
    return act


def _undo_layout(act: TableAct, user: User) -> None:
    before, after = layout_from(act.after), layout_from(act.before)
    lay_out_pages(before=before, after=after, reason="undone", acting_user=user)


def _undo_turn(act: TableAct, user: User) -> None:
    new, old = act.after["turns"], act.before["turns"]
    turn_pages(turns={int(page): (new[page], old[page]) for page in new}, acting_user=user)


def _undo_marks(act: TableAct, user: User) -> None:
    for mark in Mark:
        some = [page for page, state in act.before["marks"].items() if _mark_for(state) == mark]
        if some:
            states = {int(page): str(act.after["marks"][page]) for page in some}
            mark_pages(states=states, mark=mark, acting_user=user)


def _mark_for(state: str) -> Mark:
    """What was read has its text again; what was waiting, or could not be read, is read once more."""
    return {"blank": Mark.BLANK, "recognised": Mark.WRITTEN}.get(state, Mark.UNREAD)


def _undo_rescan(act: TableAct, user: User) -> None:
    ((page, version),) = act.before["capture"].items()
    seen = act.after["capture"][page]
    use_capture(page=Page.objects.get(pk=int(page)), version=version, seen_version=seen, acting_user=user)


_UNDO = {
    TableActKind.MOVED: _undo_layout,
    TableActKind.DIVIDED: _undo_layout,
    TableActKind.MERGED: _undo_layout,
    TableActKind.REMOVED: _undo_layout,
    TableActKind.TURNED: _undo_turn,
    TableActKind.MARKED: _undo_marks,
    TableActKind.RESCANNED: _undo_rescan,
}


def set_aside_items(acts: Any) -> list[Item]:
    """Return the items in which removed pages still wait for their end or return."""
    removed = acts.filter(kind=TableActKind.REMOVED, undone_at__isnull=True).values_list("after", flat=True)
    ids = [pk for after in removed for pk in after["set_aside"]]
    return list(Item.objects.filter(pk__in=ids, pages__captures__master__destroyed_because="").distinct())
