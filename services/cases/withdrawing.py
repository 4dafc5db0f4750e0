"""Taking a case back: until its last unit has forwarded it to the office."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Conflict
from domain.milestones import whom_to_ask
from models import ActKind, Case, CaseReturn, CaseState
from models.cases import ENDED
from services.cases.access import CaseInHand, filling, get_case_to_fill
from services.cases.acts import Done, record
from services.cases.conditions import checked_reason
from services.duties.loads import chain_of, settle_units
from services.recommending.places import release


def withdraw(session: Session, case_id: int, reason: str, *, received_at: datetime, actor: Actor) -> Case:
    """Take a case back, at any time until it is with the office; the applicant may then declare another (S004-58).

    Its places are free again; what was typed stays and is proposed for the next case. Repeating it changes nothing.
    Raises NotAllowed, NotFound; Conflict once it has been forwarded or refused; Invalid without a reason, which only
    an unsubmitted draft does not need.
    """
    found = get_case_to_fill(session, case_id, actor=actor, lock=True)
    case = found.case
    if case.state is CaseState.WITHDRAWN:
        return case
    _require_withdrawable(found)
    text = checked_reason(reason, "请填写撤回原因", is_needed=case.version_no > 0)
    was = case.state
    end(session, case, CaseState.WITHDRAWN, at=received_at)
    settle_units(session, found.context, chain_of(session, case.unit_id), at=received_at)
    unit = "" if actor.role is Role.APPLICANT else case.unit.name
    done = Done(
        ActKind.WITHDRAWN,
        filling(actor),
        received_at,
        received_at,
        by_unit=unit,
        note=text,
        detail={"was": was.value, "at": case.at_unit.name},
    )
    record(session, case, done, actor=actor)
    return case


def end(session: Session, case: Case, state: CaseState, *, at: datetime) -> None:
    """Bring a case to one of its ends: it holds no place any more, and the applicant may declare another.

    Also for a refusal (不予推荐); the caller settles the units and writes the history.
    """
    case.state, case.claim, case.correct_by = state, None, None
    open_returns = select(CaseReturn).where(CaseReturn.case_id == case.id, CaseReturn.ended_at.is_(None))
    for row in session.scalars(open_returns):
        row.ended_at = at
    session.flush()
    release(session, case)


def _require_withdrawable(found: CaseInHand) -> None:
    case = found.case
    if case.state is CaseState.FORWARDED:
        raise Conflict(
            "申报件已由推荐单位报送至主办处室，不能再自行撤回（报送前可以撤回）。"
            f"如确需撤回，请联系{whom_to_ask(found.definition)}。"
        )
    if case.state in ENDED:
        raise Conflict("申报件已作不予推荐处理，无须撤回；可另行申报。")
