"""Everything about one unit in one batch, on one page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from domain.definition import Stage
from domain.duties import DutyState, Window, state_of
from domain.errors import NotFound
from models import BatchUnit, CallNote, Contact, Duty, Exemption, Extension, LatePermit, PhoneDuty, Unit
from services.batches.context import BatchContext
from services.mail.addressing import Person, directory
from services.progress.dispatch import Dispatch, dispatch, reason_of
from services.progress.mails import Mails, WantedMails, mails

Row = TypeVar("Row", CallNote, LatePermit)

MOST_DUTIES = 500
NEWEST = 50
"""How many contacts, mails and calls are shown; the lists of the batch hold them all."""


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One duty.

    about: the title's holder, empty for a duty of the unit itself. answers: what was filed, by label; empty before.
    reason: why it is excused, empty when it is not. has_permit: leave to answer late covers it now.
    """

    duty: Duty
    stage: Stage
    state: DutyState
    about: str
    answers: Mapping[str, str]
    reason: str
    has_permit: bool


@dataclass(frozen=True, slots=True)
class UnitPage:
    """A unit in a batch.

    duties: at most MOST_DUTIES of duties_total. people: whom a mail would reach now. contacts: of this batch and
    general ones, the newest first. extensions: of this unit and those for all. waiting: reminders that wait for a
    call (待人工催办).
    """

    unit: Unit
    unit_class: str
    duties: Sequence[DutyLine]
    duties_total: int
    people: Sequence[Person]
    contacts: Sequence[Contact]
    mails: Mails
    calls: Sequence[CallNote]
    waiting: Sequence[PhoneDuty]
    extensions: Sequence[Extension]
    permits: Sequence[LatePermit]
    dispatch: Dispatch


def unit_page(session: Session, context: BatchContext, unit_id: int, now: datetime) -> UnitPage:
    """Return everything about a unit in a batch. Raises NotFound when it has no part there for this reader."""
    unit, class_key = _member(session, context, unit_id)
    classes = {unit_class.key: unit_class.name for unit_class in context.definition.unit_classes}
    permits = _of_unit(session, context, unit_id, LatePermit)
    duties = _duties(session, context, unit_id)
    total = select(func.count(Duty.id)).where(Duty.batch_id == context.batch.id, Duty.unit_id == unit_id)
    return UnitPage(
        unit=unit,
        unit_class=classes.get(class_key, class_key),
        duties=[_line(context, duty, permits, now) for duty in duties],
        duties_total=session.scalar(total) or 0,
        people=directory(session, [unit_id]).people(unit_id, context.batch.id),
        contacts=_contacts(session, context, unit_id),
        mails=mails(session, context, WantedMails(unit_id=unit_id), NEWEST),
        calls=_of_unit(session, context, unit_id, CallNote),
        waiting=_waiting(session, context, unit_id),
        extensions=_extensions(session, context, unit_id),
        permits=permits,
        dispatch=dispatch(context, duties),
    )


def _member(session: Session, context: BatchContext, unit_id: int) -> tuple[Unit, str]:
    found = session.execute(
        select(Unit, BatchUnit.class_key)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(BatchUnit.batch_id == context.batch.id, Unit.id == unit_id)
    ).one_or_none()
    if found is None:
        raise NotFound("该单位不在本批次中。")
    unit, class_key = found
    return unit, class_key


def _duties(session: Session, context: BatchContext, unit_id: int) -> list[Duty]:
    """Return the duties with all that is shown of them, in the order of the stages."""
    rows = session.scalars(
        select(Duty)
        .options(
            joinedload(Duty.title),
            joinedload(Duty.answer),
            joinedload(Duty.exemption).joinedload(Exemption.file),
        )
        .where(Duty.batch_id == context.batch.id, Duty.unit_id == unit_id)
        .order_by(Duty.due_at, Duty.stage_key, Duty.id)
        .limit(MOST_DUTIES)
    )
    position = {key: number for number, key in enumerate(context.stages)}
    return sorted(rows, key=lambda duty: position[duty.stage_key])


def _line(context: BatchContext, duty: Duty, permits: Sequence[LatePermit], now: datetime) -> DutyLine:
    stage = context.definition.stage(duty.stage_key)
    return DutyLine(
        duty,
        stage,
        state_of(Window(duty.opens_at, duty.due_at), duty.settled_as, now),
        duty.title.holder if duty.title is not None else "",
        _answers(context, stage, duty),
        reason_of(stage, duty),
        any(
            permit.stage_key == duty.stage_key and permit.title_id in {0, duty.title_id} and permit.until > now
            for permit in permits
        ),
    )


def _answers(context: BatchContext, stage: Stage, duty: Duty) -> dict[str, str]:
    if duty.answer is None or duty.answer.filed_at is None or stage.collect is None or stage.collect.form is None:
        return {}
    fields = context.definition.form(stage.collect.form).fields
    return {field.label: duty.answer.values[field.key] for field in fields if duty.answer.values.get(field.key)}


def _of_unit(session: Session, context: BatchContext, unit_id: int, table: type[Row]) -> Sequence[Row]:
    return session.scalars(
        select(table)
        .where(table.batch_id == context.batch.id, table.unit_id == unit_id)
        .order_by(table.id.desc())
        .limit(NEWEST)
    ).all()


def _waiting(session: Session, context: BatchContext, unit_id: int) -> Sequence[PhoneDuty]:
    return session.scalars(
        select(PhoneDuty)
        .where(PhoneDuty.batch_id == context.batch.id, PhoneDuty.unit_id == unit_id, PhoneDuty.done_at.is_(None))
        .order_by(PhoneDuty.at)
        .limit(NEWEST)
    ).all()


def _contacts(session: Session, context: BatchContext, unit_id: int) -> Sequence[Contact]:
    return session.scalars(
        select(Contact)
        .where(Contact.unit_id == unit_id, or_(Contact.batch_id == context.batch.id, Contact.batch_id.is_(None)))
        .order_by(Contact.valid_from.desc(), Contact.id.desc())
        .limit(NEWEST)
    ).all()


def _extensions(session: Session, context: BatchContext, unit_id: int) -> Sequence[Extension]:
    return session.scalars(
        select(Extension)
        .where(Extension.batch_id == context.batch.id, or_(Extension.unit_id == unit_id, Extension.unit_id.is_(None)))
        .order_by(Extension.id.desc())
        .limit(NEWEST)
    ).all()
