"""A form of a case with every kind of question, and the setting to fill it in."""

from datetime import date
from typing import Any

from domain.definition import (
    Check,
    Criterion,
    Field,
    FieldKind,
    Form,
    Mode,
    Part,
    Section,
    ShownWhen,
    Strength,
)
from domain.forms import Checked, Setting, check_case
from services.expressions import evaluate

MODES = (
    Mode(
        key="supply",
        name="供应链管理",
        criteria=(Criterion(key="vmi", label="服务能力", text="实施供应商管理库存（VMI），库存周转率明显提高。"),),
    ),
    Mode(
        key="lifecycle",
        name="全生命周期管理",
        criteria=(
            Criterion(key="ability", label="服务能力", text="能够开展在线监测，编制交互式电子技术手册（IETM）。"),
        ),
    ),
    Mode(key="other", name="其他", is_other=True),
)
YES_OR_NO = ("是", "否")
KINDS = ("工业电子商务", "面向行业专业", "面向区域综合")
REVENUE, SHARE = "revenue", "service_share"
INDICATORS = Field(
    key="indicators",
    label="主要指标",
    kind=FieldKind.TABLE,
    years=(-2, -1),
    fields=(
        Field(key="assets", label="资产总额", kind=FieldKind.MONEY),
        Field(key=REVENUE, label="营业收入", kind=FieldKind.MONEY, minimum=0),
        Field(key="service", label="其中服务收入", kind=FieldKind.MONEY, minimum=0),
        Field(key=SHARE, label="服务收入占比", kind=FieldKind.PERCENT),
        Field(
            key="growth", label="净利润增长率", kind=FieldKind.PERCENT, minimum=-1000, maximum=1000, required=False
        ),
        Field(key="energy", label="能源消费总量", kind=FieldKind.NUMBER, unit="吨标煤", required=False),
    ),
)
INVESTORS = Field(
    key="investors",
    label="投资方",
    kind=FieldKind.ROWS,
    max_rows=5,
    fields=(
        Field(key="name", label="名称"),
        Field(key="nature", label="性质", kind=FieldKind.CHOICE, choices=("国有", "民营", "其他"), other="其他"),
        Field(key="share", label="投资比例", kind=FieldKind.PERCENT, decimals=4, at_most=100),
    ),
)
PATENTS = tuple(
    Field(key=key, label=label, kind=FieldKind.INTEGER, minimum=0, unit="项")
    for key, label in (("total", "专利总数"), ("invention", "发明"), ("utility", "实用新型"), ("design", "外观设计"))
)
PROMISE_TEXT = "本单位承诺所报材料真实、完整，并承担相应责任。"

FORM = Form(
    key="enterprise",
    title="示范企业申报书",
    sections=(
        Section(
            key="basics",
            title="一、基本信息",
            fields=(
                Field(key="name", label="企业名称", profile="name"),
                Field(key="code", label="统一社会信用代码", kind=FieldKind.CREDIT_CODE),
                Field(key="site", label="网址", kind=FieldKind.URL, required=False),
                Field(key="postcode", label="邮政编码", kind=FieldKind.POSTCODE, required=False),
                Field(key="founded_on", label="成立日期", kind=FieldKind.DATE),
                Field(
                    key="nature",
                    label="企业性质",
                    kind=FieldKind.CHOICE,
                    choices=("国有", "民营", "其他"),
                    other="其他",
                ),
                Field(key="staff", label="员工总数", kind=FieldKind.INTEGER, unit="人", minimum=1),
                Field(key="summary", label="主要建设内容", kind=FieldKind.LONG_TEXT, max_chars=100),
                Field(key="is_group", label="是否集团", kind=FieldKind.CHOICE, choices=YES_OR_NO),
                Field(key="group", label="集团名称", when=ShownWhen(field="is_group", any_of=("是",))),
            ),
        ),
        Section(
            key="kinds",
            title="二、平台类型",
            when=ShownWhen(field="is_group", any_of=("是",)),
            fields=(
                Field(
                    key="kinds",
                    label="平台类型",
                    kind=FieldKind.CHOICES,
                    choices=KINDS,
                    exclusive=((KINDS[1], KINDS[2]),),
                    clause="两类平台不可同时申报",
                ),
            ),
        ),
        Section(
            key="numbers",
            title="三、经营数据",
            fields=(
                INDICATORS,
                *PATENTS,
                Field(key="from_year", label="开始年份", kind=FieldKind.YEAR, required=False),
                Field(key="to_year", label="结束年份", kind=FieldKind.YEAR, required=False),
                Field(
                    key="per_head",
                    label="人均专利",
                    kind=FieldKind.NUMBER,
                    decimals=2,
                    computed="total / staff",
                    unit="项",
                ),
            ),
        ),
        Section(key="investors", title="四、投资方", fields=(INVESTORS,)),
        Section(
            key="body",
            title="五、申报内容",
            fields=(
                Field(key="modes", label="申报模式", kind=FieldKind.MODES, combined="综合型"),
                Field(
                    key="body",
                    label="申报内容",
                    kind=FieldKind.OUTLINE,
                    parts=(
                        Part(key="intro", title="基本情况", guide="企业概况、行业地位。", max_chars=300),
                        Part(key="practice", title="主要做法", per_mode=True, guide="做法、成效和创新点。"),
                        Part(key="plan", title="下一步计划", required=False),
                    ),
                ),
            ),
        ),
        Section(
            key="promise",
            title="六、承诺",
            fields=(Field(key="promise", label="真实性承诺", kind=FieldKind.COMMITMENT, text=PROMISE_TEXT),),
        ),
    ),
    checks=(
        Check(
            key="share",
            table="indicators",
            expression=f"abs({SHARE} - service / {REVENUE} * 100) <= 0.1",
            sentence="服务收入占比与两项收入之比相差超过 0.1 个百分点",
            fields=(SHARE, "service"),
        ),
        Check(
            key="total",
            expression="total == invention + utility + design",
            sentence="专利总数不等于三类之和",
            fields=("total",),
        ),
        Check(
            key="years",
            expression="from_year <= to_year",
            sentence="开始年份不能晚于结束年份",
            fields=("from_year",),
            strength=Strength.HARD,
        ),
    ),
)

ANSWERS = {
    "name": "某某装备有限公司",
    "code": "91410300MA3X4Y5D5K",
    "founded_on": "2010-05-06",
    "nature": "民营",
    "staff": "1200",
    "summary": "建设远程运维平台。",
    "is_group": "否",
    "indicators.assets.2021": "52000",
    "indicators.assets.2022": "56000.5",
    "indicators.revenue.2021": "1000",
    "indicators.revenue.2022": "1200",
    "indicators.service.2021": "301",
    "indicators.service.2022": "420",
    "indicators.service_share.2021": "30",
    "indicators.service_share.2022": "35",
    "total": "6",
    "invention": "1",
    "utility": "2",
    "design": "3",
    "per_head": "0.01",
    "investors.0.name": "甲公司",
    "investors.0.nature": "国有",
    "investors.0.share": "60",
    "investors.1.name": "乙公司",
    "investors.1.nature": "民营",
    "investors.1.share": "40",
    "modes": "supply\nlifecycle",
    "body.intro": "本企业专业从事装备制造。",
    "body.practice.supply": "建立供应商协同平台。",
    "body.practice.lifecycle": "开展远程运维服务。",
    "promise": "yes",
    "promise.name": "王明",
    "promise.date": "2023-03-20",
}
"""A finished form: every check passes, the share of 2021 is off by exactly the tolerance."""


def setting(**changes: Any) -> Setting:
    """Return the setting of a batch of 2023 on 20 March."""
    given: dict[str, Any] = {"year": 2023, "modes": MODES, "evaluate": evaluate, "on": date(2023, 3, 20)}
    return Setting(**(given | changes))


def form_of(*fields: Field, **changes: Any) -> Form:
    """Return a form of these fields alone."""
    return Form(key="f", title="表", fields=fields, **changes)


def final(form: Form, answers: dict[str, str], **changes: Any) -> Checked:
    """Check answers as for a submission."""
    return check_case(form, answers, setting(**changes), is_final=True)


def draft(form: Form, answers: dict[str, str], **changes: Any) -> Checked:
    """Check answers as for a draft."""
    return check_case(form, answers, setting(**changes), is_final=False)


def refusals(checked: Checked) -> list[tuple[str, str]]:
    """Return place and sentence of every problem."""
    return [(problem.path, problem.sentence) for problem in checked.problems]
