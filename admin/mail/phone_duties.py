"""待人工催办: reminders that no mail could carry; a note of the call settles them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import joinedload
from wtforms import SelectField, StringField, TextAreaField

from admin.base import ManagedView
from admin.batches.names import load_titles, title_of
from admin.cells import clamped, of_row
from admin.filters import Empty, Holding, OfBatch
from admin.forms import AdminForm, Given, MomentField, choices_of
from admin.words import CHANNELS
from domain.access import Action
from models import PhoneDuty
from models.contacts import Channel
from services.calls import Call, note_call
from web import current


class CallForm(AdminForm):
    """What came of a call."""

    channel = SelectField("方式", choices=choices_of(CHANNELS))
    person = StringField("催办对象", [Given()])
    called_at = MomentField("时间", [Given()])
    result = TextAreaField("结果", [Given()], description="如：王处长答复 3 月 18 日前报送。")


class PhoneDutyView(ManagedView):
    """The reminders that wait for a call."""

    seen_by = (Action.NOTE_CALL,)
    edit_action = Action.NOTE_CALL
    edit_form_class = CallForm
    loads = (joinedload(PhoneDuty.unit),)
    page_hint = "没有电子邮箱或邮箱被拒收的单位，由人打电话催办；登记后即办结，并记入过程记录。"
    empty_sentence = "没有需要打电话催办的单位。"
    edit_label = "登记催办"
    edit_hint = "登记后，该单位本环节此前的待人工催办一并办结。"

    column_list = ("at", "unit", "person", "number", "batch", "because", "done_at", "done_by")
    column_details_list = (*column_list, "stage_key")
    column_labels = {
        "at": "应催办于",
        "unit": "单位",
        "person": "联系人",
        "number": "电话",
        "batch": "批次",
        "because": "原因",
        "done_at": "办结于",
        "done_by": "办结人",
        "stage_key": "环节代号",
        "unit.name": "单位",
    }
    column_formatters = {"batch": clamped(lambda row: title_of(row.batch_id))}
    column_formatters_detail = {"batch": of_row(lambda row: title_of(row.batch_id))}
    column_default_sort = ("at", True)
    column_sortable_list = ("at",)
    column_searchable_list = ("unit.name", "person", "number")
    column_filters = (
        Empty(PhoneDuty.done_at, "状态", ("待催办", "已办结")),
        OfBatch(PhoneDuty.batch_id),
        Holding("unit.name", "单位"),
    )

    def ready(self, rows: Sequence[Any]) -> None:
        """Read the titles of the batches."""
        load_titles(row.batch_id for row in rows)

    def _apply_sorting(self, query: Any, joins: Any, sort_column: Any, sort_desc: bool) -> Any:
        """Return the query with those first who still have to be called."""
        return super()._apply_sorting(query.order_by(PhoneDuty.done_at.is_not(None)), joins, sort_column, sort_desc)

    def name_of(self, row: Any) -> str:
        """Return the unit and the person."""
        return f"{row.unit.name} {row.person}"

    def may_edit_row(self, row: Any) -> bool:
        """Tell whether somebody still has to call."""
        return row.done_at is None

    def locked(self, row: Any) -> str:
        """Return why nothing is left to note."""
        return f"{row.unit.name}的这项催办已由{row.done_by}办结。"

    def values_of(self, row: Any) -> Mapping[str, object]:
        """Return whom to call, now."""
        return {"channel": Channel.PHONE, "person": row.person, "called_at": current.now()}

    def change(self, form: Any, row: Any) -> None:
        """Note the call."""
        call = Call(
            stage=row.stage_key,
            unit_id=row.unit_id,
            channel=Channel(form.channel.data),
            person=form.person.data or "",
            result=form.result.data or "",
            called_at=form.called_at.data,
        )
        note_call(current.db(), row.batch_id, call, actor=current.actor(), now=current.now())
