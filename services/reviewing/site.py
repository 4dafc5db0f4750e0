"""Site checks (现场核查): recorded with date, persons and findings, before the opinion that waits for one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.access import Actor
from domain.errors import Invalid, NotFound, Problem
from domain.instants import local_day
from models import ActKind, SiteCheck, StoredFile
from services.reviewing.desk import Desk, Moment, Noted, hold, look, note

LONGEST_PERSONS = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """What a unit records of a site check; `file_id` None where no report was uploaded."""

    held_on: date
    persons: str
    findings: str
    file_id: int | None = None


def record(session: Session, case_id: int, visit: Visit, *, actor: Actor, now: datetime) -> SiteCheck:
    """Record a site check of a case that waits with the actor's unit; several may be recorded.

    Raises NotFound, NotAllowed, Conflict; Invalid with every problem: no persons, no findings, a day to come or
    before the batch.
    """
    desk = hold(session, case_id, actor=actor)
    _require_complete(desk, visit, now)
    if visit.file_id is not None and session.get(StoredFile, visit.file_id) is None:
        raise NotFound("没有这个文件，请重新上传。")
    row = SiteCheck(
        case_id=case_id,
        batch_id=desk.found.case.batch_id,
        unit_id=desk.found.case.unit_id,
        by_unit_id=desk.unit.id,
        held_on=visit.held_on,
        persons=visit.persons.strip(),
        findings=visit.findings.strip(),
        file_id=visit.file_id,
        recorded_at=now,
        recorded_by=actor.name,
    )
    session.add(row)
    session.flush()
    detail = {"核查日期": visit.held_on.isoformat(), "核查人员": row.persons}
    noted = Noted(ActKind.SITE_CHECK, Moment(now, actor.name, now), row.findings, is_open=False, detail=detail)
    note(session, desk, noted, actor=actor)
    return row


def site_checks(session: Session, case_id: int, *, actor: Actor) -> Sequence[SiteCheck]:
    """Return the site checks of a case, the newest first. Raises NotFound, NotAllowed."""
    look(session, case_id, actor=actor)
    checks = select(SiteCheck).where(SiteCheck.case_id == case_id).options(joinedload(SiteCheck.file))
    return session.scalars(checks.order_by(SiteCheck.held_on.desc(), SiteCheck.id.desc())).all()


def has_site_check(session: Session, case_id: int) -> bool:
    """Tell whether a site check of the case was recorded, by this unit or one before it on the way."""
    return session.execute(select(SiteCheck.id).where(SiteCheck.case_id == case_id).limit(1)).first() is not None


def _require_complete(desk: Desk, visit: Visit, now: datetime) -> None:
    definition, batch = desk.found.definition, desk.found.context.batch
    today = local_day(now, definition.zone)
    begun = local_day(batch.published_at or now, definition.zone)
    first = min(begun, definition.document.issued_on or begun)
    shown = visit.held_on.isoformat()
    problems = []
    if visit.held_on > today:
        problems.append(Problem("held_on", shown, "核查日期不能晚于今天", f"{first} 至 {today}"))
    if visit.held_on < first:
        problems.append(Problem("held_on", shown, "核查日期不能早于本批次开始", f"{first} 至 {today}"))
    if not visit.persons.strip():
        problems.append(Problem("persons", "", "请填写核查人员"))
    elif len(visit.persons.strip()) > LONGEST_PERSONS:
        problems.append(Problem("persons", "", "核查人员过长", f"最多 {LONGEST_PERSONS} 字"))
    if not visit.findings.strip():
        problems.append(Problem("findings", "", "请填写核查情况"))
    if problems:
        raise Invalid(problems)
