"""The parcel (寄送登记): what a unit sent on paper, when and how, and when the office had it in hand (收件登记)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Arrival, Paper
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.instants import due_day, local_day
from models import Dispatch, Unit
from services import audit
from services.batches.context import BatchContext
from services.duties.windows import unit_window
from services.recommending.routes import recommend_stage

LONGEST = 80
SENT = "寄送登记"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the unit says of its parcel. copies: None where nothing goes on paper; sent_on None: not sent yet."""

    copies: int | None = None
    has_electronic: bool = False
    letter_number: str = ""
    sent_on: date | None = None
    courier: str = ""
    tracking: str = ""
    note: str = ""


def save(
    session: Session, context: BatchContext, unit_id: int, parcel: Parcel, *, actor: Actor, now: datetime
) -> Dispatch:
    """Keep what a unit sent; it may be corrected until the office has it in hand.

    Raises NotFound, NotAllowed, Conflict once received, Invalid with every problem.
    """
    unit = _own_unit(session, context, unit_id, actor)
    _, recommend = recommend_stage(context)
    row = parcel_of(session, context, unit_id, lock=True)
    if row is not None and row.received_on is not None:
        raise Conflict(f"主办处室已于 {row.received_on} 收件，寄送登记不能再改；如有误请联系主办处室。")
    problems = _problems(recommend.paper, parcel, local_day(now, context.definition.zone))
    if problems:
        raise Invalid(problems)
    if row is None:
        row = Dispatch(batch_id=context.batch.id, unit_id=unit_id, received_on=None)
        session.add(row)
    row.copies, row.has_electronic, row.sent_on = parcel.copies, parcel.has_electronic, parcel.sent_on
    row.letter_number, row.courier = parcel.letter_number.strip(), parcel.courier.strip()
    row.tracking, row.note = parcel.tracking.strip(), parcel.note.strip()
    row.saved_at, row.saved_by = now, actor.name
    session.flush()
    after = {"copies": row.copies, "sent_on": str(row.sent_on or ""), "courier": row.courier, "no": row.tracking}
    audit.record(session, _act(context, unit, SENT, after, actor=actor, now=now))
    return row


def _own_unit(session: Session, context: BatchContext, unit_id: int, actor: Actor) -> Unit:
    require(actor, Action.DISPATCH, context.of_unit(session, unit_id))
    unit = session.get_one(Unit, unit_id)
    if actor.branch is not None and actor.branch != unit.path:
        raise NotAllowed(f"寄送登记由“{unit.name}”填写。", action=Action.DISPATCH.value)
    return unit


def parcel_of(session: Session, context: BatchContext, unit_id: int, *, lock: bool = False) -> Dispatch | None:
    """Return a unit's parcel; None while nothing is noted."""
    statement = select(Dispatch).where(Dispatch.batch_id == context.batch.id, Dispatch.unit_id == unit_id)
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(statement).one_or_none()


def _problems(paper: Paper | None, parcel: Parcel, today: date) -> list[Problem]:
    problems: list[Problem] = []
    if paper is not None and paper.copies and (parcel.copies or 0) < paper.copies:
        clause = f"（{paper.rule}）" if paper.rule else ""
        per = "每件" if paper.per_case else ""
        sentence = f"通知要求{per}一式 {paper.copies} 份{clause}"
        problems.append(Problem("copies", str(parcel.copies or ""), sentence, f"不少于 {paper.copies} 份"))
    if paper is not None and paper.electronic and not parcel.has_electronic:
        problems.append(Problem("has_electronic", "", "通知要求同时报送电子版，请确认已附电子版"))
    if parcel.copies is not None and parcel.copies < 0:
        problems.append(Problem("copies", str(parcel.copies), "份数不能为负"))
    if parcel.sent_on is not None and parcel.sent_on > today:
        problems.append(Problem("sent_on", str(parcel.sent_on), "寄送日期不能晚于今天", f"不晚于 {today}"))
    for path in ("letter_number", "courier", "tracking"):
        text: str = getattr(parcel, path)
        if len(text.strip()) > LONGEST:
            problems.append(Problem(path, "", f"最多 {LONGEST} 字，现为 {len(text.strip())} 字"))
    return problems


def receive(
    session: Session, context: BatchContext, unit_id: int, received_on: date, *, actor: Actor, now: datetime
) -> Dispatch:
    """Note when the office had a unit's parcel in hand; one that came after the date is marked (S001-52).

    Raises NotFound, NotAllowed; Conflict when it is noted already; Invalid for a day to come or before it was sent.
    """
    require(actor, Action.RECEIVE, context.of_unit(session, unit_id))
    unit = session.get_one(Unit, unit_id)
    row = parcel_of(session, context, unit_id, lock=True)
    if row is None:
        # A unit that forgot to note its parcel has sent it all the same.
        row = Dispatch(
            batch_id=context.batch.id, unit_id=unit_id, copies=None, sent_on=None, saved_at=now, saved_by=actor.name
        )
        session.add(row)
    elif row.received_on is not None:
        raise Conflict(f"该单位的材料已于 {row.received_on} 由 {row.received_by} 收件登记。")
    today, shown = local_day(now, context.definition.zone), str(received_on)
    if received_on > today:
        raise Invalid([Problem("received_on", shown, "收件日期不能晚于今天", f"不晚于 {today}")])
    if row.sent_on is not None and received_on < row.sent_on:
        raise Invalid([Problem("received_on", shown, "收件日期不能早于寄送日期", f"不早于 {row.sent_on}")])
    row.received_on, row.received_by = received_on, actor.name
    row.is_late = _is_late(session, context, row)
    session.flush()
    after = {"received_on": shown, "late": row.is_late}
    audit.record(session, _act(context, unit, "收件登记", after, actor=actor, now=now))
    return row


def _is_late(session: Session, context: BatchContext, row: Dispatch) -> bool:
    """Tell whether a parcel came after the unit's date.

    Where the notice counts the day of sending, that day decides. While nobody has decided which counts, a parcel is
    late only if it was late in either way: a mark that may be wrong harms the unit.
    """
    stage, recommend = recommend_stage(context)
    due_at = unit_window(session, context, stage, row.unit_id).due_at
    if due_at is None or row.received_on is None:
        return False
    last = due_day(due_at, context.definition.zone)
    arrival = recommend.paper.arrival if recommend.paper is not None else Arrival.UNKNOWN
    counts = row.received_on if arrival is Arrival.ARRIVED or row.sent_on is None else row.sent_on
    return counts > last


def undo_receipt(session: Session, context: BatchContext, unit_id: int, *, actor: Actor, now: datetime) -> None:
    """Strike a receipt that was noted by mistake. Raises NotFound, NotAllowed."""
    require(actor, Action.RECEIVE, context.of_unit(session, unit_id))
    row = parcel_of(session, context, unit_id, lock=True)
    if row is None or row.received_on is None:
        raise NotFound("该单位没有收件登记。")
    before = {"received_on": str(row.received_on)}
    row.received_on, row.received_by, row.is_late = None, "", False
    unit = session.get_one(Unit, unit_id)
    audit.record(session, _act(context, unit, "撤销收件登记", before, actor=actor, now=now))


def _act(
    context: BatchContext, unit: Unit, words: str, after: Mapping[str, object], *, actor: Actor, now: datetime
) -> audit.Act:
    """Return what is logged of a parcel."""
    return audit.Act(
        actor=actor,
        now=now,
        action=Action.DISPATCH if words == SENT else Action.RECEIVE,
        what=f"{unit.name}：{words}",
        batch_id=context.batch.id,
        unit_id=unit.id,
        after=after,
    )
