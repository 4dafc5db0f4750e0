"""批次: the list of batches, definitions in and out as YAML, and the head of a draft."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, make_response, request
from flask_admin import expose
from flask_admin.model.template import LinkRowAction
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin.base import ManagedView
from admin.batches.head import BatchHead, DefinitionFile, head_change, head_values
from admin.cells import STATE, chosen, clamped, of_row
from admin.filters import Chosen, OfProgramme
from admin.tables import Part, Table
from admin.words import LEVELS
from domain.access import Action
from domain.errors import Invalid
from models import Batch, BatchState, BatchVersion
from services.batches.context import definition_of
from services.batches.editing import change_head, delete_draft, import_draft
from services.definitions.writing import dump
from web import current
from web.filters import opening, state_label
from web.guard import needs

PROGRESS = "/admin/progress/"
SHOWN_VERSIONS = 20


class BatchView(ManagedView):
    """The batches."""

    seen_by = (Action.EDIT_DEFINITION, Action.VIEW_AUDIT)
    create_action = edit_action = delete_action = Action.EDIT_DEFINITION
    create_form_class, edit_form_class = DefinitionFile, BatchHead
    create_template = "admin/managed/batch_new.html"
    list_template = "admin/managed/batches.html"
    details_template = "admin/managed/batch_details.html"
    loads = (joinedload(Batch.programme),)
    page_hint = "新建批次：从空白、模板、往年批次或配置文件开始，得到草稿；配置检查、模拟运行并确认推定值之后发布。"
    empty_sentence = "还没有批次。"
    edit_hint = "环节日期和推荐名额在“环节”“推荐名额”中修改。改动过的推定值须重新确认。"

    column_list = ("title", "code", "programme", "year", "state", "next_due_at")
    column_details_list = (
        *("title", "code", "programme", "year", "number", "issuer", "issued_on", "level"),
        *("state", "revision", "published_at", "next_due_at", "units"),
    )
    column_labels = {
        "title": "标题",
        "code": "编号",
        "programme": "项目",
        "year": "年度",
        "number": "文号",
        "issuer": "印发机关",
        "issued_on": "印发日期",
        "level": "级别",
        "state": "状态",
        "revision": "稿次",
        "published_at": "发布时间",
        "next_due_at": "下一事件",
        "units": "推荐单位数",
    }
    column_formatters = {"state": STATE, "title": clamped(lambda row: row.title)}
    column_formatters_detail = {
        "state": STATE,
        "level": chosen(LEVELS),
        "units": of_row(lambda row: str(len(definition_of(current.db(), row).units))),
    }
    column_sortable_list = ("title", "code", "year", "state")
    column_searchable_list = ("title", "code", "number")
    column_filters = (
        Chosen(Batch.state, "状态", {state: state_label(state) for state in BatchState}),
        OfProgramme(Batch.programme_id),
        Chosen(Batch.level, "级别", LEVELS),
    )
    column_extra_row_actions = [
        LinkRowAction("ti ti-timeline", lambda button, key, row: f"{PROGRESS}{row.code}", "进度总览"),
    ]

    def may_edit_row(self, row: Any) -> bool:
        """Tell whether the batch is still a draft."""
        return bool(row.state is BatchState.DRAFT)

    def may_delete_row(self, row: Any) -> bool:
        """Tell whether the batch is still a draft."""
        return bool(row.state is BatchState.DRAFT)

    def locked(self, row: Any) -> str:
        """Return why a batch cannot be changed."""
        return f"批次“{row.title}”已发布，不能直接修改；需要更多时间请用延期。"

    def values_of(self, row: Any) -> Mapping[str, object]:
        """Return the head of the draft."""
        return head_values(row, definition_of(current.db(), row))

    def parts_of(self, row: Any) -> Sequence[Part]:
        """Return the people to ask and the revisions."""
        office = definition_of(current.db(), row).office
        people = Table(
            title=f"主办处室：{office.name}",
            heads=("姓名", "电话", "负责事项"),
            rows=[(person.name, person.phone, person.role or "—") for person in office.contacts],
            sentence="没有写明联系人。",
        )
        found = current.db().execute(
            select(
                BatchVersion.revision,
                BatchVersion.created_at,
                BatchVersion.created_by,
                BatchVersion.published_at,
                BatchVersion.digest,
            )
            .where(BatchVersion.batch_id == row.id)
            .order_by(BatchVersion.revision.desc())
            .limit(SHOWN_VERSIONS)
        )
        versions = Table(
            title="稿次",
            heads=("稿次", "保存时间", "保存人", "发布时间", "摘要"),
            rows=[
                (
                    str(one.revision),
                    opening(one.created_at),
                    one.created_by,
                    opening(one.published_at) if one.published_at else "—",
                    one.digest[:12],
                )
                for one in found
            ],
            sentence="没有稿次。",
        )
        return (people, versions)

    def add(self, form: Any) -> Batch:
        """Take in a definition; every problem of it is listed."""
        content = form.file.data.read()
        try:
            return import_draft(current.db(), content, actor=current.actor(), now=current.now())
        except Invalid as refusal:
            form.problems = refusal.problems
            raise Invalid((), "配置有误") from None

    def change(self, form: Any, row: Any) -> None:
        """Store a draft with another head."""
        change_head(current.db(), row.id, head_change(form), actor=current.actor(), now=current.now())

    def remove(self, row: Any) -> None:
        """Delete a draft."""
        delete_draft(current.db(), row.id, actor=current.actor(), now=current.now())

    @expose("/yaml/")
    @needs(Action.EDIT_DEFINITION, Action.VIEW_AUDIT)
    def yaml_view(self) -> Response:
        """Return the newest revision as a YAML file, with its units inside."""
        row = self.get_one(request.args.get("id"))
        answer = make_response(dump(definition_of(current.db(), row), inline_units=True))
        answer.headers["Content-Type"] = "application/yaml; charset=utf-8"
        answer.headers["Content-Disposition"] = f"attachment; filename={row.code}.yaml"
        return answer
