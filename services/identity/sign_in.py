"""Signing in, in three steps, so that no transaction is open while a password is hashed.

`begin` counts the try as failed and commits, `prove` works on nothing but the two texts, `finish` takes the try back
and starts a session: a database that only one may write to is never held by a queue of people signing in. An unknown
name and a wrong password get the same sentence after the same time (S52).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.errors import NotAllowed
from models import Admission, AdmissionEnd, Membership, User
from services.identity import memberships, passwords, sessions, throttle
from services.identity.users import find_by_sign_in_name

WRONG = "账号或密码不正确。"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in.

    name: as typed. address: of the client. devices: the browser's marks by the id of the person who signed in there.
    """

    name: str
    address: str
    devices: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who may be trying to sign in. user_id, password_hash: None when nobody active has that name."""

    reservation: throttle.Reservation
    user_id: int | None = None
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """That a candidate knows the password. new_hash: at today's costs, None when the stored one has them."""

    candidate: Candidate
    new_hash: str | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has begun. choices: all memberships that the person may act in now."""

    token: str
    user: User
    membership: Membership
    choices: tuple[Membership, ...]


def begin(session: Session, attempt: Attempt, *, now: datetime) -> Candidate:
    """Look up a name and count the try; commit before `prove`. now: wall time. Raises TryLater."""
    user = find_by_sign_in_name(session, attempt.name)
    device = attempt.devices.get(user.id) if user is not None else None
    origin = throttle.Origin(attempt.name, attempt.address, device)
    reservation = throttle.reserve(session, origin, now=now)
    if user is None or not user.is_active:
        return Candidate(reservation)
    return Candidate(reservation, user.id, user.password_hash)


def prove(candidate: Candidate, password: str) -> Proof:
    """Check a password. Raises NotAllowed when it does not fit, TryLater when too many are being checked."""
    if not passwords.is_right(candidate.password_hash, password) or candidate.password_hash is None:
        raise NotAllowed(WRONG, code="wrong_password")
    is_outdated = passwords.needs_rehash(candidate.password_hash)
    return Proof(candidate, passwords.hash_password(password) if is_outdated else None)


def finish(session: Session, proof: Proof, *, now: datetime, effective_now: datetime) -> SignedIn:
    """Start a session in the first valid membership.

    now: wall time, for the session. effective_now: for the terms of office.
    Raises NotAllowed when the account or its password changed meanwhile, or when it has no membership.
    """
    candidate = proof.candidate
    user = session.get(User, candidate.user_id)
    if user is None or not user.is_active or user.password_hash != candidate.password_hash:
        raise NotAllowed(WRONG, code="wrong_password")
    choices = memberships.choices(session, user.id, now=effective_now)
    if not choices:
        raise NotAllowed(_without_membership(session, user), code="no_membership")
    throttle.forgive(session, candidate.reservation, now=now)
    if proof.new_hash is not None:
        user.password_hash = proof.new_hash
    token = sessions.start(session, choices[0], now=now)
    return SignedIn(token, user, choices[0], tuple(choices))


def _without_membership(session: Session, user: User) -> str:
    """Return why somebody who is who they say cannot begin: a request that waits, was refused, or nothing at all."""
    asked = session.scalars(
        select(Admission)
        .options(joinedload(Admission.organisation))
        .where(Admission.user_id == user.id, Admission.token_hash.is_(None))
        .order_by(Admission.id.desc())
        .limit(1)
    ).first()
    if asked is None or asked.organisation is None or asked.outcome is AdmissionEnd.ACCEPTED:
        return "您的账号目前没有有效的身份，请联系上级推荐单位或主办处室管理员。"
    if asked.outcome is AdmissionEnd.REFUSED:
        return f"您加入“{asked.organisation.name}”的申请未获同意：{asked.reason}。如有疑问，请联系推荐单位。"
    return f"您加入“{asked.organisation.name}”的申请还在等待该单位的同事或推荐单位同意，同意后即可登录。"
