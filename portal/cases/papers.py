"""The papers of a case: put in with progress, looked at, taken out, given out."""

from io import BytesIO

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, request, send_file, url_for

from domain.access import Action
from domain.errors import Conflict, Invalid, NotFound, RuleBroken
from portal import asked
from portal.answers import page, status_of
from portal.asked import ID
from portal.cases.in_hand import standing, store, take
from portal.files import SANDBOX
from services.cases.papers import Incoming, attach, open_paper, remove, slots, small_picture
from services.files.kinds import KINDS
from web import current
from web.guard import needs

SUFFIXES = {
    wanted: [suffix for kind in KINDS if kind.file_kind is wanted for suffix in kind.suffixes]
    for wanted in {kind.file_kind for kind in KINDS}
}
"""By kind of file, the suffixes that a page's file field offers."""

blueprint = Blueprint("papers", __name__)


@blueprint.get(f"/cases/<{ID}:case_id>/papers")
@needs(Action.DECLARE, Action.DECLARE_FOR, Action.REVIEW)
def show(case_id: int) -> Response:
    """Show the slots with what they hold."""
    return _page(case_id)


@blueprint.post(f"/cases/<{ID}:case_id>/papers/<slot>")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def put(case_id: int, slot: str) -> Response:
    """Put files into a slot; each is taken or refused for itself. The same file sent again changes nothing."""
    take(case_id)
    refusal, waits = None, False
    for file in request.files.getlist("file")[:50]:
        incoming = Incoming(
            asked.key(slot),
            file.filename or "",
            file.stream,
            replaces=asked.number(request.form, "replaces"),
            code=request.form.get("code", ""),
        )
        try:
            with current.db().begin_nested():
                done = attach(
                    current.db(), case_id, incoming, store=store(), actor=current.actor(), now=current.now()
                )
            waits = waits or done.is_unscanned
        except (Invalid, Conflict) as error:
            refusal = error
            break
    if _wants_json():
        return _reply(refusal)
    if refusal is not None:
        current.db().commit()
        return _page(case_id, refusal)
    flash("已上传，等待病毒扫描后可以打开。" if waits else "已上传。", "success")
    return make_response(redirect(url_for("papers.show", case_id=case_id) + f"#slot-{asked.key(slot)}", 303))


@blueprint.post(f"/cases/<{ID}:case_id>/papers/<{ID}:paper_id>/remove")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def take_out(case_id: int, paper_id: int) -> Response:
    """Take a file out of its slot."""
    take(case_id)
    try:
        remove(current.db(), case_id, paper_id, actor=current.actor(), now=current.now())
    except Conflict as refusal:
        return _page(case_id, refusal)
    flash("已移除；此前提交的版本仍保留该文件。", "success")
    return make_response(redirect(url_for("papers.show", case_id=case_id), 303))


@blueprint.get(f"/cases/<{ID}:case_id>/papers/<{ID}:paper_id>")
@needs(Action.VIEW_CASE)
def download(case_id: int, paper_id: int) -> Response:
    """Return a paper under the name it was handed in with."""
    row, stream = open_paper(current.db(), case_id, paper_id, store=store(), actor=current.actor())
    response = send_file(stream, mimetype=row.media_type, as_attachment=True, download_name=row.name)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.content_length = row.size
    return response


@blueprint.get(f"/cases/<{ID}:case_id>/papers/<{ID}:paper_id>/small")
@needs(Action.VIEW_CASE)
def small(case_id: int, paper_id: int) -> Response:
    """Return the small picture of a paper. Raises NotFound for one that is no picture."""
    picture = small_picture(current.db(), case_id, paper_id, store=store(), actor=current.actor())
    if picture is None:
        raise NotFound("这个文件没有缩略图。")
    response = send_file(BytesIO(picture), mimetype="image/jpeg")
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _reply(refusal: RuleBroken | None) -> Response:
    """Answer the page's script: what is wrong, or nothing; what was taken before the refusal stays."""
    current.db().commit()
    if refusal is None:
        return make_response(jsonify(ok=True))
    problems = refusal.problems if isinstance(refusal, Invalid) else ()
    sentence = "；".join(f"{item.sentence}{f'（{item.allowed}）' if item.allowed else ''}" for item in problems)
    return make_response(jsonify(ok=False, sentence=sentence or refusal.sentence), status_of(refusal))


def _page(case_id: int, refusal: RuleBroken | None = None) -> Response:
    found = take(case_id)
    return page(
        "portal/cases/papers.html",
        status=status_of(refusal) if refusal is not None else 200,
        now=standing(found),
        slots=slots(found),
        suffixes=SUFFIXES,
        refusal=refusal,
        problems=refusal.problems if isinstance(refusal, Invalid) else (),
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
