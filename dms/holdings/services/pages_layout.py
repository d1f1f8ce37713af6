"""Lays pages out anew among the items of one dossier: order, division, merging, setting aside (A8 A10 A12).

Every such act is the same write: the items together hold the same pages before and after. Rows change, no file moves;
a page keeps its id, so the index and every address go on being true. Nothing is destroyed here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from dms.clearance.policy import Act
from dms.core.errors import Refusal, require
from dms.core.refusals import Denied
from dms.journal.services import record
from dms.organisation.models import User

from ..models import Capture, Dossier, Item, ItemState, Page
from ..policy import may_rearrange_item
from ..selectors import decide_item
from .items import create_item
from .versions import item_snapshot, save_item_version

_ASIDE = 1_000_000  # positions beyond any real one: where pages stand while they change places
_AT_ONCE = 2_000  # pages named in one statement


@dataclass(frozen=True, slots=True)
class Layout:
    """Which pages lie in which item, in order (primary keys).

    An item without pages is withdrawn. One of `set_aside` is withdrawn although it has pages: they were removed, and
    can come back as long as they were not destroyed.
    """

    orders: Mapping[int, tuple[int, ...]]
    set_aside: frozenset[int] = frozenset()


def layout_of(items: Iterable[int]) -> Layout:
    """Return how the pages lie in these items now. It asks for no right: a caller that shows it does."""
    orders: dict[int, list[int]] = {pk: [] for pk in items}
    rows = Page.objects.filter(item__in=orders).order_by("position")
    for item, page in rows.values_list("item_id", "pk"):
        orders[item].append(page)
    return Layout({item: tuple(pages) for item, pages in orders.items()})


def changed_meanwhile() -> Refusal:
    """Return the refusal for somebody whose picture of the pages is no longer true."""
    return Refusal(
        _("Somebody changed these pages in the meantime."),
        _("Look at how they lie now, and do it again if it is still wanted."),
        code="changed_meanwhile",
    )


def lay_out_pages(*, before: Layout, after: Layout, reason: str = "", acting_user: User) -> None:
    """A10: bring the pages of some unfiled items of one dossier from `before` to `after`, in one transaction.

    Both name the same items and the same pages. Raise NotAllowed; Refusal where an item is filed, where the pages do
    not lie as `before` says any more (`changed_meanwhile`), or where pages that were set aside are destroyed. The
    caller writes the act's line in the journal.
    """
    _refuse_other_pages(before, after)
    with transaction.atomic():
        items = _locked(before.orders)
        for item in items:
            require(decide_item(acting_user, Act.WORK, item))
            insist_unfiled(item)
        if len({item.dossier_id for item in items}) > 1:
            raise Refusal(_("Pages move within their dossier."), _("Move the whole item to the other dossier."))
        # Locked, so that no worker adds a page between look and write.
        if layout_of(before.orders).orders != dict(before.orders):
            raise changed_meanwhile()
        _refuse_destroyed(items, before)
        _place(before, after)
        for item in items:
            _settle(item, after, reason, acting_user)


def insist_unfiled(item: Item) -> None:
    """A12: raise Refusal in the policy's words where the item is filed: a state of affairs, not a missing right."""
    answer = may_rearrange_item(item.state, frozen=item.is_frozen)
    if isinstance(answer, Denied):
        raise Refusal(answer.reason, answer.remedy, code=answer.code)


def _refuse_other_pages(before: Layout, after: Layout) -> None:
    old, new = ([page for pages in layout.orders.values() for page in pages] for layout in (before, after))
    if set(before.orders) != set(after.orders) or sorted(old) != sorted(new) or len(set(new)) != len(new):
        raise ValueError("a layout neither adds nor drops a page")


def _locked(ids: Iterable[int]) -> list[Item]:
    wanted = sorted(ids)
    rows = Item.objects.select_for_update(of=("self",)).select_related(
        "dossier__classification", "classification", "section"
    )
    found = list(rows.filter(pk__in=wanted).order_by("pk"))
    if len(found) != len(wanted):
        raise changed_meanwhile()
    return found


def _refuse_destroyed(items: list[Item], before: Layout) -> None:
    """A withdrawn item with pages is one whose pages were set aside, or a wrong upload: that is gone for good."""
    withdrawn = [item.pk for item in items if item.state == ItemState.WITHDRAWN]
    if not withdrawn:
        return
    kept = Capture.objects.filter(page__item__in=withdrawn)
    if kept.exclude(page__item__in=before.set_aside).exists() or kept.exclude(master__destroyed_because="").exists():
        raise Refusal(_("These pages were destroyed; they cannot come back."), _("Scan the paper again."), code="gone")


def _place(before: Layout, after: Layout) -> None:
    """Move only the pages whose place changes: first out of one another's way, then to where they belong."""
    places = {page: (item, n) for item, pages in before.orders.items() for n, page in enumerate(pages, 1)}
    moving: dict[int, dict[int, int]] = {}
    for item, pages in after.orders.items():
        for number, page in enumerate(pages, 1):
            if places[page] != (item, number):
                moving.setdefault(item, {})[page] = number
    everyone = [page for pages in moving.values() for page in pages]
    for some in _portions(everyone):
        Page.objects.filter(pk__in=some).update(position=F("position") + _ASIDE)
    for item, numbers in moving.items():
        for some in _portions(list(numbers)):
            position = Case(
                *(When(pk=page, then=Value(numbers[page])) for page in some), output_field=models.IntegerField()
            )
            Page.objects.filter(pk__in=some).update(item=item, position=position)


def _portions(pages: list[int]) -> Iterable[list[int]]:
    return (pages[start : start + _AT_ONCE] for start in range(0, len(pages), _AT_ONCE))


def _settle(item: Item, after: Layout, reason: str, acting_user: User) -> None:
    """An item lives as long as pages lie in it; its entry number stays its own either way."""
    used = bool(after.orders[item.pk]) and item.pk not in after.set_aside
    state = ItemState.INTAKE if used else ItemState.WITHDRAWN
    if item.state == state:
        return
    item.state = state
    item.version += 1
    item.save(update_fields=["state", "version"])
    save_item_version(item, item_snapshot(item), ["state"], reason, acting_user)


def gather_pages(*, dossier: Dossier, pages: Sequence[Page], title: str, acting_user: User) -> Item:
    """A10: put these pages, in this order, into a new item of their own, wherever in the dossier they lie.

    Raise NotAllowed, or Refusal where one of their items is filed.
    """
    with transaction.atomic():
        chosen = {page.pk for page in pages}
        new = create_item(dossier=dossier, title=title, acting_user=acting_user)
        homes = set(Page.objects.filter(pk__in=chosen).values_list("item_id", flat=True))
        before = Layout({**layout_of(homes).orders, new.pk: ()})
        rest = {item: tuple(page for page in order if page not in chosen) for item, order in before.orders.items()}
        after = Layout({**rest, new.pk: tuple(page.pk for page in pages)})
        lay_out_pages(before=before, after=after, reason="pages gathered", acting_user=acting_user)
        record("pages.gathered", by=acting_user, thing=new, facts={"pages": len(chosen)})
    return new
