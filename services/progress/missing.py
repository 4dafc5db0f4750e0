"""The missing list (未报送名单) of a stage: who still owes, how to reach them, and a text for a group chat."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from domain.definition import OwedBy, Stage, StageKind
from domain.facts import UnitLoad
from domain.instants import describe
from models import CallNote, Duty, Mail, MailState, PhoneDuty, Title, Unit
from services.batches.context import BatchContext
from services.duties.loads import loads
from services.mail.addressing import Person, directory
from services.progress.paging import Page, page_of
from services.progress.states import is_owed_now

UNDONE: Mapping[StageKind, tuple[str, str]] = {
    StageKind.REVIEW: ("未审结", "审结手头的申报件"),
    StageKind.RECOMMEND: ("未报送", "报送推荐结果"),
}
"""Stages about cases: what a unit that owes there has not done, and what it is asked to do."""
NAMED_UNITS = 300
"""Units named in the text; a longer list fits no chat."""


@dataclass(frozen=True, slots=True)
class Owing:
    """A unit that owes. due_at: its earliest deadline, None without one. overdue, open: numbers of duties."""

    unit_id: int
    name: str
    phone: str
    due_at: datetime | None
    overdue: int
    open: int


@dataclass(frozen=True, slots=True)
class MissingUnit:
    """A unit on the list.

    people: whom mail or a call would reach. holders: of the titles that it still owes an answer for, empty when the
    duty is about the unit itself. mailed_at, called_at: the last mail that left, the last 催办; None for never.
    waits_for_call: a reminder found no address and waits for a call (待人工催办). cases: how many it has still to
    check, or to forward with those below it; None in a stage that is not about cases.
    """

    owing: Owing
    people: Sequence[Person]
    holders: Sequence[str]
    mailed_at: datetime | None
    called_at: datetime | None
    waits_for_call: bool
    cases: int | None


@dataclass(frozen=True, slots=True)
class Missing:
    """The list. overdue: how many units are on it for something overdue; the others still have time."""

    stage: Stage
    rows: Sequence[MissingUnit]
    overdue: int
    text: str
    page: Page


def missing(session: Session, context: BatchContext, stage_key: str, now: datetime, page: int = 1) -> Missing:
    """Return a page of the units that owe something in a stage now, the longest overdue first, in eight queries.

    A stage about cases takes four more. Raises KeyError for a stage that the batch does not have.
    """
    stage = context.definition.stage(stage_key)
    owing = _owing(session, context, stage_key, now)
    shown = page_of(len(owing), page)
    rows = _rows(session, context, stage_key, owing[shown.offset : shown.offset + shown.size])
    overdue = sum(unit.overdue > 0 for unit in owing)
    return Missing(stage, rows, overdue, _text(context, stage, owing, now), shown)


def _owing(session: Session, context: BatchContext, stage_key: str, now: datetime) -> list[Owing]:
    first_due = func.min(Duty.due_at)
    rows = session.execute(
        select(
            Unit.id,
            Unit.name,
            Unit.phone,
            Unit.mobile,
            first_due,
            func.count(),
            func.count(case((Duty.due_at <= now, 1))),
        )
        .join(Duty, Duty.unit_id == Unit.id)
        .where(Duty.batch_id == context.batch.id, Duty.stage_key == stage_key, is_owed_now(now))
        .group_by(Unit.id, Unit.name, Unit.phone, Unit.mobile, Unit.code)
        .order_by(first_due.is_(None), first_due, Unit.code)
    )
    return [
        Owing(unit_id, name, phone or mobile or "", due_at, overdue, duties - overdue)
        for unit_id, name, phone, mobile, due_at, duties, overdue in rows
    ]


def _rows(session: Session, context: BatchContext, stage_key: str, owing: Sequence[Owing]) -> list[MissingUnit]:
    unit_ids = [unit.unit_id for unit in owing]
    found = directory(session, unit_ids)
    people = {unit_id: found.people(unit_id, context.batch.id) for unit_id in unit_ids}
    holders = _holders(session, context, stage_key, unit_ids)
    mailed = _mailed(session, context, people)
    called, waiting = _calls(session, context, stage_key, unit_ids)
    cases = _cases(session, context, stage_key, unit_ids)
    return [
        MissingUnit(
            unit,
            people[unit.unit_id],
            holders[unit.unit_id],
            mailed.get(unit.unit_id),
            called.get(unit.unit_id),
            unit.unit_id in waiting,
            cases.get(unit.unit_id),
        )
        for unit in owing
    ]


def _cases(session: Session, context: BatchContext, stage_key: str, unit_ids: Collection[int]) -> dict[int, int]:
    """Return how many cases keep each unit from having done its part in a stage that is about cases."""
    kind = context.definition.stage(stage_key).kind
    if kind not in UNDONE:
        return {}
    found = loads(session, context.batch.id, unit_ids)
    counts = {unit_id: found.get(unit_id, UnitLoad(unit_id)) for unit_id in unit_ids}
    is_review = kind is StageKind.REVIEW
    return {unit_id: load.to_check if is_review else load.in_hand for unit_id, load in counts.items()}


def _holders(
    session: Session, context: BatchContext, stage_key: str, unit_ids: Collection[int]
) -> defaultdict[int, list[str]]:
    rows = session.execute(
        select(Duty.unit_id, Title.holder)
        .join(Title, Title.id == Duty.title_id)
        .where(
            Duty.batch_id == context.batch.id,
            Duty.stage_key == stage_key,
            Duty.settled_as.is_(None),
            Duty.unit_id.in_(unit_ids),
        )
        .order_by(Duty.due_at, Title.holder)
    )
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for unit_id, holder in rows:
        holders[unit_id].append(holder)
    return holders


def _mailed(session: Session, context: BatchContext, people: dict[int, list[Person]]) -> dict[int, datetime]:
    """Return when the last mail about the batch left for each unit.

    A reminder bears one unit although its reader may answer for several, so the readers' addresses count, too.
    """
    sent = (Mail.batch_id == context.batch.id, Mail.state == MailState.SENT)
    readers = {person.address for group in people.values() for person in group if person.address}
    by_unit = dict(
        session.execute(
            select(Mail.unit_id, func.max(Mail.sent_at)).where(*sent, Mail.unit_id.in_(people)).group_by(Mail.unit_id)
        ).all()
    )
    by_reader = dict(
        session.execute(
            select(Mail.address, func.max(Mail.sent_at))
            .where(*sent, Mail.address.in_(readers))
            .group_by(Mail.address)
        ).all()
    )
    found = {}
    for unit_id, group in people.items():
        instants = [by_unit.get(unit_id), *(by_reader.get(person.address) for person in group if person.address)]
        last = max((instant for instant in instants if instant is not None), default=None)
        if last is not None:
            found[unit_id] = last
    return found


def _calls(
    session: Session, context: BatchContext, stage_key: str, unit_ids: Collection[int]
) -> tuple[dict[int, datetime], set[int]]:
    """Return when each unit was last called about the stage, and which units wait for a call."""
    notes = select(CallNote.unit_id, func.max(CallNote.called_at)).where(
        CallNote.batch_id == context.batch.id, CallNote.stage_key == stage_key, CallNote.unit_id.in_(unit_ids)
    )
    waiting = select(PhoneDuty.unit_id).where(
        PhoneDuty.batch_id == context.batch.id,
        PhoneDuty.stage_key == stage_key,
        PhoneDuty.unit_id.in_(unit_ids),
        PhoneDuty.done_at.is_(None),
    )
    return dict(session.execute(notes.group_by(CallNote.unit_id)).all()), set(session.scalars(waiting.distinct()))


def _text(context: BatchContext, stage: Stage, owing: Sequence[Owing], now: datetime) -> str:
    """Return the list for a WeChat or QQ group, without anybody's number but the office's own."""
    if not owing:
        return ""
    definition, due_at = context.definition, context.stages[stage.key].due_at
    zone, office = definition.zone, definition.office
    due = f"截止时间：{describe(due_at, zone, is_deadline=True)}" if due_at else "截止时间未定"
    undone, wanted = UNDONE.get(stage.kind, ("未报送", "报送"))
    head = [
        f"【{definition.programme.name}】“{stage.title}”{undone}名单",
        f"{due}；截至 {describe(now, zone)}，还有 {len(owing)} 个单位{undone}：",
    ]
    lines = [f"{number}. {_line(context, stage, unit)}" for number, unit in enumerate(owing[:NAMED_UNITS], start=1)]
    if len(owing) > NAMED_UNITS:
        lines.append(f"……等 {len(owing)} 个单位")
    whom = "、".join(f"{person.name} {person.phone}" for person in office.contacts) or office.name
    return "\n".join([*head, *lines, f"请以上单位尽快登录系统{wanted}。联系人：{whom}"])


def _line(context: BatchContext, stage: Stage, unit: Owing) -> str:
    notes = []
    if stage.collect is not None and stage.collect.owed_by is OwedBy.TITLES:
        notes.append(f"{unit.overdue + unit.open} 项")
    if unit.due_at is not None and unit.due_at != context.stages[stage.key].due_at:
        notes.append(f"延期至 {describe(unit.due_at, context.definition.zone, is_deadline=True)}")
    return unit.name + (f"（{'，'.join(notes)}）" if notes else "")
