"""The smallest valid people, units and memberships, and one password for all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from models import Membership, Programme, Unit, User
from services.identity import passwords, sessions

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PASSWORD = "Xy-12345-z"
ADMIN = Actor("管理员", Role.ADMIN, user_id=9001)
COORDINATOR = Actor("王主任", Role.COORDINATOR, user_id=9002)


@cache
def password_hash() -> str:
    return passwords.hash_password(PASSWORD)


def unit(session: Session, code: str = "410000", upper: Unit | None = None, **changes: Any) -> Unit:
    """Return the unit of a code, made when it is not there."""
    found = session.scalars(select(Unit).where(Unit.code == code)).one_or_none()
    if found is not None:
        return found
    path = f"{upper.path if upper else '/'}{code}/"
    made = Unit(code=code, name=f"{code}工信厅", path=path, upper_id=upper.id if upper else None)
    for name, value in changes.items():
        setattr(made, name, value)
    session.add(made)
    session.flush()
    return made


def programme(session: Session, key: str = "fwxzz") -> Programme:
    """Return the programme of a key, made when it is not there."""
    found = session.scalars(select(Programme).where(Programme.key == key)).one_or_none()
    if found is None:
        found = Programme(key=key, name=key)
        session.add(found)
        session.flush()
    return found


def user(session: Session, account: str = "zhang", **changes: Any) -> User:
    """Return a new user whose password is PASSWORD."""
    made = User(account=account, name=f"{account}先生", password_hash=password_hash(), created_at=NOW)
    for name, value in changes.items():
        setattr(made, name, value)
    session.add(made)
    session.flush()
    return made


def member(session: Session, person: User, role: Role = Role.OFFICER, **changes: Any) -> Membership:
    """Return a new membership; an officer's is in unit 410000 unless another is given."""
    if role is Role.OFFICER and "unit_id" not in changes:
        changes["unit_id"] = unit(session).id
    values: dict[str, Any] = {"programmes": [], "valid_from": NOW, **changes}
    made = Membership(user_id=person.id, role=role, **values)
    session.add(made)
    session.flush()
    return made


def token_of(session: Session, account: str, role: Role, **membership: Any) -> str:
    """Return the token of a new person who has signed in; the membership is their only one."""
    held = member(session, user(session, account), role, **membership)
    return sessions.start(session, held, now=datetime.now(UTC))
