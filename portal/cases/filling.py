"""Writing a case: the form with its draft, saved leaf by leaf; nothing typed is ever thrown away."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, request, url_for

from domain.access import Action
from domain.errors import Conflict, Invalid, Problem
from domain.forms import check_case
from portal.answers import REFUSED, keeping, page
from portal.asked import ID
from portal.cases.in_hand import standing, take
from services.cases.access import CaseInHand, get_case_to_fill, require_form, setting_of, version_of
from services.cases.drafts import Saved, Typed, save
from services.cases.opening import rename
from services.cases.papers import slots
from web import current
from web.case_form import Look, draft_reply, make_case_form, row_asked, sent_of
from web.case_form import Saved as Told
from web.filters import moment
from web.guard import needs

blueprint = Blueprint("filling", __name__)


@blueprint.get(f"/cases/<{ID}:case_id>/edit")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def form(case_id: int) -> Response:
    """Show the form of a case to whom fills it in."""
    found = take(case_id)
    return _page(case_id, found.case.values)


@blueprint.post(f"/cases/<{ID}:case_id>/edit")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def keep(case_id: int) -> Response:
    """Keep what is typed: for the page's script the changed leaves, for a browser without scripts the whole form."""
    found = get_case_to_fill(current.db(), case_id, actor=current.actor(), lock=True)
    form_, setting = require_form(found), setting_of(found, current.now())
    sent = sent_of(form_, setting, request.form)
    try:
        saved = save(
            current.db(),
            case_id,
            Typed(sent.values, sent.base, sent.revision or 0),
            actor=current.actor(),
            now=current.now(),
        )
    except Conflict as refusal:
        if _wants_json():
            return make_response(jsonify(code=refusal.code, sentence=refusal.sentence), REFUSED)
        flash(refusal.sentence, "error")
        return make_response(redirect(url_for("cases.show", case_id=case_id), 303))
    if _wants_json():
        clashes = [clash.leaf for clash in saved.conflicts]
        told = Told(saved.revision, saved.values, clashes, _time_of_day(found, saved.saved_at))
        return make_response(jsonify(draft_reply(form_, setting, sent, told)))
    row = row_asked(form_, request.form)
    if row is not None:
        return keeping(_page(case_id, saved.values, more_rows={row.field}))
    if saved.conflicts:
        return keeping(_clashed(case_id, saved))
    if "next" in request.form:
        return make_response(redirect(url_for("handing_in.form", case_id=case_id), 303))
    flash("草稿已保存，尚未提交。", "success")
    return make_response(redirect(url_for("filling.form", case_id=case_id), 303))


@blueprint.post(f"/cases/<{ID}:case_id>/title")
@needs(Action.DECLARE, Action.DECLARE_FOR)
def name(case_id: int) -> Response:
    """Give a case another name."""
    try:
        rename(current.db(), case_id, request.form.get("title", ""), actor=current.actor(), now=current.now())
    except Invalid as refusal:
        current.db().rollback()
        flash(refusal.problems[0].sentence, "error")
        return make_response(redirect(url_for("filling.form", case_id=case_id), 303))
    flash("名称已更改。", "success")
    return make_response(redirect(url_for("filling.form", case_id=case_id), 303))


def _clashed(case_id: int, saved: Saved) -> Response:
    """Show the form with one's own values where somebody else changed the same leaf, and tell the other's."""
    values = {**saved.values, **{clash.leaf: clash.mine for clash in saved.conflicts}}
    problems = [
        Problem(clash.leaf, "", f"{saved.saved_by} 已改为“{clash.theirs or '（空）'}”；再次保存将以您的内容为准")
        for clash in saved.conflicts
    ]
    return _page(case_id, values, problems=problems, stored=saved.values)


def _page(
    case_id: int,
    values: Mapping[str, str],
    *,
    more_rows: Collection[str] = (),
    problems: Sequence[Problem] = (),
    stored: Mapping[str, str] | None = None,
) -> Response:
    found = take(case_id)
    now = standing(found)
    if not now.may_edit:
        return make_response(redirect(url_for("cases.show", case_id=case_id), 303))
    asked_form, setting = require_form(found), setting_of(found, current.now())
    checked = check_case(asked_form, values, setting, is_final=False)
    comments = now.returned.comments if now.returned is not None else {}
    earlier = (
        version_of(current.db(), found, now.returned.version_no).values
        if now.returned is not None and now.returned.version_no
        else None
    )
    catalogue = found.definition.catalogue
    look = Look(
        warnings=checked.warnings,
        earlier=earlier,
        stored=stored,
        more_rows=more_rows,
        terms=catalogue.terms if catalogue is not None else (),
    )
    shown = make_case_form(
        asked_form, setting, values, problems=(*problems, *checked.problems), comments=comments, look=look
    )
    return page(
        "portal/cases/edit.html",
        now=now,
        form=shown,
        slots=slots(found),
        saved_at=moment(found.case.saved_at),
        status=REFUSED if problems else 200,
    )


def _time_of_day(found: CaseInHand, instant: datetime) -> str:
    return f"{instant.astimezone(found.definition.zone):%H:%M}"


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
