"""Papers of a company that rents rooms: lease, supplement, deposit, registration, notices, handing back."""

from datetime import date

from ..dossiers import COMPANY, TOWER, Customer, capital_yuan, written, yuan
from ..sheets import A5_ACROSS, Composer, Side
from ..wear import ASKEW, CARBON, CLEAN, COPY, FINE, LAMP, TIRED
from . import Paper, Papers


def lease(who: Customer) -> list[Side]:
    """The lease."""
    sheet = Composer(face="song", size=12.5)
    sheet.title("房屋租赁合同")
    sheet.line(f"合同编号：{who.contract}", right=True)
    sheet.line(f"出租方（甲方）：{COMPANY}")
    sheet.line(f"承租方（乙方）：{who.name}")
    sheet.line(f"乙方法定代表人：{who.contact}    联系电话：{who.phone}")
    sheet.paragraph(
        "甲乙双方依照《中华人民共和国民法典》及有关规定，本着平等自愿、诚实信用的原则，就房屋租赁事宜达成如下合同："
    )
    for text in (
        f"第一条 租赁标的。甲方将位于{TOWER}{who.unit}的房屋出租给乙方，建筑面积{int(who.floor) * 8 + 156}平方米，用于{who.fields['trade']}。",
        f"第二条 租赁期限。自{who.said()}起至{written(date.fromisoformat(who.fields['lease_until']))}止。租期届满，乙方在同等条件下有优先承租权，但应提前三个月书面提出。",
        f"第三条 租金及支付。月租金{yuan(who.amount)}，大写人民币{capital_yuan(who.amount)}，按季度支付，先付后用，每季度首月五日前付清。",
        f"第四条 押金。乙方于签订合同当日支付押金{yuan(who.amount * 2)}，合同终止且乙方交清费用、交还房屋后十五日内无息退还。",
        "第五条 逾期付款违约金。乙方逾期支付租金的，每逾期一日，按应付款项的千分之一支付逾期付款违约金；逾期超过三十日的，甲方有权解除合同。",
        "第六条 房屋的使用。乙方应当合理使用房屋，未经甲方书面同意不得转租、改变用途或者改动主体结构。",
        "第七条 消防安全。乙方是所承租房屋的消防安全责任人，应当配备消防器材，保持消防通道畅通，不得堆放易燃易爆物品。",
        "第八条 维修责任。房屋主体结构和公用设施由甲方负责维修；乙方自行添置的装修和设备由乙方负责。",
        "第九条 费用承担。租赁期间的水费、电费、燃气费、物业服务费由乙方承担。",
        "第十条 合同的解除。有下列情形之一的，甲方可以单方解除合同：擅自转租的；拖欠租金累计达两个月的；利用房屋从事违法活动的。",
        "第十一条 退租交接。合同终止时，双方应当办理退租交接，核对设施清单，结清各项费用，签署交接清单。",
        "第十二条 保密。双方对因签订和履行本合同知悉的对方商业秘密负有保密义务，合同终止后仍然有效。",
        "第十三条 争议解决。因本合同发生的争议，由房屋所在地人民法院管辖。",
        "第十四条 其他。本合同未尽事宜，可以签订补充协议。本合同一式四份，甲方执三份，乙方执一份，自双方签字盖章之日起生效。",
    ):
        sheet.paragraph(text)
    sheet.gap()
    sheet.line(f"甲方（盖章）：{COMPANY}")
    sheet.line(f"乙方（盖章）：{who.name}")
    sheet.line(f"签订日期：{who.said(-7)}")
    sheet.stamp(COMPANY, "合同专用章", right=230)
    sheet.stamp(who.name, right=90, radius=44)
    return sheet.finish(numbered=True)


def supplement(who: Customer) -> list[Side]:
    """A supplement to the lease."""
    sheet = Composer(face="kai", size=14)
    sheet.title("补 充 协 议")
    sheet.line(f"编号：{who.contract}-补01", right=True)
    sheet.paragraph(
        f"{COMPANY}（甲方）与{who.name}（乙方）于{who.said(-7)}签订的《房屋租赁合同》（编号{who.contract}），经双方协商一致，补充如下："
    )
    sheet.paragraph("一、因外墙修缮影响经营，甲方同意免收乙方一个月租金，作为免租期。", indent=2)
    sheet.paragraph("二、乙方可以在大厦南侧指定位置设置店招一块，规格不超过3.6米×0.9米，费用由乙方承担。", indent=2)
    sheet.paragraph("三、停车位由三个增加为四个，增加的车位每月收费300元。", indent=2)
    sheet.paragraph("四、本补充协议与原合同具有同等效力；不一致之处，以本补充协议为准。", indent=2)
    sheet.gap()
    sheet.line("甲方（盖章）：                乙方（盖章）：")
    sheet.line(who.said(240), right=True)
    sheet.stamp(COMPANY, right=300)
    sheet.stamp(who.name, right=110, radius=44)
    return sheet.finish()


def registration(who: Customer) -> list[Side]:
    """The registration of a tenant company."""
    sheet = Composer(face="song", size=11)
    sheet.title("租户企业信息登记表")
    sheet.table(
        [
            ["企业名称", who.name],
            ["统一社会信用代码", who.fields["credit_code"], "行业", who.fields["trade"]],
            ["法定代表人", who.contact, "联系电话", who.phone],
            ["租赁房号", f"{TOWER}{who.unit}", "楼层", f"{who.floor}层"],
            ["员工人数", f"{int(who.floor) * 3 + 14}人", "注册资本", "人民币壹佰万元整"],
            ["电子邮箱", f"office{who.contract[-3:]}@example.com", "传真", "8001-4466"],
            ["紧急联系人", "办公室主任 罗敏", "夜间电话", who.phone[:-2] + "77"],
            ["备案资料", "营业执照副本复印件1份；法定代表人身份证复印件1份；消防安全责任书1份"],
        ],
        [2.4, 4, 1.6, 3],
        height=42,
    )
    sheet.paragraph("填表单位承诺以上内容真实、准确，如有变更，十日内书面通知物业管理单位。")
    sheet.line("填表人：" + who.contact + "    审核人：" + who.clerk)
    sheet.line(who.said(2), right=True)
    return sheet.finish()


def deposit_receipt(who: Customer) -> list[Side]:
    """The receipt for the deposit; a bilingual one, with an invoice number in Latin letters."""
    sheet = Composer(face="song", size=12, paper=A5_ACROSS, margin=44)
    sheet.title("押金收据 DEPOSIT RECEIPT", size=17)
    sheet.line(f"Invoice No. INV-{who.year}-{int(who.contract[-3:]) * 11:04d}", right=True)
    sheet.table(
        [
            ["交款单位", who.name],
            ["合同编号", who.contract, "房号", who.unit],
            ["金额（大写）", f"人民币{capital_yuan(who.amount * 2)}", "小写", yuan(who.amount * 2)],
            ["备注", "租赁押金，合同终止后凭本收据原件退还，遗失不补"],
        ],
        [2, 5, 1.4, 3],
        height=32,
    )
    sheet.line(f"收款单位：{COMPANY}    收款人：方芳    {who.said(-7)}")
    sheet.stamp(COMPANY, "财务专用章", right=150, radius=44)
    return sheet.finish()


def notice(who: Customer) -> list[Side]:
    """A notice: goods stand in the escape route and must go."""
    sheet = Composer(face="hei", size=12.5)
    sheet.title("整 改 通 知 书")
    sheet.line(f"锦物〔{who.year}〕{int(who.contract[-3:]) + 40}号", right=True)
    sheet.line(f"{who.name}：")
    sheet.paragraph(f"{who.said(150)}，我公司会同消防安全巡查人员对{TOWER}进行检查，发现你单位存在以下问题：")
    sheet.paragraph(f"一、在{who.unit}门外走道堆放纸箱等杂物，占用消防通道；")
    sheet.paragraph("二、两具干粉灭火器压力不足，未及时更换；")
    sheet.paragraph("三、私自拉接临时电线一处，未穿管保护。")
    sheet.paragraph(
        "上述行为违反了租赁合同第七条的规定。请于收到本通知之日起三日内整改完毕，并将整改情况书面报送客户服务部。逾期未整改的，将按照合同约定处理，并报告消防救援机构。"
    )
    sheet.gap()
    sheet.line(COMPANY, right=True)
    sheet.line(who.said(151), right=True)
    sheet.stamp(COMPANY, right=100)
    return sheet.finish()


def business_letter(who: Customer) -> list[Side]:
    """A tenant's letter in Chinese and English."""
    sheet = Composer(face="song", size=12.5)
    sheet.title("关于申请延长营业时间的函", size=18)
    sheet.line(f"{COMPANY}：")
    sheet.paragraph(
        f"我公司自入驻{TOWER}{who.unit}以来，承蒙贵公司关照，经营情况良好。为满足客户需求，拟自下月一日起将营业时间延长至二十二时三十分，恳请贵公司给予支持，并协调空调与电梯的运行时间。"
    )
    sheet.paragraph("延长期间发生的能源费用由我公司承担，具体金额以贵公司核算为准。")
    sheet.paragraph("Subject: Extension of business hours", indent=0)
    sheet.paragraph(
        "We kindly ask for your approval to keep our premises open until 22:30 from the first day of next month. All additional energy costs will be paid by us. Please confirm in writing before the end of this month.",
        indent=0,
    )
    sheet.paragraph("此致")
    sheet.line("敬礼")
    sheet.line(who.name, right=True)
    sheet.line(who.said(300), right=True)
    sheet.stamp(who.name, right=100, radius=46)
    return sheet.finish()


def handing_back(who: Customer) -> list[Side]:
    """The list signed when rooms are handed back."""
    sheet = Composer(face="song", size=11)
    sheet.title("退租交接清单")
    sheet.line(f"合同编号：{who.contract}    房号：{TOWER}{who.unit}")
    sheet.table(
        [
            ["序号", "项目", "交接数", "状况", "备注"],
            ["1", "玻璃门", "2扇", "完好", ""],
            ["2", "格栅灯盘", "24套", "22套完好", "2套不亮，扣80元"],
            ["3", "风机盘管", "6台", "完好", "已清洗"],
            ["4", "灭火器", "4具", "完好", "有效期内"],
            ["5", "门禁卡", "15张", "缺1张", "工本费20元"],
            ["6", "电表读数", "18652度", "已结清", ""],
            ["7", "水表读数", "437吨", "已结清", ""],
        ],
        [1, 3, 2, 2, 3],
        height=34,
    )
    sheet.paragraph(f"经双方核对，应退押金{yuan(who.amount * 2 - 100)}，于十五日内转入承租方账户。")
    sheet.line("移交人：" + who.contact + "    接收人：" + who.clerk + "    " + who.said(700))
    return sheet.finish()


PAPERS: tuple[Papers, ...] = (
    (
        Paper("LEASE", "房屋租赁合同-{contract}", -7, lease, "scanned_pdf", COPY),
        Paper("COMPANY", "租户企业信息登记表", 2, registration, "jpeg", CLEAN),
        Paper("PAY", "押金收据", -7, deposit_receipt, "jpeg", CARBON),
        Paper("VIOLATION", "整改通知书-消防通道", 151, notice, "jpeg", ASKEW),
        Paper("LEASE", "补充协议", 240, supplement, "fax_tiff", CLEAN, blank_back=True),
    ),
    (
        Paper("LEASE", "房屋租赁合同-{contract}", -7, lease, "fax_tiff", COPY),
        Paper("COMPANY", "租户企业信息登记表", 2, registration, "scanned_pdf", CLEAN, blank_back=True),
        Paper("PAY", "押金收据", -7, deposit_receipt, "phone_jpeg", CARBON),
        Paper("LETTERS", "关于延长营业时间的函", 300, business_letter, "jpeg", CLEAN),
        Paper("BACK", "退租交接清单", 700, handing_back, "jpeg", LAMP),
    ),
    (
        Paper("LEASE", "房屋租赁合同-{contract}", -7, lease, "born_digital"),
        Paper("COMPANY", "租户企业信息登记表", 2, registration, "png", CLEAN),
        Paper("PAY", "押金收据", -7, deposit_receipt, "poor_jpeg", TIRED),
        Paper("VIOLATION", "整改通知书-消防通道", 151, notice, "sideways_jpeg", COPY),
        Paper("LEASE", "补充协议", 240, supplement, "jpeg", FINE),
    ),
    (
        Paper("LEASE", "房屋租赁合同-{contract}", -7, lease, "lzw_tiff", CLEAN),
        Paper("COMPANY", "租户企业信息登记表", 2, registration, "jpeg", ASKEW),
        Paper("PAY", "押金收据", -7, deposit_receipt, "jpeg", CARBON),
        Paper("LETTERS", "关于延长营业时间的函", 300, business_letter, "scanned_pdf", COPY),
        Paper("VIOLATION", "整改通知书-消防通道", 151, notice, "jpeg", LAMP),
    ),
)
