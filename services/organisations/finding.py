"""Finding an organisation, and the people who act for it."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from domain.credit_code import normal_credit_code
from domain.errors import NotFound
from models import Membership, Organisation, User

MOST_PEOPLE = 100


def by_credit_code(session: Session, code: str) -> Organisation | None:
    """Return the organisation with a credit code, as typed; None when there is none within the session's scope."""
    try:
        wanted = normal_credit_code(code)
    except ValueError:
        return None
    return session.scalars(select(Organisation).where(Organisation.credit_code == wanted)).one_or_none()


def get_organisation(session: Session, organisation_id: int, *, lock: bool = False) -> Organisation:
    """Return an organisation. Raises NotFound, also outside the scope."""
    statement = select(Organisation).options(joinedload(Organisation.unit)).where(Organisation.id == organisation_id)
    if lock:
        statement = statement.with_for_update(key_share=True, of=Organisation).execution_options(
            populate_existing=True
        )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("没有这个申报单位。")
    return found


def people_of(session: Session, organisation: Organisation, *, now: datetime) -> list[User]:
    """Return who may act for an organisation now, at most a hundred, in the order in which they came."""
    held = (
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.organisation_id == organisation.id,
            Membership.valid_from <= now,
            or_(Membership.valid_until.is_(None), Membership.valid_until > now),
            User.is_active,
        )
        .order_by(Membership.id)
        .limit(MOST_PEOPLE)
    )
    return list(session.scalars(held).unique())
