"""Changing the unit by which a case goes up, before that unit has handed it on."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from domain.access import Action, Actor, Role, require
from domain.errors import Conflict
from models import (
    ActKind,
    Case,
    CaseAct,
    CaseFile,
    CaseReturn,
    CaseState,
    CaseVersion,
    CheckAnswer,
    CreditCheck,
    InternalAct,
    Opinion,
    RuleDecision,
    SiteCheck,
    StoredFile,
)
from models.scope import seeing_all
from services.cases.access import CaseInHand, filling, get_case, is_filled_by
from services.cases.acts import Done, record
from services.cases.conditions import channel_of, checked_reason
from services.duties.loads import chain_of, settle_units
from services.duties.windows import require_unit_window
from services.recommending.places import release, require_intake

MOVABLE = (CaseState.DRAFT, CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED)
PARTS: tuple[Any, ...] = (
    *(CaseVersion, CaseFile, CaseAct, CaseReturn),
    *(CheckAnswer, SiteCheck, CreditCheck, RuleDecision, Opinion, InternalAct),
)
"""Rows of a case that its channel's branch sees; they move with it."""


def change_channel(session: Session, case_id: int, unit_id: int, reason: str, *, actor: Actor, now: datetime) -> Case:
    """Move a case to another unit before the present one has forwarded it; every move is in its history (S001-59).

    Its writer may do so, and the coordinator. A submitted case waits to be checked anew by the new unit, in whose
    window the move must lie. Choosing the same unit changes nothing.
    Raises NotAllowed, NotFound, TooEarly, TooLate; Conflict once it has been forwarded; Invalid without a reason,
    which only a case that was never submitted does not need.
    """
    found = get_case(session, case_id, actor=actor, action=filling(actor), lock=True)
    case = found.case
    if not is_filled_by(found, actor):
        require(actor, Action.LIST_APPLICANT, found.context.whole)
    if case.unit_id == unit_id:
        return case
    _require_movable(found)
    text = checked_reason(reason, "请填写变更申报渠道的原因", is_needed=case.version_no > 0)
    unit = channel_of(session, found.context, unit_id, case.organisation)
    require_intake(session, found.context, unit, case.category_key, case.subtype_key)
    if case.state is not CaseState.RETURNED:
        stage = found.context.definition.stage(found.stage.key)
        require_unit_window(session, found.context, stage, unit_id, now)
    before = case.unit
    units = {*chain_of(session, case.unit_id), *chain_of(session, unit_id)}
    _move(session, case, unit_id)
    set_committed_value(case, "unit", unit)
    set_committed_value(case, "at_unit", unit)
    settle_units(session, found.context, units, at=now)
    by_unit = "" if actor.role is Role.APPLICANT else before.name
    detail = {"from": before.name, "to": unit.name}
    record(
        session,
        case,
        Done(ActKind.CHANNEL, filling(actor), now, now, by_unit=by_unit, note=text, detail=detail),
        actor=actor,
    )
    return case


def _require_movable(found: CaseInHand) -> None:
    case = found.case
    if case.state not in MOVABLE or case.at_unit_id != case.unit_id:
        raise Conflict(
            f"申报件已由“{case.unit.name}”报送或已经结束，不能再变更申报渠道（报送前可以变更）。如需改报，请先撤回。"
        )


def _move(session: Session, case: Case, unit_id: int) -> None:
    """Put the case and all its rows into the new unit's branch; what was passed there waits to be checked here."""
    was = case.unit_id
    release(session, case)
    case.unit_id = case.at_unit_id = unit_id
    if case.state is CaseState.PASSED:
        case.state = CaseState.SUBMITTED
    session.flush()
    with seeing_all(session):
        files = select(CaseFile.file_id).where(CaseFile.case_id == case.id)
        session.execute(update(StoredFile).where(StoredFile.id.in_(files)).values(unit_id=unit_id))
        for part in PARTS:
            session.execute(update(part).where(part.case_id == case.id).values(unit_id=unit_id))
        session.execute(
            update(CaseReturn)
            .where(CaseReturn.case_id == case.id, CaseReturn.from_unit_id == was, CaseReturn.ended_at.is_(None))
            .values(from_unit_id=unit_id)
        )
