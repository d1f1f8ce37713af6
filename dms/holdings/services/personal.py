"""Personal fields: sealed under the dossier's key, found only exactly by their blind index (D1)."""

from django.db import transaction

from dms.clearance.policy import Act
from dms.core.errors import NotFound, require
from dms.journal.services import record
from dms.organisation.models import User
from dms.vault.services import blind_index, seal_text, unseal_text

from ..models import Dossier, FieldDefinition, PersonalValue
from ..selectors import decide_dossier


def scope_of(dossier_fonds_id: int, definition: FieldDefinition) -> str:
    """Return the scope of a field's blind index: equal values in other fields or fonds do not match."""
    return f"{dossier_fonds_id}:{definition.code}"


def write_personal_values(dossier: Dossier, values: dict[FieldDefinition, str]) -> None:
    """Replace the personal values of a dossier; an empty value removes the row (old versions keep it)."""
    for definition, value in values.items():
        if not value:
            PersonalValue.objects.filter(dossier=dossier, definition=definition).delete()
            continue
        PersonalValue.objects.update_or_create(
            dossier=dossier,
            definition=definition,
            defaults={
                "sealed": seal_text(value, dossier.sealing_key),
                "blind_index": blind_index(value, scope_of(dossier.fonds_id, definition)),
            },
        )


def read_personal_values(dossier: Dossier) -> dict[str, str]:
    """Return the personal values by field code, in clear; the caller has asked for the right to read."""
    rows = PersonalValue.objects.filter(dossier=dossier).select_related("definition")
    return {row.definition.code: unseal_text(bytes(row.sealed), dossier.sealing_key) for row in rows}


def show_personal_value(*, dossier: Dossier, code: str, acting_user: User) -> str:
    """D1 C6: return one personal value in clear to somebody who may read; that it was shown stands in the journal.

    Raises NotFound for a field the dossier's kind does not have.
    """
    require(decide_dossier(acting_user, Act.READ, dossier))
    definition = FieldDefinition.objects.filter(kind=dossier.kind_id, code=code, personal=True).first()
    if definition is None:
        raise NotFound
    with transaction.atomic():
        row = PersonalValue.objects.filter(dossier=dossier, definition=definition).first()
        value = unseal_text(bytes(row.sealed), dossier.sealing_key) if row else ""
        record("personal.shown", by=acting_user, thing=dossier, facts={"field": definition.code})
    return value
