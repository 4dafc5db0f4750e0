"""What a unit records before its opinion: check list, rules, site check, credit, internal steps; each by itself."""

from flask import Blueprint, Response, flash, request

from domain.access import Action
from domain.errors import Invalid, NotAllowed, NotFound, Problem, RuleBroken
from domain.quoting import quoted
from models import CheckResult, StoredFile
from portal import asked
from portal.asked import ID
from portal.files import folder
from portal.reviews import typed
from portal.reviews.acting import act_on, to_part
from portal.reviews.screen import Refused, internal_place, show_case, take_desk
from services.files import Upload, store_file
from services.reviewing import checks, credit, internal, site
from services.reviewing.desk import Desk
from services.rules import explain, waive
from web import current
from web.guard import needs

KEPT_FILE = "_file"
"""The hidden field with a report that was taken although the rest was refused, so that it need not be sent again."""

blueprint = Blueprint("review_records", __name__)


@blueprint.post(f"/cases/<{ID}:case_id>/review/checks")
@needs(Action.REVIEW)
def check(case_id: int) -> Response:
    """Keep the answers to the check list that are new or changed."""
    session, actor, now = current.db(), current.actor(), current.now()
    return act_on(
        case_id,
        "checks",
        lambda: checks.answer_all(session, case_id, _answers(case_id), actor=actor, now=now),
        "审核要点已保存。",
    )


def _answers(case_id: int) -> list[checks.Answered]:
    """Return what was chosen and differs from what is stored. Raises Invalid for a remark without a choice."""
    given, alone = [], []
    for item in checks.items(current.db(), case_id, actor=current.actor()).items:
        chosen = request.form.get(f"result.{item.key}", "")
        remark = typed.text(f"remark.{item.key}").strip()
        if chosen in set(CheckResult):
            answer = checks.Answered(item.key, CheckResult(chosen), remark)
            if item.is_stale or (item.result, item.remark) != (answer.result, answer.remark):
                given.append(answer)
        elif remark and not item.is_stale:
            alone.append(Problem(item.key, "", f"{quoted(item.label)}只填了说明", "请选择符合、不符合或不适用"))
    if alone:
        raise Invalid(alone)
    return given


@blueprint.post(f"/cases/<{ID}:case_id>/review/keep")
@needs(Action.REVIEW)
def keep(case_id: int) -> Response:
    """Let the answers about the version before stand for the corrected one."""
    session, actor, now = current.db(), current.actor(), current.now()
    return act_on(
        case_id,
        "checks",
        lambda: checks.keep_answers(session, case_id, actor=actor, now=now),
        "已沿用上一版的审核结论。",
    )


@blueprint.post(f"/cases/<{ID}:case_id>/review/site")
@needs(Action.REVIEW)
def visit(case_id: int) -> Response:
    """Record a site check; a report that was taken is kept also when the rest is refused."""
    desk = take_desk(case_id)
    file, problems = _report(desk)
    try:
        with current.db().begin_nested():
            if problems:
                raise Invalid(problems)
            held_on = typed.day("held_on", "核查日期")
            found = site.Visit(held_on, typed.text("persons"), typed.text("findings"), file.id if file else None)
            site.record(current.db(), case_id, found, actor=current.actor(), now=current.now())
    except (NotFound, NotAllowed):
        raise
    except RuleBroken as refusal:
        current.db().commit()
        return show_case(case_id, Refused("site", refusal), file)
    flash("现场核查已登记。", "success")
    return to_part(case_id, "site")


def _report(desk: Desk) -> tuple[StoredFile | None, tuple[Problem, ...]]:
    """Return the report that was sent along, or the one taken before; and what is wrong with a new one."""
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        upload = Upload(desk.unit.id, sent.filename, sent.stream)
        try:
            return store_file(current.db(), upload, folder=folder(), actor=current.actor(), now=current.now()), ()
        except Invalid as refusal:
            return None, refusal.problems
    kept = asked.number(request.form, KEPT_FILE)
    before = current.db().get(StoredFile, kept) if kept is not None else None
    is_own = before is not None and before.unit_id == desk.unit.id and before.organisation_id is None
    return (before if is_own else None), ()


@blueprint.post(f"/cases/<{ID}:case_id>/review/credit")
@needs(Action.REVIEW, Action.WAIVE_RULE)
def decide_credit(case_id: int) -> Response:
    """Decide whether what a department found stands in the way."""
    department = request.form.get("department", "")
    decision = credit.Decision(department, request.form.get("is_cleared") == "yes", typed.text("reason"))
    session, actor, now = current.db(), current.actor(), current.now()

    def act() -> None:
        if request.form.get("is_cleared") not in {"yes", "no"}:
            raise Invalid([Problem("is_cleared", "", "请选择是否影响推荐")])
        credit.decide(session, case_id, decision, actor=actor, now=now)

    return act_on(case_id, f"credit.{department}", act, "信用联审处理意见已登记。")


@blueprint.post(f"/cases/<{ID}:case_id>/review/internal")
@needs(Action.REVIEW)
def step(case_id: int) -> Response:
    """Record the next internal step, or strike the last one."""
    place = internal_place(take_desk(case_id))
    key = request.form.get("step", "")
    session, actor, now = current.db(), current.actor(), current.now()
    if "strike" in request.form:
        return act_on(
            case_id,
            "internal",
            lambda: internal.take_back(session, place, key, actor=actor, now=now),
            "内部程序登记已撤销。",
        )

    def act() -> None:
        on = typed.day("held_on", "办理日期")
        done = internal.StepDone(key, request.form.get("person", ""), on, request.form.get("number", ""))
        internal.record(session, place, done, actor=actor, now=now)

    return act_on(case_id, "internal", act, "内部程序已登记。")


@blueprint.post(f"/cases/<{ID}:case_id>/review/rules/<key>")
@needs(Action.REVIEW, Action.WAIVE_RULE)
def rule(case_id: int, key: str) -> Response:
    """Lift a hard rule for this case, or explain an "in principle" one; the form says which."""
    session, actor, now, reason = current.db(), current.actor(), current.now(), typed.text("reason")
    decide = waive if request.form.get("act") == "waive" else explain
    return act_on(
        case_id,
        f"rules.{key}",
        lambda: decide(session, case_id, asked.key(key), reason, actor=actor, now=now),
        "理由已登记。",
    )
