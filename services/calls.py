"""Notes of reminders made by hand (催办记录): they show in the timeline and take no mail's place."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import Invalid, NotFound, Problem
from models import CallNote, PhoneDuty
from models.contacts import Channel
from services import audit
from services.batches.context import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One conversation: with whom, how, when, and what came of it."""

    stage: str
    unit_id: int
    channel: Channel
    person: str
    result: str
    called_at: datetime


def note_call(session: Session, batch_id: int, call: Call, *, actor: Actor, now: datetime) -> CallNote:
    """Note a reminder by hand; reminders of the unit that wait for a call (待人工催办) are done with it.

    Raises NotAllowed, NotFound, Invalid with every problem.
    """
    context = load(session, batch_id)
    require(actor, Action.NOTE_CALL, context.of_unit(session, call.unit_id))
    _require_complete(call, now)
    if call.stage not in context.stages:
        raise NotFound("没有这个环节。")
    note = CallNote(
        batch_id=batch_id,
        unit_id=call.unit_id,
        stage_key=call.stage,
        channel=call.channel,
        person=call.person.strip(),
        result=call.result.strip(),
        called_at=call.called_at,
        noted_at=now,
        noted_by=actor.name,
    )
    session.add(note)
    _settle_calls(session, note)
    session.flush()
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.NOTE_CALL,
            what=f"催办 {note.unit.name}：{context.stages[call.stage].title}",
            batch_id=batch_id,
            unit_id=call.unit_id,
            after={"channel": call.channel.value, "person": call.person, "result": call.result},
        ),
    )
    return note


def _settle_calls(session: Session, note: CallNote) -> None:
    session.execute(
        update(PhoneDuty)
        .where(
            PhoneDuty.batch_id == note.batch_id,
            PhoneDuty.unit_id == note.unit_id,
            PhoneDuty.stage_key == note.stage_key,
            PhoneDuty.done_at.is_(None),
            PhoneDuty.at <= note.called_at,
        )
        .values(done_at=note.noted_at, done_by=note.noted_by)
    )


def _require_complete(call: Call, now: datetime) -> None:
    problems = []
    if not call.person.strip():
        problems.append(Problem("person", "", "请填写催办对象"))
    if not call.result.strip():
        problems.append(Problem("result", "", "请填写催办结果"))
    if call.called_at > now:
        problems.append(Problem("called_at", "", "催办时间不能晚于现在"))
    if problems:
        raise Invalid(problems)
