"""What an export of the other platform would do, row by row, before it does it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor, require
from domain.definition import External, StageKind
from domain.errors import NotFound
from models import Case, CaseState, Organisation
from models.scope import seeing_all
from services.batches.context import BatchContext, load
from services.external.reading import Row, read_rows

OPEN = (CaseState.DRAFT, CaseState.SUBMITTED, CaseState.RETURNED)
"""States in which newer data of the platform are taken over; what a unit has checked stays as it was checked."""


class Effect(StrEnum):
    """What a row does."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Planned:
    """What one row would do, with the case that it is about; None for a new one."""

    row: Row
    effect: Effect
    case: Case | None = None
    because: str = ""


def preview(session: Session, batch_id: int, content: bytes, *, actor: Actor) -> list[Planned]:
    """Return what an export would do, row by row; nothing is stored.

    Raises NotAllowed, NotFound for a batch without another platform, Invalid with every wrong row.
    """
    context = load(session, batch_id)
    require(actor, Action.IMPORT_CASES, context.whole)
    rows = read_rows(session, context, external_of(context), io.BytesIO(content))
    return planned_rows(session, context, rows)


def external_of(context: BatchContext) -> External:
    """Return the other platform on which the batch is filed. Raises NotFound."""
    stage = context.definition.stage_of(StageKind.DECLARE)
    if stage is None or stage.declare is None or stage.declare.external is None:
        raise NotFound("该批次没有设定外部填报平台。")
    return stage.declare.external


def planned_rows(session: Session, context: BatchContext, rows: Sequence[Row]) -> list[Planned]:
    """Return what each row would do; two queries."""
    codes = [row.credit_code for row in rows]
    live = (
        select(Case)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(
            Case.batch_id == context.batch.id,
            Organisation.credit_code.in_(codes),
            Case.state.not_in([CaseState.WITHDRAWN, CaseState.REFUSED]),
        )
        .options(joinedload(Case.organisation), joinedload(Case.unit))
    )
    with seeing_all(session):
        known = {
            (case.organisation.credit_code, case.category_key, case.external_key or ""): case
            for case in session.scalars(live)
        }
    return [_planned(row, known.get((row.credit_code, row.category, row.key))) for row in rows]


def _planned(row: Row, case: Case | None) -> Planned:
    if case is None:
        return Planned(row, Effect.ADDED)
    same = (case.title, case.subtype_key, tuple(case.modes), dict(case.values), case.unit_id) == (
        row.title,
        row.subtype,
        row.modes,
        dict(row.values),
        row.unit_id,
    )
    if same and case.version_no > 0:
        return Planned(row, Effect.UNCHANGED, case)
    if case.state not in OPEN:
        return Planned(row, Effect.KEPT, case, "推荐单位已审核，平台上的改动没有带入；如需更改请先退回补正")
    if case.unit_id != row.unit_id:
        return Planned(row, Effect.KEPT, case, f"推荐单位与已有的“{case.unit.name}”不同，请先变更推荐渠道")
    return Planned(row, Effect.UPDATED, case)
