"""Returning a case for correction (退回补正), everything said at once, with a date of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.errors import Conflict, Invalid, Problem
from domain.instants import describe
from models import ActKind, BatchUnit, CaseReturn, CaseState, Opinion, Outcome, Unit
from models.scope import seeing_all
from services.mail.notify import News, notify_applicant, notify_unit_of_case
from services.recommending.places import release
from services.reviewing.deciding import note_checks
from services.reviewing.desk import Desk, Moment, Noted, OnPaper, hold, moment, note, require_time, settle
from services.reviewing.returning.proposing import Proposed, proposal
from services.reviewing.returning.spots import Spot, spots

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Return:
    """What a unit returns a case with.

    comments: sentence by leaf or slot. due_at: its own date; None for the proposed one.
    to_unit_id: a unit further down that must act; None for the applicant.
    """

    summary: str
    comments: Mapping[str, str] = field(default_factory=dict)
    due_at: datetime | None = None
    to_unit_id: int | None = None


def give_back(
    session: Session,
    case_id: int,
    wanted: Return,
    *,
    actor: Actor,
    now: datetime,
    on_paper: OnPaper | None = None,
) -> CaseReturn:
    """Return a case that waits with the actor's unit, to its applicant or to a unit further down.

    Raises NotFound, NotAllowed, TooEarly, TooLate, Conflict when the unit has returned it as often as it may; Invalid
    with every problem: nothing said, an unknown place, a date that is over or later than the unit's own.
    """
    desk = hold(session, case_id, actor=actor)
    require_time(session, desk, now, on_paper)
    when = moment(session, desk, on_paper, actor=actor, now=now)
    offer = proposal(session, desk, now)
    _require_left(desk, offer, wanted)
    to_unit = _lower_unit(session, desk, wanted.to_unit_id)
    places = {spot.path: spot for spot in spots(desk.found, now)}
    due_at = wanted.due_at or offer.due_at
    _require_complete(desk, wanted, places, due_at, offer, now)
    row = _add(session, desk, wanted, due_at, when)
    note_checks(session, desk, when, actor=actor)
    case = desk.found.case
    if to_unit is None:
        case.state, case.correct_by = CaseState.RETURNED, due_at
    else:
        release(session, case)
        case.at_unit, case.at_unit_id = to_unit, to_unit.id
    shown = describe(due_at, desk.found.definition.zone, is_deadline=True)
    detail = {"退回给": to_unit.name if to_unit is not None else "申报单位", "补正期限": shown}
    detail |= {places[path].label: text for path, text in row.comments.items()}
    noted = Noted(ActKind.RETURNED, when, row.summary, is_open=to_unit is None, detail=detail)
    note(session, desk, noted, actor=actor)
    settle(session, desk, now)
    _tell(session, desk, row, places, to_unit, now)
    return row


def _require_left(desk: Desk, offer: Proposed, wanted: Return) -> None:
    if wanted.to_unit_id is None and offer.left == 0:
        raise Conflict(
            f"本单位已将该申报件退回补正 {desk.review.max_returns} 次，已达规定的上限 {desk.review.max_returns} 次；"
            "可以出具通过或不予推荐的意见。",
            code="max_returns",
        )


def _lower_unit(session: Session, desk: Desk, unit_id: int | None) -> Unit | None:
    """Return the unit that a case goes back to. Raises Invalid for one that it did not come through."""
    if unit_id is None:
        return None
    case = desk.found.case
    with seeing_all(session):
        unit = session.scalars(
            select(Unit)
            .join(BatchUnit, (BatchUnit.unit_id == Unit.id) & (BatchUnit.batch_id == case.batch_id))
            .where(Unit.id == unit_id)
        ).one_or_none()
    came_through = unit is not None and case.unit.path.startswith(unit.path)
    is_below = unit is not None and unit.path != desk.unit.path and unit.path.startswith(desk.unit.path)
    if not (came_through and is_below):
        allowed = "" if case.unit_id == desk.unit.id else f"可以退回“{case.unit.name}”或申报单位"
        raise Invalid([Problem("to_unit_id", "", "只能退回申报件经过的下级单位或申报单位", allowed)])
    return unit


def _require_complete(
    desk: Desk, wanted: Return, places: Mapping[str, Spot], due_at: datetime, offer: Proposed, now: datetime
) -> None:
    zone = desk.found.definition.zone
    comments = {path: text.strip() for path, text in wanted.comments.items() if text.strip()}
    problems = [
        Problem(f"comments.{path}", "", "申报书中没有这一处", "请刷新页面") for path in comments if path not in places
    ]
    problems += [
        Problem(f"comments.{path}", "", "补正意见过长", f"最多 {LONGEST} 字")
        for path, text in comments.items()
        if len(text) > LONGEST
    ]
    if not wanted.summary.strip() and not comments:
        problems.append(Problem("summary", "", "请一次性写明需要补正的全部内容"))
    shown = describe(due_at, zone, is_deadline=True)
    if due_at <= now:
        problems.append(Problem("due_at", shown, "补正期限已经过去", f"晚于 {describe(now, zone)}"))
    if offer.latest is not None and due_at > offer.latest:
        latest = describe(offer.latest, zone, is_deadline=True)
        advice = f"不晚于 {latest}；确需更晚的，请先申请延期"
        problems.append(Problem("due_at", shown, "补正期限不能晚于本单位的办理、报送期限", advice))
    if problems:
        raise Invalid(problems)


def _add(session: Session, desk: Desk, wanted: Return, due_at: datetime, when: Moment) -> CaseReturn:
    case = desk.found.case
    numbers = select(func.coalesce(func.max(CaseReturn.number), 0)).where(CaseReturn.case_id == case.id)
    common = {"case_id": case.id, "batch_id": case.batch_id, "unit_id": case.unit_id, "version_no": case.version_no}
    row = CaseReturn(
        **common,
        organisation_id=case.organisation_id,
        from_unit_id=desk.unit.id,
        to_unit_id=wanted.to_unit_id,
        number=(session.scalar(numbers) or 0) + 1,
        summary=wanted.summary.strip(),
        comments={path: text.strip() for path, text in wanted.comments.items() if text.strip()},
        returned_at=when.at,
        returned_by=when.by,
        due_at=due_at,
    )
    session.add(row)
    session.add(
        Opinion(
            **common,
            by_unit_id=desk.unit.id,
            outcome=Outcome.RETURNED,
            text=wanted.summary.strip(),
            given_at=when.at,
            given_by=when.by,
        )
    )
    session.flush()
    return row


def _tell(
    session: Session, desk: Desk, row: CaseReturn, places: Mapping[str, Spot], to_unit: Unit | None, now: datetime
) -> None:
    news = News(
        key=f"return.{row.id}",
        headline="退回补正",
        by=desk.unit.name,
        text=row.summary,
        lines=[(places[path].label, text) for path, text in row.comments.items()],
        return_id=row.id,
    )
    context, case = desk.found.context, desk.found.case
    if to_unit is None:
        notify_applicant(session, context, case, news, at=now)
    else:
        notify_unit_of_case(session, context, case, to_unit.id, news, at=now)
