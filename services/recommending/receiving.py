"""Receipt of forwarded cases by the office (收件登记): from then on a unit cannot take them back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.errors import Conflict, RuleBroken
from models import ActKind, Case, CaseState
from services.cases.access import get_case
from services.cases.acts import Done, record
from services.recommending.places import lock_cases


def receive(session: Session, case_id: int, *, actor: Actor, now: datetime) -> Case:
    """Note that the office has a case in hand.

    Raises NotFound, NotAllowed; Conflict when it is not forwarded to the office, or received already.
    """
    found = get_case(session, case_id, actor=actor, action=Action.RECEIVE, lock=True)
    case = found.case
    require(actor, Action.RECEIVE, found.context.whole)
    if case.state is not CaseState.FORWARDED:
        raise Conflict(f"申报件“{case.title}”尚未报送至主办处室，不能收件。")
    if case.received_at is not None:
        raise Conflict(f"申报件“{case.title}”已由 {case.received_by} 收件登记。")
    case.received_at, case.received_by = now, actor.name
    done = Done(ActKind.RECEIVED, Action.RECEIVE, now, now, by_unit="主办处室")
    record(session, case, done, actor=actor)
    return case


def receive_many(
    session: Session, case_ids: Sequence[int], *, actor: Actor, now: datetime
) -> tuple[list[Case], dict[int, str]]:
    """Note the receipt of several cases; return those received, and why not by case id for the others."""
    received: list[Case] = []
    refused: dict[int, str] = {}
    lock_cases(session, set(case_ids))
    for case_id in sorted(set(case_ids)):
        try:
            with session.begin_nested():
                received.append(receive(session, case_id, actor=actor, now=now))
        except RuleBroken as refusal:
            refused[case_id] = refusal.sentence
    return received, refused
