"""Places, values, rules and expressions of a definition in the words of the people who confirm them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.definition import (
    Audience,
    Category,
    CategoryForm,
    Check,
    Column,
    Counting,
    Declare,
    Due,
    Evidence,
    External,
    Field,
    FieldKind,
    FileKind,
    Force,
    Form,
    Ladder,
    MailKind,
    MailText,
    Mark,
    Mode,
    Operator,
    Quota,
    Rule,
    Section,
    ShownWhen,
    Stage,
    StageKind,
    Step,
    Subtype,
    Term,
    UnitClass,
)
from services.definitions.names import Names
from services.definitions.telling import place, rung, told
from tests.support.batches import definition

SHARE = Field(key="share", label="服务收入占比", kind=FieldKind.PERCENT)
NATURE = Field(key="nature", label="企业性质", kind=FieldKind.CHOICE, choices=("国有", "民营"))
TABLE = Field(
    key="money",
    label="经营指标",
    kind=FieldKind.TABLE,
    years=(-1,),
    fields=(
        Field(key="revenue", label="营业收入", kind=FieldKind.MONEY),
        Field(key="service", label="服务收入", kind=FieldKind.MONEY),
    ),
)
FORM = Form(
    key="enterprise",
    title="企业申报表",
    sections=(Section(key="basic", title="一、基本情况", fields=(SHARE, NATURE, TABLE)),),
    checks=(
        Check(
            key="less",
            expression="service <= revenue",
            sentence="服务收入不应超过营业收入。",
            fields=("service",),
            table="money",
        ),
    ),
    one_of=(("share", "nature"),),
    cover=("（{year} 年）", "申报单位：{applicant}"),
)
RULES = (
    Rule(key="signed", clause="应依法注册。", question="本单位依法注册。", is_signed=True),
    Rule(
        key="share",
        clause="服务收入占比不低于30%，具有明显的服务型制造特征。",
        subject="share",
        operator=Operator.AT_LEAST,
        value="30",
        unit="%",
    ),
    Rule(
        key="sharing",
        clause="共享制造类应选共享制造。",
        subject="modes",
        operator=Operator.IN,
        value="sharing",
        force=Force.WARN,
    ),
)
BATCH = definition(
    2,
    modes=(Mode(key="sharing", name="共享制造"), Mode(key="green", name="节能环保")),
    categories=(
        Category(
            key="platform",
            name="示范平台",
            subtypes=(Subtype(key="other", name="其他类"),),
            modes=("sharing",),
            applicants=("university",),
        ),
        Category(key="city", name="示范城市", subtypes=(Subtype(key="other", name="其他城市"),)),
    ),
    quotas=(
        Quota(
            key="platform",
            classes=("province",),
            category="platform",
            subtypes=("other",),
            limit=3,
            free_when="subtype == 'other' and share > 50",
        ),
    ),
    rules=RULES,
    forms=(FORM,),
    mails=(
        MailText(kind=MailKind.REMINDER, stage="contacts", subject="x", body="y"),
        MailText(kind=MailKind.CASE, subject="x", body="y"),
    ),
    evidence=(Evidence(path="stages.contacts.due.on", mark=Mark.INFERRED),),
)
NAMES = Names(BATCH)


def shown(path: str) -> tuple[str, str]:
    found = place(NAMES, path)
    return found.label, found.value


def test_a_place_is_called_by_the_class_it_is_in() -> None:
    """F3, T11: no part of a place is shown by its key."""
    assert shown("stages.contacts.collect.form")[0] == "环节 › “反馈联系人” › 收集要求 › 填报的表"
    assert shown("stages.contacts.form")[0] == "环节 › “反馈联系人” › 申报表"
    assert shown("") == ("", "")


def test_what_has_no_name_goes_by_its_number() -> None:
    ladder = BATCH.ladders[0]
    assert shown(f"ladders.{ladder.key}.steps.{ladder.steps[1].key}.days")[0].endswith(
        "“反馈联系人” › 各次提醒 › 第 2 项 › 天数"
    )
    assert shown("evidence.0.mark") == ("原文依据 › 第 1 项 › 性质", "推定")
    assert shown("evidence.0.path")[1] == "环节 › “反馈联系人” › 截止 › 日期"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("rules.signed", "“本单位依法注册”"),
        ("rules.share", "“服务收入占比不低于30%，具有明显的…”"),
        ("forms.enterprise.checks.less", "“服务收入不应超过营业收入”"),
        ("quotas.platform", "“示范平台其他类（省级）”"),
        ("mails.reminder@contacts", "“催办提醒（反馈联系人）”"),
        ("mails.case", "“申报件通知”"),
        ("categories.platform.subtypes.other", "“其他类”"),
    ],
)
def test_an_item_is_called_by_what_people_know_it_by(path: str, name: str) -> None:
    assert shown(path)[0].rpartition(" › ")[2] == name


def test_rules_of_one_clause_are_told_apart_by_what_they_judge_and_where() -> None:
    clause = "申报单位不得列入各项名单。"
    rules = (
        Rule(key="a", clause=clause, subject="share", categories=("platform",)),
        Rule(key="b", clause=clause, subject="nature"),
        Rule(key="c", clause=clause, subject="share", categories=("city",)),
        Rule(key="d", clause=clause, subject="nature", force=Force.WARN),
    )
    names = Names(replace(BATCH, rules=rules))

    assert [names.item(rule) for rule in rules] == [
        "申报单位不得列入各项名单（服务收入占比）（示范平台）",
        "申报单位不得列入各项名单（企业性质）（硬性条件）",
        "申报单位不得列入各项名单（服务收入占比）（示范城市）",
        "申报单位不得列入各项名单（企业性质）（提示）",
    ]


def test_the_marks_that_a_name_brings_become_single_ones() -> None:
    rules = (Rule(key="a", clause="未被“信用中国”（https://credit.example）列入名单。"),)
    assert place(Names(replace(BATCH, rules=rules)), "rules.a").label == "申报条件 › “未被‘信用中国’列入名单”"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("categories.platform.modes", "共享制造"),
        ("categories.platform.applicants", "高等院校"),
        ("categories.platform.declared_by", "申报单位"),
        ("quotas.platform.classes", "省级"),
        ("quotas.platform.free_when", "申报类型 = “其他类或其他城市” 并且 服务收入占比 > 50"),
        ("rules.share.subject", "服务收入占比"),
        ("rules.sharing.value", "共享制造"),
        ("rules.share.operator", "不低于"),
        ("forms.enterprise.cover", "（〔年度〕 年）、申报单位：〔申报单位〕"),
        ("forms.enterprise.one_of", "服务收入占比、企业性质"),
        ("forms.enterprise.checks.less.fields", "服务收入"),
        ("forms.enterprise.checks.less.table", "经营指标"),
        ("forms.enterprise.checks.less.expression", "服务收入 ≤ 营业收入"),
        ("forms.enterprise.sections.basic.fields.share.kind", "百分比"),
        ("stages.contacts.ladder", "反馈联系人"),
        ("stages.contacts.due", "日期：2023-03-20 周一；时刻：24:00"),
        ("stages.contacts.collect.provides_contact", "是"),
        ("timezone", "北京时间"),
        ("document.issued_on", ""),
    ],
)
def test_a_value_is_told_without_keys(path: str, value: str) -> None:
    assert shown(path)[1] == value


def test_short_lists_are_told_item_by_item_and_long_ones_counted() -> None:
    assert shown("modes")[1] == "2 项（共享制造、节能环保）"
    assert told(NAMES, "modes", tuple(Mode(key=f"m{number}", name="模式") for number in range(11))) == "11 项"
    assert (
        told(NAMES, "units", tuple(UnitClass(key=f"c{number}", name="很长的名称" * 10) for number in range(3)))
        == "3 项"
    )
    assert told(NAMES, "exclusive", (("国有", "民营"), ("外资",))) == "国有、民营；外资"
    assert told(NAMES, "kinds", (FileKind.PDF, FileKind.IMAGE)) == "PDF、图片"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("minimum", 0.5, "0.5"),
        ("maximum", 100.0, "100"),
        ("limit", 0, "0"),
        ("limit", None, ""),
        ("issued_on", date(2023, 3, 6), "2023-03-06 周一"),
        ("when", ShownWhen(field="nature", any_of=("国有",)), "看哪一项：企业性质；取值为其中之一：国有"),
        ("due", Due(working_days=5), "工作日数：5；时刻：24:00"),
        ("forms", (CategoryForm(category="city", form="enterprise"),), "1 项（示范城市）"),
        ("columns", (Column(heading="企业名称", to="name"),), "1 项（企业名称）"),
        ("terms", (Term(word="供应商管理库存", meaning="由供应商管理的库存"),), "1 项（供应商管理库存）"),
        ("to", "credit_code", "统一社会信用代码"),
        ("profile", "founded_on", "成立日期"),
        ("external", External(name="某平台", url="https://platform.example"), "某平台"),
        ("declare", Declare(), ""),
        ("declare", Declare(credit_days=30, needs_approval=False), "账号须认证：否；信用查询有效天数：30"),
    ],
)
def test_any_value_can_be_told_by_the_field_that_holds_it(field: str, value: object, said: str) -> None:
    """A comparison has values of two definitions and no path that leads to both."""
    assert told(NAMES, field, value) == said


def test_a_rung_says_when_and_to_whom() -> None:
    assert rung(Step(key="a", days=-5)) == "截止前 5 个工作日 09:00"
    assert rung(Step(key="a", days=0, at="14:00")) == "截止当日 14:00"
    assert (
        rung(Step(key="a", days=2, counting=Counting.CALENDAR, to=Audience.UPPER)) == "截止后 2 天 09:00（上级单位）"
    )
    assert told(NAMES, "steps", (Step(key="a", days=-1), Step(key="b", days=0))) == (
        "截止前 1 个工作日 09:00，截止当日 09:00"
    )
    assert told(NAMES, "ladders", Ladder(key="x", steps=())) == ""


def test_a_ladder_that_serves_no_stage_goes_by_its_number() -> None:
    unused = replace(BATCH, ladders=(*BATCH.ladders, Ladder(key="unused", steps=())))
    assert place(Names(unused), "ladders.unused.steps").label == "提醒规则 › 第 2 项 › 各次提醒"


def test_a_part_under_nothing_is_still_called_by_its_class() -> None:
    stage = Stage(key="later", kind=StageKind.REVIEW, title="初审")
    names = Names(replace(BATCH, stages=(*BATCH.stages, stage)))
    assert place(names, "stages.later.review.checks.complete.label").label == (
        "环节 › “初审” › 审核要求 › 审核要点 › “complete” › 要点"
    )
    assert (
        place(names, "stages.gone.collect.exemption.goes_with").label
        == "环节 › “gone” › 收集要求 › 免报说明 › 随寄环节"
    )
