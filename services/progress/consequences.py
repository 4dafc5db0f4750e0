"""What an act would set off, told before it is done: who would be written to, and who would have to be called."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.plan import MomentKind
from models import Duty
from services.batches.context import BatchContext
from services.duties.rows import recompute
from services.mail.addressing import directory


@dataclass(frozen=True, slots=True)
class Told:
    """Who would be told of more time.

    due_at: the deadline that holds for them now, of several the earliest; None without one. units: who still owe
    something. mails, calls: how many people have an address, and how many do not (待人工催办).
    """

    due_at: datetime | None
    units: int
    mails: int
    calls: int


@dataclass(frozen=True, slots=True)
class Starting:
    """A stage that begins as soon as the batch is published. is_over: its deadline has passed, so nobody is told."""

    title: str
    units: int
    is_over: bool


def told_of_extension(
    session: Session, context: BatchContext, stage_key: str, unit_id: int | None = None, title_id: int | None = None
) -> Told:
    """Return who would be told of more time in a stage: for all, for one unit, or for one title of it."""
    mine = [Duty.batch_id == context.batch.id, Duty.stage_key == stage_key]
    mine += [Duty.unit_id == unit_id] if unit_id is not None else []
    mine += [Duty.title_id == title_id] if title_id is not None else []
    due_at = context.stages[stage_key].due_at
    if unit_id is not None:
        due_at = session.scalar(select(func.min(Duty.due_at)).where(*mine)) or due_at
    units = session.scalars(select(Duty.unit_id).where(*mine, Duty.settled_as.is_(None)).distinct()).all()
    if context.stages[stage_key].opened_at is None:
        return Told(due_at, len(units), 0, 0)
    found = directory(session, units)
    people = [person for unit in units for person in found.people(unit, context.batch.id)]
    mails = sum(person.address is not None for person in people)
    return Told(due_at, len(units), mails, len(people) - mails)


def still_owing(session: Session, context: BatchContext, stage_key: str) -> int:
    """Return how many units owe something in a stage, whenever it is due."""
    owing = select(Duty.unit_id).where(
        Duty.batch_id == context.batch.id, Duty.stage_key == stage_key, Duty.settled_as.is_(None)
    )
    return len(session.scalars(owing.distinct()).all())


def followers(context: BatchContext, stage_key: str) -> list[str]:
    """Return the titles of the stages that wait for a stage to end."""
    return [stage.title for stage in context.definition.stages if stage_key in stage.opens.after]


def starting(session: Session, context: BatchContext, now: datetime) -> list[Starting]:
    """Return the stages of a draft that would begin at once if it were published now."""
    due = {moment.stage for moment in context.plan(until=now) if moment.kind is MomentKind.OPEN}
    units: dict[str, set[int]] = {key: set() for key in due}
    for key in recompute(session, context):
        if key.stage in due:
            units[key.stage].add(key.unit_id)
    milestones = context.milestones()
    found = []
    for stage in context.definition.stages:
        if stage.key in due:
            due_at = milestones[stage.key].due_at
            found.append(Starting(stage.title, len(units[stage.key]), due_at is not None and due_at <= now))
    return found
