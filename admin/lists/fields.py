"""补充字段: what an office asks of units and organisations beyond what the product knows; added without code."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask_admin.model.template import BaseListRowAction
from markupsafe import Markup
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from admin.acts import Act
from admin.base import ManagedView
from admin.cells import chosen, of_row
from admin.filters import Chosen, Empty, Holding, Ticked
from admin.forms import AdminForm, Given, choices_of, labels_of
from domain.access import Action
from models import Entity, ExtraField, ExtraKind
from services.extras.checking import ENTITIES, KINDS, FieldWords
from services.extras.managing import NewField, add_field, change_field, move_field, restore_field, retire_field
from web import current


class NewFieldForm(AdminForm):
    """A new field; for whom, and of which kind, is not changed afterwards."""

    entity = SelectField("用于", choices=choices_of(ENTITIES))
    label = StringField("名称", [Given()], description="表单、列表和导入导出的表头都用这个名称。")
    kind = SelectField("类型", choices=choices_of(KINDS), description="之后不能修改。")
    choices = TextAreaField("选项", description="只用于单选，每行一个。")
    is_required = BooleanField("必填")
    help = TextAreaField("填写说明", description="显示在输入框下方。", render_kw={"rows": 2})
    key = StringField("标识", description="不填则自动生成；用过的标识不再使用。")


class FieldForm(AdminForm):
    """How a field is asked."""

    label, choices = NewFieldForm.label, NewFieldForm.choices
    is_required, help = NewFieldForm.is_required, NewFieldForm.help


class MoveButton(BaseListRowAction):
    """Moves a field one place among those in use. key: of the act."""

    FORM = Markup(
        '<form class="lx-inline-form" method="post" action="{href}">'
        '<input type="hidden" name="csrf_token" value="{token}">'
        '<button type="submit" class="lx-row-button" title="{label}" aria-label="{label}：{name}">'
        '<i class="ti ti-{icon}" aria-hidden="true"></i></button></form>'
    )

    def __init__(self, key: str, label: str) -> None:
        super().__init__(title=label)
        self.key, self.label = key, label

    def render(self, context: Any, row_id: str, row: Any) -> Any:
        """Return the button; nothing for a field that is retired."""
        if not _in_use(row):
            return ""
        back = context.get("return_url", "")
        href = context["get_url"](".act_view", key=self.key, id=row_id, url=back)
        token = context["csrf_token"]()
        return self.FORM.format(href=href, token=token, label=self.label, name=row.label, icon=f"arrow-{self.key}")


def _words(form: Any) -> FieldWords:
    return FieldWords(
        label=form.label.data or "",
        choices=tuple((form.choices.data or "").splitlines()),
        is_required=bool(form.is_required.data),
        help=form.help.data or "",
    )


def _move(row: Any, form: Any, *, step: int) -> None:
    move_field(current.db(), row.id, step, actor=current.actor(), now=current.now())


def _retire(row: Any, form: Any) -> None:
    retire_field(current.db(), row.id, actor=current.actor(), now=current.now())


def _restore(row: Any, form: Any) -> None:
    restore_field(current.db(), row.id, actor=current.actor(), now=current.now())


def _in_use(row: Any) -> bool:
    return row.retired_at is None


class ExtraFieldView(ManagedView):
    """The additional fields, by entity, in the order in which they are asked."""

    seen_by = (Action.MANAGE_FIELDS,)
    create_action = edit_action = Action.MANAGE_FIELDS
    create_form_class, edit_form_class = NewFieldForm, FieldForm
    page_hint = "补充字段出现在推荐单位或申报单位的表单、详情、列表、筛选和导入导出中。停用后不再显示，已填的值保留。"
    empty_sentence = "还没有补充字段。需要记录的内容产品里没有时，可以在这里添加。"
    acts = (
        Act(
            key="up",
            label="上移",
            icon="arrow-up",
            action=Action.MANAGE_FIELDS,
            run=partial(_move, step=-1),
            done="已上移。",
            question="在表单和详情中前移一位。",
            fits=_in_use,
        ),
        Act(
            key="down",
            label="下移",
            icon="arrow-down",
            action=Action.MANAGE_FIELDS,
            run=partial(_move, step=1),
            done="已下移。",
            question="在表单和详情中后移一位。",
            fits=_in_use,
        ),
        Act(
            key="retire",
            label="停用",
            icon="player-pause",
            action=Action.MANAGE_FIELDS,
            run=_retire,
            done="已停用，已填的值保留。",
            question="停用后不再填写和显示，已填的值保留，可以随时恢复。",
            fits=_in_use,
            is_grave=True,
            many=True,
        ),
        Act(
            key="restore",
            label="恢复",
            icon="player-play",
            action=Action.MANAGE_FIELDS,
            run=_restore,
            done="已恢复，原来的值重新显示。",
            question="恢复使用，原来填的值重新显示。",
            fits=lambda row: not _in_use(row),
            many=True,
        ),
    )

    column_extra_row_actions = [MoveButton("up", "上移"), MoveButton("down", "下移")]
    column_list = ("entity", "label", "kind", "is_required", "choices", "retired_at")
    column_details_list = ("entity", "label", "key", "kind", "is_required", "choices", "help", "retired_at")
    column_labels = labels_of(NewFieldForm) | {"position": "顺序", "retired_at": "停用于"}
    column_formatters = {
        "entity": chosen(ENTITIES),
        "kind": chosen(KINDS),
        "choices": of_row(lambda row: "、".join(row.choices)),
    }
    column_formatters_detail = column_formatters
    column_default_sort = [("entity", True), ("position", False)]
    column_sortable_list = ("label",)
    column_searchable_list = ("label", "key")
    column_filters = (
        Chosen(ExtraField.entity, "用于", ENTITIES),
        Chosen(ExtraField.kind, "类型", KINDS),
        Ticked(ExtraField.is_required, "必填"),
        Empty(ExtraField.retired_at, "状态", ("在用", "已停用")),
        Holding(ExtraField.label, "名称"),
    )

    def _apply_sorting(self, query: Any, joins: Any, sort_column: Any, sort_desc: bool) -> Any:
        """Return the query with fields in use first."""
        ordered = query.order_by(ExtraField.retired_at.is_not(None))
        return super()._apply_sorting(ordered, joins, sort_column, sort_desc)

    def may_edit_row(self, row: Any) -> bool:
        """Tell whether the field is in use."""
        return _in_use(row)

    def locked(self, row: Any) -> str:
        """Return why a retired field cannot be changed."""
        return f"“{row.label}”已停用，恢复后才能修改。"

    def values_of(self, row: Any) -> Mapping[str, object]:
        """Return how the field is asked."""
        return {
            "label": row.label,
            "choices": "\n".join(row.choices),
            "is_required": row.is_required,
            "help": row.help,
        }

    def add(self, form: Any) -> ExtraField:
        """Add a field."""
        new = NewField(
            entity=Entity(form.entity.data),
            kind=ExtraKind(form.kind.data),
            words=_words(form),
            key=form.key.data or "",
        )
        return add_field(current.db(), new, actor=current.actor(), now=current.now())

    def change(self, form: Any, row: Any) -> None:
        """Change how a field is asked."""
        change_field(current.db(), row.id, _words(form), actor=current.actor(), now=current.now())
