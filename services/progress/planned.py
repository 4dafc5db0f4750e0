"""What will be sent next (计划发送): the plan's moments, each with the units that owe something right now.

Who settles before a moment comes gets no mail then; so this is what would leave if nobody did anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Audience
from domain.plan import Moment, MomentKind
from models import Duty, Unit
from services.batches.context import BatchContext
from services.duties.rows import recompute
from services.mail.addressing import Directory, Person, directory

NAMED_UNITS = 50
"""Units named at each moment; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A unit that would be written to, and whom that reaches; a person without an address has to be called."""

    unit_id: int
    name: str
    people: Sequence[Person]


@dataclass(frozen=True, slots=True)
class PlannedMoment:
    """A moment of the plan.

    to: who gets the mail; None when none is written. units: how many owe something under this moment's deadline.
    recipients: the first of them by code, when they are the ones who get the mail.
    """

    moment: Moment
    stage: str
    to: Audience | None
    units: int
    recipients: Sequence[Recipient] = ()

    @property
    def due_at(self) -> datetime | None:
        """Return the deadline that the moment belongs to."""
        return self.moment.deadline.due_at if self.moment.deadline else None


@dataclass(frozen=True, slots=True)
class _Owed:
    """An unsettled duty, or several of one unit under one deadline."""

    unit_id: int
    due_at: datetime | None


def planned(
    session: Session, context: BatchContext, now: datetime, until: datetime, *, is_named: bool = True
) -> list[PlannedMoment]:
    """Return the moments with now < at <= until, in order, in three queries; those of a draft as if it ran.

    is_named: whether recipients are looked up; otherwise units are counted only.
    """
    coming = [moment for moment in context.plan(until=until) if moment.effective_at > now]
    owed = _owed(session, context, {moment.stage for moment in coming})
    units = {moment.key: _units(owed[moment.stage], moment) for moment in coming}
    named = {unit_id for found in units.values() for unit_id in found[:NAMED_UNITS]} if is_named else set()
    people = directory(session, named)
    return [_planned(context, moment, units[moment.key], people) for moment in coming]


def _owed(session: Session, context: BatchContext, stages: Iterable[str]) -> defaultdict[str, list[_Owed]]:
    """Return what is unsettled in these stages, in the order of the units' codes."""
    found: defaultdict[str, list[_Owed]] = defaultdict(list)
    if context.batch.published_at is None:
        for key, window in recompute(session, context).items():
            found[key.stage].append(_Owed(key.unit_id, window.due_at))
        return found
    rows = session.execute(
        select(Duty.stage_key, Duty.unit_id, Duty.due_at, Unit.code)
        .join(Unit, Unit.id == Duty.unit_id)
        .where(Duty.batch_id == context.batch.id, Duty.stage_key.in_(sorted(stages)), Duty.settled_as.is_(None))
        .distinct()
        .order_by(Unit.code)
    )
    for stage_key, unit_id, due_at, _ in rows:
        found[stage_key].append(_Owed(unit_id, due_at))
    return found


def _units(owed: Sequence[_Owed], moment: Moment) -> list[int]:
    """Return the units that a moment concerns: with a deadline, those that owe something under it."""
    is_any = moment.deadline is None or moment.kind is MomentKind.OPEN
    due_at = moment.deadline.due_at if moment.deadline else None
    return list(dict.fromkeys(duty.unit_id for duty in owed if is_any or duty.due_at == due_at))


def _planned(context: BatchContext, moment: Moment, units: list[int], people: Directory) -> PlannedMoment:
    to = _audience(context, moment)
    shown = [unit_id for unit_id in units[:NAMED_UNITS] if unit_id in people.units] if to is Audience.OWING else []
    recipients = [
        Recipient(unit_id, people.units[unit_id].name, people.people(unit_id, context.batch.id)) for unit_id in shown
    ]
    has_mail = bool(units) or moment.kind is MomentKind.CLOSE
    return PlannedMoment(
        moment, context.definition.stage(moment.stage).title, to if has_mail else None, len(units), recipients
    )


def _audience(context: BatchContext, moment: Moment) -> Audience | None:
    stage = context.definition.stage(moment.stage)
    if moment.kind is MomentKind.CLOSE:
        return Audience.COORDINATOR if stage.collect is not None else None
    if moment.kind is MomentKind.OPEN:
        return Audience.OWING
    ladder = context.definition.ladder_of(stage)
    return next((step.to for step in ladder.steps if step.key == moment.step), None) if ladder else None
