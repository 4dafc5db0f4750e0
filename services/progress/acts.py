"""The record of a batch (过程记录): what people did and what the clock did, in one list, the newest first.

Read on from a key, so that a page deep in the past costs what the first one does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from domain.access import Action
from domain.instants import describe
from domain.plan import MomentKind
from domain.triage import Verdict
from models import AppliedMoment, AuditEntry, CallNote, Extension, LatePermit, Unit
from models.contacts import Channel
from services.batches.context import BatchContext
from services.progress.reach import in_branch, sees_all_units

PAGE_ACTS = 50


class Source(IntEnum):
    """Where an act is recorded; of acts at one instant the higher number is shown first."""

    MOMENT = 0
    AUDIT = 1
    CALL = 2
    EXTENSION = 3
    PERMIT = 4


ACTIONS: Mapping[Action, str] = {
    Action.EDIT_DEFINITION: "修改定义",
    Action.CONFIRM_VALUE: "确认推定值",
    Action.PUBLISH_BATCH: "发布",
    Action.PAUSE_BATCH: "暂停或恢复",
    Action.CLOSE_STAGE: "结束环节",
    Action.ANSWER: "报送",
    Action.EXEMPT: "免报说明",
    Action.MANAGE_CONTACTS: "联系人",
    Action.HAND_OVER: "交接",
    Action.DECIDE_MAIL: "处理邮件",
}
"""The acts that are told from the audit log; what has rows of its own is told from these, with more to say."""
MOMENTS: Mapping[MomentKind, str] = {
    MomentKind.CLOSE: "截止",
    MomentKind.OPEN: "开放",
    MomentKind.REMIND: "提醒",
    MomentKind.ESCALATE: "提请催办",
}
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
        return f"{self.at.timestamp():.6f}~{self.source:d}~{self.id}"


@dataclass(frozen=True, slots=True)
class Act:
    """One act. what: in words. who: "系统" for the clock. unit: its name, empty for an act on the batch as a whole."""

    key: Key
    kind: str
    what: str
    who: str
    unit: str = ""
    reason: str = ""

    @property
    def at(self) -> datetime:
        """Return when it was done, or for what the clock does, when it was planned for."""
        return self.key.at


@dataclass(frozen=True, slots=True)
class Acts:
    """A stretch of the record. older: key to read on from, None at the beginning of the batch."""

    acts: list[Act]
    older: Key | None


def acts(session: Session, context: BatchContext, before: Key | None = None, limit: int = PAGE_ACTS) -> Acts:
    """Return what was done in a batch before a key, the newest first, in six queries."""
    found = [act for source in SOURCES for act in source(session, context, before, limit + 1)]
    ordered = sorted(found, key=lambda act: act.key, reverse=True)
    shown = ordered[:limit]
    return Acts(shown, shown[-1].key if len(ordered) > limit else None)
