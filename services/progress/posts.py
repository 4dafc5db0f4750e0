"""The posts that can be handed over (交接): officers and coordinators within the reader's reach."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from domain.access import Actor
from models import Membership, Programme, Unit, User
from services.identity.hand_over import HANDED_OVER
from services.progress.reach import in_branch

SHOWN = 50
READ = 500
"""Rows read before those of other programmes are left out; a search that finds more is too wide anyway."""


def posts(session: Session, search: str, *, actor: Actor, now: datetime) -> Sequence[Membership]:
    """Return the first posts that are held now or later, by the name of person or unit, with both loaded.

    search: part of a person's or a unit's name, or of an account; empty for all.
    """
    chosen = (
        select(Membership)
        .join(User, User.id == Membership.user_id)
        .outerjoin(Unit, Unit.id == Membership.unit_id)
        .options(joinedload(Membership.user), joinedload(Membership.unit))
        .where(
            Membership.role.in_(HANDED_OVER),
            or_(Membership.valid_until.is_(None), Membership.valid_until > now),
            User.is_active.is_(True),
        )
        .order_by(Unit.code, User.name, Membership.id)
        .limit(READ)
    )
    mine = in_branch(session, Membership.unit_id)
    if mine is not None:
        chosen = chosen.where(mine)
    if search:
        columns = (User.name, User.account, Unit.name, Unit.short)
        chosen = chosen.where(or_(*(column.contains(search, autoescape=True) for column in columns)))
    found = session.scalars(chosen).all()
    if actor.programmes is None:
        return found[:SHOWN]
    keys = set(session.scalars(select(Programme.key).where(Programme.id.in_(sorted(actor.programmes)))))
    return [post for post in found if post.programmes and keys.issuperset(post.programmes)][:SHOWN]
