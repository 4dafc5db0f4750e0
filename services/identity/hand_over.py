"""交接: at an instant a successor takes over a post, and whoever held it is out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Role
from domain.errors import Invalid, NotAllowed, NotFound, Problem
from models import Batch, BatchState, Contact, Membership, User
from services.audit import Act, record
from services.identity import memberships
from services.identity.programmes import ids_of
from services.identity.reach import require_reach

HANDED_OVER = frozenset({Role.OFFICER, Role.COORDINATOR})
"""Posts of an office; other roles are granted and ended by an administrator."""
STILL_RUNS = frozenset({BatchState.RUNNING, BatchState.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Who hands over to whom, from when, and why."""

    from_membership_id: int
    to_user_id: int
    at: datetime
    reason: str


def hand_over(session: Session, wanted: HandOver, *, actor: Actor, now: datetime) -> Membership:
    """Move a post with its duties to a successor, and return the successor's membership.

    Open duties belong to the unit and so need no move; contacts of running batches that are the former officer become
    the successor. An instant in the future takes effect by the dates of validity. now: effective time.
    Raises NotAllowed, NotFound; Conflict when the post ends before `at` anyway; Invalid.
    """
    former = session.get(Membership, wanted.from_membership_id)
    if former is None:
        raise NotFound("没有这项身份。")
    require_reach(session, former, actor=actor, action=Action.HAND_OVER)
    if former.role not in HANDED_OVER:
        raise NotAllowed("只有经办人和主办处室管理员的岗位可以交接；其他身份请由系统管理员授予或结束。")
    successor = session.get(User, wanted.to_user_id)
    contacts = _contacts(session, former, wanted.at)
    problems = list(_problems(wanted, former, successor, contacts, now))
    if problems or successor is None:
        raise Invalid(problems)
    term_ends_at = former.valid_until
    memberships.stop(session, former, at=wanted.at, now=now)
    membership = Membership(
        user_id=successor.id,
        unit_id=former.unit_id,
        role=former.role,
        programmes=list(former.programmes),
        post=former.post,
        valid_from=former.valid_until,
        valid_until=term_ends_at,
    )
    session.add(membership)
    for contact in contacts:
        _replace(session, contact, successor, wanted.at)
    session.flush()
    _record(session, wanted, former, membership, actor=actor, now=now)
    return membership


def _problems(
    wanted: HandOver, former: Membership, successor: User | None, contacts: list[Contact], now: datetime
) -> Iterator[Problem]:
    if wanted.at < now:
        yield Problem("at", wanted.at.isoformat(), "交接时间不能早于现在")
    if not wanted.reason.strip():
        yield Problem("reason", "", "请填写交接原因")
    if successor is None or not successor.is_active:
        yield Problem("to_user_id", str(wanted.to_user_id), "没有这个用户，或其账号已停用")
    elif successor.id == former.user_id:
        yield Problem("to_user_id", successor.name, "接任人不能是原经办人本人")
    elif any(not (successor.email or successor.mobile or contact.phone) for contact in contacts):
        yield Problem("to_user_id", successor.name, "接任人没有手机号和电子邮箱，无法作为联系人", "请先登记其中一项")


def _contacts(session: Session, former: Membership, at: datetime) -> list[Contact]:
    """Return the unit's contacts that are the former officer at or after an instant, in running batches."""
    is_person = _is_person(former.user)
    if former.unit_id is None or is_person is None:
        return []
    programmes = ids_of(session, former.programmes)
    running = select(Batch.id).where(Batch.state.in_(STILL_RUNS))
    batches: ColumnElement[bool] = Contact.batch_id.is_(None) | Contact.batch_id.in_(running)
    if programmes is not None:
        batches = Contact.batch_id.in_(running.where(Batch.programme_id.in_(programmes)))
    return list(
        session.scalars(
            select(Contact)
            .where(
                Contact.unit_id == former.unit_id,
                or_(Contact.valid_until.is_(None), Contact.valid_until > at),
                batches,
                is_person,
            )
            .order_by(Contact.id)
        )
    )


def _is_person(user: User) -> ColumnElement[bool] | None:
    """Return how a contact is known to be a person; None when nothing is known to compare."""
    if user.email:
        return func.lower(Contact.email) == user.email.lower()
    return Contact.mobile == user.mobile if user.mobile else None


def _replace(session: Session, old: Contact, successor: User, at: datetime) -> None:
    since = max(at, old.valid_from)
    session.add(
        Contact(
            batch_id=old.batch_id,
            unit_id=old.unit_id,
            name=successor.name,
            post=old.post,
            phone=old.phone,
            fax=old.fax,
            mobile=successor.mobile,
            email=successor.email,
            valid_from=since,
            valid_until=old.valid_until,
        )
    )
    old.valid_until = since


def _record(
    session: Session, wanted: HandOver, former: Membership, membership: Membership, *, actor: Actor, now: datetime
) -> None:
    record(
        session,
        Act(
            actor=actor,
            now=now,
            action=Action.HAND_OVER,
            what=f"{former.user.name} 交接给 {membership.user.name}：{memberships.title_of(membership)}",
            unit_id=former.unit_id,
            reason=wanted.reason.strip(),
            before={"membership_id": former.id, "user_id": former.user_id},
            after={"membership_id": membership.id, "user_id": membership.user_id, "at": wanted.at.isoformat()},
        ),
    )
