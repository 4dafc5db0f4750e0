"""The account pages as browsers use them: what a registration sends, and signed-in people of organisations."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from models import Approval, Organisation
from models.scope import Scope
from services.batches.context import get_batch, load
from services.identity import sessions
from services.identity.memberships import choices
from tests.support.accounts import answers, registered
from tests.support.case_rows import credit_code
from tests.support.people import PASSWORD
from tests.support.portal import Browser, Portal

REGISTER = "/batches/batch-2023/register"


def sent(portal: Portal, number: int = 1, unit: int = 1, **changes: str) -> dict[str, str]:
    """Return what the registration's form sends."""
    return {
        **answers(number),
        "unit_id": str(portal.unit(unit)),
        "person_name": f"申报人{number}",
        "person_mobile": f"138{number:08d}",
        "person_email": "",
        "password": PASSWORD,
        "password_again": PASSWORD,
        **changes,
    }


def stranger(portal: Portal) -> Browser:
    browser = Browser(portal.app)
    browser.get(REGISTER)
    return browser


def count(portal: Portal, table: type[object]) -> int:
    with portal.database.read(Scope()) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def applicant(portal: Portal, number: int = 1, code: str = "000001", *, is_approved: bool = False) -> Browser:
    """Return the browser of the n-th organisation's person."""
    with portal.database.write(Scope()) as session:
        done = registered(session, load(session, get_batch(session, "batch-2023").id), number, code=code)
        if is_approved:
            found = session.get_one(Organisation, done.organisation_id)
            found.approval, found.decided_at, found.decided_by = Approval.APPROVED, datetime.now(UTC), "经办人"
        held = choices(session, done.user_id or 0, now=datetime.now(UTC))
        return Browser(portal.app, sessions.start(session, held[0], now=datetime.now(UTC)))


def organisation_id(portal: Portal, number: int = 1) -> int:
    with portal.database.read(Scope()) as session:
        return session.scalars(select(Organisation.id).where(Organisation.credit_code == credit_code(number))).one()
