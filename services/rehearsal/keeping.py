"""Keeping rehearsals: played once, read and compared as often as wanted, signed off by a person.

Playing reads only and may take seconds, keeping writes one row: so the one writer's place in SQLite is never held
while a batch is played.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, undefer

from domain.access import SYSTEM, Action, Actor, may, require
from domain.definition import Definition
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from models import BatchState, BatchVersion, RehearsalRun
from services import audit
from services.batches.context import BatchContext, load
from services.definitions.reading import sound
from services.definitions.writing import digest
from services.designing.working import working_copy
from services.progress.paging import Page, page_of
from services.rehearsal.kept import Result, count, deflate, inflate, result_of
from services.rehearsal.playing import Period, Rehearsal, rehearse_batch, rehearse_definition
from services.rehearsal.scenario import read_rows

MOST_UNSIGNED = 30
"""How many rehearsals of a batch are kept that nobody signed; those signed stay."""
MOST_PARTS = 10_000
"""Units x stages that a page plays; more is for the command line, which nobody waits for."""
MOST_ACTS = 2_500
LONGEST_NOTE = 2_000
PAGE = 20


class Source(StrEnum):
    """What is played. SAVED: the newest revision; a published batch from now on. WORKING: the working copy."""

    SAVED = "saved"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rehearsal as it is asked for. scenario: rows as `read_rows` takes them."""

    source: Source = Source.SAVED
    period: Period = field(default_factory=Period)
    scenario: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Played:
    """A rehearsal that is not kept yet. revision: None for a working copy that is no revision."""

    batch_id: int
    wanted: Wanted
    digest: str
    revision: int | None
    found: Rehearsal


class Standing(StrEnum):
    """What has become of the definition that was played.

    CURRENT: the newest revision says the same. UNSAVED: the working copy does, and no revision. CHANGED: neither.
    """

    CURRENT = "current"
    UNSAVED = "unsaved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Kept:
    """A rehearsal that was kept."""

    run: RehearsalRun
    result: Result
    standing: Standing

    @property
    def is_current(self) -> bool:
        """Tell whether it played what the newest revision says."""
        return self.standing is Standing.CURRENT


def play_wanted(session: Session, batch_id: int, wanted: Wanted, *, actor: Actor, now: datetime) -> Played:
    """Play a batch on a copy; nothing is written. The session may be one that only reads.

    Raises NotFound, NotAllowed; Invalid with every error of a working copy or of the scenario, and for a batch that
    is too large to be played while somebody waits.
    """
    context = load(session, batch_id)
    require(actor, Action.EDIT_DEFINITION, context.whole)
    newest = context.definition
    definition = newest
    if wanted.source is Source.WORKING:
        definition = sound(working_copy(session, batch_id, actor=actor).definition)
    happenings = read_rows([dict(row) for row in wanted.scenario], definition)
    _require_short(definition, len(happenings))
    is_newest = digest(definition) == digest(newest)
    if is_newest:
        found = rehearse_batch(session, batch_id, now, wanted.period, happenings)
    else:
        found = rehearse_definition(definition, wanted.period, happenings)
    return Played(batch_id, wanted, digest(definition), context.batch.revision if is_newest else None, found)


def keep(session: Session, played: Played, *, actor: Actor, now: datetime) -> RehearsalRun:
    """Keep a rehearsal, and drop the oldest unsigned ones beyond MOST_UNSIGNED. Raises NotFound, NotAllowed."""
    context = load(session, played.batch_id)
    require(actor, Action.EDIT_DEFINITION, context.whole)
    result, period = result_of(played.found), played.wanted.period
    run = RehearsalRun(
        batch_id=played.batch_id,
        revision=played.revision,
        digest=played.digest,
        since=period.since,
        until=period.until,
        scenario=[dict(row) for row in played.wanted.scenario],
        result=deflate(result),
        counts=count(result),
        ran_at=now,
        ran_by=actor.name,
    )
    session.add(run)
    session.flush()
    spare = (
        select(RehearsalRun.id)
        .where(RehearsalRun.batch_id == played.batch_id, RehearsalRun.signed_at.is_(None))
        .order_by(RehearsalRun.id.desc())
        .offset(MOST_UNSIGNED)
    )
    old = session.scalars(spare).all()
    if old:
        session.execute(delete(RehearsalRun).where(RehearsalRun.id.in_(old)))
    return run


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a batch's rehearsals, the newest first. newest, unsaved: digests that `_standing` compares with."""

    runs: Sequence[RehearsalRun]
    page: Page
    newest: str
    unsaved: str

    def standing(self, run: RehearsalRun) -> Standing:
        """Tell what has become of the definition that one of them played."""
        return _standing(run, self.newest, self.unsaved)


def runs(session: Session, batch_id: int, page: int = 1, *, actor: Actor) -> Listed:
    """Return a page of the rehearsals of a batch, without their results. Raises NotFound, NotAllowed."""
    context = load(session, batch_id)
    _require_reader(actor, context)
    own = RehearsalRun.batch_id == batch_id
    total = session.scalar(select(func.count()).select_from(RehearsalRun).where(own)) or 0
    shown = page_of(total, page, PAGE)
    rows = session.scalars(
        select(RehearsalRun).where(own).order_by(RehearsalRun.id.desc()).limit(PAGE).offset(shown.offset)
    ).all()
    newest = newest_digest(session, batch_id)
    return Listed(rows, shown, newest, _unsaved_digest(session, context, rows, newest))


def get_run(session: Session, batch_id: int, run_id: int, *, actor: Actor) -> Kept:
    """Return a rehearsal of a batch with its events. Raises NotFound, NotAllowed."""
    context = load(session, batch_id)
    _require_reader(actor, context)
    run = session.scalars(
        select(RehearsalRun)
        .where(RehearsalRun.id == run_id, RehearsalRun.batch_id == batch_id)
        .options(undefer(RehearsalRun.result))
    ).one_or_none()
    if run is None:
        raise NotFound("没有这次模拟运行；未签认的只保留最近的若干次。")
    result = inflate(run.result, context.definition.zone)
    newest = newest_digest(session, batch_id)
    return Kept(run, result, _standing(run, newest, _unsaved_digest(session, context, [run], newest)))


def _standing(run: RehearsalRun, newest: str, unsaved: str) -> Standing:
    if run.digest == newest:
        return Standing.CURRENT
    return Standing.UNSAVED if run.revision is None and run.digest == unsaved else Standing.CHANGED


def _unsaved_digest(session: Session, context: BatchContext, asked: Sequence[RehearsalRun], newest: str) -> str:
    """Return the digest of the working copy; "" where none of these runs can have played it.

    Those who read rehearsals may not all read the copy; of it they are told this alone.
    """
    if all(run.revision is not None or run.digest == newest for run in asked):
        return ""
    return digest(working_copy(session, context.batch.id, actor=SYSTEM).definition)


def run_before(session: Session, run: RehearsalRun) -> RehearsalRun | None:
    """Return the rehearsal kept before this one; None for the first."""
    return session.scalars(
        select(RehearsalRun)
        .where(RehearsalRun.batch_id == run.batch_id, RehearsalRun.id < run.id)
        .order_by(RehearsalRun.id.desc())
        .limit(1)
    ).one_or_none()


def sign(session: Session, run_id: int, note: str, *, actor: Actor, now: datetime) -> RehearsalRun:
    """Sign a rehearsal off: what it shows is what shall happen.

    Raises NotFound, NotAllowed; Invalid for a note that is too long; Conflict when it is signed already, when the
    batch is published, or when the definition has been changed since it was played.
    """
    batch_id = session.scalar(select(RehearsalRun.batch_id).where(RehearsalRun.id == run_id))
    if batch_id is None:
        raise NotFound("没有这次模拟运行。")
    context = load(session, batch_id, lock=True)
    require(actor, Action.SIGN_REHEARSAL, context.whole)
    run = session.get_one(RehearsalRun, run_id)
    if len(note) > LONGEST_NOTE:
        raise Invalid([Problem("note", f"{len(note)} 字", f"意见不超过 {LONGEST_NOTE} 字")])
    if run.signed_at is not None:
        raise Conflict(f"这次模拟运行已由 {run.signed_by} 签认。")
    if context.batch.state is not BatchState.DRAFT:
        raise Conflict(f"批次“{context.batch.title}”已经发布，模拟运行不能再签认；应在发布之前签认将要发布的一稿。")
    if run.digest != newest_digest(session, batch_id):
        raise Conflict(
            f"这次模拟运行依据的不是最新的第 {context.batch.revision} 稿，不能签认。"
            "请按最新一稿重新模拟后再签认；工作稿请先存为新一稿。"
        )
    run.signed_at, run.signed_by, run.note = now, actor.name, note.strip()
    session.flush()
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.SIGN_REHEARSAL,
            what=f"签认批次“{context.batch.title}”第 {context.batch.revision} 稿的模拟运行",
            batch_id=batch_id,
            reason=run.note,
            after={"run": run.id, "digest": run.digest},
        ),
    )
    return run


def newest_digest(session: Session, batch_id: int) -> str:
    """Return the digest of a batch's newest revision."""
    newest = select(BatchVersion.digest).where(BatchVersion.batch_id == batch_id)
    return session.scalars(newest.order_by(BatchVersion.revision.desc()).limit(1)).one()


def advice(session: Session, context: BatchContext) -> str:
    """Return what somebody who is about to publish should know of rehearsals; "" when the newest one is signed."""
    of_newest = RehearsalRun.digest == newest_digest(session, context.batch.id)
    counts = select(
        func.count(),
        func.count().filter(of_newest),
        func.count().filter(of_newest, RehearsalRun.signed_at.is_not(None)),
    ).where(RehearsalRun.batch_id == context.batch.id)
    kept, current, signed = session.execute(counts).one()
    if signed:
        return ""
    if current:
        return "当前这一稿已模拟运行，但还没有人签认。"
    if kept:
        return "此前模拟的不是当前这一稿，当前这一稿还没有模拟。"
    return "当前这一稿还没有模拟运行过。"


def _require_reader(actor: Actor, context: BatchContext) -> None:
    """Let those in who run rehearsals, and those who audit them. Raises NotAllowed."""
    if not may(actor, Action.EDIT_DEFINITION, context.whole) and not may(actor, Action.VIEW_AUDIT, context.subject):
        raise NotAllowed("模拟运行由主办处室管理员和审计员查看。", action=Action.VIEW_AUDIT.value)


def _require_short(definition: Definition, acts: int) -> None:
    parts = len(definition.units) * len(definition.stages)
    if parts > MOST_PARTS:
        raise Invalid(
            [
                Problem(
                    "",
                    f"{len(definition.units)} 个单位 × {len(definition.stages)} 个环节",
                    f"超过页面上模拟的上限（单位数 × 环节数不超过 {MOST_PARTS}）",
                    "请由管理员用命令 linxuan rehearse 模拟",
                )
            ]
        )
    if acts > MOST_ACTS:
        raise Invalid([Problem("scenario", f"{acts} 个动作", f"情景超过 {MOST_ACTS} 个动作", "请减少单位或环节")])
