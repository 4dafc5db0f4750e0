"""Calling a return off, and giving more time for a correction."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.errors import Conflict, Invalid, Problem
from domain.instants import describe
from models import ActKind, CaseFile, CaseReturn, CaseState, CaseVersion, Opinion, Outcome
from services.mail.notify import News, applicant_key, notify_applicant
from services.reviewing.desk import Desk, Moment, Noted, hold, note, settle
from services.reviewing.returning.proposing import proposal


def call_off(session: Session, case_id: int, reason: str, *, actor: Actor, now: datetime) -> CaseReturn:
    """Take back a return to the applicant that it has not begun to answer; the case waits to be checked again.

    Raises NotFound, NotAllowed; Conflict once the applicant has changed the case; Invalid without a reason.
    """
    desk, row = _open_return(session, case_id, actor)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写撤销退回的原因")])
    case = desk.found.case
    if _has_begun(session, desk, row):
        raise Conflict("申报单位已开始补正，不能撤销退回；请等待其重新提交，或延长补正期限。")
    row.ended_at = now
    session.execute(
        delete(Opinion).where(
            Opinion.case_id == case.id,
            Opinion.by_unit_id == desk.unit.id,
            Opinion.version_no == case.version_no,
            Opinion.outcome == Outcome.RETURNED,
        )
    )
    case.state, case.correct_by = CaseState.SUBMITTED, None
    noted = Noted(ActKind.CHECKED, Moment(now, actor.name, now), reason.strip(), detail={"撤销": "退回补正"})
    note(session, desk, noted, actor=actor)
    settle(session, desk, now)
    news = News(
        key=f"calloff.{row.id}",
        headline="退回补正已撤销，无需补正",
        by=desk.unit.name,
        text=reason.strip(),
        corrects=applicant_key(desk.found.context, case, f"return.{row.id}"),
    )
    notify_applicant(session, desk.found.context, case, news, at=now)
    return row


def extend_return(
    session: Session, case_id: int, due_at: datetime, reason: str, *, actor: Actor, now: datetime
) -> CaseReturn:
    """Give more time for a correction, also after its date is over, never beyond the unit's own.

    Raises NotFound, NotAllowed, Conflict; Invalid with every problem.
    """
    desk, row = _open_return(session, case_id, actor)
    _require_later(session, desk, row, due_at, reason, now)
    zone = desk.found.definition.zone
    was, shown = (describe(due, zone, is_deadline=True) for due in (row.due_at, due_at))
    row.due_at, desk.found.case.correct_by = due_at, due_at
    detail = {"原补正期限": was, "补正期限": shown}
    noted = Noted(ActKind.RETURNED, Moment(now, actor.name, now), reason.strip(), detail=detail)
    note(session, desk, noted, actor=actor)
    settle(session, desk, now)
    news = News(
        key=f"return.{row.id}.until.{due_at:%Y%m%dT%H%M}",
        headline=f"补正期限延至 {shown}",
        by=desk.unit.name,
        text=reason.strip(),
        return_id=row.id,
    )
    notify_applicant(session, desk.found.context, desk.found.case, news, at=now)
    return row


def _open_return(session: Session, case_id: int, actor: Actor) -> tuple[Desk, CaseReturn]:
    """Return a case that its applicant corrects, for the unit that returned it. Raises Conflict."""
    desk = hold(session, case_id, actor=actor, states=(CaseState.RETURNED,))
    row = session.scalars(
        select(CaseReturn)
        .where(
            CaseReturn.case_id == case_id,
            CaseReturn.from_unit_id == desk.unit.id,
            CaseReturn.to_unit_id.is_(None),
            CaseReturn.ended_at.is_(None),
        )
        .order_by(CaseReturn.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise Conflict("没有本单位的、尚未办结的退回补正。")
    return desk, row


def _has_begun(session: Session, desk: Desk, row: CaseReturn) -> bool:
    """Tell whether the applicant has typed anything, or changed its papers, since the case was returned."""
    case = desk.found.case
    submitted = session.scalar(
        select(CaseVersion.values).where(CaseVersion.case_id == case.id, CaseVersion.number == case.version_no)
    )
    since = row.returned_at
    papers = select(CaseFile.id).where(
        CaseFile.case_id == case.id, (CaseFile.added_at >= since) | (CaseFile.ended_at >= since)
    )
    return case.values != submitted or session.execute(papers.limit(1)).first() is not None


def _require_later(
    session: Session, desk: Desk, row: CaseReturn, due_at: datetime, reason: str, now: datetime
) -> None:
    zone, latest = desk.found.definition.zone, proposal(session, desk, now).latest
    shown = describe(due_at, zone, is_deadline=True)
    problems = []
    if not reason.strip():
        problems.append(Problem("reason", "", "请填写延长补正期限的原因"))
    first = max(row.due_at, now)
    if due_at <= first:
        after = describe(first, zone, is_deadline=True)
        problems.append(Problem("due_at", shown, "新的补正期限须晚于现在的", f"晚于 {after}"))
    if latest is not None and due_at > latest:
        advice = f"不晚于 {describe(latest, zone, is_deadline=True)}；确需更晚的，请先申请延期"
        problems.append(Problem("due_at", shown, "补正期限不能晚于本单位的办理、报送期限", advice))
    if problems:
        raise Invalid(problems)
