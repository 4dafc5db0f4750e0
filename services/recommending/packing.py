"""The list of what lies in a unit's parcel: a line for each volume, and the explanations that go along."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.definition import Stage, StageKind
from models import Case, Duty
from models.duties import Exemption
from services.batches.context import BatchContext
from services.progress.dispatch import dispatch


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list. copies: how many; None where the definition does not say. case_id: of a volume."""

    label: str
    note: str = ""
    copies: int | None = None
    case_id: int | None = None
    is_ready: bool = True


def packing_list(
    session: Session, context: BatchContext, stage: Stage, unit_id: int, cases: Sequence[Case]
) -> list[Line]:
    """Return what a unit's parcel holds: its forwarded cases, then what goes along (S003-53, S004-30).

    stage: the recommend stage. cases: those that the unit has forwarded, in their order. Stages that ask for no paper
    add nothing (S003-51). One query.
    """
    paper = stage.recommend.paper if stage.recommend is not None else None
    copies = paper.copies if paper is not None else None
    per_case = f"单独装订，一式 {copies} 份" if paper is not None and paper.per_case else ""
    lines = [Line(case.title, per_case, copies, case.id) for case in cases]
    duties = session.scalars(
        select(Duty)
        .where(Duty.batch_id == context.batch.id, Duty.unit_id == unit_id)
        .options(joinedload(Duty.title), joinedload(Duty.exemption).joinedload(Exemption.file))
        .order_by(Duty.stage_key, Duty.id)
    ).all()
    for parcel in dispatch(context, [duty for duty in duties if _is_collected(context, duty)]).parcels:
        if parcel.title == stage.title:
            lines += [Line(item.label, item.note, is_ready=item.is_ready) for item in parcel.items[1:]]
    return lines


def _is_collected(context: BatchContext, duty: Duty) -> bool:
    return context.definition.stage(duty.stage_key).kind is StageKind.COLLECT
