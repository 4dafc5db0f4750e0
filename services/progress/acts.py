"""The record of a batch (过程记录): what people did and what the clock did, in one list, the newest first.

Read on from a key, so that a page deep in the past costs what the first one does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from domain.access import SYSTEM, Action
from domain.instants import describe
from domain.plan import MOMENT_NAMES, MomentKind
from domain.triage import Verdict
from models import AppliedMoment, AuditEntry, CallNote, Extension, LatePermit, Unit
from models.contacts import Channel
from services.batches.context import BatchContext
from services.progress.evidence import label_of
from services.progress.reach import in_branch, sees_all_units

Chosen = TypeVar("Chosen", bound=Select[*tuple[Any, ...]])

PAGE_ACTS = 50
LATE = timedelta(hours=1)
STAMP = "%Y%m%dT%H%M%S.%fZ"


class Source(IntEnum):
    """Where an act is recorded; of acts at one instant the one with the higher number is shown first."""

    MOMENT = 0
    AUDIT = 1
    CALL = 2
    EXTENSION = 3
    PERMIT = 4


AUDITED: Mapping[Action, str] = {
    Action.EDIT_DEFINITION: "修改定义",
    Action.CONFIRM_VALUE: "确认推定值",
    Action.SIGN_REHEARSAL: "签认模拟",
    Action.PUBLISH_BATCH: "发布",
    Action.CHANGE_RUNNING: "变更生效",
    Action.PAUSE_BATCH: "暂停/恢复",
    Action.CLOSE_STAGE: "结束环节",
    Action.ANSWER: "报送",
    Action.EXEMPT: "免报说明",
    Action.MANAGE_CONTACTS: "联系人",
    Action.HAND_OVER: "交接",
    Action.DECIDE_MAIL: "处理邮件",
}
"""The acts that are told from the audit log; the others have rows of their own, with more to say."""
CHANNELS: Mapping[Channel, str] = {
    Channel.PHONE: "电话",
    Channel.WECHAT: "微信",
    Channel.QQ: "QQ",
    Channel.IN_PERSON: "当面",
}


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """The place of an act in the list."""

    at: datetime
    source: Source
    id: int

    def __str__(self) -> str:
        """Return the key as it stands in an address."""
        return f"{self.at.astimezone(UTC).strftime(STAMP)}~{self.source:d}~{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Key | None":
        """Return the key that an address holds; None for anything else."""
        try:
            at, source, number = text.split("~")
            return cls(datetime.strptime(at, STAMP).replace(tzinfo=UTC), Source(int(source)), int(number))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Act:
    """One act, in words. at: when it was done. unit: empty for an act on the batch as a whole."""

    key: Key
    kind: str
    what: str
    who: str
    unit: str = ""
    reason: str = ""

    @property
    def at(self) -> datetime:
        """Return when it was done."""
        return self.key.at


@dataclass(frozen=True, slots=True)
class Acts:
    """A stretch of the record. older: key to read on from, None at the beginning of the batch."""

    acts: list[Act]
    older: Key | None


def acts(session: Session, context: BatchContext, before: Key | None = None, limit: int = PAGE_ACTS) -> Acts:
    """Return what was done in a batch before a key, the newest first, in one query for each source."""
    found = [act for source in SOURCES for act in source(session, context, before, limit + 1)]
    ordered = sorted(found, key=lambda act: act.key, reverse=True)
    shown = ordered[:limit]
    return Acts(shown, shown[-1].key if len(ordered) > limit else None)


def _older(
    statement: Chosen,
    at: InstrumentedAttribute[datetime],
    number: InstrumentedAttribute[int],
    source: Source,
    before: Key | None,
) -> Chosen:
    """Narrow a statement to what stands behind a key, in the order of the list."""
    if before is not None:
        is_older: ColumnElement[bool] = at < before.at
        if source == before.source:
            is_older = or_(is_older, and_(at == before.at, number < before.id))
        elif source < before.source:
            is_older = at <= before.at
        # The first condition alone tells the index where to begin.
        statement = statement.where(at <= before.at, is_older)
    return statement.order_by(at.desc(), number.desc())


def _moments(session: Session, context: BatchContext, before: Key | None, limit: int) -> Iterator[Act]:
    chosen = select(AppliedMoment).where(AppliedMoment.batch_id == context.batch.id)
    chosen = _older(chosen, AppliedMoment.applied_at, AppliedMoment.id, Source.MOMENT, before).limit(limit)
    counts = sees_all_units(session)
    for row in session.scalars(chosen):
        what = f"“{context.stages[row.stage_key].title}”{MOMENT_NAMES[row.kind]}"
        if row.verdict is not Verdict.APPLY:
            what += "未发送" if row.verdict is Verdict.MISS else "已合并"
        elif counts and row.kind is MomentKind.CLOSE:
            what += f"，{row.units} 个单位未报" if row.units else "，没有未报单位"
        elif counts and row.units:
            what += f"，涉及 {row.units} 个单位"
        if row.applied_at - row.at > LATE:
            what += f"（原定 {describe(row.at, context.definition.zone, is_deadline=True)}）"
        key = Key(row.applied_at, Source.MOMENT, row.id)
        yield Act(key, MOMENT_NAMES[row.kind], what, SYSTEM.name, reason=row.because)


def _audited(session: Session, context: BatchContext, before: Key | None, limit: int) -> Iterator[Act]:
    chosen = (
        select(AuditEntry, Unit.name)
        .outerjoin(Unit, Unit.id == AuditEntry.unit_id)
        .where(AuditEntry.batch_id == context.batch.id, AuditEntry.action.in_([action.value for action in AUDITED]))
        .where(*_reach(session, AuditEntry.unit_id))
    )
    rows = session.execute(_older(chosen, AuditEntry.at, AuditEntry.id, Source.AUDIT, before).limit(limit))
    for row, unit in rows:
        what = row.what.removeprefix(f"{unit}：")
        if row.action == Action.CONFIRM_VALUE:
            what = _confirmed(context, what)
        key = Key(row.at, Source.AUDIT, row.id)
        yield Act(key, AUDITED[Action(row.action)], what, row.actor, unit or "", row.reason)


def _confirmed(context: BatchContext, what: str) -> str:
    """Return what was confirmed, in words; an early entry of the log holds a bare path in their place."""
    said = what.removeprefix("推定值：")
    return said if said != what else label_of(context.definition, what.rpartition(" ")[2])


def _calls(session: Session, context: BatchContext, before: Key | None, limit: int) -> Iterator[Act]:
    chosen = select(CallNote).options(joinedload(CallNote.unit)).where(CallNote.batch_id == context.batch.id)
    chosen = _older(chosen, CallNote.called_at, CallNote.id, Source.CALL, before).limit(limit)
    for row in session.scalars(chosen):
        what = f"“{context.stages[row.stage_key].title}”{CHANNELS[row.channel]}催办 {row.person}：{row.result}"
        yield Act(Key(row.called_at, Source.CALL, row.id), "催办记录", what, row.noted_by, row.unit.name)


def _extensions(session: Session, context: BatchContext, before: Key | None, limit: int) -> Iterator[Act]:
    chosen = (
        select(Extension, Unit.name)
        .outerjoin(Unit, Unit.id == Extension.unit_id)
        .where(Extension.batch_id == context.batch.id, *_reach(session, Extension.unit_id))
    )
    rows = session.execute(_older(chosen, Extension.granted_at, Extension.id, Source.EXTENSION, before).limit(limit))
    for row, unit in rows:
        whom = "" if unit else "（全部单位）"
        due = describe(row.due_at, context.definition.zone, is_deadline=True)
        what = f"“{context.stages[row.stage_key].title}”延期至 {due}{whom}"
        key = Key(row.granted_at, Source.EXTENSION, row.id)
        yield Act(key, "延期", what, row.granted_by, unit or "", row.reason)


def _permits(session: Session, context: BatchContext, before: Key | None, limit: int) -> Iterator[Act]:
    chosen = select(LatePermit).options(joinedload(LatePermit.unit)).where(LatePermit.batch_id == context.batch.id)
    chosen = _older(chosen, LatePermit.granted_at, LatePermit.id, Source.PERMIT, before).limit(limit)
    for row in session.scalars(chosen):
        until = describe(row.until, context.definition.zone, is_deadline=True)
        what = f"“{context.stages[row.stage_key].title}”允许补报至 {until}，批准人：{row.approver}"
        yield Act(
            Key(row.granted_at, Source.PERMIT, row.id), "允许补报", what, row.granted_by, row.unit.name, row.reason
        )


def _reach(session: Session, unit_id: InstrumentedAttribute[int | None]) -> list[ColumnElement[bool]]:
    """Return the scope's conditions: acts on the batch as a whole are everybody's, acts on a unit its branch's."""
    mine = in_branch(session, unit_id)
    return [] if mine is None else [or_(unit_id.is_(None), mine)]


SOURCES: tuple[Callable[[Session, BatchContext, Key | None, int], Iterator[Act]], ...] = (
    _moments,
    _audited,
    _calls,
    _extensions,
    _permits,
)
