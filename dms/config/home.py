"""What waits on the home page, by role: each panel asks the rooms' own selectors, which know rights."""

from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from dms.clearance.policy import Act
from dms.holdings.models import Page
from dms.holdings.selectors import decide_item, may_anywhere
from dms.intake.models import BatchState
from dms.intake.selectors import batches_visible_to, progress_of, unplaced_visible_to
from dms.journal.models import JournalEntry
from dms.organisation.models import User
from ocr.selectors import Wanted, to_check

LATEST_READ = 6
LOOKED_THROUGH = 60
BATCHES_SHOWN = 5
COUNTED_UP_TO = 1000


@dataclass(frozen=True)
class Panel:
    """A part of the home page: a template with what it shows."""

    order: int
    template: str
    shown: dict[str, Any]

    def render_html(self, parent_context: Any = None) -> str:
        """Return the panel as HTML."""
        return render_to_string(self.template, self.shown)


def panels_for(user: Any) -> list[Panel]:
    """Return the panels of this person; none where nothing waits and nothing was read."""
    panels = []
    if may_anywhere(user, Act.WORK):
        if figures := figures_of_work(user):
            panels.append(Panel(100, "config/panels/work.html", {"figures": figures}))
        if batches := batches_at_work(user):
            panels.append(Panel(200, "config/panels/batches.html", {"batches": batches}))
    if pages := pages_read_lately(user):
        panels.append(Panel(300, "config/panels/read_lately.html", {"pages": pages}))
    return panels


def figures_of_work(user: User) -> list[dict[str, Any]]:
    """Return what waits for an archivist as (count, words, address), each counted up to a thousand, none that are 0."""
    open_batches = batches_visible_to(user).filter(state=BatchState.OPEN)
    figures = [
        (open_batches, _("batches to check and file"), reverse("intake:batches") + "?state=open"),
        (unplaced_visible_to(user), _("scans that found no dossier"), reverse("intake:unplaced")),
        (to_check(user), _("pages with doubtful words"), reverse("ocr:to_check")),
        (
            to_check(user, Wanted(failed=True)),
            _("pages that could not be read"),
            reverse("ocr:to_check") + "?show=failed",
        ),
    ]
    counted = [(rows.order_by()[: COUNTED_UP_TO + 1].count(), words, url) for rows, words, url in figures]
    return [
        {"count": f"{COUNTED_UP_TO}+" if count > COUNTED_UP_TO else count, "words": words, "url": url}
        for count, words, url in counted
        if count
    ]


def batches_at_work(user: User) -> list[dict[str, Any]]:
    """Return the newest open batches with their progress."""
    batches = list(batches_visible_to(user).filter(state=BatchState.OPEN)[:BATCHES_SHOWN])
    progress = progress_of(batches)
    return [{"batch": batch, "progress": progress[batch.pk]} for batch in batches]


def pages_read_lately(user: User) -> list[Page]:
    """Return the pages this person opened last and may still read, newest first (*where I was*)."""
    looks = JournalEntry.objects.filter(actor_id=user.pk, action="page.read").order_by("-pk")
    ids = list(dict.fromkeys(looks.values_list("thing_id", flat=True)[:LOOKED_THROUGH]))
    related = ("item__dossier__classification", "item__classification", "item__section")
    found = {page.public_id: page for page in Page.objects.select_related(*related).filter(public_id__in=ids)}
    pages = [found[public_id] for public_id in ids if public_id in found]
    readable = (page for page in pages if page.item.state != "withdrawn" and decide_item(user, Act.READ, page.item))
    return [page for _number, page in zip(range(LATEST_READ), readable, strict=False)]
