"""What lies in a unit's parcel: the forms that it has sealed (盖章), a line for each, and what goes along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor
from domain.definition import Stage, StageKind
from domain.errors import Conflict, Invalid, Problem
from domain.instants import local_day
from models import ActKind, Case, CaseAct, CaseState, Duty
from models.duties import Exemption
from services.batches.context import BatchContext
from services.cases.access import get_case, require_holder
from services.cases.acts import Done, record
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


def seal(session: Session, case_id: int, *, held_on: date, actor: Actor, now: datetime) -> CaseAct:
    """Note that the unit has sealed the form of a case, version by version (S003-38).

    Raises NotFound, NotAllowed, Conflict for a case that has not passed or is sealed already, Invalid for a day to
    come.
    """
    found = get_case(session, case_id, actor=actor, action=Action.RECOMMEND, lock=True)
    unit = require_holder(found, actor=actor, action=Action.RECOMMEND)
    case, today = found.case, local_day(now, found.context.definition.zone)
    if case.state not in {CaseState.PASSED, CaseState.FORWARDED}:
        raise Conflict(f"申报件“{case.title}”初审通过后才能登记盖章。")
    if held_on > today:
        raise Invalid([Problem("held_on", str(held_on), "盖章日期不能晚于今天", f"不晚于 {today}")])
    sealed = select(CaseAct.id).where(
        CaseAct.case_id == case.id,
        CaseAct.kind == ActKind.SEALED,
        CaseAct.by_unit == unit.name,
        CaseAct.version_no == case.version_no,
    )
    if session.execute(sealed.limit(1)).first() is not None:
        raise Conflict(f"申报件“{case.title}”第 {case.version_no} 版已登记盖章。")
    detail = {"held_on": held_on.isoformat()}
    done = Done(ActKind.SEALED, Action.RECOMMEND, now, now, by_unit=unit.name, is_open=False, detail=detail)
    return record(session, case, done, actor=actor)
