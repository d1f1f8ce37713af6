"""What the table's script is told: plain values and finished sentences, short names because pages are many."""

from collections.abc import Sequence
from typing import Any

from dms.holdings.models import ItemState

from ..light_table import LyingItem, LyingPage
from ..models import TableAct
from ..scan_quality import name_of
from .rows import address


def table_row(items: Sequence[LyingItem], steps: Sequence[TableAct]) -> dict[str, Any]:
    """Return the items with their pages, and the steps that can be undone, newest first."""
    return {
        "items": [item_row(lying) for lying in items],
        "steps": [[step.public_id, f"{step.get_kind_display()} ({step.pages})"] for step in steps],
    }


def item_row(lying: LyingItem) -> dict[str, Any]:
    """Return one item."""
    item = lying.item
    return {
        "id": item.public_id,
        "title": item.title,
        "number": item.journal_label,
        "section": str(item.section or ""),
        "filed": item.state == ItemState.FILED,
        "state": item.get_state_display(),
        "url": address("holdings:item", item.public_id),
        "token": lying.token,
        "pages": [page_row(page) for page in lying.pages],
    }


def page_row(page: LyingPage) -> dict[str, Any]:
    """Return one page: t turn, v version of the image, s state, f findings (short and long, whether it is a note)."""
    return {
        "id": page.public_id,
        "t": page.turn,
        "v": page.version,
        "s": page.state,
        "w": page.width,
        "h": page.height,
        "f": [[name_of(found.fault), str(found), found.is_note] for found in page.findings],
        "k": str(page.checked),
        "why": [name_of(reason) for reason in page.reasons] + ([page.note] if page.note else []),
    }
