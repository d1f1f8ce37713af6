"""The facts of the holdings. Written only by dms.holdings.services; read through dms.holdings.selectors."""

from .dossiers import Dossier, DossierGrant, DossierName, DossierState, DossierVersion, PersonalValue
from .drafts import ListDraft
from .filing import DatePrecision, DocumentRole, DocumentType, PaperOrder, RetentionPeriod, YearRules
from .items import Item, ItemState, ItemVersion
from .kinds import DossierKind, FieldDefinition, FieldType, Section
from .pages import Capture, Page, PageState, Reading, ReadingKind
from .series import Series

__all__ = [
    "Capture",
    "DatePrecision",
    "DocumentRole",
    "DocumentType",
    "Dossier",
    "DossierGrant",
    "DossierKind",
    "DossierName",
    "DossierState",
    "DossierVersion",
    "FieldDefinition",
    "FieldType",
    "Item",
    "ItemState",
    "ItemVersion",
    "ListDraft",
    "Page",
    "PageState",
    "PaperOrder",
    "PersonalValue",
    "Reading",
    "ReadingKind",
    "RetentionPeriod",
    "Section",
    "Series",
    "YearRules",
]
