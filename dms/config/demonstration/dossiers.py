"""The invented customers: twelve dossiers of three kinds over three years. Values only; nothing is written here."""

from dataclasses import dataclass, field
from datetime import date, timedelta

COMPANY = "锦华物业与资产管理有限公司"
COMPANY_EN = "Jinhua Property and Asset Management"
ESTATE = "锦华苑"
TOWER = "锦华大厦"


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer with what their papers say about them. Amounts in yuan; `responsible` is a sign-in name."""

    name: str
    kind: str
    year: int
    begins: date
    responsible: str
    contract: str
    amount: int
    phone: str
    fields: dict[str, str] = field(default_factory=dict)
    unit: str = ""
    floor: str = ""
    classification: str = "confidential"
    contact: str = ""
    clerk: str = "周晓雯"

    def day(self, after: int) -> date:
        """Return the day `after` days from the beginning."""
        return self.begins + timedelta(days=after)

    def said(self, after: int = 0) -> str:
        """Return that day as papers write it: 2023年3月6日."""
        return written(self.day(after))


def written(day: date) -> str:
    """Return a day as papers write it: 2023年3月6日."""
    return f"{day.year}年{day.month}月{day.day}日"


def yuan(amount: int) -> str:
    """Return the amount in figures: ¥128,600.00."""
    return f"¥{amount:,}.00"


def capital_yuan(amount: int) -> str:
    """Return whole yuan (below a hundred million) in the capital numerals of contracts: 壹拾贰万捌仟陆佰元整."""
    high, low = divmod(amount, 10_000)
    words = f"{_capital_group(high)}万" if high else ""
    if high and 0 < low < 1000:
        words += "零"
    return words + (_capital_group(low) if low else "") + "元整"


def _capital_group(number: int) -> str:
    digits, places = "零壹贰叁肆伍陆柒捌玖", ("仟", "佰", "拾", "")
    words = ""
    for digit, place in zip(f"{number:04d}", places, strict=True):
        if digit != "0":
            words += digits[int(digit)] + place
        elif words and not words.endswith("零"):
            words += "零"
    return words.rstrip("零")


# Region code 99 does not exist and 199 0000 xxxx is nobody's telephone: no real person is meant.
CUSTOMERS: tuple[Customer, ...] = (
    Customer(
        "王建国", "owner", 2023, date(2023, 3, 6), "staff1", "WY-2023-008", 2160, "19900000101",
        {"id_number": "990101197205160018", "phone": "19900000101", "family": "4", "moved_in": "2023-03-18"},
        unit="3栋2单元1502", floor="15",
    ),
    Customer(
        "李秀英", "owner", 2023, date(2023, 6, 12), "staff1", "WY-2023-021", 1840, "19900000102",
        {"id_number": "990101196811023322", "phone": "19900000102", "family": "2", "moved_in": "2023-07-01"},
        unit="5栋1单元0803", floor="8", clerk="马骏",
    ),
    Customer(
        "陈志强 周敏", "owner", 2024, date(2024, 4, 15), "staff1", "WY-2024-005", 2480, "19900000103",
        {"id_number": "990101198509217714", "phone": "19900000103", "family": "3", "moved_in": "2024-05-06"},
        unit="1栋1单元2101", floor="21",
    ),
    Customer(
        "赵立新", "owner", 2025, date(2025, 1, 9), "head1", "WY-2025-002", 1980, "19900000104",
        {"id_number": "990101197912304416", "phone": "19900000104", "family": "5", "moved_in": "2025-02-10"},
        unit="2栋3单元0602", floor="6", classification="ordinary", clerk="马骏",
    ),
    Customer(
        "星河餐饮管理有限公司", "tenant", 2023, date(2023, 5, 8), "staff1", "HT-2023-017", 38600, "19900000201",
        {"credit_code": "91990101MA0DEMO17X", "trade": "餐饮服务", "lease_until": "2026-05-07", "phone": "19900000201"},
        unit="A座101", floor="1", contact="孙海波",
    ),
    Customer(
        "远航物流有限公司", "tenant", 2024, date(2024, 2, 26), "staff1", "HT-2024-006", 21500, "19900000202",
        {"credit_code": "91990101MA0DEMO26Y", "trade": "货运物流", "lease_until": "2027-02-25", "phone": "19900000202"},
        unit="B座307", floor="3", contact="吴国栋", clerk="马骏",
    ),
    Customer(
        "青禾教育咨询有限公司", "tenant", 2024, date(2024, 8, 19), "head1", "HT-2024-031", 27800, "19900000203",
        {"credit_code": "91990101MA0DEMO31Z", "trade": "教育咨询", "lease_until": "2026-08-18", "phone": "19900000203"},
        unit="A座1206", floor="12", contact="林若溪",
    ),
    Customer(
        "博雅图书有限公司", "tenant", 2025, date(2025, 3, 3), "staff1", "HT-2025-004", 16900, "19900000204",
        {"credit_code": "91990101MA0DEMO04W", "trade": "图书零售", "lease_until": "2028-03-02", "phone": "19900000204"},
        unit="B座112", floor="1", classification="ordinary", contact="何文静", clerk="马骏",
    ),
    Customer(
        "宏达机械制造有限公司流动资金贷款", "loan", 2023, date(2023, 9, 4), "staff2", "DK-2023-011", 3_000_000, "19900000301",
        {"credit_code": "91990101MA0DEMO11A", "amount": "3000000", "security": "抵押", "term": "24", "phone": "19900000301"},
        contact="郑宏达", clerk="韩雪",
    ),
    Customer(
        "绿源农业专业合作社设备贷款", "loan", 2024, date(2024, 3, 11), "staff2", "DK-2024-003", 860_000, "19900000302",
        {"credit_code": "93990101MA0DEMO03B", "amount": "860000", "security": "保证", "term": "36", "phone": "19900000302"},
        contact="冯绿源", clerk="韩雪",
    ),
    Customer(
        "东升建材有限公司抵押贷款", "loan", 2024, date(2024, 10, 21), "head2", "DK-2024-019", 5_200_000, "19900000303",
        {"credit_code": "91990101MA0DEMO19C", "amount": "5200000", "security": "抵押", "term": "36", "phone": "19900000303"},
        contact="蒋东升", clerk="许宁",
    ),
    Customer(
        "个体工商户钱美玲经营贷款", "loan", 2025, date(2025, 5, 19), "staff2", "DK-2025-007", 180_000, "19900000304",
        {"credit_code": "92990101MA0DEMO07D", "amount": "180000", "security": "信用", "term": "12", "phone": "19900000304"},
        classification="ordinary", contact="钱美玲", clerk="许宁",
    ),
)  # fmt: skip
