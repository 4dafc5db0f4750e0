"""Reminders and escalations: who still owes at a moment is one query, and what follows is written in bulk."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import Audience, Ladder, MailKind, Step
from domain.instants import local_day
from domain.plan import Moment
from domain.triage import Ruling, Verdict, send_not_before, triage
from models import AppliedMoment, Duty, Mail, MailState, Unit
from services.batches.context import BatchContext
from services.batches.entries import entry
from services.mail.notify import Notice, notify_office, notify_units

WEEK = timedelta(days=7)


def remind(
    session: Session, context: BatchContext, stage_key: str, due: list[Moment], now: datetime
) -> list[AppliedMoment]:
    """Carry out the due rungs of the stage's ladder and return the ledger rows."""
    ladder = context.definition.ladder_of(context.definition.stage(stage_key))
    if ladder is None:
        return []
    rulings = triage(due, ladder, now, context.definition.zone)
    return [_rule(session, context, ladder, ruling, now) for ruling in rulings]


def _rule(session: Session, context: BatchContext, ladder: Ladder, ruling: Ruling, now: datetime) -> AppliedMoment:
    moment, units, because = ruling.moment, 0, ruling.because
    if ruling.verdict is Verdict.APPLY:
        owing = owing_units(session, context, moment)
        units = len(owing)
        if owing:
            because = _write(session, context, ladder, moment, owing, now)
    return entry(context, moment, now, units=units, verdict=ruling.verdict, because=because)


def owing_units(session: Session, context: BatchContext, moment: Moment) -> list[int]:
    """Return the units that still owe something under the moment's deadline, in one query."""
    statement = (
        select(Duty.unit_id)
        .where(Duty.batch_id == context.batch.id, Duty.stage_key == moment.stage, Duty.settled_as.is_(None))
        .distinct()
    )
    if moment.deadline is not None:
        statement = statement.where(Duty.due_at == moment.deadline.due_at)
    return sorted(session.scalars(statement))


def _write(
    session: Session, context: BatchContext, ladder: Ladder, moment: Moment, owing: list[int], now: datetime
) -> str:
    """Write the mails of one rung; return a remark for the ledger, empty when all went as planned."""
    step = next(step for step in ladder.steps if step.key == moment.step)
    leave = send_not_before(moment, step, now, context.calendar, context.definition.zone)
    if step.to is not Audience.OWING:
        return _escalate(session, context, step, moment, owing, leave)
    full = _at_ceiling(session, ladder, moment)
    day = local_day(leave, context.definition.zone).isoformat()
    notice = Notice.of(moment, MailKind.REMINDER, f"remind/{day}", leave)
    notify_units(session, context, owing, replace(notice, skip=full, is_per_person=True))
    return f"{len(full)} 个地址已达每周提醒上限 {ladder.ceiling_per_week} 封，未再发送" if full else ""


def _at_ceiling(session: Session, ladder: Ladder, moment: Moment) -> frozenset[str]:
    """Return the addresses that have had as many reminders in the last seven days as the ladder allows."""
    if ladder.ceiling_per_week is None:
        return frozenset()
    counted = (
        select(Mail.address)
        .where(
            Mail.kind.in_([MailKind.REMINDER, MailKind.DIGEST]),
            Mail.state != MailState.VOID,
            Mail.at > moment.at - WEEK,
            Mail.at < moment.at,
        )
        .group_by(Mail.address)
        .having(func.count() >= ladder.ceiling_per_week)
    )
    return frozenset(session.scalars(counted))


def _escalate(
    session: Session, context: BatchContext, step: Step, moment: Moment, owing: list[int], leave: datetime
) -> str:
    """Tell the upper units, or the coordinator where there is none, which units still owe."""
    above: defaultdict[int | None, list[int]] = defaultdict(list)
    if step.to is Audience.UPPER:
        for unit_id, upper_id in session.execute(select(Unit.id, Unit.upper_id).where(Unit.id.in_(owing))):
            above[upper_id].append(unit_id)
    else:
        above[None] = owing
    plain = Notice.of(moment, MailKind.ESCALATION, f"{context.batch.code}/{moment.key}", leave)
    for upper_id, below in sorted(above.items(), key=lambda item: (item[0] is None, item[0] or 0)):
        notice = replace(plain, facts={"units": sorted(below)})
        if upper_id is not None:
            notify_units(session, context, [upper_id], notice)
        elif not notify_office(session, context, notice):
            return "主办处室没有登记电子邮箱，请在进度页查看未报送名单"
    return ""
