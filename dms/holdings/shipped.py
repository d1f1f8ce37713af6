"""What an installation begins with: types of documents and retention periods. Writes only what is not there yet."""

from .models import DocumentRole, DocumentType, RetentionPeriod

PERMANENT = "permanent"

# code, Chinese, English, years (None: permanent). Regulation 10 names the three; long and short carry a number.
RETENTION_PERIODS = (
    (PERMANENT, "永久", "Permanent", None),
    ("long", "长期", "Long", 30),
    ("short", "短期", "Short", 10),
)

# code, Chinese, English, which rule of the filing year it follows (A7)
DOCUMENT_TYPES = (
    ("request", "请示", "Request", DocumentRole.REQUEST),
    ("reply", "批复", "Reply", DocumentRole.PLAIN),
    ("plan", "规划计划", "Plan", DocumentRole.PLAN),
    ("summary", "总结", "Summary", DocumentRole.SUMMARY),
    ("meeting", "会议文件", "Meeting paper", DocumentRole.MEETING),
    ("contract", "合同", "Contract", DocumentRole.PLAIN),
    ("drawing", "图纸", "Drawing", DocumentRole.PLAIN),
    ("form", "表单", "Form", DocumentRole.PLAIN),
    ("correspondence", "往来函件", "Correspondence", DocumentRole.PLAIN),
)


def lay_down(using: str) -> None:
    """F3: add the shipped types and periods that are missing; what was renamed or changed stays as it is."""
    periods, types = RetentionPeriod.objects.using(using), DocumentType.objects.using(using)
    known = set(periods.values_list("code", flat=True))
    periods.bulk_create(
        RetentionPeriod(code=code, name=name, name_en=name_en, years=years)
        for code, name, name_en, years in RETENTION_PERIODS
        if code not in known
    )
    known = set(types.filter(fonds__isnull=True).values_list("code", flat=True))
    types.bulk_create(
        DocumentType(code=code, name=name, name_en=name_en, role=role, position=place)
        for place, (code, name, name_en, role) in enumerate(DOCUMENT_TYPES, 1)
        if code not in known
    )
