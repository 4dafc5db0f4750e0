"""A case on the desk of the unit that checks it, with what the review stage asks of that unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.definition import Review, Stage, StageKind
from domain.errors import Conflict, Invalid, NotAllowed, Problem, TooLate
from domain.instants import local_day, local_instant
from models import ActKind, BatchUnit, CaseState, CaseVersion, Unit
from models.scope import OUTSIDE
from services.cases.access import CaseInHand, get_case, require_holder
from services.cases.acts import Done, record
from services.duties.loads import chain_of, settle_units
from services.duties.windows import require_unit_window

STATES: Mapping[CaseState, str] = {
    CaseState.DRAFT: "尚未提交",
    CaseState.SUBMITTED: "等待初审",
    CaseState.RETURNED: "已退回补正，申报单位尚未重新提交",
    CaseState.PASSED: "已初审通过",
    CaseState.FORWARDED: "已经报送",
    CaseState.REFUSED: "已作不予推荐",
    CaseState.WITHDRAWN: "已由申报单位撤回",
}


@dataclass(frozen=True, slots=True)
class OnPaper:
    """An act that took place on paper and is entered later (补录): on which day, and who did it."""

    on: date
    person: str


@dataclass(frozen=True, slots=True)
class Moment:
    """When an act took place and by whom, apart from when and by whom it was entered."""

    at: datetime
    by: str
    recorded_at: datetime
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desk:
    """A case with the unit that it is with, that unit's class, and the review stage (None: the batch has none)."""

    found: CaseInHand
    unit: Unit
    class_key: str
    stage: Stage | None

    @property
    def review(self) -> Review:
        """Return what the stage asks of this unit; nothing when units of its class do not check."""
        review = self.stage.review if self.stage is not None else None
        if review is None or (review.classes and self.class_key not in review.classes):
            return Review()
        return review


def desk_of(session: Session, found: CaseInHand, unit: Unit) -> Desk:
    """Return a case as it lies before a unit."""
    class_key = session.scalar(
        select(BatchUnit.class_key).where(BatchUnit.batch_id == found.case.batch_id, BatchUnit.unit_id == unit.id)
    )
    return Desk(found, unit, class_key or "", found.definition.stage_of(StageKind.REVIEW))


def hold(
    session: Session, case_id: int, *, actor: Actor, states: tuple[CaseState, ...] = (CaseState.SUBMITTED,)
) -> Desk:
    """Return a case that the actor's unit holds, locked, in one of these states.

    Raises NotFound, NotAllowed; Conflict when it is in another state, which somebody may have changed meanwhile.
    """
    found = get_case(session, case_id, actor=actor, action=Action.REVIEW, lock=True)
    unit = require_holder(found, actor=actor, action=Action.REVIEW)
    if found.case.state not in states:
        wanted = "、".join(STATES[state] for state in states)
        raise Conflict(
            f"申报件“{found.case.title}”{STATES[found.case.state]}；此项办理只适用于：{wanted}。请刷新页面。"
        )
    return desk_of(session, found, unit)


def look(session: Session, case_id: int, *, actor: Actor) -> Desk:
    """Return a case as it lies before the unit it is with; for a unit that sent it up, as it lay before that one.

    Raises NotFound, NotAllowed for an applicant: what units find out is not shown to it.
    """
    found = get_case(session, case_id, actor=actor, action=Action.VIEW_CASE)
    require_office(actor)
    unit = found.case.at_unit
    if actor.branch is not None and not unit.path.startswith(actor.branch):
        unit = session.scalars(select(Unit).where(Unit.path == actor.branch)).one_or_none() or unit
    return desk_of(session, found, unit)


def require_time(session: Session, desk: Desk, now: datetime, on_paper: OnPaper | None = None) -> bool:
    """Refuse an act outside the unit's window of the review stage; return whether it is late, by leave.

    The moment of entering decides: a paper act of an earlier day does not move the deadline.
    Raises TooEarly, TooLate.
    """
    if desk.stage is None:
        return False
    try:
        return require_unit_window(session, desk.found.context, desk.stage, desk.unit.id, now)
    except TooLate as refusal:
        if on_paper is None:
            raise
        stays = f"纸面办理日期为 {on_paper.on.isoformat()}，但补录时间已过期限，截止时间不因补录而改变。"
        raise TooLate(stays + refusal.sentence) from None


def moment(session: Session, desk: Desk, on_paper: OnPaper | None, *, actor: Actor, now: datetime) -> Moment:
    """Return when and by whom an act was done. Raises Invalid for a paper act without person or of a wrong day."""
    if on_paper is None:
        return Moment(now, actor.name, now)
    zone = desk.found.definition.zone
    today = local_day(now, zone)
    submitted = submitted_on(session, desk.found)
    problems = []
    if not on_paper.person.strip():
        problems.append(Problem("on_paper.person", "", "请填写实际办理人"))
    if on_paper.on > today:
        problems.append(
            Problem("on_paper.on", on_paper.on.isoformat(), "实际办理日期不能晚于今天", f"不晚于 {today}")
        )
    if submitted is not None and on_paper.on < submitted:
        problems.append(
            Problem("on_paper.on", on_paper.on.isoformat(), "实际办理日期不能早于申报件提交", f"不早于 {submitted}")
        )
    if problems:
        raise Invalid(problems)
    at = min(local_instant(on_paper.on, "00:00", zone), now)
    detail = {"补录": f"实际办理日期 {on_paper.on.isoformat()}，实际办理人 {on_paper.person.strip()}"}
    return Moment(at, on_paper.person.strip(), now, detail)


def submitted_on(session: Session, found: CaseInHand) -> date | None:
    """Return the local day on which the case's version in force came in; None for one that has no version row."""
    at = submitted_at(session, found)
    return local_day(at, found.definition.zone) if at is not None else None


def submitted_at(session: Session, found: CaseInHand) -> datetime | None:
    """Return when the version in force was submitted; None while there is none."""
    return session.scalar(
        select(CaseVersion.submitted_at).where(
            CaseVersion.case_id == found.case.id, CaseVersion.number == found.case.version_no
        )
    )


@dataclass(frozen=True, slots=True)
class Noted:
    """A line for the history. text: its sentence. is_open: the applicant may see it. detail: plain values."""

    kind: ActKind
    when: Moment
    text: str = ""
    is_open: bool = True
    detail: Mapping[str, object] = field(default_factory=dict)


def note(session: Session, desk: Desk, noted: Noted, *, actor: Actor) -> None:
    """Write an act of the unit into the history of the case and the audit log."""
    when = noted.when
    done = Done(
        noted.kind,
        Action.REVIEW,
        when.at,
        when.recorded_at,
        by=when.by,
        by_unit=desk.unit.name,
        note=noted.text,
        is_open=noted.is_open,
        detail={**noted.detail, **when.detail},
    )
    record(session, desk.found.case, done, actor=actor)


def settle(session: Session, desk: Desk, now: datetime) -> None:
    """Bring the duties of the case's channel, and of all above it, in line with where the case is now."""
    settle_units(session, desk.found.context, chain_of(session, desk.found.case.unit_id), at=now)


def require_office(actor: Actor) -> None:
    """Refuse an applicant: what units find out is not shown to it. Raises NotAllowed."""
    if actor.role in OUTSIDE:
        raise NotAllowed("初审记录只供审核单位查阅；退回补正的意见请见告知书。", action=Action.VIEW_CASE.value)
