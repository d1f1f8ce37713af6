"""Makes the prints of a volume, a dossier or a year and notes each in the journal (C6). Writes nothing else.

The caller has fetched the volume or dossier under the right to print it.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dms.core import clock
from dms.core.errors import NotFound
from dms.holdings.models import Dossier
from dms.journal.services import record

from .facts import (
    BoundVolume,
    cover_of,
    label_of,
    note_of,
    reordering_of,
    rows_of,
    spine_of,
    volumes_of_a_dossier,
    volumes_of_a_year,
)
from .labels import render_dossier_labels, render_spines
from .lists import render_reordering_list, render_volume_list
from .shapes import HARD_SPINES, SOFT_SPINES, Language, ListHead, VolumeListRow
from .sheets import render_catalogue, render_cover, render_note_sheet, render_soft_cover

# How many rows of a year one print holds: some seconds of work; the others are asked for by portion.
ROWS_A_PRINT = 400

Form = Callable[[BoundVolume, Language], bytes]


def _spine(width: int) -> Form:
    return lambda bound, language: render_spines([spine_of(bound, width)], language)


def _reordering(bound: BoundVolume, language: Language) -> bytes:
    return render_reordering_list(_head(bound.volume.journal_label, bound.reader), reordering_of(bound), language)


FORMS: dict[str, Form] = {
    "cover": lambda bound, language: render_cover(cover_of(bound), language),
    "soft-cover": lambda bound, language: render_soft_cover(cover_of(bound), rows_of(bound), language),
    "catalogue": lambda bound, language: render_catalogue(bound.volume.reference_code, rows_of(bound), language),
    "note-sheet": lambda bound, language: render_note_sheet(note_of(bound), language),
    "reordering-list": _reordering,
    **{f"spine-{width}": _spine(width) for width in (*SOFT_SPINES, *HARD_SPINES)},
}


def print_volume(*, bound: BoundVolume, form: str, language: Language, acting_user: Any) -> bytes:
    """A11: return a form of `FORMS` for a volume as PDF, journalled once it is made; raise NotFound for another."""
    if form not in FORMS:
        raise NotFound
    with translation.override(language):
        pdf = FORMS[form](bound, language)
    with transaction.atomic():
        record("volume.printed", by=acting_user, thing=bound.volume, facts={"format": form})
    return pdf


def print_label(*, dossier: Dossier, address: str, language: Language, acting_user: Any) -> bytes:
    """R8: return the label of a dossier with the name of today as PDF, journalled."""
    with translation.override(language):
        pdf = render_dossier_labels([label_of(dossier, address)], language)
    with transaction.atomic():
        record("dossier.label_printed", by=acting_user, thing=dossier)
    return pdf


def print_volumes_of_dossier(*, dossier: Dossier, language: Language, acting_user: Any) -> bytes:
    """A13: return the list of a dossier's volumes as PDF, journalled; raise NotFound where there is none to print."""
    with translation.override(language):
        rows = volumes_of_a_dossier(acting_user, dossier)
        head = _head(f"{dossier.number} {dossier.name}", acting_user)
        pdf = _listed(head, rows, language, of_year=False)
    with transaction.atomic():
        record("volumes.listed", by=acting_user, thing=dossier, facts={"rows": len(rows)})
    return pdf


def print_volumes_of_year(*, year: int, portion: int, language: Language, acting_user: Any) -> bytes:
    """A13: return a portion (from 1) of the list of a year's volumes as PDF, journalled; NotFound where it is empty."""
    with translation.override(language):
        after = (portion - 1) * ROWS_A_PRINT
        rows = volumes_of_a_year(acting_user, year, after=after, most=ROWS_A_PRINT)
        pdf = _listed(_head(str(year), acting_user), rows, language, of_year=True)
    with transaction.atomic():
        record("volumes.listed", by=acting_user, facts={"year": year, "rows": len(rows), "first": after + 1})
    return pdf


def _listed(head: ListHead, rows: list[VolumeListRow], language: Language, *, of_year: bool) -> bytes:
    if not rows:
        raise NotFound
    return render_volume_list(head, rows, language, of="year" if of_year else "dossier")


def _head(subject: str, user: Any) -> ListHead:
    who = user.get_full_name() or user.get_username()
    return ListHead(subject, _("printed by %(who)s") % {"who": who}, clock.today().isoformat())
