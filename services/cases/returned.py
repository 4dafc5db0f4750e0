"""The return that a case waits for: what is to be corrected, by whom, until when."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models import CaseReturn, CaseState
from models.scope import seeing_all
from services.cases.access import CaseInHand


def open_return(session: Session, found: CaseInHand) -> CaseReturn | None:
    """Return what the applicant must correct, with the unit that asks for it; None while nothing is."""
    if found.case.state is not CaseState.RETURNED:
        return None
    newest = (
        select(CaseReturn)
        .where(CaseReturn.case_id == found.case.id, CaseReturn.to_unit_id.is_(None), CaseReturn.ended_at.is_(None))
        .options(joinedload(CaseReturn.from_unit))
        .order_by(CaseReturn.number.desc())
    )
    # The case is in hand; the unit that returned it may lie above what its reader sees.
    with seeing_all(session):
        return session.scalars(newest.limit(1)).first()
