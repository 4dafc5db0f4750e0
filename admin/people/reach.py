"""Which memberships and people a limited administrator sees: those within the own branch and programmes.

The tables of people have no scope of their own, because who signs in is looked up before any scope is known.
"""

from typing import Any

from sqlalchemy import or_, select

from domain.access import Actor
from models import Membership, Programme, Unit, User
from web import current


def within(query: Any, actor: Actor) -> Any:
    """Return a query for memberships without those that are wider than the actor's own."""
    if actor.branch is not None:
        query = query.filter(Membership.unit_id.in_(select(Unit.id)))
    if actor.programmes is not None:
        query = query.filter(Membership.id.in_(_of_own_programmes(actor)))
    return query


def people_within(query: Any, actor: Actor) -> Any:
    """Return a query for people who hold something within the actor's reach, and for new ones without anything."""
    if actor.branch is None and actor.programmes is None:
        return query
    own = within(current.db().query(Membership.user_id), actor)
    return query.filter(or_(User.id.in_(own.subquery().select()), ~User.memberships.any()))


def _of_own_programmes(actor: Actor) -> list[int]:
    """Return the memberships bound to some of the actor's programmes and to no other; the list in a row is JSON."""
    own = set(current.db().scalars(select(Programme.key).where(Programme.id.in_(actor.programmes or ()))))
    found = current.db().execute(select(Membership.id, Membership.programmes))
    return [row.id for row in found if row.programmes and own.issuperset(row.programmes)]


def programme_names() -> dict[str, str]:
    """Return the names of the programmes within the reader's scope, by key."""
    found = current.db().execute(select(Programme.key, Programme.name).order_by(Programme.name))
    return {row.key: row.name for row in found}
