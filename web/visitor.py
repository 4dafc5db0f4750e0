"""Who is asking: the session behind a cookie, the membership chosen in it, and the actor that these make."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from domain.access import ROLE_NAMES, Actor
from domain.errors import NotAllowed
from models import WebSession
from models.scope import Scope
from models.session import Database
from services.clock import effective
from services.identity import memberships, sessions


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in person in one membership.

    unit: name of its unit or organisation, None without one. choices: memberships to act in.
    """

    actor: Actor
    user_id: int
    membership_id: int
    unit: str | None
    choices: int
    csrf_secret: str

    @property
    def role(self) -> str:
        """Return the role in words."""
        return ROLE_NAMES[self.actor.role]


@dataclass(frozen=True, slots=True)
class Asking:
    """A request's effective now, and its visitor; None when nobody is signed in."""

    now: datetime
    visitor: Visitor | None


def find_out(database: Database, token: str | None, wall: datetime) -> Asking:
    """Return who asks, in a short transaction of its own, and note that the session is in use."""
    with database.read(Scope()) as session:
        return find_out_in(session, database, token, wall)


def find_out_in(session: Session, database: Database, token: str | None, wall: datetime) -> Asking:
    """Return who asks, and note that the session is in use. session: one that sees everything.

    Rights are looked up at each request, so that a hand-over or a switched-off account takes effect at once (S09).
    """
    resumed = sessions.resume_with_clock(session, token, wall=wall) if token else None
    if resumed is None:
        return Asking(effective(session, wall), None)
    found, now = resumed.found, resumed.now
    try:
        actor = memberships.actor_of(session, found.membership, now=now)
    except NotAllowed:
        return Asking(now, None)
    visitor = Visitor(
        actor=actor,
        user_id=found.user_id,
        membership_id=found.membership_id,
        unit=memberships.place_of(found.membership),
        choices=resumed.choices,
        csrf_secret=found.csrf_secret,
    )
    if sessions.is_touch_due(found, now=wall):
        _touch(database, found, wall)
    return Asking(now, visitor)


def _touch(database: Database, found: WebSession, wall: datetime) -> None:
    """Note the use of a session; a database that is busy for long may forget one minute of it."""
    try:
        with database.mark() as session:
            sessions.touch(session, found.id, now=wall)
    except OperationalError:
        return
