"""获评单位: the registry of titles; a winner moves, is renamed or loses the title, and nothing is edited away."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import DateField, SelectField, StringField
from wtforms.validators import Optional

from admin.acts import Act
from admin.base import ManagedView
from admin.batches.names import category_name, load_programmes, programme_name
from admin.cells import of_row
from admin.filters import Empty, Holding, OfProgramme
from admin.forms import AdminForm, Given, NumberField, choices_of, texts
from admin.lookup import LookupField
from admin.people.units import UNITS
from admin.tables import Part, Table
from domain.access import Action
from domain.errors import Invalid, Problem
from models import Programme, Title, TitleAlias, TitleMove, Unit
from services.titles import Change, NewTitle, add_titles, move_title, rename_title, withdraw_title
from web import current
from web.filters import opening

ROW = "rows.1."


class NewTitleForm(AdminForm):
    """One earlier winner."""

    programme = SelectField("项目")
    batch_no = NumberField("第几批", [Given()])
    category = StringField("类别代号", [Given()], description="与批次配置一致，如 enterprise、platform、city。")
    holder = StringField("名称", [Given()])
    credit_code = StringField("统一社会信用代码")
    unit = LookupField(UNITS, "所在单位", description="获评单位所在地的推荐单位。")
    awarded_on = DateField("授予日期", [Optional()])


class ChangeForm(AdminForm):
    """Since when, and why."""

    on = DateField("自何日起", [Given()])
    reason = StringField("依据", [Given()], description="文件名称或文号，或事实。")


class RenameForm(ChangeForm):
    """The new name."""

    holder = StringField("新名称", [Given()])


class MoveForm(ChangeForm):
    """The new unit."""

    to_unit = LookupField(UNITS, "迁往", description="新的所在单位。")


def _change(form: Any) -> Change:
    return Change(form.on.data, form.reason.data or "")


def _rename(row: Any, form: Any) -> None:
    actor, now = current.actor(), current.now()
    rename_title(current.db(), row.id, holder=form.holder.data or "", change=_change(form), actor=actor, now=now)


def _move(row: Any, form: Any) -> None:
    actor, now, to_unit_id = current.actor(), current.now(), form.to_unit.data.id
    move_title(current.db(), row.id, to_unit_id=to_unit_id, change=_change(form), actor=actor, now=now)


def _withdraw(row: Any, form: Any) -> None:
    withdraw_title(current.db(), row.id, change=_change(form), actor=current.actor(), now=current.now())


def _is_valid(row: Any) -> bool:
    return row.withdrawn_on is None


class TitleView(ManagedView):
    """The registry of titles."""

    seen_by = (Action.MANAGE_TITLES,)
    create_action = Action.MANAGE_TITLES
    create_form_class = NewTitleForm
    form_ajax_refs = {"unit": UNITS}
    loads = (joinedload(Title.unit),)
    page_hint = "历次获评单位。更名、迁移、撤销都留有记录；评估评价类环节按此名单产生待办。"
    empty_sentence = "名单库是空的。可以逐条登记，或在“批量导入”中用 Excel 一次导入。"
    acts = (
        Act(
            key="rename",
            label="更名",
            icon="signature",
            action=Action.MANAGE_TITLES,
            form=RenameForm,
            run=_rename,
            done="已更名，原名仍可查到。",
            question="更名或合并后使用新名称，原名仍可查到。",
            fits=_is_valid,
        ),
        Act(
            key="move",
            label="迁移",
            icon="map-pin-share",
            action=Action.MANAGE_TITLES,
            form=MoveForm,
            run=_move,
            done="已迁移，未办结的待办事项一并转出。",
            question="获评单位迁往其他单位辖区；进行中批次里未办结的待办事项一并转出。",
            fits=_is_valid,
        ),
        Act(
            key="withdraw",
            label="撤销",
            icon="ban",
            action=Action.MANAGE_TITLES,
            form=ChangeForm,
            run=_withdraw,
            done="已撤销，未办结的待办事项一并免办。",
            question="撤销示范称号；进行中批次里与它有关、未办结的待办事项一并免办。",
            fits=_is_valid,
            is_grave=True,
            many=True,
        ),
    )

    column_list = ("holder", "programme_id", "batch_no", "category", "unit", "awarded_on", "withdrawn_on")
    column_details_list = (
        *("holder", "credit_code", "programme_id", "batch_no", "category", "unit"),
        *("awarded_on", "withdrawn_on"),
    )
    column_labels = {
        "holder": "名称",
        "credit_code": "统一社会信用代码",
        "programme_id": "项目",
        "batch_no": "批次",
        "category": "类别",
        "unit": "所在单位",
        "awarded_on": "授予日期",
        "withdrawn_on": "撤销日期",
        "unit.name": "所在单位",
    }
    column_formatters = {
        "programme_id": of_row(lambda row: programme_name(row.programme_id)),
        "category": of_row(lambda row: category_name(row.programme_id, row.category)),
        "batch_no": of_row(lambda row: f"第 {row.batch_no} 批"),
    }
    column_sortable_list = ("holder", "batch_no")
    column_searchable_list = ("holder", "credit_code", "unit.name")
    column_filters = (
        OfProgramme(Title.programme_id),
        Holding("unit.name", "所在单位"),
        Empty(Title.withdrawn_on, "状态", ("有效", "已撤销")),
    )

    def narrow(self, query: Any) -> Any:
        """Return the query without titles of programmes that are not the reader's."""
        return query.filter(Title.programme_id.in_(select(Programme.id)))

    def ready(self, rows: Sequence[Any]) -> None:
        """Read the names of the programmes."""
        load_programmes(row.programme_id for row in rows)

    def prepare(self, form: Any, row: Any) -> None:
        """Offer the programmes."""
        if "programme" in form:
            found = current.db().scalars(select(Programme).order_by(Programme.name))
            form.programme.choices = choices_of({programme.key: programme.name for programme in found})

    def parts_of(self, row: Any) -> Sequence[Part]:
        """Return former names and moves."""
        names = current.db().scalars(
            select(TitleAlias).where(TitleAlias.title_id == row.id).order_by(TitleAlias.until.desc())
        )
        former = Table(
            title="曾用名",
            heads=("名称", "用至"),
            rows=[(alias.name, alias.until.isoformat()) for alias in names],
            sentence="没有曾用名。",
        )
        found = current.db().scalars(
            select(TitleMove).where(TitleMove.title_id == row.id).order_by(TitleMove.id.desc())
        )
        moves = found.all()
        ids = {unit_id for move in moves for unit_id in (move.from_unit_id, move.to_unit_id)}
        units = {unit.id: unit.name for unit in current.db().scalars(select(Unit).where(Unit.id.in_(ids)))}
        moved = Table(
            title="迁移",
            heads=("日期", "自", "至", "登记时间", "登记人"),
            rows=[
                (
                    move.moved_on.isoformat(),
                    units.get(move.from_unit_id, "—"),
                    units.get(move.to_unit_id, "—"),
                    opening(move.recorded_at),
                    move.recorded_by,
                )
                for move in moves
            ],
            sentence="没有迁移。",
        )
        return (former, moved)

    def add(self, form: Any) -> Any:
        """Add one title; the registry refuses one that it has."""
        typed = texts(form, "programme", "category", "holder", "credit_code")
        new = NewTitle(
            batch_no=form.batch_no.data or 0, unit=form.unit.data.code, awarded_on=form.awarded_on.data, **typed
        )
        try:
            added = add_titles(current.db(), [new], actor=current.actor(), now=current.now())
        except Invalid as refusal:
            raise Invalid(
                Problem(problem.path.removeprefix(ROW), problem.value, problem.sentence, problem.allowed)
                for problem in refusal.problems
            ) from None
        if not added.added:
            raise Invalid([Problem("holder", typed["holder"][:80], "名单库中已有这一条")])
        return True
