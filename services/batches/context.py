"""Everything that a use case needs to know of one batch, read once per transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from domain.access import Subject
from domain.calendar import Calendar
from domain.definition import Definition
from domain.errors import NotFound
from domain.milestones import BatchState, Deadline, Milestone, StageState, milestones
from domain.plan import Moment, plan
from models import AppliedMoment, Batch, BatchStage, BatchUnit, BatchVersion, Extension, Unit
from services.calendar import official_calendar
from services.definitions.reading import from_canonical

MOST_PARSED = 128
_parsed: dict[str, Definition] = {}
"""Definitions by the digest of their text, so that a long one is neither read nor parsed again and again.

They are frozen, so sharing them is safe.
"""


OF_BATCH = bindparam("batch", type_=Integer)
BY_CODE = select(Batch).where(Batch.code == bindparam("code")).options(joinedload(Batch.programme))
VERSIONS = select(BatchVersion.id, BatchVersion.digest).where(BatchVersion.batch_id == OF_BATCH)
NEWEST = VERSIONS.order_by(BatchVersion.revision.desc()).limit(1)
NUMBERED = aliased(BatchVersion)
LATEST = select(func.max(NUMBERED.revision)).where(NUMBERED.batch_id == Batch.id).scalar_subquery()
APPLIED = select(func.aggregate_strings(AppliedMoment.key, "\n")).where(AppliedMoment.batch_id == Batch.id)
EXTENDED = select(Extension.id).where(Extension.batch_id == Batch.id, Extension.unit_id.is_not(None))
WHOLE = (
    select(Batch, BatchStage, BatchVersion.id, BatchVersion.digest)
    .add_columns(APPLIED.scalar_subquery().label("applied"), EXTENDED.exists().label("is_extended"))
    .select_from(Batch)
    .join(BatchVersion, and_(BatchVersion.batch_id == Batch.id, BatchVersion.revision == LATEST))
    .outerjoin(BatchStage, BatchStage.batch_id == Batch.id)
    .options(joinedload(Batch.programme))
    .order_by(BatchStage.position)
)
WHOLE_BY_ID, WHOLE_BY_CODE = WHOLE.where(Batch.id == OF_BATCH), WHOLE.where(Batch.code == bindparam("code"))
EXTENSIONS = (
    select(Extension)
    .where(Extension.batch_id == OF_BATCH, Extension.unit_id.is_not(None))
    .order_by(Extension.granted_at)
)
"""What every page of a batch asks; kept ready, since putting a statement together takes longer than running it."""

ROOT = "/"
"""The path above every unit's."""


@dataclass(frozen=True, slots=True)
class BatchContext:
    """A batch with its definition in force, the rows of its stages by key, and what has happened."""

    batch: Batch
    definition: Definition
    stages: dict[str, BatchStage]
    state: BatchState
    calendar: Calendar

    @property
    def subject(self) -> Subject:
        """Return the batch as a subject of access, whoever's units are meant."""
        return Subject(programme_id=self.batch.programme_id)

    @property
    def whole(self) -> Subject:
        """Return the batch with all its units: who works in one branch may not act on it."""
        return Subject(programme_id=self.batch.programme_id, unit_path=ROOT)

    def of_unit(self, session: Session, unit_id: int) -> Subject:
        """Return one unit's part in the batch. Raises NotFound for a unit that takes no part, or is not in scope."""
        path = session.scalar(
            select(Unit.path)
            .join(BatchUnit, BatchUnit.unit_id == Unit.id)
            .where(BatchUnit.batch_id == self.batch.id, Unit.id == unit_id)
        )
        if path is None:
            raise NotFound("该单位不在本批次中。")
        return Subject(programme_id=self.batch.programme_id, unit_path=path)

    def milestones(self) -> dict[str, Milestone]:
        """Return the milestone of every stage."""
        return milestones(self.definition, self.state, self.calendar)

    def plan(self, until: datetime | None = None) -> list[Moment]:
        """Return the moments that are not in the ledger yet."""
        return plan(self.definition, self.state, self.calendar, until=until)


def get_batch(session: Session, code: str) -> Batch:
    """Return the batch with this code. Raises NotFound, also for a batch outside the session's scope."""
    batch = session.scalars(BY_CODE, {"code": code}).one_or_none()
    if batch is None:
        raise _unknown(code)
    return batch


def load_by_code(session: Session, code: str) -> BatchContext:
    """Return the context of the batch with this code. Raises NotFound, also for one outside the session's scope."""
    rows = session.execute(WHOLE_BY_CODE, {"code": code}).all()
    if not rows:
        raise _unknown(code)
    return _context_of(session, rows)


def _unknown(code: str) -> NotFound:
    return NotFound(f"没有编号为“{code}”的批次。")


def load(session: Session, batch_id: int, *, lock: bool = False) -> BatchContext:
    """Return the context of a batch; `lock` keeps other writers off its row until the transaction ends.

    Raises NotFound.
    """
    if lock:
        # By itself, so that what is read behind it has all that others did before they let go.
        session.execute(select(Batch.id).where(Batch.id == batch_id).with_for_update(key_share=True))
    rows = session.execute(WHOLE_BY_ID, {"batch": batch_id}, execution_options={"populate_existing": lock}).all()
    if not rows:
        raise NotFound("没有这个批次。")
    return _context_of(session, rows)


def _context_of(session: Session, rows: Sequence[Any]) -> BatchContext:
    """Return the context of a batch. rows: of WHOLE, one for each of its stages, or one without a stage."""
    first = rows[0]
    stages = {row.BatchStage.key: row.BatchStage for row in rows if row.BatchStage is not None}
    extensions = session.scalars(EXTENSIONS, {"batch": first.Batch.id}).all() if first.is_extended else ()
    state = _state(stages, extensions, frozenset((first.applied or "").split()))
    return BatchContext(first.Batch, _parsed_version(session, first), stages, state, official_calendar())


def reload(session: Session, context: BatchContext) -> BatchContext:
    """Return the context after changes made in this transaction."""
    session.flush()
    return load(session, context.batch.id)


def definition_of(session: Session, batch: Batch) -> Definition:
    """Return the definition of the batch's newest revision."""
    return _parsed_version(session, session.execute(NEWEST, {"batch": batch.id}).one())


def definition_at(session: Session, batch: Batch, revision: int) -> Definition:
    """Return the definition of one revision of the batch, which a case started under it keeps."""
    wanted = VERSIONS.where(BatchVersion.revision == revision)
    return _parsed_version(session, session.execute(wanted, {"batch": batch.id}).one())


def _parsed_version(session: Session, version: Any) -> Definition:
    """Return the definition of a row with `id` and `digest` of a version."""
    found = _parsed.get(version.digest)
    if found is None:
        document = session.scalars(select(BatchVersion.document).where(BatchVersion.id == version.id)).one()
        found = from_canonical(json.dumps(document, ensure_ascii=False, sort_keys=True))
        if len(_parsed) >= MOST_PARSED:
            _parsed.clear()
        _parsed[version.digest] = found
    return found


def _state(stages: dict[str, BatchStage], extensions: Sequence[Extension], applied: frozenset[str]) -> BatchState:
    special: dict[str, dict[datetime, Deadline]] = {key: {} for key in stages}
    for extension in extensions:
        base = stages[extension.stage_key].due_at
        if base is None or extension.due_at > base:
            deadline = Deadline(extension.due_at, since=extension.granted_at, is_base=False)
            special[extension.stage_key].setdefault(extension.due_at, deadline)
    return BatchState({key: _stage_state(row, special[key]) for key, row in stages.items()}, applied)


def _stage_state(row: BatchStage, special: dict[datetime, Deadline]) -> StageState:
    is_fixed = row.due_at is not None and (row.due_since is not None or row.opened_at is not None)
    return StageState(
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        base=Deadline(row.due_at, since=row.due_since) if is_fixed and row.due_at else None,
        special=tuple(special.values()),
        settled_at=row.settled_at,
    )
