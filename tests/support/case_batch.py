"""The definition of a small batch with cases: applicants declare, units check and recommend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from domain.definition import (
    Category,
    CategoryForm,
    Declare,
    DeclaredBy,
    Definition,
    Due,
    Evidence,
    Field,
    FieldKind,
    FileKind,
    Force,
    Form,
    Mark,
    Material,
    Mode,
    OneCase,
    Opening,
    Operator,
    Recommend,
    Review,
    Rule,
    Seal,
    Section,
    Stage,
    StageKind,
    Subtype,
    UnitClass,
    UnitEntry,
)
from tests.support.batches import definition, local

OPENED = local("2023-03-06 09:00")
NOW = local("2023-03-13 09:00")
DUE = local("2023-03-28 00:00")
"""The declare stage is open from OPENED and over at DUE; NOW lies between them."""

ONE_CASE = "一个申报单位限申报一个项目"
UNITS = (
    UnitEntry(code="000001", name="第1单位", unit_class="city", email="u1@units.example"),
    UnitEntry(code="000002", name="第2单位", unit_class="city", email="u2@units.example"),
    UnitEntry(code="000003", name="第3单位", unit_class="city", email="u3@units.example"),
    UnitEntry(code="000004", name="第4县", unit_class="county", email="u4@units.example", upper="000001"),
    UnitEntry(code="000005", name="第5县", unit_class="county", email="u5@units.example", upper="000001"),
    UnitEntry(code="000006", name="直报处", unit_class="direct", email="u6@units.example"),
)
"""Three cities, two counties below the first, and the office's own channel for listed applicants."""

MODES = (
    Mode(key="sharing", name="共享制造", standard="sharing"),
    Mode(key="lifecycle", name="全生命周期管理", standard="lifecycle"),
)
LICENCE = Material(key="licence", label="营业执照")
CERTIFICATE = Material(key="certificate", label="高新技术企业证书（如有）", required=False)
SUMMARY = Material(key="summary", label="企业情况汇总表", required=False, kinds=(FileKind.EXCEL,))
PICTURES = Material(key="pictures", label="现场及成效图片", kinds=(FileKind.IMAGE,), min_count=10)
SEALED = Material(key="sealed", label="盖章申报书扫描件", seal=Seal.APPLICANT)
CITY_SEALED = Material(key="sealed", label="盖章申报书扫描件", seal=Seal.GOVERNMENT)

BASICS = (
    Field(key="name", label="单位名称", profile="name"),
    Field(key="code", label="统一社会信用代码", kind=FieldKind.CREDIT_CODE, profile="credit_code"),
    Field(key="share", label="服务收入占比", kind=FieldKind.PERCENT, from_last=True),
    Field(key="summary", label="简介", kind=FieldKind.LONG_TEXT, required=False, from_last=True),
)
PROMISE = Field(key="promise", label="真实性承诺", kind=FieldKind.COMMITMENT, text="我单位对申报内容的真实性负责。")

SHARE = Rule(
    key="share",
    clause="服务收入占比不低于30%",
    subject="share",
    operator=Operator.AT_LEAST,
    value="30",
    unit="%",
    categories=("enterprise", "platform"),
)
ASKED = Rule(
    key="honest",
    clause="近三年无严重违法失信行为",
    question="近三年无严重违法失信行为",
    force=Force.HARD,
    is_signed=True,
    categories=("enterprise", "platform"),
)

FORMS = (
    Form(
        key="enterprise",
        title="示范企业申报书",
        sections=(
            Section(key="basics", title="一、基本信息", fields=BASICS),
            Section(
                key="practice",
                title="二、服务型制造",
                fields=(
                    Field(key="modes", label="申报模式", kind=FieldKind.MODES, min_choices=1),
                    Field(key="body", label="做法", kind=FieldKind.LONG_TEXT, required=False),
                ),
            ),
            Section(key="promise", title="三、承诺", fields=(PROMISE,)),
        ),
        materials=(LICENCE, CERTIFICATE, SUMMARY, SEALED),
    ),
    Form(
        key="platform",
        title="示范平台申报书",
        sections=(Section(key="basics", title="一、基本信息", fields=(*BASICS, PROMISE)),),
        materials=(LICENCE, SEALED),
    ),
    Form(
        key="city",
        title="示范城市申报书",
        sections=(
            Section(
                key="basics",
                title="一、基本信息",
                fields=(Field(key="name", label="城市名称"), Field(key="body", label="工作情况", required=False)),
            ),
        ),
        materials=(CITY_SEALED,),
    ),
)

VALUES: Mapping[str, Mapping[str, str]] = {
    "enterprise": {
        "share": "35",
        "modes": "sharing",
        "promise": "yes",
        "promise.name": "张三",
        "promise.date": "2023-03-06",
    },
    "platform": {"share": "40", "promise": "yes", "promise.name": "张三", "promise.date": "2023-03-06"},
    "city": {"name": "甲市"},
}
"""What must be typed in each form beside what the organisation's own data give, to be valid."""
STATEMENTS = {"honest": "yes", "no_secrets": "yes"}


def declare_stage(**changes: Any) -> Stage:
    """Return the declare stage: 6 to 27 March 2023; `changes` are those of its block."""
    block: dict[str, Any] = {
        "forms": tuple(CategoryForm(category=key, form=key) for key in VALUES),
        "one_case": OneCase.BATCH,
        **changes,
    }
    return Stage(
        key="declare",
        kind=StageKind.DECLARE,
        title="申报",
        opens=Opening(on=date(2023, 3, 6)),
        due=Due(on=date(2023, 3, 27)),
        declare=Declare(**block),
    )


def case_definition(**changes: Any) -> Definition:
    """Return a batch in which enterprises and platforms declare, and cities by their unit.

    Cases are declared until 27 March 2023 24:00, checked and recommended until 31 May. A hard rule asks for a share
    of 30 %, another is signed; the applicant may have one case.
    """
    stages = (
        declare_stage(),
        Stage(
            key="review",
            kind=StageKind.REVIEW,
            title="初审",
            opens=Opening(on=date(2023, 3, 6)),
            due=Due(on=date(2023, 5, 31)),
            review=Review(),
        ),
        Stage(
            key="recommend",
            kind=StageKind.RECOMMEND,
            title="推荐报送",
            opens=Opening(on=date(2023, 3, 6)),
            due=Due(on=date(2023, 5, 31)),
            recommend=Recommend(none_label="本单位无推荐"),
        ),
    )
    values: dict[str, Any] = {
        "unit_classes": (
            UnitClass(key="city", name="市级"),
            UnitClass(key="county", name="县级"),
            UnitClass(key="direct", name="省属企业直报", is_direct=True, is_listed=True),
        ),
        "units": UNITS,
        "modes": MODES,
        "categories": (
            Category(key="enterprise", name="示范企业", modes=("sharing", "lifecycle"), applicants=("enterprise",)),
            Category(
                key="platform",
                name="示范平台",
                subtypes=(Subtype(key="general", name="综合类"), Subtype(key="special", name="专业类")),
                subtype_label="平台类型",
            ),
            Category(key="city", name="示范城市", declared_by=DeclaredBy.UNIT),
        ),
        "forms": FORMS,
        "rules": (SHARE, ASKED),
        "ladders": (),
        "stages": stages,
        "evidence": (Evidence(path="stages.declare.declare.one_case", mark=Mark.STATED, quote=ONE_CASE),),
        **changes,
    }
    return replace(definition(), **values)
