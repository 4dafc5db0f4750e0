"""Playing a copy forward, from one due instant to the next, and listing what happens."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Definition
from models import Batch, BatchState, Mail, MailState
from models.scope import Scope
from models.session import Database
from notifications.address import AllowList
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.batches.drafts import store_draft
from services.batches.publishing import confirm_values, publish, set_paused
from services.mail.claiming import Claim, Handed, begin, claim, record, store
from services.mail.composing import Composed, Sender, compose
from services.rehearsal.acting import Refused, play
from services.rehearsal.copying import copy_batch, empty_copy, left_out
from services.rehearsal.courses import StageCourse, courses
from services.rehearsal.events import Event, Past, Remark, events, held, in_order, unowed
from services.rehearsal.scenario import Happening

LONGEST = timedelta(days=3_660)
SENDER = Sender("模拟运行 <rehearsal@linxuan.example>", "http://127.0.0.1", "rehearsal", AllowList.parse("*"))


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything that happens in a period, in order.

    remarks: the warnings with their places, without those about deeds of the scenario that the rules refuse: these
    are events as well.
    courses: how each stage goes, from its beginning, whatever the period.
    """

    batch: str
    events: list[Event]
    warnings: list[str]
    remarks: list[Remark] = field(default_factory=list)
    courses: list[StageCourse] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        """Return the rehearsal in the shape of the contract."""
        return {"batch": self.batch, "events": [event.as_json() for event in self.events], "warnings": self.warnings}


@dataclass(frozen=True, slots=True)
class Period:
    """Which events are listed: since <= at < until; None is open.

    base_url: what links of mails begin with, where people reach the site that the real ones will come from.
    """

    since: datetime | None = None
    until: datetime | None = None
    base_url: str = SENDER.base_url


def rehearse_definition(definition: Definition, period: Period, scenario: Sequence[Happening] = ()) -> Rehearsal:
    """Rehearse a definition from its beginning, in a database of its own; inferred values are taken as confirmed."""
    scratch = empty_copy()
    remarks = [
        Remark(f"推定值未确认，按此模拟：{item.path}（{item.note or item.quote}）", item.path, is_presumed=True)
        for item in definition.unconfirmed
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
        published_at = min([opening, *(happening.at for happening in scenario)]) - timedelta(minutes=1)
        publish(session, batch, actor=SYSTEM, now=published_at)
        batch_id = batch.id
    return _play(scratch, batch_id, period, scenario, remarks)


def rehearse_batch(
    source: Session,
    batch_id: int,
    now: datetime,
    period: Period,
    scenario: Sequence[Happening] = (),
    first: Callable[[Session], None] | None = None,
) -> Rehearsal:
    """Rehearse what is still to come of a stored batch, on a copy; a draft is published in the copy.

    first: what is done in the copy of a published batch before it is played, such as a change that is only proposed.
    """
    context = load(source, batch_id)
    if context.batch.published_at is None:
        return rehearse_definition(context.definition, period, scenario)
    scratch = copy_batch(source, batch_id)
    remarks = []
    if waiting := left_out(source, batch_id):
        remarks.append(Remark(f"另有 {waiting} 封单件通知正在排队（申报件、账号、上级变动、更正），不在模拟之内"))
    if context.batch.state is BatchState.PAUSED:
        remarks.append(Remark("批次已暂停；按现在恢复运行模拟"))
        with scratch.write(Scope()) as session:
            copied = load(session, batch_id).batch
            set_paused(session, copied, is_paused=False, reason="模拟", actor=SYSTEM, now=now)
    if first is not None:
        with scratch.write(Scope()) as session:
            first(session)
    since = max(now, period.since) if period.since else now
    coming = [happening for happening in scenario if happening.at >= now]
    if len(coming) < len(scenario):
        remarks.append(Remark(f"情景中有 {len(scenario) - len(coming)} 个动作早于现在，没有模拟"))
    return _play(scratch, batch_id, replace(period, since=since), coming, remarks, started_at=now)


def _play(
    scratch: Database,
    batch_id: int,
    period: Period,
    scenario: Sequence[Happening],
    remarks: list[Remark],
    *,
    started_at: datetime | None = None,
) -> Rehearsal:
    """Play a copy to the end of the period. started_at: what was due before is taken up then, not at its instant."""
    with scratch.read(Scope()) as session:
        context = load(session, batch_id)
        past = Past.of(session, started_at)
    definition = context.definition
    end = period.until or datetime(definition.year, 1, 1, tzinfo=definition.zone) + LONGEST
    sender = replace(SENDER, base_url=period.base_url)
    refused = _run(scratch, context, sender, scenario, started_at, end)
    with scratch.read(Scope()) as session:
        context = load(session, batch_id)
        found = in_order([*events(session, context, past), *(one.event(definition) for one in refused)])
        seen = [*held(session, past), *unowed(session, context)]
        went = courses(session, context)
    listed = [
        event
        for event in found
        if (period.since is None or event.at >= period.since) and (period.until is None or event.at < period.until)
    ]
    scratch.dispose()
    told = [*remarks, *(Remark(one.sentence) for one in refused), *seen]
    return Rehearsal(definition.code, listed, [one.sentence for one in told], [*remarks, *seen], went)


def _run(
    scratch: Database,
    context: BatchContext,
    sender: Sender,
    scenario: Sequence[Happening],
    started_at: datetime | None,
    end: datetime,
) -> list[Refused]:
    """Go from one due instant to the next; return what was refused. Ends when nothing moves any more."""
    waiting, last = deque(scenario), started_at
    refused: list[Refused] = []
    while (instant := _next(scratch, context.batch.id, waiting)) is not None and instant <= end:
        instant = max(instant, last) if last else instant
        moved = 0
        with scratch.write(Scope()) as session:
            while waiting and waiting[0].at <= instant:
                moved += 1
                refused += play(session, context.batch.id, context.definition, waiting.popleft())
            moved += advance(session, context.batch.id, instant)
        moved += _drain(scratch, instant, sender)
        if not moved and instant == last:
            break
        last = instant
    return refused


def _next(scratch: Database, batch_id: int, waiting: Sequence[Happening]) -> datetime | None:
    with scratch.read(Scope()) as session:
        due = session.scalar(select(Batch.next_due_at).where(Batch.id == batch_id))
        mail = session.scalar(select(func.min(Mail.not_before)).where(Mail.state == MailState.PENDING))
    candidates = [due, mail, waiting[0].at if waiting else None]
    return min((instant for instant in candidates if instant is not None), default=None)


def _drain(scratch: Database, now: datetime, sender: Sender) -> int:
    """Mark every mail that may leave as sent, after composing it like a real one; return how many were taken up."""
    how = Claim("rehearsal", now, timedelta(hours=1), timedelta(0))
    taken = 0
    while True:
        with scratch.write(Scope()) as session:
            claimed = claim(session, how, now, limit=500)
            if not claimed:
                return taken
            taken += len(claimed)
            done = compose(session, claimed, now, sender)
            for item in store(session, done, how.owner):
                assert isinstance(item, Composed)  # noqa: S101 - store returns what is kept
                begin(session, item.mail_id, how)
                record(session, item.mail_id, Handed("ok", 250, "", timedelta(0)), how, now)
