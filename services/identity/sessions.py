"""Signed-in browsers: rows that the server can end, holding only the hash of what the browser holds (S59-S61)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session, aliased, joinedload

from models import DemoClock, Membership, WebSession
from services.clock import moved

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
TOUCHED_EVERY = timedelta(minutes=1)
"""How exactly `seen_at` is kept; more often would be a write for each page."""
AT_ONCE = 5
TOKEN_BYTES = 32
PLACE = (joinedload(Membership.unit, innerjoin=False), joinedload(Membership.organisation, innerjoin=False))
HELD = aliased(Membership)
OPEN = (
    select(WebSession, select(DemoClock.offset_seconds).scalar_subquery(), HELD.valid_from, HELD.valid_until)
    .join(HELD, HELD.user_id == WebSession.user_id)
    .options(joinedload(WebSession.user), joinedload(WebSession.membership).options(*PLACE))
    .where(WebSession.token_hash == bindparam("token"), WebSession.ended_at.is_(None))
)
"""The session of a token with its person and place, a row for each membership of the person, and the demo's offset.

Kept ready and in one statement, since every page asks it."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a token leads to. now: effective time. choices: how many memberships give the person rights now."""

    found: WebSession
    now: datetime
    choices: int


def start(session: Session, membership: Membership, *, now: datetime, started_at: datetime | None = None) -> str:
    """Begin a session and return its token, which is stored nowhere; the oldest beyond five of a person end.

    started_at: when the person signed in, for a session that replaces another.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        WebSession(
            token_hash=_hashed(token),
            user_id=membership.user_id,
            membership_id=membership.id,
            csrf_secret=secrets.token_hex(TOKEN_BYTES),
            started_at=started_at or now,
            seen_at=now,
        )
    )
    session.flush()
    open_ones = select(WebSession.id).where(WebSession.user_id == membership.user_id, WebSession.ended_at.is_(None))
    newest = open_ones.order_by(WebSession.seen_at.desc(), WebSession.id.desc()).limit(AT_ONCE)
    _end(session, WebSession.id.in_(open_ones) & WebSession.id.not_in(list(session.scalars(newest))), now)
    return token


def resume(session: Session, token: str, *, now: datetime) -> WebSession | None:
    """Return the session of a token with its user, membership and place; None when ended, idle or too old.

    now: wall time.
    """
    resumed = resume_with_clock(session, token, wall=now)
    return resumed.found if resumed is not None else None


def resume_with_clock(session: Session, token: str, *, wall: datetime) -> Resumed | None:
    """Return the session of a token and what a request needs besides; None when ended, idle or too old; one query.

    wall: wall time, by which a session ages; terms of office are business and go by the effective time.
    """
    if not token.isascii() or len(token) > 2 * TOKEN_BYTES:
        return None
    rows = session.execute(OPEN, {"token": _hashed(token)}).all()
    found = rows[0][0] if rows else None
    if found is None or not found.user.is_active:
        return None
    if wall - found.seen_at >= IDLE or wall - found.started_at >= LONGEST:
        return None
    now = moved(wall, rows[0][1])
    choices = sum(begins <= now and (ends is None or now < ends) for _, _, begins, ends in rows)
    return Resumed(found, now, choices)


def is_touch_due(web_session: WebSession, *, now: datetime) -> bool:
    """Tell whether the session's last use should be noted again."""
    return now - web_session.seen_at >= TOUCHED_EVERY


def touch(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that a session is in use."""
    session.execute(
        update(WebSession).where(WebSession.id == session_id, WebSession.seen_at < now).values(seen_at=now)
    )


def change(session: Session, token: str, membership: Membership, *, now: datetime) -> str:
    """Replace a session by one in another membership of the same person, and return its token.

    Whoever knew the old token gains nothing by the new rights; the time of signing in stays.
    """
    old = resume(session, token, now=now)
    started_at = old.started_at if old is not None else now
    sign_out(session, token, now=now)
    return start(session, membership, now=now, started_at=started_at)


def sign_out(session: Session, token: str, *, now: datetime) -> None:
    """End the session of a token, if there is one."""
    _end(session, WebSession.token_hash == _hashed(token), now)


def end_sessions_of(session: Session, user_id: int, *, now: datetime) -> None:
    """End every session of a person."""
    _end(session, WebSession.user_id == user_id, now)


def end_sessions_in(session: Session, membership_id: int, *, now: datetime) -> None:
    """End every session in one membership."""
    _end(session, WebSession.membership_id == membership_id, now)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _end(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    session.execute(
        update(WebSession)
        .where(which, WebSession.ended_at.is_(None))
        .values(ended_at=now)
        .execution_options(synchronize_session="fetch")
    )
