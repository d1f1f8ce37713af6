"""Facts as the archive has them, for the forms."""

from dms.arrangement.prints.shapes import (
    BoxLabelFacts,
    CatalogueRow,
    CoverFacts,
    DossierLabelFacts,
    NoteSheetFacts,
    SpineFacts,
)

COVER = CoverFacts(
    fonds="东方大厦物业管理有限公司",
    fonds_code="DF",
    series="租户档案",
    title="华兴贸易有限公司二〇二三年往来文件与二次装修资料",
    dossier_number="KH-A-1203",
    customer="华兴贸易有限公司",
    filing_year=2023,
    volume_number="0007",
    reference_code="DF-ZH-2023-0007",
    retention="长期（30年）",
    classification="机密",
    items=38,
    pages=126,
    date_from="2022-11-03",
    date_to="2023-12-28",
    part="1",
)
NOTE = NoteSheetFacts(
    reference_code="DF-ZH-2023-0007",
    items=38,
    pages=126,
    compiler="王立",
    checker="李检",
    compiled_on="2024-01-15",
    checked_on="2024-01-16",
    sheets=64,
    remarks=("第12页边缘破损，已裱糊。",),
    overrides=("KH-2023-017 经客务部经理批准归入2023年。",),
    cross_references=("KH-2022-104 的批复见 DF-ZH-2024-0002。",),
)
SPINE = SpineFacts(
    width=30,
    fonds="东方大厦物业管理有限公司",
    reference_code="DF-ZH-2023-0007",
    title="往来文件（A-1203单元）",
    year="2023",
    volumes="0005—0009",
    retention="长期（30年）",
    classification="机密",
    box="B-0123",
)
BOX = BoxLabelFacts(
    box="B-0123",
    fonds="东方大厦物业管理有限公司",
    place="一号库/3柜/2层",
    years="2022—2023",
    volumes="0005—0009",
    retention="长期（30年）",
    code="JZ-BOX-0123",
    floor="12",
)
DOSSIER = DossierLabelFacts(
    number="KH-A-1203",
    customer="华兴贸易有限公司",
    fonds="东方大厦物业管理有限公司",
    series="租户档案",
    code="https://dossiers.example/dossiers/k3m9x2p7q4w8ra/",
    unit="A-1203",
    floor="12",
    department="客户服务部",
)


def rows(count: int) -> list[CatalogueRow]:
    """That many rows; every fifth belongs to the one above."""
    return [
        CatalogueRow(
            no="" if place % 5 == 0 else str(place - place // 5),
            issue_number=f"KH〔2023〕{place:03}号",
            issuer="客户服务部",
            title=f"关于第{place}号单元二次装修申请的批复",
            date=f"2023-05-{place % 28 + 1:02}",
            first_page=2 * place - 1,
            last_page=2 * place if place % 3 else 2 * place - 1,
            remarks="复印件" if place % 6 == 0 else "",
        )
        for place in range(1, count + 1)
    ]
