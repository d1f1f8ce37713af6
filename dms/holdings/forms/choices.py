"""What choosers offer: the configuration of one's own fonds, and nothing of anybody else's."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dms.clearance.models import SecurityClass
from dms.clearance.selectors import facts_of
from dms.organisation.models import Department, User

from ..models import DocumentType, DossierKind, Section, Series
from ..selectors import people_of

INDENT = "\u3000"


class SeriesField(forms.ModelChoiceField):
    """A branch of the classification scheme; deeper branches stand further in."""

    def label_from_instance(self, series: Series) -> str:
        """Return code and name, set in by depth."""
        return f"{INDENT * (series.depth - 1)}{series.code} {series}"


class PeopleField(forms.ModelChoiceField):
    """A person by name and sign-in name."""

    def label_from_instance(self, person: Any) -> str:
        """Return both names: two people may be called the same."""
        return f"{person} ({person.username})"


def series_field(fonds: Iterable[int], **options: Any) -> SeriesField:
    """Return a chooser of the series of `fonds`."""
    queryset = Series.objects.filter(fonds__in=list(fonds)).order_by("path")
    return SeriesField(queryset=queryset, to_field_name="public_id", **{"label": _("Series"), **options})


def department_field(fonds: Iterable[int], **options: Any) -> forms.ModelChoiceField[Department]:
    """Return a chooser of the departments of `fonds`."""
    queryset = Department.objects.filter(fonds__in=list(fonds))
    return forms.ModelChoiceField(queryset=queryset, **{"label": _("Department"), **options})


def kind_field(fonds: Iterable[int], **options: Any) -> forms.ModelChoiceField[DossierKind]:
    """Return a chooser of the dossier kinds of `fonds`."""
    queryset = DossierKind.objects.filter(fonds__in=list(fonds))
    return forms.ModelChoiceField(queryset=queryset, to_field_name="public_id", **{"label": _("Kind"), **options})


def people_field(fonds: Iterable[int], *, also: int | None = None, **options: Any) -> PeopleField:
    """Return a chooser of the people who hold a post in one of `fonds`, and of `also`, who may have left since."""
    queryset = User.objects.filter(Q(pk__in=people_of(fonds).order_by().values("pk")) | Q(pk=also)).order_by("username")
    return PeopleField(queryset=queryset, to_field_name="public_id", **{"label": _("Responsible person"), **options})


def section_field(kind: DossierKind, **options: Any) -> forms.ModelChoiceField[Section]:
    """Return a chooser of the sections of one dossier kind."""
    queryset = Section.objects.filter(kind=kind).order_by("position", "code")
    return forms.ModelChoiceField(queryset=queryset, to_field_name="code", **{"label": _("Section"), **options})


def document_type_field(fonds_id: int, **options: Any) -> forms.ModelChoiceField[DocumentType]:
    """Return a chooser of the types of documents of one fonds, those of every fonds included."""
    queryset = DocumentType.objects.filter(Q(fonds=fonds_id) | Q(fonds__isnull=True)).order_by("position", "code")
    return forms.ModelChoiceField(queryset=queryset, **{"label": _("Document type"), **options})


def classification_field(
    user: Any, *, every: bool = False, also: int | None = None, **options: Any
) -> forms.ModelChoiceField[SecurityClass]:
    """Return a chooser of the classifications up to one's own clearance and of `also`, which stands there already.

    Of `every` one where it only filters.
    """
    queryset = SecurityClass.objects.all()
    if not every:
        queryset = queryset.filter(Q(rank__lte=facts_of(user).clearance_rank) | Q(pk=also))
    options = {"label": _("Classification"), **options}
    return forms.ModelChoiceField(queryset=queryset, to_field_name="code", **options)
