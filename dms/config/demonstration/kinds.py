"""Sets up the invented organisation's series, dossier kinds, sections and own fields. Writes only what is not there yet."""

from dataclasses import dataclass

from dms.clearance.models import Level, SecurityClass
from dms.holdings.models import DossierKind, FieldDefinition, Section, Series
from dms.holdings.models.kinds import FieldType
from dms.holdings.services.configuration import Edits, save_kind, save_series
from dms.organisation.models import Fonds, User

# Code, name, English name, code of the branch it hangs from.
SERIES = (
    ("KH", "客户档案", "Customer dossiers", ""),
    ("KH-YZ", "业主档案", "Owners", "KH"),
    ("KH-ZH", "租户档案", "Tenants", "KH"),
    ("DK", "信贷档案", "Loan dossiers", ""),
    ("DK-GS", "公司贷款", "Company loans", "DK"),
    ("DK-GR", "个人经营贷款", "Small business loans", "DK"),
)


@dataclass(frozen=True, slots=True)
class Field:
    """An own field of a kind."""

    code: str
    name: str
    name_en: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    personal: bool = False
    pattern: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A dossier kind with its sections (code, name, English name) and own fields."""

    code: str
    name: str
    name_en: str
    has_unit: bool
    level: Level
    sections: tuple[tuple[str, str, str], ...]
    fields: tuple[Field, ...]


PHONE = Field("phone", "联系电话", "Telephone", personal=True, pattern=r"1\d{10}")
CREDIT_CODE = Field(
    "credit_code", "统一社会信用代码", "Unified social credit code", required=True, pattern=r"[0-9A-Z]{18}"
)

KINDS: dict[str, Kind] = {
    "owner": Kind(
        "YZ", "业主", "Owner", True, Level.PERSONAL,
        (
            ("UNIT", "单元信息", "Unit information"),
            ("MOVE", "入住资料", "Moving in"),
            ("PAY", "缴费及押金", "Payments and deposits"),
            ("FIT", "装修工程", "Fit-out"),
            ("REPAIR", "报修", "Repair requests"),
            ("COMPLAINT", "投诉", "Complaints"),
            ("LETTERS", "往来函件", "Correspondence"),
        ),
        (
            Field("id_number", "身份证号", "ID number", required=True, personal=True, pattern=r"\d{17}[\dX]"),
            PHONE,
            Field("family", "家庭人口", "Persons in the household", FieldType.WHOLE_NUMBER),
            Field("moved_in", "入住日期", "Moved in on", FieldType.DATE),
        ),
    ),
    "tenant": Kind(
        "ZH", "租户", "Tenant", True, Level.DEPARTMENT,
        (
            ("COMPANY", "企业信息", "Company information"),
            ("LEASE", "租赁合同", "Lease"),
            ("PAY", "缴费及押金", "Payments and deposits"),
            ("VIOLATION", "违规及欠费", "Violations and arrears"),
            ("LETTERS", "往来函件", "Correspondence"),
            ("BACK", "退租交接", "Handing back"),
        ),
        (
            CREDIT_CODE,
            Field("trade", "行业", "Trade", FieldType.CHOICE, required=True, choices=("餐饮服务", "货运物流", "教育咨询", "图书零售", "其他")),
            Field("lease_until", "租期至", "Lease until", FieldType.DATE),
            PHONE,
        ),
    ),
    "loan": Kind(
        "DK", "贷款项目", "Loan project", False, Level.COMPANY,
        (
            ("APPROVAL", "审批资料", "Approval papers"),
            ("CONTRACTS", "重要合同及凭证", "Important contracts and vouchers"),
            ("INVESTIGATION", "调查资料", "Investigation"),
            ("CUSTOMER", "客户资料", "Customer's papers"),
        ),
        (
            CREDIT_CODE,
            Field("amount", "贷款金额", "Amount", FieldType.AMOUNT, required=True),
            Field("term", "期限（月）", "Term in months", FieldType.WHOLE_NUMBER, required=True),
            Field("security", "担保方式", "Security", FieldType.CHOICE, choices=("抵押", "保证", "信用")),
            PHONE,
        ),
    ),
}  # fmt: skip


def load_series(fonds: Fonds, admin: User) -> dict[str, Series]:
    """Return the branches of the classification scheme by code."""
    there = {series.code: series for series in Series.objects.filter(fonds=fonds)}
    for code, name, name_en, above in SERIES:
        if code not in there:
            series = Series(fonds=fonds, code=code, name=name, name_en=name_en)
            there[code] = save_series(series=series, parent=there[above] if above else None, acting_user=admin)
    return there


def load_kinds(fonds: Fonds, classification: SecurityClass, admin: User) -> dict[str, DossierKind]:
    """Return the dossier kinds by our word for them (owner, tenant, loan)."""
    there = {kind.code: kind for kind in DossierKind.objects.filter(fonds=fonds)}
    return {word: there.get(kind.code) or _save(kind, fonds, classification, admin) for word, kind in KINDS.items()}


def _save(kind: Kind, fonds: Fonds, classification: SecurityClass, admin: User) -> DossierKind:
    row = DossierKind(
        fonds=fonds,
        code=kind.code,
        name=kind.name,
        name_en=kind.name_en,
        has_unit=kind.has_unit,
        default_level=kind.level,
        default_classification=classification,
        number_pattern="{kind}-{year}-{seq:3}",
    )
    sections = [
        Section(code=code, name=name, name_en=name_en, position=position)
        for position, (code, name, name_en) in enumerate(kind.sections, 1)
    ]
    fields = [
        FieldDefinition(
            code=field.code,
            name=field.name,
            name_en=field.name_en,
            type=field.type,
            required=field.required,
            personal=field.personal,
            pattern=field.pattern,
            choices="\n".join(field.choices),
            position=position,
        )
        for position, field in enumerate(kind.fields, 1)
    ]
    return save_kind(kind=row, sections=Edits(sections), fields=Edits(fields), acting_user=admin)
