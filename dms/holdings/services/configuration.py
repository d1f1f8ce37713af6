"""Sets up series and dossier kinds (F3). Configuration only; what is in use is refused deletion, in words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from dms.core.errors import Refusal
from dms.core.numbering import check_pattern
from dms.journal.services import record
from dms.organisation.models import User
from dms.organisation.selectors import require_administrator

from ..models import Dossier, DossierKind, FieldDefinition, FieldType, Item, PersonalValue, Section, Series


@dataclass(frozen=True, slots=True)
class Edits:
    """What a form changed of a list of rows: to save (new or changed) and to remove."""

    saved: Sequence[Model] = field(default_factory=list)
    removed: Sequence[Model] = field(default_factory=list)


def save_kind(*, kind: DossierKind, sections: Edits, fields: Edits, acting_user: User) -> DossierKind:
    """A1 A2 F3: save a kind with its sections and own fields in one transaction, and journal it.

    Raises Refusal for a number pattern or a field's pattern that makes no sense, and for removing what is in use.
    """
    require_administrator(acting_user)
    check_pattern(kind.number_pattern)
    check_pattern(kind.volume_pattern)
    for definition in fields.saved:
        _check_definition(definition)
    is_new = kind.pk is None
    with transaction.atomic():
        kind.save()
        for section in sections.removed:
            _refuse_a_used_section(section)
            section.delete()
        for definition in fields.removed:
            _refuse_a_used_field(definition)
            definition.delete()
        if any(getattr(row, "is_default", False) for row in sections.saved):
            # Only one may be it, also for the moment in which another becomes it.
            kind.sections.filter(is_default=True).update(is_default=False)
        for row in (*sections.saved, *fields.saved):
            row.kind = kind  # type: ignore[attr-defined]
            row.save()
        _record(
            "kind", kind, acting_user, is_new=is_new, facts={"sections": _codes(sections), "fields": _codes(fields)}
        )
    return kind


def _check_definition(definition: Any) -> None:
    try:
        re.compile(definition.pattern)
    except re.error:
        raise Refusal(
            _("The pattern of the field “%(field)s” is no regular expression.") % {"field": definition}
        ) from None
    if definition.type == FieldType.CHOICE and not definition.choice_list():
        raise Refusal(_("The field “%(field)s” is a list without choices.") % {"field": definition})
    before = FieldDefinition.objects.filter(pk=definition.pk).first() if definition.pk else None
    if before and (before.code, before.personal) != (definition.code, definition.personal) and _is_used(before):
        raise Refusal(
            _("The field “%(field)s” has values: its code and whether it is personal stay as they are.")
            % {"field": before},
            _("Add a new field instead."),
        )


def _is_used(definition: FieldDefinition) -> bool:
    if definition.personal:
        return PersonalValue.objects.filter(definition=definition).exists()
    return Dossier.objects.filter(kind=definition.kind_id, fields__has_key=definition.code).exists()


def _refuse_a_used_section(section: Any) -> None:
    if isinstance(section, Section) and Item.objects.filter(section=section).exists():
        raise Refusal(
            _("There are papers in the section “%(section)s”.") % {"section": section},
            _("Move them to another section first."),
        )


def _refuse_a_used_field(definition: Any) -> None:
    if _is_used(definition):
        raise Refusal(_("The field “%(field)s” has values in dossiers and stays.") % {"field": definition})


def delete_kind(*, kind: DossierKind, acting_user: User) -> None:
    """F3: delete a kind of which there is no dossier, with its sections and fields."""
    require_administrator(acting_user)
    with transaction.atomic():
        if Dossier.objects.filter(kind=kind).exists():
            raise Refusal(_("There are dossiers of the kind “%(kind)s”: it stays.") % {"kind": kind})
        record("kind.deleted", by=acting_user, thing=kind, thing_label=kind.code)
        kind.delete()


def save_series(*, series: Series, parent: Series | None, acting_user: User) -> Series:
    """F3: save a branch of the classification scheme under `parent` (None: at the top), moving it where need be."""
    require_administrator(acting_user)
    if parent and parent.fonds_id != series.fonds_id:
        raise Refusal(_("A series and the one above it belong to one fonds."))
    is_new = series.pk is None
    with transaction.atomic():
        if is_new:
            _add(series, parent)
        else:
            if parent and (parent.pk == series.pk or parent.is_descendant_of(series)):
                raise Refusal(_("A series cannot stand under itself."))
            series.save()
            _move(series, parent)
            series.refresh_from_db()
        _record("series", series, acting_user, is_new=is_new, facts={"under": parent.code if parent else ""})
    return series


def _add(series: Series, parent: Series | None) -> None:
    if parent:
        Series.objects.get(pk=parent.pk).add_child(instance=series)
    else:
        Series.add_root(instance=series)


def _move(series: Series, parent: Series | None) -> None:
    now = series.get_parent()
    if (now.pk if now else None) == (parent.pk if parent else None):
        return
    if parent:
        series.move(Series.objects.get(pk=parent.pk), pos="sorted-child")
    else:
        series.move(Series.get_first_root_node(), pos="sorted-sibling")


def delete_series(*, series: Series, acting_user: User) -> None:
    """F3: delete a branch that has neither branches nor dossiers."""
    require_administrator(acting_user)
    with transaction.atomic():
        if series.get_children_count():
            raise Refusal(_("There are series under “%(series)s”: it stays.") % {"series": series})
        if Dossier.objects.filter(series=series).exists():
            raise Refusal(_("There are dossiers in the series “%(series)s”: it stays.") % {"series": series})
        record("series.deleted", by=acting_user, thing=series, thing_label=series.code)
        series.delete()


def _record(what: str, thing: Any, by: User, *, is_new: bool, facts: dict[str, Any]) -> None:
    record(f"{what}.{'created' if is_new else 'changed'}", by=by, thing=thing, thing_label=thing.code, facts=facts)


def _codes(edits: Edits) -> list[str]:
    rows: Iterable[Any] = (*edits.saved, *edits.removed)
    return [row.code for row in rows]
