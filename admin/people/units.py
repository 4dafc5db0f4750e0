"""推荐单位: the tree of units, shown branch by branch."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy.orm import joinedload
from wtforms import StringField

from admin.acts import Act
from admin.base import ManagedView
from admin.cells import of_row
from admin.filters import Holding, Ticked
from admin.forms import AdminForm, Given, labels_of, texts
from admin.lists.extras import WithExtras
from admin.lookup import Lookup, LookupField
from domain.access import Action
from models import Entity, Unit
from services.units import UNIT_FORM, Place, add_unit, change_unit, move_unit, set_active
from web import current

UNITS = Lookup("unit", (Unit.path, Unit.name, Unit.short), "输入单位名称或代码")
TYPED = tuple(field.key for field in UNIT_FORM.fields)


class UnitForm(AdminForm):
    """What a unit is known by."""

    name = StringField("名称", [Given()])
    short = StringField("简称")
    email = StringField("电子邮箱", description="没有联系人时，提醒发往这里。")
    mobile = StringField("手机")
    phone = StringField("联系电话")


class NewUnit(UnitForm):
    """A new unit with its place."""

    code = StringField("代码", [Given()], description="行政区划单位用 GB/T 2260 代码；之后不能修改。")
    upper = LookupField(UNITS, "上级单位", may_be_empty=True, description="不填：直属印发机关。")


class MoveForm(AdminForm):
    """Where a unit goes."""

    upper = LookupField(UNITS, "新的上级单位", may_be_empty=True, description="不填：直属印发机关。")
    reason = StringField("调整原因", [Given()])


class ReasonForm(AdminForm):
    """Why."""

    reason = StringField("原因", [Given()])


def _move(row: Any, form: Any) -> None:
    upper_id = form.upper.data.id if form.upper.data else None
    reason = form.reason.data or ""
    move_unit(current.db(), row.id, upper_id, reason=reason, actor=current.actor(), now=current.now())


def _switch(row: Any, form: Any, *, is_active: bool) -> None:
    actor, now = current.actor(), current.now()
    set_active(current.db(), row.id, is_active=is_active, reason=form.reason.data or "", actor=actor, now=now)


def _in_tree(row: Any) -> str:
    depth = str(row.path).count("/") - 2
    return "　" * depth + str(row.name)


class UnitView(WithExtras, ManagedView):
    """The units, in the order of the tree."""

    entity = Entity.UNIT
    seen_by = (Action.MANAGE_UNITS,)
    create_action = edit_action = Action.MANAGE_UNITS
    create_form_class, edit_form_class = NewUnit, UnitForm
    form_ajax_refs = {"unit": UNITS}
    loads = (joinedload(Unit.upper),)
    page_hint = "各项目共用一棵单位树；单位在某一批次中的类别由批次配置规定。"
    empty_sentence = "还没有单位。导入批次配置时会自动建立其中的单位。"
    acts = (
        Act(
            key="move",
            label="调整上级",
            icon="arrows-move",
            action=Action.MANAGE_UNITS,
            form=MoveForm,
            run=_move,
            done="已调整，下级单位一同移动。",
            question="本单位连同全部下级单位移到新的上级之下。",
        ),
        Act(
            key="deactivate",
            label="停用",
            icon="player-pause",
            action=Action.MANAGE_UNITS,
            form=ReasonForm,
            run=partial(_switch, is_active=False),
            done="已停用。",
            question="停用后不再用于新的批次，已有记录保留。",
            fits=lambda row: bool(row.is_active),
            is_grave=True,
            many=True,
        ),
        Act(
            key="activate",
            label="启用",
            icon="player-play",
            action=Action.MANAGE_UNITS,
            form=ReasonForm,
            run=partial(_switch, is_active=True),
            done="已启用。",
            question="重新启用本单位。",
            fits=lambda row: not row.is_active,
            many=True,
        ),
    )

    column_list = ("name", "code", "short", "email", "phone", "is_active")
    column_details_list = ("name", "code", "short", "upper", "path", "email", "mobile", "phone", "is_active")
    column_labels = labels_of(NewUnit) | {"path": "层级", "is_active": "在用"}
    column_formatters = {"name": of_row(_in_tree)}
    column_formatters_detail = {"path": of_row(lambda row: row.path.strip("/").replace("/", " › "))}
    column_default_sort = ("path", False)
    column_sortable_list = ("name", "code")
    column_searchable_list = ("name", "code", "short")
    column_filters = (Holding(Unit.name, "名称"), Holding(Unit.path, "层级含代码"), Ticked(Unit.is_active, "在用"))

    def values_of(self, row: Any) -> Mapping[str, object]:
        """Return what a unit is known by."""
        return {key: getattr(row, key) or "" for key in TYPED} | self.extra_values(row)

    def add(self, form: Any) -> Unit:
        """Add a unit."""
        place = Place(code=form.code.data or "", upper_id=form.upper.data.id if form.upper.data else None)
        return add_unit(current.db(), place, self._typed(form), actor=current.actor(), now=current.now())

    def change(self, form: Any, row: Any) -> None:
        """Change what a unit is known by."""
        change_unit(current.db(), row.id, self._typed(form), actor=current.actor(), now=current.now())

    def _typed(self, form: Any) -> dict[str, str]:
        return texts(form, *TYPED) | self.extra_typed(form)
