"""How the holdings look to programs: values and public ids, never a row. What may be shown the callers have asked."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from dms.clearance.policy import Act
from dms.core.api.shapes import Coded, Count, Id, Shown, coded, coded_or_none
from dms.organisation.models import User

from ..models import Dossier, DossierKind, Item, Series

Level = Literal["company", "department", "personal"]
DatePrecisionName = Literal["day", "month", "year", "before"]
DossierStateName = Literal["open", "departed", "closed"]


class Person(Shown):
    """A person."""

    id: Id
    username: str
    name: str


class Referred(Coded):
    """A configured thing with its public id."""

    id: Id


class ListedDossier(Shown):
    """A dossier as lists show it. `readable`: whether the caller may read what is inside."""

    id: Id
    number: str
    name: str = Field(description="The name the customer has today.")
    fonds: Coded
    kind: Referred
    series: Referred
    department: Coded
    classification: Coded
    level: Level
    responsible: Person | None
    unit: str
    floor: str
    opened_on: date
    state: DossierStateName
    sealed: bool
    readable: bool


class WholeDossier(ListedDossier):
    """A dossier with its facts. Personal fields are named only; their values are shown by an act of their own.

    Where the caller may know of it but not read it, `version` is null, the facts are empty, `closed_because` says why.
    """

    version: int | None
    remarks: str
    fields: dict[str, str | int | bool | None] = Field(description="Open own fields by code.")
    personal: list[str] = Field(description="Codes of the personal fields that have a value.")
    may: dict[str, bool] = Field(description="What the caller may do: know, read, print, download, work.")
    closed_because: str


class Name(Shown):
    """A name the customer had."""

    name: str
    from_day: date
    until_day: date | None
    reason: str


class Version(Shown):
    """A version of a dossier or an entry; every one stays readable (A12)."""

    version: int
    saved_at: datetime
    saved_by: Person | None
    changed: list[str]
    reason: str


class VersionRow(Shown):
    """One fact of a version beside the version before; personal values are masked."""

    name: str
    before: str
    value: str
    changed: bool


class WholeVersion(Version):
    """A version with every fact."""

    facts: list[VersionRow]


class Look(Shown):
    """A line of the journal about a dossier, item or page."""

    at: datetime
    person: str
    action: str
    thing: str
    refused: bool


class ListedItem(Shown):
    """An entry of a dossier's catalogue."""

    id: Id
    dossier: Id
    entry_number: int
    reference_code: str
    title: str
    section: Coded | None
    document_type: Coded | None
    document_date: date | None
    date_precision: DatePrecisionName = Field(description="A year only is its first day, “before 1998” 1998-01-01.")
    period_from: date | None
    period_to: date | None
    opened_on: date | None
    stated_pages: Count | None = Field(description="Sides with writing, as counted on the paper.")
    issuer: str
    issue_number: str
    copies: int
    remarks: str
    classification: Coded | None = Field(description="Its own; null: the dossier's.")
    state: Literal["intake", "filed", "withdrawn"]
    received_on: date
    filed_at: datetime | None
    version: int
    pages: Count


class WholeItem(ListedItem):
    """An entry, with what may be done; an act that the state forbids comes with its reason."""

    dossier_number: str
    may: dict[str, bool]
    change_refused: str
    withdraw_refused: str


DOSSIER_EXAMPLE: dict[str, Any] = {
    "id": "k3m9x2p7q4w8ra",
    "number": "YZ-2023-0001",
    "name": "张三",
    "fonds": {"code": "WY", "name": "海棠物业"},
    "kind": {"id": "b7t2n9f4k8m3qz", "code": "YZ", "name": "业主"},
    "series": {"id": "c8v3p2g5m9n4ra", "code": "KH", "name": "客户档案"},
    "department": {"code": "KF", "name": "客户服务部"},
    "classification": {"code": "confidential", "name": "机密"},
    "level": "department",
    "responsible": {"id": "d9w4q3h6n2p5sb", "username": "staff1", "name": "李四"},
    "unit": "3-1202",
    "floor": "12",
    "opened_on": "2023-05-01",
    "state": "open",
    "sealed": False,
    "readable": True,
}
WHOLE_EXAMPLE: dict[str, Any] = {
    **DOSSIER_EXAMPLE,
    "version": 3,
    "remarks": "",
    "fields": {"area": "88.00"},
    "personal": ["id_number"],
    "may": {"know": True, "read": True, "print": True, "download": True, "work": True},
    "closed_because": "",
}
VERSION_EXAMPLE: dict[str, Any] = {
    "version": 2,
    "saved_at": "2026-11-24T01:00:00Z",
    "saved_by": {"id": "b7t2n9f4k8m3qz", "username": "archivist", "name": "白洁"},
    "changed": ["name"],
    "reason": "2026-11-20 变更申请",
}
ITEM_EXAMPLE: dict[str, Any] = {
    "id": "f2y6s5k8q4r7ud",
    "dossier": "k3m9x2p7q4w8ra",
    "entry_number": 214,
    "reference_code": "",
    "title": "物业服务合同",
    "section": {"code": "unit", "name": "单元信息"},
    "document_type": {"code": "contract", "name": "合同"},
    "document_date": "2023-06-01",
    "date_precision": "day",
    "period_from": None,
    "period_to": None,
    "opened_on": None,
    "stated_pages": 4,
    "issuer": "",
    "issue_number": "HT-2023-001",
    "copies": 1,
    "remarks": "",
    "classification": None,
    "state": "intake",
    "received_on": "2026-11-24",
    "filed_at": None,
    "version": 1,
    "pages": 4,
}
WHOLE_ITEM_EXAMPLE: dict[str, Any] = {
    **ITEM_EXAMPLE,
    "dossier_number": "YZ-2023-0001",
    "may": WHOLE_EXAMPLE["may"],
    "change_refused": "",
    "withdraw_refused": "",
}


def person(someone: User | None) -> Person | None:
    """Return a person, None where there is nobody."""
    return None if someone is None else Person(id=someone.public_id, username=someone.username, name=str(someone))


def referred(thing: DossierKind | Series) -> Referred:
    """Return a kind or series with its public id."""
    return Referred(id=thing.public_id, code=thing.code, name=str(thing))


def listed(dossier: Dossier, *, readable: bool) -> dict[str, Any]:
    """Return what lists show of a dossier (fetched with its related rows)."""
    return {
        "id": dossier.public_id,
        "number": dossier.number,
        "name": dossier.name,
        "fonds": coded(dossier.fonds),
        "kind": referred(dossier.kind),
        "series": referred(dossier.series),
        "department": coded(dossier.department),
        "classification": coded(dossier.classification),
        "level": dossier.level,
        "responsible": person(dossier.responsible),
        "unit": dossier.unit,
        "floor": dossier.floor,
        "opened_on": dossier.opened_on,
        "state": dossier.state,
        "sealed": dossier.sealed_at is not None,
        "readable": readable,
    }


# Facts of an entry on which its filing year may depend, and the pages counted on the paper.
FILING_FACTS = ("document_date", "date_precision", "period_from", "period_to", "opened_on", "stated_pages")


def listed_item(item: Item, *, pages: int) -> dict[str, Any]:
    """Return what lists show of an entry."""
    return {
        "id": item.public_id,
        "dossier": item.dossier.public_id,
        "entry_number": item.entry_number,
        "reference_code": item.reference_code,
        "title": item.title,
        "section": coded_or_none(item.section),
        "document_type": coded_or_none(item.document_type),
        **{name: getattr(item, name) for name in FILING_FACTS},
        "issuer": item.issuer,
        "issue_number": item.issue_number,
        "copies": item.copies,
        "remarks": item.remarks,
        "classification": coded_or_none(item.classification),
        "state": item.state,
        "received_on": item.received_on,
        "filed_at": item.filed_at,
        "version": item.version,
        "pages": pages,
    }


def version(row: Any) -> dict[str, Any]:
    """Return a version without its facts."""
    return {
        "version": row.version,
        "saved_at": row.saved_at,
        "saved_by": person(row.saved_by),
        "changed": list(row.changed),
        "reason": row.reason,
    }


def may_of(answers: dict[Act, Any]) -> dict[str, bool]:
    """Return the policy's answers as plain values."""
    return {str(act): bool(answer) for act, answer in answers.items()}
