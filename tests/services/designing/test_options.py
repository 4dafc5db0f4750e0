"""What a rule may judge is offered once each, by a name that tells it apart, and may be typed by that name."""

from __future__ import annotations

from dataclasses import replace

from domain.definition import Category, Definition, Field, FieldKind, Form, Rule, Section, Stage, StageKind
from services.definitions.names import Names
from services.designing.asking.describing import field_of
from services.designing.asking.options import Option, meant, options
from tests.support.batches import definition

NAMED = Field(key="text_1", kind=FieldKind.TEXT, label="企业名称")
FOUNDED = Field(key="date_1", kind=FieldKind.DATE, label="成立日期")
REVENUE = Field(key="money_1", kind=FieldKind.MONEY, label="营业收入")
YEARS = Field(key="table_1", kind=FieldKind.TABLE, label="主要指标", years=(-1,), fields=(REVENUE,))


def judged() -> list[Option]:
    """Return what a rule may judge; a field of the contact's form has the key of one of the applicants'."""
    application = Form(
        key="form_1", title="申报表", sections=(Section(key="a", title="一", fields=(NAMED, FOUNDED, YEARS)),)
    )
    contact = Form(key="form_2", title="联系人表", fields=(replace(NAMED, label="姓名"),))
    declares = Stage(key="declare", kind=StageKind.DECLARE, title="申报", form="form_1")
    drawn: Definition = replace(
        definition(),
        categories=(Category(key="factory", name="绿色工厂"),),
        forms=(application, contact),
        stages=(*definition().stages, declares),
    )
    field = field_of(Rule, "subject")
    assert field is not None
    return options(Names(drawn), field, (), "")


def test_only_what_applicants_answer_is_offered_and_each_once() -> None:
    labels = {option.value: option.label for option in judged()}

    assert labels["text_1"] == "企业名称"
    assert [label for label in labels.values() if label.startswith("营业收入")] == [
        f"营业收入（{definition().year - 1} 年）"
    ]
    assert labels["organisation.founded_on"] == "成立日期（登记信息）"
    assert len(set(labels.values()) & {"企业名称", "成立日期", "姓名"}) == 2


def test_a_name_means_what_it_names() -> None:
    found = judged()

    assert meant(found, "成立日期") == "date_1"
    assert meant(found, "date_1") == "date_1"
    assert meant(found, "尚未载入的一项") == "尚未载入的一项"
