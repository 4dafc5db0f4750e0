"""The audit log: written in the transaction of the act, chained so that a change or a gap shows.

An act that cannot be recorded does not happen: the entry and the act commit together or not at all.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from models import AuditEntry, AuditHead

START = "0" * 64
PAGE = 1_000
WRITTEN = tuple(column.key for column in AuditEntry.__table__.columns if not column.primary_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is recorded of one act.

    what: the thing acted on, in words a person understands. before, after: the values that changed, JSON-able.
    """

    actor: Actor
    now: datetime
    action: Action
    what: str
    batch_id: int | None = None
    unit_id: int | None = None
    reason: str = ""
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)


def record(session: Session, act: Act) -> None:
    """Add an act to the log of this transaction; the end of the chain stays locked until it commits."""
    record_all(session, [act])


def record_all(session: Session, acts: Iterable[Act]) -> None:
    """Add acts to the log in this order, each chained to the one before it, in as few statements as it takes."""
    head = session.execute(select(AuditHead).with_for_update(key_share=True)).scalar_one()
    rows = []
    for act in acts:
        entry = _entry(act, head.digest)
        rows.append({key: getattr(entry, key) for key in WRITTEN})
        head.digest = entry.digest
        head.entries += 1
    session.flush()
    if rows:
        # Nobody asks for the new rows' numbers, and without that both databases take them all at once, in order.
        session.execute(insert(AuditEntry), rows, execution_options={"render_nulls": True})


def _entry(act: Act, previous: str) -> AuditEntry:
    entry = AuditEntry(
        at=act.now,
        actor=act.actor.name,
        user_id=act.actor.user_id,
        role=act.actor.role.value,
        action=act.action.value,
        what=act.what[:200],
        batch_id=act.batch_id,
        unit_id=act.unit_id,
        reason=act.reason[:500],
        changes={"before": dict(act.before), "after": dict(act.after)},
        previous=previous,
    )
    entry.digest = _digest(entry)
    return entry


def ensure_chain(session: Session) -> None:
    """Make the head of an empty chain, once, when a database is set up."""
    if session.execute(select(AuditHead.id)).first() is None:
        session.add(AuditHead(id=1, digest=START, entries=0))
        session.flush()


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check of the whole chain found; `broken_at` is the id of the first entry that does not fit."""

    entries: int
    is_whole: bool
    broken_at: int | None = None
    because: str = ""


def verify(session: Session) -> Verification:
    """Check every entry against the one before it, and the end of the chain against the head.

    Others may write meanwhile: the head as it was before the entries were read must lie within them, and the head as
    it is afterwards must not lie behind them.
    """
    earlier = _end(session)
    ends = {0: START}
    previous, seen, last_id = START, 0, 0
    while True:
        page = session.scalars(
            select(AuditEntry).where(AuditEntry.id > last_id).order_by(AuditEntry.id).limit(PAGE)
        ).all()
        for entry in page:
            if entry.previous != previous or entry.digest != _digest(entry):
                return Verification(seen, False, entry.id, "记录被改动，或其前的记录被删除")
            previous, seen, last_id = entry.digest, seen + 1, entry.id
            if earlier is not None and seen == earlier.entries:
                ends[seen] = previous
        session.expunge_all()
        if len(page) < PAGE:
            break
    ends[seen] = previous
    because = _end_broken_because(ends, seen, earlier, _end(session))
    return Verification(seen, not because, last_id or None if because else None, because)


@dataclass(frozen=True, slots=True)
class _End:
    digest: str
    entries: int


def _end(session: Session) -> _End | None:
    row = session.execute(select(AuditHead.digest, AuditHead.entries)).one_or_none()
    return None if row is None else _End(row.digest, row.entries)


def _end_broken_because(ends: Mapping[int, str], seen: int, earlier: _End | None, later: _End | None) -> str:
    """Return what is wrong with the end of the chain, empty when nothing is. ends: digests by number of entries."""
    if earlier is None or later is None:
        return "链尾的记载被删除"
    if seen < earlier.entries:
        return "末尾的记录被删除"
    if ends.get(earlier.entries) != earlier.digest or seen > later.entries:
        return "末尾的记录与链尾的记载不符"
    return "" if seen < later.entries or ends[seen] == later.digest else "末尾的记录与链尾的记载不符"


def _digest(entry: AuditEntry) -> str:
    """Return the hash of an entry's words and of the digest before it."""
    words = [
        entry.previous,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.user_id,
        entry.role,
        entry.action,
        entry.what,
        entry.batch_id,
        entry.unit_id,
        entry.reason,
        entry.changes,
    ]
    text = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
