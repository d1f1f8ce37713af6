"""Rows of a volume's page as its template shows them: catalogue, check list, prints. Reads, decides nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dms.clearance.policy import Act
from dms.clearance.selectors import facts_of
from dms.holdings.models import Item, Page, PageState
from dms.holdings.views.screen import address_elsewhere

from ..models import Binding, ClassJoin, FilingYearOverride, HandSetPosition, Volume
from ..policy.closing import CONFIRMED_BY_HAND, Check
from ..policy.filing_years import Because
from ..prints.facts import BoundVolume
from ..prints.shapes import HARD_SPINES, SOFT_SPINES
from ..selectors.closing import check_list_of
from ..selectors.decisions import binding_of
from ..selectors.volumes import RELATED, decide_volume
from ..services.rights import may_decide_volumes
from ..words import check_words, reason_words

PRINTS: tuple[tuple[str, str | Promise], ...] = (
    ("cover", gettext_lazy("Cover")),
    ("soft-cover", gettext_lazy("Soft cover")),
    ("catalogue", gettext_lazy("In-volume catalogue")),
    ("note-sheet", gettext_lazy("Note sheet")),
    ("reordering-list", gettext_lazy("Re-ordering list")),
)
ITEMS_NAMED = 20


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the catalogue; `marks`: (word, reason) of what was decided by hand."""

    binding: Binding
    reason: str
    marks: tuple[tuple[str, str], ...]
    url: str
    decide_url: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item is bound, with the reason and the addresses."""

    binding: Binding
    reason: str
    url: str
    decide_url: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A line of the check list; `items`: (title, where it is put right), `more`: how many are not named."""

    check: str
    words: str | Promise
    passed: bool
    by_hand: bool
    items: tuple[tuple[str, str], ...]
    more: int


def catalogue_rows(bound: BoundVolume, *, decides: bool) -> list[Row]:
    """Return the rows in order, each with why it is bound under its year and what was decided about it (A7 A8)."""
    names = {row.item_id: row.item.issue_number or row.item.title for row in bound.bindings}
    marks = _marks_on(bound.items)
    return [
        Row(
            binding=row,
            reason=reason_words(row.filing_year, row.because, names.get(row.because_of_id or 0, "")),
            marks=tuple(marks.get(row.item_id, ())),
            url=reverse("holdings:item", args=[row.item.public_id]),
            decide_url=reverse("arrangement:item_place", args=[row.item.public_id]) if decides else "",
        )
        for row in bound.bindings
    ]


def _marks_on(items: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    here = {"item__in": list(items)}
    for item, reason in FilingYearOverride.objects.filter(**here).values_list("item", "reason"):
        found.setdefault(item, []).append((_("year set by decision"), reason))
    for item, reason in HandSetPosition.objects.filter(**here).values_list("item", "reason"):
        found.setdefault(item, []).append((_("set by hand"), reason))
    for item, reason in ClassJoin.objects.filter(**here).values_list("item", "reason"):
        found.setdefault(item, []).append((_("joined by decision"), reason))
    return found


def check_rows(volume: Volume, confirmed: Collection[str]) -> list[CheckRow]:
    """A10 A11: return the check list; each item that fails is a link to where it is put right."""
    lines = check_list_of(volume, confirmed)
    named = {key for line in lines for key in line.items[:ITEMS_NAMED]}
    items = Item.objects.in_bulk(list(named))
    unread = _first_unread(named)
    return [
        CheckRow(
            check=str(line.check),
            words=check_words(line.check),
            passed=line.passed,
            by_hand=line.check in CONFIRMED_BY_HAND,
            items=tuple(
                (items[key].title, _remedy(line.check, items[key], unread)) for key in line.items[:ITEMS_NAMED]
            ),
            more=max(0, len(line.items) - ITEMS_NAMED),
        )
        for line in lines
    ]


def _first_unread(items: Collection[int]) -> dict[int, str]:
    """Return of each item the first page that nobody has read yet."""
    states = (PageState.WAITING, PageState.FAILED)
    pages = Page.objects.filter(item__in=list(items), state__in=states).order_by("item", "-position")
    return dict(pages.values_list("item", "public_id"))


def _remedy(check: Check, item: Item, unread: dict[int, str]) -> str:
    if check is Check.RECOGNISED and item.pk in unread:
        return address_elsewhere("reading:page", unread[item.pk]) or reverse("holdings:item", args=[item.public_id])
    if check in {Check.CATALOGUED, Check.PAGES_AGREE}:
        return reverse("holdings:item_edit", args=[item.public_id])
    return reverse("holdings:item", args=[item.public_id])


def print_links(user: Any, volume: Volume) -> list[tuple[Any, str]]:
    """Return (what, address) of each print that this person may have."""
    if not decide_volume(user, Act.PRINT, volume):
        return []
    spines = [(f"spine-{width}", _("Spine %(width)s mm") % {"width": width}) for width in (*SOFT_SPINES, *HARD_SPINES)]
    found = [(label, address_elsewhere("prints:volume", volume.public_id, form)) for form, label in (*PRINTS, *spines)]
    return [(label, url) for label, url in found if url]


def reason_of(binding: Binding) -> str:
    """A7: return why one paper is bound under its year; a paper in another volume is not named."""
    of = ""
    if binding.because_of is not None and binding.because == Because.OVERRIDE:
        of = binding.because_of.title if binding.because_of_id == binding.item_id else ""
    elif binding.because_of is not None:
        beside = getattr(binding.because_of, "binding", None)
        if beside is not None and beside.volume_id == binding.volume_id:
            of = binding.because_of.issue_number or binding.because_of.title
    return reason_words(binding.filing_year, binding.because, of)


def place_of(user: Any, item: Item) -> Place | None:
    """Return where an item is bound; None where it is in no volume, or in one that `user` may not know of."""
    binding = binding_of(item)
    if binding is None or not decide_volume(
        user, Act.READ, Volume.objects.select_related(*RELATED).get(pk=binding.volume_id)
    ):
        return None
    decides = bool(may_decide_volumes(facts_of(user), item.fonds_id))
    return Place(
        binding=binding,
        reason=reason_of(binding),
        url=reverse("arrangement:volume", args=[binding.volume.public_id]),
        decide_url=reverse("arrangement:item_place", args=[item.public_id]) if decides else "",
    )
