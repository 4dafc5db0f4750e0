"""The session that Flask-Admin works with: the request's own, so that its scope and its one transaction hold."""

from typing import Self

from flask import g
from sqlalchemy.orm import Session, scoped_session, sessionmaker
from sqlalchemy.util import ScopedRegistry

from web import current


class RequestRegistry(ScopedRegistry[Session]):
    """Finds the session that the door opened for the request; makes none and keeps none."""

    def __init__(self) -> None:
        super().__init__(current.db, current.db)

    def __call__(self) -> Session:
        """Return the request's session."""
        return current.db()

    def has(self) -> bool:
        """Tell whether there is a request with a session."""
        return "db" in g

    def set(self, obj: Session) -> None:
        """Refuse: only the door opens sessions. Raises RuntimeError."""
        raise RuntimeError("the door opens the session of a request")

    def clear(self) -> None:
        """Do nothing: the door closes what it opened."""


class RequestSession(scoped_session[Session]):
    """What Flask-Admin takes for the session of an extension; committing stays with the door."""

    def __init__(self) -> None:
        super().__init__(sessionmaker())
        self.registry = RequestRegistry()

    @property
    def session(self) -> Self:
        """Return itself: Flask-Admin asks its extension for a session, and warns of a bare one."""
        return self

    def commit(self) -> None:
        """Refuse: a request commits once, when its answer is known to be no refusal. Raises RuntimeError."""
        raise RuntimeError("the door commits, once a request")
