"""Accounts of people who come by themselves: made once, and never told apart from those that are known already."""

import secrets
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models import User
from services.organisations.forms import NewPerson


def new_account(session: Session, person: NewPerson, prefix: str, now: datetime) -> User | None:
    """Return a new account with a name that nobody could guess; None when the number or address has one.

    prefix: two letters that tell how the person came.
    """
    user = User(
        account=f"{prefix}{secrets.token_hex(6)}",
        name=person.name,
        mobile=person.mobile,
        email=person.email or None,
        password_hash=person.password_hash,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError:
        return None
    return user
