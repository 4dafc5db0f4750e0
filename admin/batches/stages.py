"""环节: every stage with its dates; those of drafts can be changed, those of running batches are extended."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import joinedload
from wtforms import DateField, HiddenField, SelectField, StringField
from wtforms.validators import Optional

from admin.base import ManagedView
from admin.batches.head import revision_of
from admin.cells import DEADLINE, STATE, clamped
from admin.filters import Chosen, Holding, OfBatch
from admin.forms import AdminForm, Given, NumberField, choices_of
from admin.typed import row_id, stable_key
from admin.words import COMPLETIONS, STAGE_KINDS
from domain.access import Action
from domain.definition import Completion, Due
from models import BatchStage, BatchState
from services.batches.context import definition_of
from services.batches.editing import StageChange, change_stage
from web import current


class StageForm(AdminForm):
    """What can be changed of a stage in a draft."""

    revision = HiddenField()
    title = StringField("名称", [Given()])
    opens_on = DateField("开放日期", [Optional()], description="不填：在前置环节结束后，或人工开放。")
    opens_at = StringField("开放时刻", description="HH:MM")
    due_on = DateField("截止日期", [Optional()], description="与工作日数二选一；都不填表示没有期限。")
    due_working_days = NumberField("或：开放后第几个工作日截止")
    due_at = StringField("截止时刻", description="HH:MM；24:00 含当日全天。")
    grace_minutes = NumberField("宽限分钟数", description="截止前已开始提交的，在此时间内仍可完成。")
    completes = SelectField("何时结束", choices=choices_of(COMPLETIONS))
    ladder = SelectField("提醒规则")


class StageView(ManagedView):
    """The stages of all batches, addressed by batch and key: a draft's rows are made anew with each revision."""

    seen_by = (Action.EDIT_DEFINITION, Action.VIEW_AUDIT)
    edit_action = Action.EDIT_DEFINITION
    edit_form_class = StageForm
    loads = (joinedload(BatchStage.batch),)
    page_hint = "草稿的环节可以修改；已发布批次的截止日期请用延期，在进度总览中办理。"
    empty_sentence = "还没有环节。环节随批次配置建立。"

    column_list = ("title", "batch.title", "batch.state", "opens_at", "due_at", "closed_at")
    column_details_list = (
        *("title", "batch.title", "batch.state", "kind", "key"),
        *("opens_at", "due_at", "due_since", "opened_at", "settled_at", "closed_at"),
    )
    column_labels = {
        "title": "环节",
        "batch.title": "批次",
        "batch.state": "批次状态",
        "kind": "类型",
        "opens_at": "计划开放",
        "due_at": "截止",
        "opened_at": "实际开放",
        "closed_at": "结束",
        "key": "代号",
        "due_since": "延期于",
        "settled_at": "全部办结于",
    }
    column_formatters_detail = {
        "due_at": DEADLINE,
        "batch.state": lambda v, c, row, n: STATE(v, c, row.batch, "state"),
    }
    column_formatters = {**column_formatters_detail, "batch.title": clamped(lambda row: row.batch.title)}
    column_sortable_list = ("opens_at", "due_at")
    column_default_sort = [("batch_id", True), ("position", False)]
    column_searchable_list = ("title", "batch.title")
    column_filters = (
        OfBatch(BatchStage.batch_id),
        Chosen(BatchStage.kind, "类型", STAGE_KINDS),
        Holding(BatchStage.title, "环节"),
    )

    def get_pk_value(self, model: Any) -> str:
        """Return the stable key of a stage, "12.contacts"."""
        return f"{model.batch_id}.{model.key}"

    def get_one(self, id: Any) -> Any:
        """Return the stage with this stable key. Raises NotFound."""
        batch_id, _, key = str(id).partition(".")
        query = self.narrow(self.session.query(BatchStage)).options(*self.loads)
        return self.found(query.filter_by(batch_id=row_id(batch_id) or 0, key=stable_key(key)).one_or_none())

    def name_of(self, row: Any) -> str:
        """Return the stage and its batch."""
        return f"{row.title} · {row.batch.code}"

    def may_edit_row(self, row: Any) -> bool:
        """Tell whether the stage is of a draft."""
        return bool(row.batch.state is BatchState.DRAFT)

    def locked(self, row: Any) -> str:
        """Return why a stage cannot be changed."""
        return f"批次“{row.batch.title}”已发布，环节日期不能直接修改；需要更多时间请用延期。"

    def place(self, row: Any) -> str:
        """Return where the stage stands in its definition."""
        return f"stages.{row.key}."

    def prepare(self, form: Any, row: Any) -> None:
        """Offer the ladders of the definition."""
        ladders = {ladder.key: ladder.key for ladder in definition_of(current.db(), row.batch).ladders}
        form.ladder.choices = choices_of(ladders, blank="不提醒")

    def values_of(self, row: Any) -> Mapping[str, object]:
        """Return the stage as its draft has it."""
        stage = definition_of(current.db(), row.batch).stage(row.key)
        return {
            "revision": row.batch.revision,
            "title": stage.title,
            "opens_on": stage.opens.on,
            "opens_at": stage.opens.at,
            "due_on": stage.due.on if stage.due else None,
            "due_working_days": stage.due.working_days if stage.due else None,
            "due_at": stage.due.at if stage.due else Due().at,
            "grace_minutes": stage.grace_minutes,
            "completes": stage.completes,
            "ladder": stage.ladder or "",
        }

    def change(self, form: Any, row: Any) -> None:
        """Store a draft with another stage."""
        change = StageChange(
            stage=row.key,
            revision=revision_of(form),
            title=form.title.data or "",
            opens_on=form.opens_on.data,
            opens_at=form.opens_at.data or "",
            due=_due(form.due_on.data, form.due_working_days.data, form.due_at.data or ""),
            grace_minutes=form.grace_minutes.data or 0,
            completes=Completion(form.completes.data),
            ladder=form.ladder.data or None,
        )
        change_stage(current.db(), row.batch_id, change, actor=current.actor(), now=current.now())


def _due(on: date | None, working_days: int | None, at: str) -> Due | None:
    """Return a deadline as typed; None without a day and without a number of days."""
    return None if on is None and working_days is None else Due(on=on, working_days=working_days, at=at.strip())
