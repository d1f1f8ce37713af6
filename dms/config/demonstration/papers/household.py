"""Papers of a household that owns a flat: moving in, service contract, fit-out, payments, repairs, letters."""

from ..dossiers import COMPANY, ESTATE, Customer, capital_yuan, yuan
from ..sheets import A5_ACROSS, Composer, Side
from ..wear import ASKEW, CARBON, CLEAN, COPY, FINE, LAMP, TIRED
from . import Paper, Papers


def move_in_form(who: Customer) -> list[Side]:
    """The registration of a household that moves in."""
    sheet = Composer(face="song", size=11.5)
    sheet.title("业主入住登记表")
    sheet.line(f"编号：QMS-PM-31301-{who.contract[-3:]}", right=True)
    sheet.table(
        [
            ["业主姓名", who.name, "联系电话", who.phone],
            ["房号", f"{ESTATE}{who.unit}", "所在楼层", f"{who.floor}层"],
            ["身份证号", who.fields["id_number"], "家庭人口", f"{who.fields['family']}人"],
            ["入住日期", who.said(12), "建筑面积", f"{88 + int(who.floor)}.6平方米"],
            ["紧急联系人", f"{who.name[0]}志明（亲属）", "紧急电话", who.phone[:-2] + "88"],
            ["车位", f"地下二层B2-{int(who.floor) * 7:03d}号", "车牌号码", f"锦A·{int(who.floor) * 631:05d}"],
        ],
        [2, 4, 2, 3],
        height=34,
    )
    sheet.table(
        [
            ["序号", "移交物品", "数量", "签收"],
            ["1", "入户门钥匙", "5把", "已领取"],
            ["2", "单元门禁卡", "3张", "已领取"],
            ["3", "水表底数", "000012吨", "已核对"],
            ["4", "电表底数", "000086度", "已核对"],
            ["5", "《住户手册》与《临时管理规约》", "各1册", "已领取"],
        ],
        [1, 4, 2, 2],
    )
    sheet.paragraph("本人已阅读并同意遵守《临时管理规约》，对上述房屋设施及物品核对无误，同意办理入住手续。")
    sheet.line("业主签字：" + who.name, indent=220)
    sheet.line("经办人：" + who.clerk, indent=220)
    sheet.line(who.said(12), indent=220)
    return sheet.finish()


def service_contract(who: Customer) -> list[Side]:
    """The contract on the property manager's services."""
    sheet = Composer(face="ming" if int(who.floor) % 2 else "kai", size=12.5)
    sheet.title("前期物业管理服务协议")
    sheet.line(f"协议编号：{who.contract}", right=True)
    sheet.line(f"甲方：{COMPANY}")
    sheet.line(f"乙方：{who.name}（{ESTATE}{who.unit}业主）")
    sheet.paragraph("根据有关法律、法规，在自愿、平等、协商一致的基础上，甲乙双方就前期物业管理服务事宜，订立本协议。")
    for text in (
        f"第一条 甲方提供的服务内容包括：房屋共用部位的维修、养护和管理；共用设施设备的运行与维护；{ESTATE}环境卫生与公共秩序的维护；物业档案资料的管理。",
        f"第二条 乙方按建筑面积每月交纳物业服务费，每季度{yuan(who.amount)}，大写人民币{capital_yuan(who.amount)}，于每季度首月十日前交清。",
        "第三条 乙方逾期交纳的，自逾期之日起按日加收应缴费用万分之五的逾期付款违约金。",
        "第四条 乙方装修房屋应事先告知甲方，交纳装修押金人民币贰仟元整，并遵守装修管理规定，不得拆改承重墙体。",
        "第五条 任何人不得占用、堵塞消防通道，不得在楼道内停放电动自行车或者为其充电。",
        "第六条 甲方应当建立住户档案，对乙方的身份证号码、联系电话等个人信息负有保密责任，未经乙方书面同意不得向第三方提供。",
        "第七条 乙方转让或者出租房屋的，应当将本协议的内容告知受让人或者承租人，并在三十日内到甲方办理登记变更手续。",
        "第八条 因不可抗力致使协议无法履行的，双方按照有关法律规定处理。",
        "第九条 本协议在履行中发生争议的，双方协商解决；协商不成的，提交仲裁委员会仲裁。",
        f"第十条 本协议自{who.said(12)}起生效，有效期至业主大会选聘新的物业服务企业之日止。协议一式两份，甲乙双方各执一份，具有同等效力。",
    ):
        sheet.paragraph(text)
    sheet.gap()
    sheet.line(f"甲方（盖章）：{COMPANY}")
    sheet.line(f"乙方（签字）：{who.name}")
    sheet.line(f"签订日期：{who.said(12)}")
    sheet.stamp(COMPANY, "合同专用章", right=210)
    return sheet.finish(numbered=True)


def fit_out_form(who: Customer) -> list[Side]:
    """The application to fit out a flat, with what was allowed."""
    sheet = Composer(face="song", size=11.5)
    sheet.title("装修施工申请审批表")
    sheet.table(
        [
            ["申请人", who.name, "房号", who.unit],
            ["施工单位", "安居装饰工程队", "现场负责人", "田师傅"],
            ["施工期限", f"{who.said(30)}至{who.said(105)}"],
            ["装修项目", "厨房、卫生间防水重做；客厅铺设木地板；阳台封闭；更换入户强电箱。"],
            [
                "注意事项",
                "不得拆改承重墙；施工时间为8:00至12:00、14:00至18:00；装修垃圾袋装后运至指定地点；动火作业须办理动火证并配备灭火器两只。",
            ],
            ["押金", "装修押金人民币贰仟元整，验收合格三十日后无息退还"],
            ["工程部意见", "防水施工完成后做四十八小时闭水试验，同意施工。 签字：高远"],
            ["客户服务部意见", "手续齐全，同意发放施工许可证。 签字：" + who.clerk],
        ],
        [2, 4, 2, 3],
        height=44,
    )
    sheet.line("申请人签字：" + who.name, indent=220)
    sheet.line(who.said(28), indent=220)
    return sheet.finish()


def fit_out_rules(who: Customer) -> list[Side]:
    """The estate's rules for fitting out, as each household receives them."""
    sheet = Composer(face="zheng", size=11)
    sheet.title(f"{ESTATE}装修管理规定", size=18)
    for number, text in enumerate(
        (
            "业主或者使用人装修房屋，应当提前三个工作日到客户服务部办理申报登记。",
            "禁止拆除承重墙、在承重墙上开门开窗，禁止将没有防水要求的房间改为卫生间或者厨房。",
            "禁止损坏房屋原有节能设施，禁止侵占公共空间，禁止改变外立面颜色和形式。",
            "施工人员凭临时出入证进出，夜间二十二时以后不得留宿现场。",
            "水泥、黄沙等材料必须袋装运输，使用货梯，不得使用客梯。",
            "每户须配备不少于两只灭火器，动火作业执行动火审批制度。",
            "装修垃圾堆放不得超过四十八小时，不得占用消防通道和绿地。",
            "违反本规定造成管道堵塞、渗漏、停电等损失的，由责任人负责修复并赔偿。",
            "装修完工后由工程部组织验收，验收合格的退还装修押金，不合格的限期整改。",
        ),
        1,
    ):
        sheet.paragraph(f"{number}．{text}", indent=0)
    sheet.line(COMPANY, right=True)
    sheet.line(who.said(-40), right=True)
    return sheet.finish()


def receipt(who: Customer) -> list[Side]:
    """A receipt for the quarter's fee, from a block with carbon copies."""
    sheet = Composer(face="kai", size=12, paper=A5_ACROSS, margin=44)
    sheet.title("收 款 收 据", size=18)
    sheet.line(f"No. {who.year % 100}0{int(who.floor) * 137:05d}", right=True)
    sheet.table(
        [
            ["交款人", who.name, "房号", who.unit],
            ["收款事由", f"{who.year}年第三季度物业服务费"],
            ["金额（大写）", f"人民币{capital_yuan(who.amount)}", "小写", yuan(who.amount)],
            ["付款方式", "银行转账", "收款人", "方芳"],
        ],
        [2, 5, 1.4, 3],
        height=32,
    )
    sheet.line(f"{COMPANY}（财务专用章）    {who.said(130)}")
    sheet.stamp(COMPANY, "财务专用章", right=150, radius=44)
    return sheet.finish()


def repair_slip(who: Customer) -> list[Side]:
    """A repair slip: a burst pipe and what was done about it."""
    sheet = Composer(face="song", size=12)
    sheet.title("维 修 单")
    sheet.line(f"单号：WX-{who.year}-{int(who.floor) * 23:04d}", right=True)
    sheet.table(
        [
            ["报修人", who.name, "电话", who.phone],
            ["报修时间", f"{who.said(160)} 21时40分", "房号", who.unit],
            ["报修内容", "厨房水管爆裂，地面积水，已渗漏至楼下住户天花板，请求紧急处理。"],
            ["处理经过", "值班员21时52分到场关闭总阀，更换DN20铜球阀一只、PPR管1.5米，22时35分恢复供水。"],
            ["材料费", "¥86.00", "人工费", "免收"],
            ["回访记录", "次日电话回访，住户表示满意；楼下渗水处待干燥后由工程部粉刷。"],
        ],
        [2, 4, 1.5, 3],
        height=40,
    )
    sheet.line("维修人员：高远    住户签字：" + who.name)
    return sheet.finish()


def reminder(who: Customer) -> list[Side]:
    """A letter that asks for the overdue fee."""
    sheet = Composer(face="kai", size=14)
    sheet.title("催 缴 通 知 函")
    sheet.line(f"{who.name} 女士/先生：")
    sheet.paragraph(
        f"您好！感谢您对我公司工作的支持。经核对，贵户（{ESTATE}{who.unit}）尚欠{who.year}年第四季度物业服务费{yuan(who.amount)}。"
    )
    sheet.paragraph(
        "根据《前期物业管理服务协议》第三条，逾期交纳的，按日加收万分之五的逾期付款违约金。请您于收到本函之日起七日内到客户服务部交纳，或者通过银行转账办理。"
    )
    sheet.paragraph(
        "如您已经交纳，请忽略本函，并请携带收据与我们核对。咨询电话：客户服务部 8001-2233，联系人" + who.clerk + "。"
    )
    sheet.paragraph("顺祝 阖家安康！")
    sheet.gap()
    sheet.line(COMPANY, right=True)
    sheet.line(who.said(215), right=True)
    sheet.stamp(COMPANY, right=96)
    return sheet.finish()


def complaint(who: Customer) -> list[Side]:
    """A complaint about noise, as taken down and handled."""
    sheet = Composer(face="hei", size=11)
    sheet.title("客户投诉处理记录")
    sheet.table(
        [
            ["投诉人", who.name, "房号", who.unit],
            ["投诉时间", who.said(190), "方式", "来电"],
            ["投诉内容", "楼上住户夜间噪声扰民，二十三时以后仍有拖动家具、播放音响的声音，影响老人休息。"],
            ["调查情况", "客服人员与夜班保安于当晚二十三时二十分上门了解，情况属实，已当面劝导。"],
            ["处理结果", "楼上住户书面承诺二十二时以后不再发出噪声；连续回访三日，投诉人表示问题已经解决。"],
            ["部门主管意见", "同意结案，归入住户档案。"],
        ],
        [2, 4, 1.5, 3],
        height=52,
    )
    sheet.line("处理人：" + who.clerk, indent=260)
    return sheet.finish()


PAPERS: tuple[Papers, ...] = (
    (
        Paper("MOVE", "入住登记表", 12, move_in_form, "fax_tiff", CLEAN, blank_back=True),
        Paper("UNIT", "前期物业管理服务协议", 12, service_contract, "scanned_pdf", COPY),
        Paper("FIT", "装修施工申请审批表", 28, fit_out_form, "jpeg", ASKEW),
        Paper("PAY", "收款收据", 130, receipt, "jpeg", CARBON),
        Paper("REPAIR", "维修单-水管爆裂", 160, repair_slip, "png", CLEAN),
    ),
    (
        Paper("MOVE", "入住登记表", 12, move_in_form, "sideways_jpeg", CLEAN),
        Paper("UNIT", "前期物业管理服务协议", 12, service_contract, "scanned_pdf", CLEAN),
        Paper("PAY", "收款收据", 130, receipt, "jpeg", CARBON),
        Paper("LETTERS", "催缴通知函", 215, reminder, "jpeg", LAMP),
        Paper("COMPLAINT", "投诉处理记录-噪声扰民", 190, complaint, "jpeg", COPY),
    ),
    (
        Paper("MOVE", "入住登记表", 12, move_in_form, "jpeg", FINE),
        Paper("UNIT", "前期物业管理服务协议", 12, service_contract, "lzw_tiff", COPY),
        Paper("FIT", "装修管理规定", -40, fit_out_rules, "born_digital"),
        Paper("FIT", "装修施工申请审批表", 28, fit_out_form, "jpeg", LAMP),
        Paper("PAY", "收款收据", 130, receipt, "phone_jpeg", CARBON),
    ),
    (
        Paper("MOVE", "入住登记表", 12, move_in_form, "scanned_pdf", COPY, blank_back=True),
        Paper("UNIT", "前期物业管理服务协议", 12, service_contract, "scanned_pdf", ASKEW),
        Paper("PAY", "收款收据", 130, receipt, "poor_jpeg", TIRED),
        Paper("REPAIR", "维修单-水管爆裂", 160, repair_slip, "jpeg", COPY),
        Paper("LETTERS", "催缴通知函", 215, reminder, "jpeg", CLEAN),
    ),
)
