"""Answering a duty: the form with its draft, filing, "nothing to report", and the receipt."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, request, url_for

from domain.access import Action
from domain.errors import Conflict, Invalid, RuleBroken
from models import Answer
from portal import asked
from portal.answers import REFUSED, keeping, page, status_of
from portal.asked import ID
from portal.in_hand import filed, shown, take, to_the_second, typed_before
from portal.unit_batches import find_casework
from services.duties.access import DutyInHand
from services.duties.answers import NotFiled, declare_none, file_answer, form_of, receipt_of, save_draft
from web import current
from web.filters import moment
from web.forms import changed_in, make_form, typed_in
from web.guard import needs

REVISION = "_revision"
"""The hidden field with the revision that a page was made from; no key of a form begins so."""
OVERWRITES = "在您打开本页之后，{name} 于 {at} 保存了另一份内容。请核对下面的差异：再次提交将以您的内容为准。"

blueprint = Blueprint("duties", __name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a duty's page is shown again: a refusal, or another version with the fields in which it differs."""

    refusal: RuleBroken | None = None
    theirs: list[tuple[str, str, str]] | None = None
    sentence: str = ""


@blueprint.get(f"/duties/<{ID}:duty_id>")
@needs(Action.ANSWER)
def show(duty_id: int) -> Response:
    """Show a duty: what is asked, by when, and what was typed or filed."""
    elsewhere = find_casework(duty_id)
    if elsewhere is not None:
        return make_response(redirect(elsewhere, 303))
    found = take(duty_id)
    return _page(found, typed_before(found))


@blueprint.post(f"/duties/<{ID}:duty_id>")
@needs(Action.ANSWER)
def file(duty_id: int) -> Response:
    """File an answer. What is refused is kept as a draft and shown again with the reason."""
    found = take(duty_id, lock=True)
    typed = typed_in(form_of(found), request.form)
    newer = _newer(found)
    if newer is not None and changed_in(form_of(found), typed, newer.values):
        return _page(found, typed, _overtaken(found, typed, newer), status=REFUSED)
    result = file_answer(current.db(), duty_id, typed, received_at=current.now(), actor=current.actor())
    if isinstance(result, NotFiled):
        refused = _page(take(duty_id), typed, Trouble(result.refusal), status=status_of(result.refusal))
        return keeping(refused)
    return make_response(redirect(url_for("duties.receipt", duty_id=duty_id), 303))


@blueprint.post(f"/duties/<{ID}:duty_id>/draft")
@needs(Action.ANSWER)
def draft(duty_id: int) -> Response:
    """Save a draft: for the page's script as JSON, for a browser without scripts by way of the page."""
    found = take(duty_id)
    form = form_of(found)
    typed = typed_in(form, request.form)
    revision = asked.number(request.form, REVISION)
    try:
        saved = save_draft(current.db(), duty_id, typed, revision=revision, actor=current.actor(), now=current.now())
    except Conflict as conflict:
        return _not_saved(take(duty_id), typed, conflict)
    if _wants_json():
        return make_response(jsonify(revision=saved.revision, saved_at=moment(saved.saved_at), by=saved.saved_by))
    flash("草稿已保存，尚未报送。", "success")
    return make_response(redirect(url_for("duties.show", duty_id=duty_id), 303))


@blueprint.post(f"/duties/<{ID}:duty_id>/none")
@needs(Action.ANSWER)
def none(duty_id: int) -> Response:
    """Say that there is nothing to report (零报告, S003-64)."""
    take(duty_id)
    result = declare_none(current.db(), duty_id, received_at=current.now(), actor=current.actor())
    if isinstance(result, NotFiled):
        found = take(duty_id)
        return _page(found, typed_before(found), Trouble(result.refusal), status=status_of(result.refusal))
    return make_response(redirect(url_for("duties.receipt", duty_id=duty_id), 303))


@blueprint.get(f"/duties/<{ID}:duty_id>/receipt")
@needs(Action.ANSWER)
def receipt(duty_id: int) -> Response:
    """Show the receipt, to be printed: when the server received what, with its fingerprint."""
    found = take(duty_id)
    proof = receipt_of(found)
    groups = [proof.fingerprint[start : start + 8] for start in range(0, len(proof.fingerprint), 8)]
    return page(
        "portal/receipt.html",
        duty=shown(found),
        receipt=proof,
        fingerprint=groups,
        received=to_the_second(found, proof.received_at),
        answers=filed(found) if found.duty.settled_as == "done" else [],
    )


def _page(
    found: DutyInHand, values: Mapping[str, str], trouble: Trouble | None = None, *, status: int = 200
) -> Response:
    trouble = trouble or Trouble()
    problems = trouble.refusal.problems if isinstance(trouble.refusal, Invalid) else ()
    answer = found.duty.answer
    return page(
        "portal/duty.html",
        status=status,
        duty=shown(found),
        form=make_form(form_of(found), values, problems),
        answers=filed(found),
        answer=answer,
        revision=answer.revision if answer is not None else 0,
        is_edited=status != 200 or request.args.get("edit") == "1",
        refusal=None if problems else trouble.refusal,
        theirs=trouble.theirs,
        conflict=trouble.sentence,
    )


def _newer(found: DutyInHand) -> Answer | None:
    """Return the saved answer if it is not the one that the sender's page was made from; without a mark, none."""
    revision = asked.number(request.form, REVISION)
    answer = found.duty.answer
    return answer if answer is not None and revision is not None and revision != answer.revision else None


def _overtaken(found: DutyInHand, typed: Mapping[str, str], newer: Answer) -> Trouble:
    sentence = OVERWRITES.format(name=newer.saved_by, at=moment(newer.saved_at))
    return Trouble(theirs=changed_in(form_of(found), typed, newer.values), sentence=sentence)


def _not_saved(found: DutyInHand, typed: Mapping[str, str], conflict: Conflict) -> Response:
    """Answer a draft that was overtaken with both versions, or say that the duty is filed."""
    answer = found.duty.answer
    if not _wants_json():
        newer = _newer(found)
        trouble = _overtaken(found, typed, newer) if newer is not None else Trouble(conflict)
        return _page(found, typed, trouble, status=REFUSED)
    body: dict[str, object] = {"code": conflict.code, "sentence": conflict.sentence}
    if answer is not None and answer.filed_at is None:
        body |= {"revision": answer.revision, "theirs": dict(answer.values)}
        body |= {"saved_by": answer.saved_by, "saved_at": moment(answer.saved_at)}
    return make_response(jsonify(body), REFUSED)


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
