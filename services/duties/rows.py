"""The rows of duties: made from the facts, kept equal to them."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from domain.duties import Window, expected_duties
from domain.facts import DutyKey, ExtensionRef, TitleRef
from domain.stages import Facts
from models import Duty, Extension, Programme, Title
from services.batches.context import BatchContext
from services.duties.loads import loads, units_of

CHUNK = 1_000


def recompute(session: Session, context: BatchContext) -> dict[DutyKey, Window]:
    """Return every duty of the batch with its window, from units, titles, extensions and dates alone."""
    batch_id = context.batch.id
    facts = Facts(units_of(session, batch_id), _titles(session, context), loads(session, batch_id))
    extensions = [
        ExtensionRef(row.stage_key, row.due_at, row.granted_at, row.unit_id, row.title_id)
        for row in session.scalars(select(Extension).where(Extension.batch_id == batch_id))
    ]
    expected = expected_duties(context.definition, context.milestones(), facts, extensions)
    for key in _settled_by_former_units(session, batch_id, expected):
        del expected[key]
    return expected


def _settled_by_former_units(session: Session, batch_id: int, expected: Iterable[DutyKey]) -> list[DutyKey]:
    """Return the duties about a title that the unit it was in before has settled: nobody owes them again."""
    settled = select(Duty.stage_key, Duty.title_id, Duty.unit_id).where(
        Duty.batch_id == batch_id, Duty.title_id != 0, Duty.settled_as.is_not(None)
    )
    by_title = {(stage_key, title_id): unit_id for stage_key, title_id, unit_id in session.execute(settled)}
    return [key for key in expected if by_title.get((key.stage, key.title_id), key.unit_id) != key.unit_id]


def _titles(session: Session, context: BatchContext) -> list[TitleRef]:
    wanted = [stage.collect.titles for stage in context.definition.stages if stage.collect and stage.collect.titles]
    if not wanted:
        return []
    rows = session.execute(
        select(Title.id, Title.unit_id, Programme.key, Title.batch_no, Title.category, Title.withdrawn_on)
        .join(Programme, Programme.id == Title.programme_id)
        .where(Programme.key.in_({titles.programme for titles in wanted}))
        .order_by(Title.id)
    )
    return [TitleRef(*row[:5], is_valid=row.withdrawn_on is None) for row in rows]


def sync_duties(session: Session, context: BatchContext) -> None:
    """Add the duties that the facts call for and take away the unsettled ones that they no longer do."""
    expected = recompute(session, context)
    present = {
        DutyKey(row.stage_key, row.unit_id, row.title_id): row
        for row in session.execute(
            select(Duty.id, Duty.stage_key, Duty.unit_id, Duty.title_id, Duty.settled_as).where(
                Duty.batch_id == context.batch.id
            )
        )
    }
    gone = [row.id for key, row in present.items() if key not in expected and row.settled_as is None]
    for start in range(0, len(gone), CHUNK):
        session.execute(delete(Duty).where(Duty.id.in_(gone[start : start + CHUNK])))
    new = [
        {
            "batch_id": context.batch.id,
            "stage_key": key.stage,
            "unit_id": key.unit_id,
            "title_id": key.title_id,
            "opens_at": window.opens_at,
            "due_at": window.due_at,
        }
        for key, window in expected.items()
        if key not in present
    ]
    if new:
        session.execute(insert(Duty), new)
