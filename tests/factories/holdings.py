"""Series, kinds, dossiers, items and pages."""

from datetime import date
from typing import Any

from dms.clearance.models import SecurityClass
from dms.holdings.models import Dossier, DossierKind, FieldDefinition, Item, Page, Section, Series
from dms.holdings.services import add_page, create_dossier, create_item
from dms.holdings.services.pages import CaptureFacts
from dms.organisation.models import Department, Fonds, User
from dms.vault.services import store

from .count import fresh
from .images import jpeg_of, paper

CLASSES = (("ordinary", "普通", "Ordinary"), ("confidential", "机密", "Confidential"), ("secret", "绝密", "Top secret"))


def security_classes() -> list[SecurityClass]:
    """Return ordinary, confidential and top secret, by rank 0, 1, 2; made where they do not exist yet."""
    return [
        SecurityClass.objects.get_or_create(
            rank=rank, defaults={"code": code, "name": name, "name_en": name_en, "own_volume": rank == 2}
        )[0]
        for rank, (code, name, name_en) in enumerate(CLASSES)
    ]


def a_series(fonds: Fonds) -> Series:
    """Return a new root series of `fonds`."""
    series: Series = Series.add_root(fonds=fonds, code=fresh("s"), name="客户档案", name_en="Customer dossiers")
    return series


def a_kind(fonds: Fonds, *, rank: int = 1, personal: bool = True, **values: Any) -> DossierKind:
    """Return a new kind with two sections and, where asked, a personal and an open own field."""
    kind = DossierKind.objects.create(
        fonds=fonds,
        code=fresh("k"),
        name="业主",
        name_en="Owner",
        default_classification=security_classes()[rank],
        **values,
    )
    Section.objects.create(kind=kind, code="unit", name="单元信息", name_en="Unit information", position=1)
    Section.objects.create(kind=kind, code="payments", name="缴费押金", name_en="Payments", position=2)
    if personal:
        FieldDefinition.objects.create(
            kind=kind, code="id_number", name="身份证号", name_en="ID number", personal=True, pattern=r"\d{17}[\dX]"
        )
        FieldDefinition.objects.create(kind=kind, code="area", name="面积", name_en="Area", type="amount")
    return kind


def a_dossier(
    archivist: User,
    department: Department,
    *,
    kind: DossierKind | None = None,
    name: str = "张三",
    rank: int | None = None,
    **values: Any,
) -> Dossier:
    """Return a new dossier of `department`, opened by `archivist`, classified `rank` (else as its kind says)."""
    kind = kind or a_kind(department.fonds)
    classification = None if rank is None else security_classes()[rank]
    return create_dossier(
        kind=kind,
        series=values.pop("series", None)
        or Series.objects.filter(fonds=department.fonds).first()
        or a_series(department.fonds),
        department=department,
        name=name,
        classification=classification,
        opened_on=values.pop("opened_on", date(2023, 5, 1)),
        acting_user=archivist,
        **values,
    )


def an_item(archivist: User, dossier: Dossier, title: str = "物业服务合同", **values: Any) -> Item:
    """Return a new item of `dossier`."""
    return create_item(dossier=dossier, title=title, acting_user=archivist, **values)


def a_page(item: Item, words: str = "卷宗测试页 HT-2023-001") -> Page:
    """Return a new page of `item` whose image shows `words`; waiting to be read."""
    image = paper(words)
    jpeg = jpeg_of(image)
    capture = CaptureFacts(
        master=store(jpeg, purpose="master"),
        derivative=store(jpeg, purpose="derivative"),
        thumbnail=store(jpeg_of(image.resize((170, 240))), purpose="thumbnail"),
        media_type="image/jpeg",
        width=image.width,
        height=image.height,
        dpi=200,
    )
    return add_page(item=item, capture=capture)
