"""The joint credit check (信用联审) of all cases of a unit: the list that goes out, the replies that come in."""

from io import BytesIO

from flask import Blueprint, Response, request, send_file

from domain.access import Action
from domain.definition import StageKind
from domain.errors import Invalid, NotAllowed, NotFound, Problem, RuleBroken
from domain.instants import local_day
from portal.answers import page, status_of
from portal.asked import ID
from portal.reviews import typed
from portal.reviews.screen import Refused
from portal.unit_batches import is_own, take_part
from services.reviewing.credit import Imported, Reply, export, import_reply
from web import current
from web.guard import needs

blueprint = Blueprint("credit", __name__)


@blueprint.get(f"/batches/<code>/credit/<{ID}:unit_id>")
@needs(Action.REVIEW)
def show(code: str, unit_id: int) -> Response:
    """Show how the list is exported, and where a reply is taken."""
    return _page(code, unit_id)


@blueprint.get(f"/batches/<code>/credit/<{ID}:unit_id>/export")
@needs(Action.REVIEW)
def given(code: str, unit_id: int) -> Response:
    """Return the cases of the visitor's branch as a workbook with empty columns for the reply."""
    context, _ = take_part(code, unit_id, Action.REVIEW)
    content = export(current.db(), context.batch.id, actor=current.actor())
    name = f"信用联审-{context.batch.code}-{local_day(current.now(), context.definition.zone)}.xlsx"
    return send_file(BytesIO(content), as_attachment=True, download_name=name)


@blueprint.post(f"/batches/<code>/credit/<{ID}:unit_id>")
@needs(Action.REVIEW)
def take(code: str, unit_id: int) -> Response:
    """Enter a department's reply and tell what it brought."""
    context, _ = take_part(code, unit_id, Action.REVIEW)
    try:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Invalid([Problem("file", "", "请选择部门反馈的 Excel 文件")])
        reply = Reply(request.form.get("department", ""), typed.day("replied_on", "反馈日期"), sent.stream)
        told = import_reply(current.db(), context.batch.id, reply, actor=current.actor(), now=current.now())
    except (NotFound, NotAllowed):
        raise
    except RuleBroken as refusal:
        current.db().rollback()
        return _page(code, unit_id, Refused("reply", refusal))
    return _page(code, unit_id, told=told)


def _page(code: str, unit_id: int, refused: Refused | None = None, told: Imported | None = None) -> Response:
    context, unit = take_part(code, unit_id, Action.REVIEW)
    stage = context.definition.stage_of(StageKind.REVIEW)
    return page(
        "portal/recommending/credit.html",
        status=status_of(refused.refusal) if refused is not None else 200,
        batch=context.batch,
        unit=unit,
        departments=stage.review.credit_departments if stage is not None and stage.review is not None else (),
        is_mine=is_own(unit),
        refused=refused,
        told=told,
        typed=request.form,
    )
