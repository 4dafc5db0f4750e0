"""What an additional field may be called, and what it may offer to choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import Field, FieldKind, Form
from domain.errors import Invalid, Problem
from domain.forms import check_answers
from models import Organisation, Unit
from models.lists import Entity, ExtraField, ExtraKind
from models.scope import seeing_all

ENTITIES: Mapping[Entity, str] = {Entity.UNIT: "推荐单位", Entity.ORGANISATION: "申报单位"}
KINDS: Mapping[ExtraKind, str] = {
    ExtraKind.TEXT: "单行文字",
    ExtraKind.LONG_TEXT: "多行文字",
    ExtraKind.NUMBER: "数字",
    ExtraKind.DATE: "日期",
    ExtraKind.CHOICE: "单选",
    ExtraKind.FLAG: "是/否",
}
OWN_LABELS: Mapping[Entity, frozenset[str]] = {
    Entity.UNIT: frozenset(
        {"名称", "代码", "简称", "电子邮箱", "手机", "联系电话", "上级单位", "上级单位代码", "层级", "在用"}
    ),
    Entity.ORGANISATION: frozenset(
        {"名称", "单位名称", "统一社会信用代码", "类型", "单位类型", "性质", "单位性质", "行业", "所属行业"}
        | {"法定代表人", "注册地址", "所在地区", "成立日期", "电话", "单位电话", "电子邮箱", "单位电子邮箱", "网址"}
        | {"推荐单位", "登记时间", "认证", "认证时间", "认证人", "原因"}
    ),
}
"""What lists, forms and workbooks call an entity's own columns: two of one name could not be told apart."""
MOST_CHOICES = 100
WORDS_FORM = Form(
    key="extra_field",
    title="补充字段",
    fields=(
        Field(key="label", label="名称", max_chars=60),
        Field(key="help", label="填写说明", kind=FieldKind.LONG_TEXT, required=False, max_chars=300),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """What can be changed of a field. choices: the answers of a choice, in order; none for other kinds."""

    label: str
    choices: Sequence[str] = ()
    is_required: bool = False
    help: str = ""


def checked(
    session: Session, wanted: FieldWords, field: ExtraField, others: Sequence[ExtraField]
) -> tuple[list[Problem], FieldWords]:
    """Return what is wrong with a field's words, and the words in normal form.

    field: with its entity, key and kind, and the choices that it has now. others: the other fields in use.
    """
    problems: list[Problem] = []
    words = {"label": wanted.label, "help": wanted.help}
    try:
        words = check_answers(WORDS_FORM, words)
    except Invalid as refusal:
        problems += refusal.problems
    label, choices = words["label"], tuple(filter(None, (choice.strip() for choice in wanted.choices)))
    if label in {one.label for one in others}:
        problems.append(Problem("label", label, "已有同名的补充字段"))
    elif label in OWN_LABELS[field.entity]:
        problems.append(Problem("label", label, f"{ENTITIES[field.entity]}已有同名的一项，请换一个名称"))
    problems += _choice_problems(field.kind, choices) or _still_chosen(session, field, choices)
    return problems, replace(wanted, label=label, help=words["help"], choices=choices)


def _choice_problems(kind: ExtraKind, choices: Sequence[str]) -> list[Problem]:
    if kind is not ExtraKind.CHOICE:
        return [Problem("choices", "", "只有单选字段有选项")] if choices else []
    doubles = sorted({choice for choice in choices if choices.count(choice) > 1})
    if doubles:
        return [Problem("choices", doubles[0][:80], f"选项重复：{'、'.join(doubles)[:80]}")]
    if not 2 <= len(choices) <= MOST_CHOICES:
        return [Problem("choices", "", f"单选字段须有 2 至 {MOST_CHOICES} 个选项，现有 {len(choices)} 个")]
    long = next((choice for choice in choices if len(choice) > 60), "")
    return [Problem("choices", long[:80], "每个选项最多 60 字")] if long else []


def _still_chosen(session: Session, field: ExtraField, choices: Sequence[str]) -> list[Problem]:
    """Return which choices cannot go because they are values; counted beyond the actor's scope, one query."""
    gone = [choice for choice in field.choices or () if choice not in choices]
    if not gone:
        return []
    owner: type[Unit] | type[Organisation] = Unit if field.entity is Entity.UNIT else Organisation
    value = owner.extra[field.key].as_string()
    with seeing_all(session):
        counted = session.execute(select(value, func.count()).where(value.in_(gone)).group_by(value))
        used: dict[str | None, int] = {row[0]: row[1] for row in counted}
    name = ENTITIES[field.entity]
    return [
        Problem("choices", choice, f"选项“{choice}”还有 {used[choice]} 个{name}在用，不能删去", "先改这些单位的值")
        for choice in gone
        if used.get(choice)
    ]
