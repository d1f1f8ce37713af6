"""Opens and changes dossiers (A1 A12 A13)."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import SecurityClass
from dms.clearance.policy import Act, may_create_dossier, may_set_who_sees
from dms.clearance.selectors import facts_of
from dms.core import clock
from dms.core.errors import NotAllowed, Refusal, require
from dms.core.fields import FieldRule, clean_value
from dms.core.numbering import check_pattern, next_value, render, scope_of
from dms.core.refusals import Denied
from dms.journal.services import record
from dms.organisation.models import Department, User
from dms.vault.services import blind_index, create_key

from .. import policy
from ..models import Dossier, DossierKind, DossierName, FieldDefinition, PersonalValue, Series
from ..selectors import decide_dossier, visible_among
from . import personal
from .versions import dossier_snapshot, save_dossier_version

CHANGEABLE = frozenset(
    {"series", "name", "department", "classification", "level", "responsible", "unit", "floor", "state", "remarks"}
)
# What decides who may see the dossier.
WHO_SEES = frozenset({"department", "classification", "level", "responsible"})
BULK_CHANGEABLE = frozenset({"series", "department", "classification", "level", "responsible", "state"})


def clean_own_fields(
    kind: DossierKind, given: Mapping[str, object], *, complete: bool = True
) -> tuple[dict[str, Any], dict[FieldDefinition, str]]:
    """Return (open values by code, personal values by definition); raise ValidationError keyed by field code.

    Without `complete` a required field may still be empty (A13: incomplete dossiers are completed later).
    """
    open_values: dict[str, Any] = {}
    personal_values: dict[FieldDefinition, str] = {}
    errors: dict[str, Any] = {}
    definitions = list(kind.fields.all())
    if unknown := set(given) - {definition.code for definition in definitions}:
        errors[sorted(unknown)[0]] = ValidationError(_("This kind of dossier has no such field."), code="unknown")
    for definition in definitions:
        rule = FieldRule(
            definition.type, definition.required and complete, definition.choice_list(), definition.pattern
        )
        try:
            value = clean_value(rule, given.get(definition.code))
        except ValidationError as error:
            errors[definition.code] = error
            continue
        if definition.personal:
            personal_values[definition] = "" if value is None else str(value)
        elif value is not None:
            open_values[definition.code] = value
    if errors:
        raise ValidationError(errors)
    return open_values, personal_values


def create_dossier(
    *,
    kind: DossierKind,
    series: Series,
    department: Department,
    name: str,
    fields: Mapping[str, object] | None = None,
    classification: SecurityClass | None = None,
    level: str = "",
    responsible: User | None = None,
    unit: str = "",
    floor: str = "",
    opened_on: date | None = None,
    remarks: str = "",
    complete: bool = True,
    acting_user: User,
) -> Dossier:
    """A1: open a dossier under a number of its own, by its kind's rule; `complete`: with all required fields.

    Raises NotAllowed where the user opens no dossiers in this fonds, ValidationError for own fields, Refusal otherwise.
    """
    require(may_create_dossier(facts_of(acting_user), kind.fonds_id))
    if len({kind.fonds_id, series.fonds_id, department.fonds_id}) > 1:
        raise Refusal(_("Kind, series and department belong to one fonds."))
    if not name.strip():
        raise Refusal(_("A dossier needs the customer's name."))
    open_values, personal_values = clean_own_fields(kind, fields or {}, complete=complete)
    check_pattern(kind.number_pattern)
    opened = opened_on or clock.today()
    dossier = Dossier(
        fonds=kind.fonds,
        kind=kind,
        series=series,
        department=department,
        name=name.strip(),
        name_sort=policy.sort_key_of(name),
        classification=classification or kind.default_classification,
        level=level or kind.default_level,
        responsible=responsible,
        unit=unit if kind.has_unit else "",
        floor=floor if kind.has_unit else "",
        opened_on=opened,
        fields=open_values,
        remarks=remarks,
        sealing_key=create_key(),
        changed_at=clock.now(),
    )
    _refuse_what_one_could_not_see(dossier, acting_user)
    with transaction.atomic():
        dossier.number = _next_number(dossier)
        dossier.save()
        DossierName.objects.create(dossier=dossier, name=dossier.name, from_day=opened)
        personal.write_personal_values(dossier, personal_values)
        in_clear = {definition.code: value for definition, value in personal_values.items() if value}
        save_dossier_version(dossier, dossier_snapshot(dossier, in_clear), ["created"], "", acting_user)
        record("dossier.created", by=acting_user, thing=dossier, thing_label=dossier.number)
    return dossier


def _next_number(dossier: Dossier) -> str:
    """Take the next number of the kind's rule that no dossier has yet: a changed rule may meet old numbers."""
    pattern = dossier.kind.number_pattern
    values: dict[str, str | int] = {
        "fonds": dossier.fonds.code,
        "kind": dossier.kind.code,
        "department": dossier.department.code,
        "series": dossier.series.code,
        "year": dossier.opened_on.year,
        "month": f"{dossier.opened_on.month:02}",
    }
    scope = f"dossier:{dossier.fonds_id}:{scope_of(pattern, values)}"
    while True:
        number = render(pattern, values, next_value(scope))
        if not Dossier.objects.filter(fonds=dossier.fonds, number=number).exists():
            return number


def _refuse_what_one_could_not_see(dossier: Dossier, acting_user: User) -> None:
    """Nobody classifies a dossier beyond the own clearance: it would be lost from sight at once."""
    answer = decide_dossier(acting_user, Act.WORK, dossier)
    if isinstance(answer, Denied):
        raise NotAllowed(
            _("With this classification you could no longer work on the dossier yourself."),
            _("Ask somebody with a higher clearance."),
        )


def possible_duplicates(
    *, user: User, fonds_id: int, name: str, personal_values: Mapping[FieldDefinition, str] | None = None
) -> list[Dossier]:
    """A1: return up to five dossiers the user may know of whose customer seems to be the same (name or ID number)."""
    # Each sign of sameness is looked up by an index of its own; an OR of them would read every dossier.
    signs = [
        DossierName.objects.filter(name=name.strip(), dossier__fonds=fonds_id).order_by().values("dossier"),
        Dossier.objects.filter(
            fonds=fonds_id,
            classification__in=SecurityClass.objects.order_by().values("pk"),
            name_sort=policy.sort_key_of(name),
        ).values("pk"),
    ]
    for definition, value in (personal_values or {}).items():
        if value:
            index = blind_index(value, personal.scope_of(fonds_id, definition))
            signs.append(PersonalValue.objects.filter(blind_index=index).values("dossier"))
    candidates = Dossier.objects.filter(pk__in=signs[0].union(*signs[1:]))
    return list(visible_among(user, Act.KNOW, candidates).order_by("number")[:5])


def change_dossier(
    *,
    dossier: Dossier,
    changes: Mapping[str, Any],
    fields: Mapping[str, object] | None = None,
    reason: str = "",
    expected_version: int | None = None,
    acting_user: User,
) -> Dossier:
    """A12 A13: change facts of a dossier; the old version stays readable. `fields` replaces all own fields.

    Raises NotAllowed, Refusal (somebody else changed it since `expected_version`) or ValidationError.
    """
    if unknown := set(changes) - CHANGEABLE:
        raise Refusal(_("This cannot be changed: %(what)s.") % {"what": ", ".join(sorted(unknown))})
    with transaction.atomic():
        locked = Dossier.objects.select_for_update().select_related("kind", "fonds").get(pk=dossier.pk)
        require(decide_dossier(acting_user, Act.WORK, locked))
        _refuse_a_stale_form(locked, expected_version)
        changed = _apply(locked, changes)
        if fields is not None:
            changed += _apply_own_fields(locked, fields)
        if not changed:
            return locked
        if WHO_SEES & set(changed):
            require(may_set_who_sees(facts_of(acting_user), locked.fonds_id))
        _refuse_what_one_could_not_see(locked, acting_user)
        if "name" in changed:
            _refuse_a_name_without_reason(reason)
            _follow_name(locked, reason)
        locked.version += 1
        locked.changed_at = clock.now()
        locked.save()
        snapshot = dossier_snapshot(locked, personal.read_personal_values(locked))
        save_dossier_version(locked, snapshot, changed, reason, acting_user)
        record("dossier.changed", by=acting_user, thing=locked, thing_label=locked.number, facts={"changed": changed})
    return locked


def _refuse_a_stale_form(dossier: Dossier, expected_version: int | None) -> None:
    if expected_version is None or dossier.version == expected_version:
        return
    latest = dossier.versions.select_related("saved_by").first()
    raise Refusal(
        _("%(who)s changed this dossier in the meantime.") % {"who": latest.saved_by if latest else "?"},
        _("Look at the present values and make your change again."),
        code="changed_meanwhile",
    )


def _apply(dossier: Dossier, changes: Mapping[str, Any]) -> list[str]:
    changed = []
    for name, value in changes.items():
        if name == "name":
            value = str(value).strip()
            if not value:
                raise Refusal(_("A dossier needs the customer's name."))
        if name in {"series", "department"} and value.fonds_id != dossier.fonds_id:
            raise Refusal(_("Kind, series and department belong to one fonds."))
        if getattr(dossier, name) != value:
            setattr(dossier, name, value)
            changed.append(name)
    return changed


def _apply_own_fields(dossier: Dossier, fields: Mapping[str, object]) -> list[str]:
    open_values, personal_values = clean_own_fields(dossier.kind, fields)
    before = personal.read_personal_values(dossier)
    changed = sorted(
        code for code in {*open_values, *dossier.fields} if open_values.get(code) != dossier.fields.get(code)
    )
    different = {field: value for field, value in personal_values.items() if before.get(field.code, "") != value}
    dossier.fields = open_values
    personal.write_personal_values(dossier, different)
    return changed + sorted(field.code for field in different)


def _follow_name(dossier: Dossier, reason: str) -> None:
    """Close the name that counted until today and begin the new one; old names go on finding the dossier."""
    today = clock.today()
    dossier.name_sort = policy.sort_key_of(dossier.name)
    DossierName.objects.filter(dossier=dossier, until_day__isnull=True).update(until_day=today)
    DossierName.objects.create(dossier=dossier, name=dossier.name, from_day=today, reason=reason)


def rename_dossier(*, dossier: Dossier, name: str, reason: str, acting_user: User) -> Dossier:
    """A13: rename the customer on a written application, whose reason is kept."""
    return change_dossier(dossier=dossier, changes={"name": name}, reason=reason, acting_user=acting_user)


def _refuse_a_name_without_reason(reason: str) -> None:
    if not reason.strip():
        raise Refusal(
            _("A change of name needs its reason, such as the date of the written application."), code="reason_needed"
        )


def change_many_dossiers(
    *, dossiers: Iterable[Dossier], changes: Mapping[str, Any], reason: str = "", acting_user: User
) -> dict[int, str]:
    """Change several dossiers, each in its own transaction; return the refusals by primary key, in words."""
    if unknown := set(changes) - BULK_CHANGEABLE:
        raise Refusal(_("This cannot be changed: %(what)s.") % {"what": ", ".join(sorted(unknown))})
    refused: dict[int, str] = {}
    for dossier in dossiers:
        try:
            change_dossier(dossier=dossier, changes=changes, reason=reason, acting_user=acting_user)
        except Refusal as refusal:
            refused[dossier.pk] = str(refusal)
    return refused
