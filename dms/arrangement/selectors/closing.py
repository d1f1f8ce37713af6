"""The closing's check list of one volume. The caller has asked for the right to work on it."""

from collections.abc import Collection

from dms.holdings.models import ItemState

from ..models import Binding, Volume
from ..policy.closing import CheckLine, ItemCondition, closing_checks
from .papers import PageCount, page_counts


def check_list_of(volume: Volume, confirmed: Collection[str] = ()) -> list[CheckLine]:
    """A10 A11 A17: return every line of the check list, with the keys of the items that fail it."""
    bindings = Binding.objects.filter(volume=volume).select_related("item").order_by("order")
    counts = page_counts(Binding.objects.filter(volume=volume).values("item"))
    return closing_checks((_condition(binding, counts.get(binding.item_id)) for binding in bindings), confirmed)


def _condition(binding: Binding, counted: PageCount | None) -> ItemCondition:
    item, pages = binding.item, counted or PageCount()
    return ItemCondition(
        key=item.pk,
        has_title=bool(item.title.strip()),
        filed=item.state == ItemState.FILED,
        pages=pages.pages,
        written=pages.written,
        unread=pages.unread,
        stated=item.stated_pages,
        numbered=binding.first_page is not None,
    )
