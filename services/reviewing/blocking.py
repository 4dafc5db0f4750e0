"""What stands in the way of an opinion that a case may go on, all of it at once."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Actor
from domain.errors import Invalid, Problem
from domain.quoting import quoted
from models import CaseState, CheckResult
from services.reviewing.checks import NO_SECRETS, CheckList, check_list
from services.reviewing.credit import standing_hits
from services.reviewing.desk import Desk, look, submitted_at
from services.reviewing.internal import Place, missing
from services.reviewing.site import has_site_check
from services.rules import require_rules


def blocked(session: Session, case_id: int, *, actor: Actor, now: datetime) -> list[Problem]:
    """Return what must be done before the unit that has a case may pass it. Raises NotFound, NotAllowed."""
    desk = look(session, case_id, actor=actor)
    return [] if desk.found.case.state is not CaseState.SUBMITTED else blocks(session, desk, now)


def blocks(session: Session, desk: Desk, now: datetime) -> list[Problem]:
    """Return everything that stands in the way of passing a case on a unit's desk."""
    found = list(_unchecked(check_list(session, desk)))
    case_id = desk.found.case.id
    if desk.review.needs_site_check and not has_site_check(session, case_id):
        found.append(Problem("site", "", "尚未登记现场核查", "请登记核查日期、人员和情况后再出具意见"))
    for hit in standing_hits(session, [case_id]).get(case_id, ()):
        because = "尚未处理" if hit.decided_at is None else f"经研究影响推荐（{hit.reason}）"
        advice = "请填写处理意见和理由，或作不予推荐"
        found.append(
            Problem(f"credit.{hit.department}", hit.note[:80], f"“{hit.department}”反馈有记录，{because}", advice)
        )
    found.extend(_broken_rules(session, desk, now))
    if desk.stage is not None:
        place = Place(desk.found.case.batch_id, desk.stage.key, desk.unit.id, case_id)
        steps = missing(session, desk.found.context, place) if desk.review.internal else []
        found.extend(
            Problem(f"internal.{step.key}", "", f"尚未登记内部程序{quoted(step.name)}", "请按顺序登记")
            for step in steps
        )
    return found


def _unchecked(checks: CheckList) -> Iterator[Problem]:
    for item in checks.items:
        path = f"checks.{item.key}"
        if item.result is None:
            yield Problem(path, "", f"审核要点{quoted(item.label)}尚未填写", "符合、不符合或不适用")
        elif item.is_stale:
            yield Problem(
                path, "", f"{quoted(item.label)}所涉内容在补正后有变动，请重新审核", "重新填写或沿用上次结论"
            )
        elif item.result is CheckResult.NO and not item.remark:
            yield Problem(path, "", f"{quoted(item.label)}为不符合，请填写说明")
        if item.key == NO_SECRETS and item.result is CheckResult.NO:
            yield Problem(path, "", "申报材料涉密，不能在本系统办理", "请按保密规定另行报送，并作不予推荐")


def _broken_rules(session: Session, desk: Desk, now: datetime) -> tuple[Problem, ...]:
    """Return the hard rules that the case breaks and nobody has lifted, as on the day it was submitted."""
    try:
        at = submitted_at(session, desk.found) or now
        require_rules(session, desk.found, desk.found.case.values, at=at)
    except Invalid as refusal:
        return refusal.problems
    return ()
