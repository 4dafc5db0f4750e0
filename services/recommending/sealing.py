"""Seals of the unit (盖章): on the form of each case, and on the table of all (汇总表)."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.errors import Conflict, Invalid, Problem
from domain.instants import local_day
from models import ActKind, CaseAct, CaseState
from services.cases.access import get_case, require_holder
from services.cases.acts import Done, record


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
