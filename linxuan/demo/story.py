"""The story: a batch is confirmed, published and played from instant to instant, as the clock would over weeks.

Everything goes the usual ways: the services, the conductor with its flows, the sender with a real mail server. Only
the waiting between two instants is left out.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition
from domain.instants import local_day, local_instant
from domain.plan import MomentKind
from flows.running import Conductor
from flows.sending import Outgoing
from linxuan.demo.data import OFFICE, scenario
from models import Batch, BatchState, DemoClock
from models.scope import Scope
from models.session import Database
from services.batches.advancing import DueBatch
from services.batches.context import BatchContext, definition_of, get_batch, load, load_by_code
from services.batches.publishing import confirm_values, publish
from services.calendar import official_calendar
from services.clock import effective
from services.progress.evidence import label_of
from services.rehearsal import Happening
from services.rehearsal.acting import play
from web.clock import wall_now

BEFORE_OPENING = timedelta(days=3)
AFTER_DEADLINE = timedelta(hours=10)
DAYS_PLAYED = 3

Tell = Callable[[datetime, str], None]
"""Is told what happens: the instant and a sentence."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the database, the conductor of flows and the sender."""

    database: Database
    conductor: Conductor
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Played:
    """How a batch stands at the end of its story."""

    batch_id: int
    code: str
    now: datetime
    orchestrated: int
    direct: int


def find_definition(database: Database, code: str) -> Definition | None:
    """Return the definition of a batch that has a scenario; None for one that is only shown as a draft."""
    with database.read(Scope()) as session:
        definition = definition_of(session, get_batch(session, code))
    return definition if scenario(definition) else None


def confirm_and_publish(database: Database, code: str, tell: Tell) -> None:
    """Confirm what was inferred, value by value, as the coordinator would, and publish."""
    with database.write(Scope()) as session:
        batch = get_batch(session, code)
        definition = definition_of(session, batch)
        now = _opening(session, batch) - BEFORE_OPENING
        listed = "\n".join(
            f"    ✓ {label_of(definition, item.path)}：{item.note or item.quote}" for item in definition.unconfirmed
        )
        tell(now, f"主办处室逐条确认 {len(definition.unconfirmed)} 个推定值：\n{listed}")
        paths = [item.path for item in definition.unconfirmed]
        confirm_values(session, batch, paths, actor=OFFICE, now=now)
        publish(session, batch, actor=OFFICE, now=now)
        tell(now, f"发布批次：{len(definition.units)} 个单位，{len(definition.stages)} 个环节")


def open_batch(cast: Cast, code: str, tell: Tell) -> tuple[Definition, BatchContext]:
    """Publish a batch without a scenario of its own and open what opens first; return it."""
    confirm_and_publish(cast.database, code, tell)
    with cast.database.read(Scope()) as session:
        context = load_by_code(session, code)
    at = first_opening(context)
    _advance(cast, context.batch.id, code, at, tell)
    with cast.database.read(Scope()) as session:
        context = load(session, context.batch.id)
    return context.definition, context


def last_days(database: Database, definition: Definition) -> datetime:
    """Return nine in the morning of the third working day before the one at which the clock stands."""
    with database.read(Scope()) as session:
        now = effective(session, wall_now())
    day = official_calendar().move(local_day(now, definition.zone), -DAYS_PLAYED).result
    return local_instant(day, "09:00", definition.zone).astimezone(definition.zone)


def first_opening(context: BatchContext) -> datetime:
    """Return when the first stage of a batch opens."""
    return min(stage.opens_at for stage in context.stages.values() if stage.opens_at is not None)


def perform(cast: Cast, code: str, definition: Definition, tell: Tell) -> Played:
    """Play a published batch to some hours after its first deadline."""
    with cast.database.read(Scope()) as session:
        batch_id = get_batch(session, code).id
        end = _first_deadline(session, batch_id) + AFTER_DEADLINE
    waiting, ways = scenario(definition), Counter[bool]()
    while (now := _next(cast.database, batch_id, waiting)) is not None and now <= end:
        acting = [happening for happening in waiting if happening.at <= now]
        if acting:
            _people_act(cast.database, batch_id, definition, acting, tell)
            waiting = waiting[len(acting) :]
        else:
            ways[_advance(cast, batch_id, code, now, tell)] += 1
    return Played(batch_id, code, end, orchestrated=ways[True], direct=ways[False])


def set_clock(database: Database, now: datetime) -> None:
    """Let the demonstration go on from this instant."""
    with database.write(Scope()) as session:
        offset_seconds = (now - wall_now()).total_seconds()
        row = session.get(DemoClock, 1)
        if row is None:
            session.add(DemoClock(id=1, offset_seconds=offset_seconds))
        else:
            row.offset_seconds = offset_seconds


def _opening(session: Session, batch: Batch) -> datetime:
    return first_opening(load(session, batch.id))


def _first_deadline(session: Session, batch_id: int) -> datetime:
    planned = load(session, batch_id).plan()
    return min(moment.at for moment in planned if moment.kind is MomentKind.CLOSE)


def _next(database: Database, batch_id: int, waiting: Sequence[Happening]) -> datetime | None:
    with database.read(Scope()) as session:
        due = session.scalar(select(Batch.next_due_at).where(Batch.id == batch_id, Batch.state == BatchState.RUNNING))
    candidates = [due, waiting[0].at if waiting else None]
    return min((instant for instant in candidates if instant is not None), default=None)


def _people_act(
    database: Database, batch_id: int, definition: Definition, acting: Sequence[Happening], tell: Tell
) -> None:
    with database.write(Scope()) as session:
        for happening in acting:
            play(session, batch_id, definition, happening)
    tell(acting[0].at, f"{len(acting)} 个单位报送")


def _advance(cast: Cast, batch_id: int, code: str, now: datetime, tell: Tell) -> bool:
    """Advance and send; return whether Prefect ran it."""
    ran = cast.conductor.run_batch(DueBatch(batch_id, code, now), now)
    sent = cast.outgoing.drain(lambda: now)
    if ran.moments or sent.ok:
        tell(
            now, f"推进 {ran.moments} 个时刻，送出 {sent.ok} 封邮件（{'Prefect' if ran.is_orchestrated else '直接'}）"
        )
    return ran.is_orchestrated
