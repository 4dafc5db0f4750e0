"""Rules and expressions in words: what is asked, of what, and how firmly."""

from __future__ import annotations

from typing import Any

import pytest

from domain.definition import Category, Field, FieldKind, Force, Form, Operator, Rule
from services.definitions.conditions import expression_told, rule_told
from services.definitions.names import Names
from tests.support.batches import definition

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
SHARE = Field(key="share", label="服务收入占比", kind=FieldKind.PERCENT)
NATURE = Field(key="nature", label="企业性质", kind=FieldKind.CHOICE, choices=("国有", "民营"))
BATCH = definition(
    1,
    categories=(Category(key="city", name="示范城市"),),
    forms=(Form(key="enterprise", title="企业申报表", fields=(SHARE, NATURE, TABLE)),),
)
NAMES = Names(BATCH)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"subject": "share", "operator": Operator.AT_LEAST, "value": "30", "unit": "%"},
            "服务收入占比应不低于 30%（硬性条件）",
        ),
        (
            {"subject": "nature", "operator": Operator.IN, "value": "国有、民营"},
            "企业性质应为 国有、民营 之一（硬性条件）",
        ),
        (
            {"subject": "organisation.is_group", "operator": Operator.IS, "value": "no"},
            "是否集团或总公司应为 否（硬性条件）",
        ),
        (
            {"subject": "organisation.founded_on", "operator": Operator.FULL_YEARS, "value": "2"},
            "成立日期满 2 年（硬性条件）",
        ),
        (
            {"subject": "organisation.founded_on", "operator": Operator.ON_OR_BEFORE, "value": "submission-30"},
            "成立日期应不晚于 提交前 30 天（硬性条件）",
        ),
        (
            {"subject": "organisation.founded_on", "operator": Operator.ON_OR_AFTER, "value": "credit_days"},
            "成立日期应不早于 提交前规定的有效天数（硬性条件）",
        ),
        (
            {"subject": "titles", "operator": Operator.NO_TITLE, "value": f"{BATCH.programme.key}/city"},
            f"没有获得过称号：{BATCH.programme.name} · 示范城市（硬性条件）",
        ),
        (
            {"operator": Operator.EXPRESSION, "expression": "share >= 30 or nature in ['国有']"},
            "服务收入占比 ≥ 30 或者 企业性质 属于 [“国有”]（硬性条件）",
        ),
        ({"question": "是制造业企业。", "force": Force.CHECK}, "是制造业企业（审核要点）"),
        ({"question": "本单位依法注册。", "is_signed": True}, "申报单位签认：本单位依法注册（硬性条件）"),
        ({}, "条款（硬性条件）"),
        (
            {"subject": "lost", "operator": Operator.AT_MOST, "value": "3"},
            "申报表尚未载入的一项（代号 lost）应不超过 3（硬性条件）",
        ),
    ],
)
def test_a_rule_says_what_it_asks(changes: dict[str, Any], said: str) -> None:
    assert rule_told(NAMES, Rule(key="x", clause="条款。", **changes)) == said


def test_an_expression_names_fields_and_not_keys() -> None:
    assert expression_told(NAMES, "abs(money_service__1 / money_revenue__1 * 100 - share) <= 0.1") == (
        "绝对值(服务收入（2022 年） ÷ 营业收入（2022 年） × 100 - 服务收入占比) ≤ 0.1"
    )
