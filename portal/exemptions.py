"""The unit's written explanation that nothing can be filed (免报说明), and taking it back."""

from collections.abc import Mapping

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for

from domain.access import Action
from domain.errors import Invalid, NotFound, Problem, RuleBroken
from models import StoredFile
from portal import asked
from portal.answers import keeping, page, status_of
from portal.asked import ID
from portal.files import folder
from portal.in_hand import Mode, shown, take
from services.duties.access import DutyInHand
from services.duties.exemptions import LONGEST_TEXT, Explanation, exempt, withdraw_exemption
from services.files import ACCEPTED, LARGEST, Upload, store_file
from web import current
from web.guard import needs

KEPT_FILE = "_file"
"""The hidden field with a file that was taken although the rest was refused, so that it need not be sent again."""

blueprint = Blueprint("exemptions", __name__)


@blueprint.get(f"/duties/<{ID}:duty_id>/exemption")
@needs(Action.EXEMPT)
def form(duty_id: int) -> Response:
    """Show the form of the explanation."""
    found = take(duty_id, Action.EXEMPT)
    return _page(found, {})


@blueprint.post(f"/duties/<{ID}:duty_id>/exemption")
@needs(Action.EXEMPT)
def explain(duty_id: int) -> Response:
    """Take the explanation; what is refused is shown again with what was chosen, typed and uploaded."""
    found = take(duty_id, Action.EXEMPT)
    typed = {"reason": request.form.get("reason", ""), "text": request.form.get("text", "")}
    file, problems = _file(found)
    explanation = Explanation(typed["reason"][:80], typed["text"].replace("\r\n", "\n"), file.id if file else None)
    try:
        if problems:
            raise Invalid(problems)
        exempt(current.db(), duty_id, explanation, received_at=current.now(), actor=current.actor())
    except RuleBroken as refusal:
        return keeping(_page(take(duty_id, Action.EXEMPT), typed, refusal, file))
    flash("免报说明已登记，不再催办。", "success")
    return make_response(redirect(url_for("duties.show", duty_id=duty_id), 303))


@blueprint.post(f"/duties/<{ID}:duty_id>/exemption/withdraw")
@needs(Action.EXEMPT)
def withdraw(duty_id: int) -> Response:
    """Take the explanation back while the duty may still be answered."""
    take(duty_id, Action.EXEMPT)
    withdraw_exemption(current.db(), duty_id, received_at=current.now(), actor=current.actor())
    flash("免报说明已撤销，本事项恢复为待办。", "success")
    return make_response(redirect(url_for("duties.show", duty_id=duty_id), 303))


def _file(found: DutyInHand) -> tuple[StoredFile | None, tuple[Problem, ...]]:
    """Return the file that was sent along, or the one taken before; and what is wrong with a new one."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        upload = Upload(found.duty.unit_id, sent.filename, sent.stream)
        try:
            stored = store_file(current.db(), upload, folder=folder(), actor=current.actor(), now=current.now())
        except Invalid as refusal:
            return None, refusal.problems
        return stored, ()
    kept = asked.number(request.form, KEPT_FILE)
    before = current.db().get(StoredFile, kept) if kept is not None else None
    is_own = before is not None and before.unit_id == found.duty.unit_id
    return (before if is_own else None), ()


def _page(
    found: DutyInHand, typed: Mapping[str, str], refusal: RuleBroken | None = None, file: StoredFile | None = None
) -> Response:
    """Return the form. Raises NotFound where the stage takes no explanations."""
    rules = found.collect.exemption
    if rules is None:
        raise NotFound("该环节不接受免报说明。")
    problems: dict[str, list[str]] = {}
    for problem in refusal.problems if isinstance(refusal, Invalid) else ():
        allowed = f"（{problem.allowed}）" if problem.allowed else ""
        problems.setdefault(problem.path, []).append(f"{problem.sentence}{allowed}")
    duty = shown(found)
    return page(
        "portal/exemption.html",
        status=200 if refusal is None else status_of(refusal),
        duty=duty,
        is_open=duty.mode is Mode.ANSWER,
        rules=rules,
        typed=typed,
        problems=problems,
        refusal=None if problems else refusal,
        file=file,
        kept_file=KEPT_FILE,
        accepted=ACCEPTED,
        largest_mb=LARGEST // 1024 // 1024,
        longest=LONGEST_TEXT,
    )
