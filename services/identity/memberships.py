"""Memberships: the only source of rights; the actor of a request is one of them, chosen by its holder."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, joinedload

from domain.access import ROLE_NAMES, Action, Actor, Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from models import Membership, Organisation, Post, Unit, User
from services.audit import Act, record
from services.identity import sessions
from services.identity.programmes import ids_of, unknown_among
from services.identity.reach import require_reach, require_reach_of

SEES_ALL = frozenset({Role.ADMIN, Role.COORDINATOR, Role.AUDITOR})
"""Who sees every unit when the membership names none; anybody else then sees no unit."""
NO_BRANCH = "//"
"""A path that no unit has."""
APART = frozenset({Role.ADMIN, Role.AUDITOR})
"""Never held by one person: who manages the system does not judge its log (三员分立)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A membership to give.

    unit_id: None for a role that is not tied to a unit. organisation_id: the applicant to act for; None for others.
    programmes: keys, none for all. valid_from: None for now.
    """

    user_id: int
    role: Role
    unit_id: int | None = None
    organisation_id: int | None = None
    programmes: tuple[str, ...] = ()
    post: Post = Post.A
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def grant(session: Session, wanted: Grant, *, actor: Actor, now: datetime) -> Membership:
    """Give a person a membership.

    Raises NotAllowed, NotFound, Invalid; Conflict for roles that exclude each other.
    """
    require_reach_of(session, wanted.unit_id, wanted.programmes, actor=actor, action=Action.MANAGE_USERS)
    user = session.get(User, wanted.user_id)
    if user is None:
        raise NotFound("没有这个用户。")
    valid_from = wanted.valid_from or now
    problems = list(_problems(session, wanted, valid_from))
    if problems:
        raise Invalid(problems)
    _require_apart(session, wanted, valid_from)
    membership = Membership(
        user_id=user.id,
        unit_id=wanted.unit_id,
        organisation_id=wanted.organisation_id,
        role=wanted.role,
        programmes=list(wanted.programmes),
        post=wanted.post,
        valid_from=valid_from,
        valid_until=wanted.valid_until,
    )
    session.add(membership)
    session.flush()
    what, after = _what(membership), _values(membership)
    record(
        session,
        Act(actor=actor, now=now, action=Action.MANAGE_USERS, what=what, unit_id=membership.unit_id, after=after),
    )
    return membership


def end(session: Session, membership_id: int, *, actor: Actor, now: datetime, reason: str = "") -> Membership:
    """End a membership and its sessions now. Raises NotAllowed, NotFound; Conflict when it has ended already."""
    membership = session.get(Membership, membership_id)
    if membership is None:
        raise NotFound("没有这项身份。")
    require_reach(session, membership, actor=actor, action=Action.MANAGE_USERS)
    before = _values(membership)
    stop(session, membership, at=now, now=now)
    act = Act(
        actor=actor,
        now=now,
        action=Action.MANAGE_USERS,
        what=_what(membership),
        unit_id=membership.unit_id,
        reason=reason,
        before=before,
        after=_values(membership),
    )
    record(session, act)
    return membership


def stop(session: Session, membership: Membership, *, at: datetime, now: datetime) -> None:
    """Let a membership end at an instant; its sessions end at once when that is not in the future.

    Raises Conflict when it ends before that anyway.
    """
    if membership.valid_until is not None and membership.valid_until <= at:
        raise Conflict("这项身份在此之前已经结束。")
    membership.valid_until = max(at, membership.valid_from)
    session.flush()
    if at <= now:
        sessions.end_sessions_in(session, membership.id, now=now)


def choices(session: Session, user_id: int, *, now: datetime) -> list[Membership]:
    """Return the memberships that give a person rights now, with their units; A posts first, oldest first.

    now: effective time, since terms of office are business.
    """
    found = session.scalars(
        select(Membership)
        .options(joinedload(Membership.unit), joinedload(Membership.organisation))
        .where(*_in_force(user_id, now))
        .order_by(Membership.post, Membership.valid_from, Membership.id)
    )
    return list(found)


def _in_force(user_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    has_begun = Membership.valid_from <= now
    is_not_over = or_(Membership.valid_until.is_(None), Membership.valid_until > now)
    return Membership.user_id == user_id, has_begun, is_not_over


def actor_of(session: Session, membership: Membership, *, now: datetime) -> Actor:
    """Return the actor that a membership makes of its holder; the session must see every unit and programme.

    Raises NotAllowed when the membership is not valid now or its holder is switched off.
    """
    is_valid = membership.valid_from <= now and (membership.valid_until is None or now < membership.valid_until)
    if not is_valid or not membership.user.is_active:
        raise NotAllowed("这项身份已经失效，请重新登录。", code="membership_ended")
    programmes = ids_of(session, membership.programmes)
    name, role, branch = membership.user.name, membership.role, _branch(membership)
    return Actor(name, role, membership.user_id, branch, programmes, membership.organisation_id)


def _branch(membership: Membership) -> str | None:
    """Return the branch that a membership opens; None for all units.

    An applicant is narrowed by its organisation instead: it may know every unit, and sees no unit's rows but its own.
    """
    if membership.organisation_id is not None:
        return None
    if membership.unit is not None:
        return membership.unit.path
    return None if membership.role in SEES_ALL else NO_BRANCH


def title_of(membership: Membership) -> str:
    """Return a membership in words, "经办人（B 岗） · 河南省工业和信息化厅"."""
    post = "（B 岗）" if membership.post is Post.B else ""
    place = place_of(membership)
    return f"{ROLE_NAMES[membership.role]}{post}{f' · {place}' if place else ''}"


def place_of(membership: Membership) -> str | None:
    """Return the name of the organisation or unit that a membership is in; None where it is in none."""
    place = membership.organisation or membership.unit
    return place.name if place is not None else None


def _problems(session: Session, wanted: Grant, valid_from: datetime) -> Iterator[Problem]:
    if wanted.role is Role.SYSTEM:
        yield Problem("role", ROLE_NAMES[wanted.role], "这是系统自身的身份，不能授予人员")
    if wanted.role is Role.OFFICER and wanted.unit_id is None:
        yield Problem("unit_id", "", "经办人必须属于一个推荐单位")
    if wanted.unit_id is not None and session.get(Unit, wanted.unit_id) is None:
        yield Problem("unit_id", str(wanted.unit_id), "没有这个推荐单位")
    if wanted.organisation_id is not None and wanted.role is not Role.APPLICANT:
        yield Problem("organisation_id", ROLE_NAMES[wanted.role], "只有“申报单位”的身份属于一个申报单位")
    elif wanted.organisation_id is not None and session.get(Organisation, wanted.organisation_id) is None:
        yield Problem("organisation_id", str(wanted.organisation_id), "没有这个申报单位")
    for key in unknown_among(session, wanted.programmes):
        yield Problem("programmes", key[:80], "没有这个项目")
    if wanted.valid_until is not None and wanted.valid_until <= valid_from:
        yield Problem("valid_until", "", "结束时间应晚于开始时间")


def _require_apart(session: Session, wanted: Grant, valid_from: datetime) -> None:
    if wanted.role not in APART:
        return
    others = session.scalars(
        select(Membership.role).where(
            Membership.user_id == wanted.user_id,
            Membership.role.in_(APART - {wanted.role}),
            or_(Membership.valid_until.is_(None), Membership.valid_until > valid_from),
        )
    ).first()
    if others is not None:
        raise Conflict(f"同一人不能同时是{ROLE_NAMES[others]}和{ROLE_NAMES[wanted.role]}，请授予另一人。")


def _what(membership: Membership) -> str:
    return f"{membership.user.name}：{title_of(membership)}"


def _values(membership: Membership) -> dict[str, object]:
    ends = membership.valid_until
    return {
        "role": membership.role.value,
        "unit_id": membership.unit_id,
        "organisation_id": membership.organisation_id,
        "programmes": list(membership.programmes),
        "post": membership.post.value,
        "valid_from": membership.valid_from.isoformat(),
        "valid_until": ends.isoformat() if ends else None,
    }
