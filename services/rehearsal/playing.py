"""Playing a copy forward, from one due instant to the next, and listing what happens."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Definition
from domain.instants import local_day
from domain.plan import MomentKind
from domain.stages import KINDS
from domain.triage import Verdict
from models import AppliedMoment, Batch, Duty, Mail, MailState, PhoneDuty, Unit
from models.scope import Scope
from models.session import Database
from notifications.address import AllowList
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.batches.drafts import store_draft
from services.batches.publishing import confirm_values, publish
from services.mail.claiming import Claim, Handed, begin, claim, record, store
from services.mail.composing import Composed, Sender, compose
from services.rehearsal.copying import copy_batch, empty_copy
from services.rehearsal.scenario import Happening, play

LONGEST = timedelta(days=3_660)
SENDER = Sender("模拟运行 <rehearsal@linxuan.example>", "http://127.0.0.1", "rehearsal", AllowList.parse("*"))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that will happen; the JSON contract of `linxuan rehearse`.

    unit: code of the unit that owes, None for mail to the coordinator and for the stage itself.
    to: addresses; empty for a change of state and for a call that a person must make.
    """

    at: datetime
    kind: str
    milestone: str
    unit: str | None
    to: list[str]
    subject: str
    key: str
    body: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the event in the shape of the contract."""
        shown = asdict(self)
        shown.pop("body")
        return {**shown, "at": self.at.isoformat()}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that happens in a period, in order."""

    batch: str
    events: list[Event]
    warnings: list[str]

    def as_json(self) -> dict[str, object]:
        """Return the rehearsal in the shape of the contract."""
        return {"batch": self.batch, "events": [event.as_json() for event in self.events], "warnings": self.warnings}


@dataclass(frozen=True, slots=True)
class Period:
    """Which events are listed: since <= at < until; None is open."""

    since: datetime | None = None
    until: datetime | None = None


def rehearse_definition(definition: Definition, period: Period, scenario: Sequence[Happening] = ()) -> Rehearsal:
    """Rehearse a definition from its beginning, in a database of its own; inferred values are taken as confirmed."""
    scratch = empty_copy()
    warnings = [
        f"推定值未确认，按此模拟：{item.path}（{item.note or item.quote}）" for item in definition.unconfirmed
    ]
    with scratch.write(Scope()) as session:
        start = datetime(definition.year - 1, 1, 1, tzinfo=definition.zone)
        batch = store_draft(session, definition, actor=SYSTEM, now=start)
        if definition.unconfirmed:
            paths = [item.path for item in definition.unconfirmed]
            confirm_values(session, batch, paths, actor=SYSTEM, now=start)
        opening = min(
            (row.opens_at for row in load(session, batch.id).stages.values() if row.opens_at), default=start
        )
        published_at = min(opening, *(happening.at for happening in scenario), opening) - timedelta(minutes=1)
        publish(session, batch, actor=SYSTEM, now=published_at)
        batch_id = batch.id
    return _play(scratch, batch_id, Period(period.since, period.until), scenario, warnings)


def rehearse_batch(
    source: Session, batch_id: int, now: datetime, period: Period, scenario: Sequence[Happening] = ()
) -> Rehearsal:
    """Rehearse what is still to come of a stored batch, on a copy; a draft is published in the copy."""
    definition = load(source, batch_id).definition
    if load(source, batch_id).batch.published_at is None:
        return rehearse_definition(definition, period, scenario)
    scratch = copy_batch(source, batch_id)
    since = max(now, period.since) if period.since else now
    return _play(scratch, batch_id, Period(since, period.until), scenario, [])


def _play(
    scratch: Database, batch_id: int, period: Period, scenario: Sequence[Happening], warnings: list[str]
) -> Rehearsal:
    waiting = list(scenario)
    with scratch.read(Scope()) as session:
        context = load(session, batch_id)
    definition = context.definition
    end = period.until or datetime(definition.year, 1, 1, tzinfo=definition.zone) + LONGEST
    while (instant := _next(scratch, batch_id, waiting)) is not None and instant <= end:
        with scratch.write(Scope()) as session:
            while waiting and waiting[0].at <= instant:
                warnings += play(session, batch_id, definition, waiting.pop(0))
            advance(session, batch_id, instant)
        _drain(scratch, instant)
    with scratch.read(Scope()) as session:
        events = [*_state_events(session, batch_id, definition), *_mail_events(session, definition)]
        events += _call_events(session, definition)
        warnings = [*warnings, *_unowed(session, context)]
    events += [] if context.batch.published_at and period.since else _blocked_events(scratch, batch_id)
    listed = [
        event
        for event in sorted(events, key=lambda e: (e.at, _RANK[e.kind], bool(e.unit), e.key))
        if (period.since is None or event.at >= period.since) and (period.until is None or event.at < period.until)
    ]
    scratch.dispose()
    return Rehearsal(definition.code, listed, warnings)


_RANK = {
    kind: rank
    for rank, kind in enumerate(
        ["stage_closes", "stage_opens", "reminder", "digest", "escalation", "extension", "missed"]
    )
}


def _unowed(session: Session, context: BatchContext) -> list[str]:
    """Return a warning for each collect stage in which nobody owes anything, as when the registry is empty."""
    owed = set(session.scalars(select(Duty.stage_key).where(Duty.batch_id == context.batch.id).distinct()))
    return [
        f"“{stage.title}”没有应报对象（示范名单库中没有符合条件的获评单位），模拟中不会有该环节的提醒"
        for stage in context.definition.stages
        if stage.collect is not None and stage.key not in owed
    ]


def _next(scratch: Database, batch_id: int, waiting: Sequence[Happening]) -> datetime | None:
    with scratch.read(Scope()) as session:
        due = session.scalar(select(Batch.next_due_at).where(Batch.id == batch_id))
        mail = session.scalar(select(func.min(Mail.not_before)).where(Mail.state == MailState.PENDING))
    candidates = [due, mail, waiting[0].at if waiting else None]
    return min((instant for instant in candidates if instant is not None), default=None)


def _drain(scratch: Database, now: datetime) -> None:
    """Mark every mail that may leave as sent, after composing it like a real one."""
    how = Claim("rehearsal", now, timedelta(hours=1), timedelta(0))
    while True:
        with scratch.write(Scope()) as session:
            claimed = claim(session, how, now, limit=500)
            if not claimed:
                return
            done = compose(session, claimed, now, SENDER)
            for item in store(session, done, how.owner):
                assert isinstance(item, Composed)  # noqa: S101 - store returns what is kept
                begin(session, item.mail_id, how)
                record(session, item.mail_id, Handed("ok", 250, "", timedelta(0)), how, now)


def _local(instant: datetime, definition: Definition) -> datetime:
    return instant.astimezone(definition.zone)


def _state_events(session: Session, batch_id: int, definition: Definition) -> list[Event]:
    rows = session.scalars(select(AppliedMoment).where(AppliedMoment.batch_id == batch_id))
    events = []
    for row in rows:
        key, at = f"{definition.code}/{row.key}", _local(row.at, definition)
        title = definition.stage(row.stage_key).title
        if row.verdict is Verdict.MISS:
            events.append(Event(at, "missed", row.stage_key, None, [], f"{title}：{row.because}", key))
        elif row.kind is MomentKind.OPEN:
            events.append(Event(at, "stage_opens", row.stage_key, None, [], f"{title}开放", key))
        elif row.kind is MomentKind.CLOSE:
            events.append(Event(at, "stage_closes", row.stage_key, None, [], f"{title}截止", key))
    return events


def _mail_events(session: Session, definition: Definition) -> list[Event]:
    rows = session.execute(
        select(Mail, Unit.code).outerjoin(Unit, Unit.id == Mail.unit_id).where(Mail.state == MailState.SENT)
    )
    return [
        Event(
            _local(mail.at, definition),
            mail.kind.value,
            mail.stage_key,
            code,
            [mail.address],
            mail.subject,
            mail.key,
            mail.body,
        )
        for mail, code in rows
    ]


def _call_events(session: Session, definition: Definition) -> list[Event]:
    rows = session.execute(select(PhoneDuty, Unit.code).join(Unit, Unit.id == PhoneDuty.unit_id))
    return [
        Event(
            _local(call.at, definition),
            "reminder",
            call.stage_key,
            code,
            [],
            f"待人工催办：{call.person} {call.number}（{call.because}）",
            call.key,
        )
        for call, code in rows
    ]


def _blocked_events(scratch: Database, batch_id: int) -> list[Event]:
    """Return what cannot open although its day comes."""
    with scratch.read(Scope()) as session:
        context = load(session, batch_id)
        found = []
        for key, milestone in context.milestones().items():
            stage = context.definition.stage(key)
            because = KINDS[stage.kind].blocked_because(stage)
            if because and milestone.opens_at:
                at = _local(milestone.opens_at, context.definition)
                name = (
                    f"{context.definition.code}/{key}:open:{local_day(milestone.opens_at, context.definition.zone)}"
                )
                found.append(Event(at, "missed", key, None, [], f"{stage.title}不能开放：{because}", name))
        return found
