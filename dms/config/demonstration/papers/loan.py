"""Papers of a loan project in its four parts: customer's papers, investigation, approval, contracts and vouchers."""

from ..dossiers import COMPANY, Customer, capital_yuan, yuan
from ..sheets import A5_ACROSS, Composer, Side
from ..wear import ASKEW, CARBON, CLEAN, COPY, FINE, LAMP, TIRED
from . import Paper, Papers


def borrower(who: Customer) -> str:
    """Return the borrower's name: the project's, without what kind of loan it is."""
    name = who.name
    for tail in ("流动资金贷款", "设备贷款", "抵押贷款", "经营贷款"):
        name = name.removesuffix(tail)
    return name


def application(who: Customer) -> list[Side]:
    """The application for a loan."""
    sheet = Composer(face="kai", size=14)
    sheet.title("借 款 申 请 书")
    sheet.line(f"{COMPANY}信贷业务部：")
    sheet.paragraph(
        f"{borrower(who)}因经营周转需要，现向贵公司申请借款{yuan(who.amount)}（大写人民币{capital_yuan(who.amount)}），期限{who.fields['term']}个月，担保方式为{who.fields['security']}。"
    )
    sheet.paragraph("借款用途：采购原材料及更新生产设备，不挪作他用。")
    sheet.paragraph("还款来源：销售收入及应收账款回笼。按月付息，到期一次还本，也可以提前归还。")
    sheet.paragraph("我方承诺所提供的资料真实、完整、有效，自愿接受贵公司的贷前调查和贷后检查。")
    sheet.gap()
    sheet.line("申请人：" + borrower(who), right=True)
    sheet.line("经办人：" + who.contact + "    电话：" + who.phone, right=True)
    sheet.line(who.said(), right=True)
    return sheet.finish()


def investigation(who: Customer) -> list[Side]:
    """The report of the investigation before the loan."""
    sheet = Composer(face="song", size=12)
    sheet.title("贷前调查报告")
    sheet.line(f"项目编号：{who.contract}    A角：{who.clerk}    B角：陆平")
    for head, text in (
        (
            "一、借款人基本情况",
            f"{borrower(who)}，统一社会信用代码{who.fields['credit_code']}，负责人{who.contact}，联系电话{who.phone}。经查询，信用记录良好，近两年无逾期和欠息。",
        ),
        (
            "二、经营情况",
            f"调查人员于{who.said(5)}实地走访，生产经营正常，订单充足。上年度销售收入{yuan(who.amount * 6)}，净利润{yuan(who.amount * 6 // 11)}，比上年增长8.5%。",
        ),
        (
            "三、财务状况",
            "截至上月末，资产负债率为46.2%，流动比率为1.83，应收账款周转天数为52天，经营活动现金流量净额为正数。",
        ),
        ("四、借款用途", "用于采购原材料和更新生产设备，已取得购销合同复印件三份，用途真实合理。"),
        (
            "五、担保分析",
            f"担保方式为{who.fields['security']}。担保物经评估公司评估，权属清晰，未设定其他权利，能够覆盖贷款本息。",
        ),
        ("六、风险分析", "主要风险是原材料价格波动和下游客户集中。建议约定资金用途监管，每季度进行一次贷后检查。"),
        (
            "七、调查结论",
            f"综合以上情况，同意发放贷款{yuan(who.amount)}，期限{who.fields['term']}个月，年利率5.4%，按月付息，到期还本。",
        ),
    ):
        sheet.line(head)
        sheet.paragraph(text)
    sheet.paragraph("本报告所附资料均已与原件核对，由调查人员签字确认；本人对报告内容的真实性、准确性负责。")
    sheet.line(f"A角签字：{who.clerk}    B角签字：陆平    {who.said(8)}", right=True)
    return sheet.finish(numbered=True)


def approval(who: Customer) -> list[Side]:
    """The form on which the loan was approved."""
    sheet = Composer(face="song", size=11.5)
    sheet.title("贷款审批表")
    sheet.table(
        [
            ["项目编号", who.contract, "申请日期", who.said()],
            ["借款人", borrower(who)],
            ["申请金额", yuan(who.amount), "期限", f"{who.fields['term']}个月"],
            ["担保方式", who.fields["security"], "年利率", "5.4%"],
            ["调查意见", f"资料齐全，用途真实，还款来源可靠，同意报批。 A角：{who.clerk} B角：陆平"],
            ["部门负责人意见", "同意。请落实担保手续后放款。 签字：宋怀远"],
            ["风险控制意见", "同意，要求办妥抵押登记并投保财产险后方可放款。 签字：顾明"],
            ["总经理意见", f"同意发放，金额{yuan(who.amount)}。 签字：沈国华"],
        ],
        [2.2, 4, 1.8, 3],
        height=52,
    )
    sheet.line("审批日期：" + who.said(15), indent=260)
    sheet.stamp(COMPANY, "审批专用章", right=110)
    return sheet.finish()


def loan_contract(who: Customer) -> list[Side]:
    """The loan contract."""
    sheet = Composer(face="ming", size=12.5)
    sheet.title("借 款 合 同")
    sheet.line(f"合同编号：{who.contract}-J", right=True)
    sheet.line(f"贷款人：{COMPANY}")
    sheet.line(f"借款人：{borrower(who)}")
    for text in (
        f"第一条 借款金额为{yuan(who.amount)}，大写人民币{capital_yuan(who.amount)}。",
        f"第二条 借款期限为{who.fields['term']}个月，自{who.said(20)}起，实际放款日与约定不一致的，以借款借据所载日期为准。",
        "第三条 借款年利率为5.4%，按月结息，结息日为每月二十日。",
        "第四条 借款人应当按照约定用途使用借款，不得用于股票、期货投资或者其他违法用途。",
        "第五条 借款人未按期归还本金的，自逾期之日起在约定利率基础上加收百分之五十的罚息，并承担逾期付款违约金。",
        f"第六条 本合同项下债权的担保方式为{who.fields['security']}，担保合同另行签订；需要办理抵押登记的，应当在放款前办理完毕，他项权利证书原件由贷款人保管。",
        "第七条 借款人应当按季向贷款人提供财务报表，配合贷款人进行贷后检查。",
        "第八条 发生下列情形之一的，贷款人有权宣布借款提前到期：提供虚假资料的；挪用借款的；涉及重大诉讼可能影响偿还能力的。",
        "第九条 贷款人对借款人提供的资料负有保密责任，法律法规另有规定的除外。",
        "第十条 因履行本合同发生的一切费用，包括评估费、登记费、保险费、公证费，由借款人承担。",
        "第十一条 本合同发生争议，协商不成的，向贷款人住所地人民法院提起诉讼。",
        "第十二条 本合同一式三份，贷款人执两份，借款人执一份，自双方签字盖章之日起生效。",
    ):
        sheet.paragraph(text)
    sheet.gap()
    sheet.line(f"贷款人（盖章）：{COMPANY}")
    sheet.line(f"借款人（签字或盖章）：{borrower(who)}")
    sheet.line("签订日期：" + who.said(18))
    sheet.stamp(COMPANY, "合同专用章", right=220)
    return sheet.finish(numbered=True)


def voucher(who: Customer) -> list[Side]:
    """The voucher by which the money was paid out."""
    sheet = Composer(face="song", size=12, paper=A5_ACROSS, margin=44)
    sheet.title("借款借据（放款凭证）", size=17)
    sheet.table(
        [
            ["借款人", borrower(who), "合同编号", f"{who.contract}-J"],
            ["金额（大写）", f"人民币{capital_yuan(who.amount)}"],
            ["小写", yuan(who.amount), "放款日期", who.said(22)],
            ["收款账号", f"6200 9901 {who.phone[-4:]} 0018", "年利率", "5.4%"],
        ],
        [2, 5, 1.8, 3],
        height=34,
    )
    sheet.line(f"会计：方芳    复核：顾明    借款人签章：{who.contact}")
    sheet.stamp(COMPANY, "财务专用章", right=150, radius=44)
    return sheet.finish()


def mortgage_list(who: Customer) -> list[Side]:
    """The list of what was pledged, handed to the custodian of titles."""
    sheet = Composer(face="hei", size=11)
    sheet.title("重要权证移交清单")
    sheet.line(f"项目编号：{who.contract}    移交日期：{who.said(21)}")
    sheet.table(
        [
            ["序号", "权证名称", "权证编号", "份数", "页数"],
            ["1", "不动产权证书", f"锦（{who.year}）不动产权第00{who.phone[-4:]}号", "1", "6"],
            ["2", "不动产登记证明（抵押登记）", f"锦（{who.year}）证明第01{who.phone[-4:]}号", "1", "2"],
            ["3", "财产保险单", f"PICQ{who.year}{who.phone[-5:]}", "1", "4"],
            ["4", "抵押物评估报告", f"锦评字{who.year}-{who.phone[-3:]}", "2", "38"],
        ],
        [1, 4, 5, 1, 1],
        height=44,
    )
    sheet.paragraph("以上权证已核对名称、编号、份数无误，存入保险柜，登记入册。")
    sheet.line(f"A角：{who.clerk}    B角：陆平    档案管理员：白洁")
    return sheet.finish()


def collection_letter(who: Customer) -> list[Side]:
    """A letter that calls for overdue interest."""
    sheet = Composer(face="kai", size=14)
    sheet.title("贷款逾期催收通知书")
    sheet.line(f"{borrower(who)}：")
    sheet.paragraph(
        f"根据编号{who.contract}-J《借款合同》，你方应于{who.said(210)}支付利息{yuan(who.amount * 54 // 12000)}，至今尚未到账。请于收到本通知之日起五个工作日内付清，逾期我公司将依照合同第五条加收罚息及逾期付款违约金。"
    )
    sheet.paragraph("如确有困难，请与信贷业务部联系，商定还款计划。联系人：" + who.clerk + "，电话8001-5577。")
    sheet.gap()
    sheet.line(COMPANY, right=True)
    sheet.line(who.said(215), right=True)
    sheet.gap()
    sheet.line("签收人：" + who.contact + "    签收日期：" + who.said(217))
    return sheet.finish()


PAPERS: tuple[Papers, ...] = (
    (
        Paper("CUSTOMER", "借款申请书", 0, application, "jpeg", COPY),
        Paper("INVESTIGATION", "贷前调查报告", 8, investigation, "born_digital"),
        Paper("APPROVAL", "贷款审批表", 15, approval, "jpeg", CLEAN),
        Paper("CONTRACTS", "借款合同-{contract}", 18, loan_contract, "scanned_pdf", COPY, blank_back=True),
        Paper("CONTRACTS", "重要权证移交清单", 21, mortgage_list, "fax_tiff", CLEAN),
    ),
    (
        Paper("CUSTOMER", "借款申请书", 0, application, "jpeg", LAMP),
        Paper("INVESTIGATION", "贷前调查报告", 8, investigation, "scanned_pdf", CLEAN),
        Paper("APPROVAL", "贷款审批表", 15, approval, "jpeg", ASKEW),
        Paper("CONTRACTS", "借款合同-{contract}", 18, loan_contract, "fax_tiff", CLEAN),
        Paper("CONTRACTS", "放款凭证", 22, voucher, "jpeg", CARBON),
    ),
    (
        Paper("CUSTOMER", "借款申请书", 0, application, "png", CLEAN),
        Paper("INVESTIGATION", "贷前调查报告", 8, investigation, "lzw_tiff", COPY),
        Paper("APPROVAL", "贷款审批表", 15, approval, "sideways_jpeg", CLEAN),
        Paper("CONTRACTS", "借款合同-{contract}", 18, loan_contract, "scanned_pdf", COPY),
        Paper("CONTRACTS", "重要权证移交清单", 21, mortgage_list, "jpeg", FINE),
    ),
    (
        Paper("CUSTOMER", "借款申请书", 0, application, "poor_jpeg", TIRED),
        Paper("INVESTIGATION", "贷前调查报告", 8, investigation, "scanned_pdf", ASKEW),
        Paper("APPROVAL", "贷款审批表", 15, approval, "jpeg", COPY),
        Paper("CONTRACTS", "借款合同-{contract}", 18, loan_contract, "scanned_pdf", CLEAN),
        Paper("CONTRACTS", "贷款逾期催收通知书", 215, collection_letter, "jpeg", CLEAN),
    ),
)
