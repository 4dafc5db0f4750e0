"""邀请: a link that lets one person in once and for a week, into an organisation or as an officer of a unit."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor, Role, Subject, require
from domain.errors import Conflict, Invalid, NotFound, Problem
from domain.forms import FORBIDDEN
from models import Admission, AdmissionEnd, Batch, BatchUnit, Membership, Unit, User
from models.scope import seeing_all
from services import audit
from services.identity.memberships import choices
from services.organisations.accounts import new_account
from services.organisations.finding import get_organisation
from services.organisations.forms import NewPerson

VALID = timedelta(days=7)
TOKEN_BYTES = 24
NAME_MAX = 80
GONE = "这个邀请链接不存在、已经用过或已过期（7 天内有效，只能用一次），请向邀请您的人再要一个。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """Whom to invite, into an organisation, or as an officer of a unit; one of the two is given."""

    name: str
    organisation_id: int | None = None
    unit_id: int | None = None


def invite(session: Session, wanted: Invitation, *, actor: Actor, now: datetime) -> str:
    """Make an invitation and return the secret of its link, which is stored nowhere.

    An organisation's own people invite colleagues; an officer invites for organisations and units of the own branch.
    Raises NotFound, NotAllowed; Invalid without a name.
    """
    name = wanted.name.strip()
    if not name or len(name) > NAME_MAX or FORBIDDEN.search(name):
        raise Invalid([Problem("name", name[:80], f"请填写被邀请人的姓名，最多 {NAME_MAX} 字")])
    if wanted.organisation_id is not None:
        organisation = get_organisation(session, wanted.organisation_id)
        unit, role, where = organisation.unit, Role.APPLICANT, organisation.name
        if actor.role is Role.APPLICANT:
            require(actor, Action.DECLARE, Subject(organisation_id=organisation.id))
        else:
            require(actor, Action.APPROVE_APPLICANT, Subject(unit_path=unit.path))
    else:
        found = session.get(Unit, wanted.unit_id)
        if found is None:
            raise NotFound("没有这个单位。")
        unit, role, where = found, Role.OFFICER, found.name
        require(actor, Action.MANAGE_CONTACTS, Subject(unit_path=unit.path))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = Admission(
        unit_id=unit.id,
        organisation_id=wanted.organisation_id,
        role=role,
        token_hash=_hashed(token),
        name=name,
        made_at=now,
        made_by=actor.name,
        expires_at=now + VALID,
    )
    session.add(made)
    _record(session, made, f"邀请{name}加入{where}", actor, now)
    return token


def find_invitation(session: Session, token: str, *, now: datetime, lock: bool = False) -> Admission:
    """Return the invitation of a link that can still be used; the link itself is the right to see it.

    lock: for who goes on to use it. Raises NotFound with one sentence for an unknown, used or expired one.
    """
    statement = (
        select(Admission)
        .options(joinedload(Admission.organisation))
        .where(Admission.token_hash == _hashed(token), Admission.outcome.is_(None))
    )
    if lock:
        statement = statement.with_for_update(key_share=True, of=Admission).execution_options(populate_existing=True)
    with seeing_all(session):
        found = session.scalars(statement).one_or_none()
    if found is None or found.expires_at is None or found.expires_at <= now:
        raise NotFound(GONE, code="invitation_gone")
    return found


def accept(session: Session, token: str, person: NewPerson | int, *, now: datetime) -> Membership:
    """Use an invitation, for a new account or for who is signed in (id); it works once.

    Raises NotFound; Conflict when the person has that membership; Invalid for a number or address with an account.
    """
    with seeing_all(session):
        found = find_invitation(session, token, now=now, lock=True)
        user = session.get(User, person) if isinstance(person, int) else _new_user(session, person, now)
        if user is None:
            raise NotFound(GONE, code="invitation_gone")
        held = choices(session, user.id, now=now)
        mine = (found.role, found.organisation_id, None if found.organisation_id else found.unit_id)
        if any((one.role, one.organisation_id, one.unit_id) == mine for one in held):
            raise Conflict("您已经有这个身份，无须再接受邀请。")
        membership = Membership(
            user_id=user.id, role=found.role, organisation_id=mine[1], unit_id=mine[2], valid_from=now
        )
        session.add(membership)
        found.outcome, found.ended_at, found.ended_by = AdmissionEnd.ACCEPTED, now, user.name
        found.user_id = user.id
        actor = Actor(user.name, found.role, user.id, organisation_id=found.organisation_id)
        _record(session, found, f"{user.name}接受邀请（由{found.made_by}发出）", actor, now)
        return membership


def withdraw(session: Session, admission_id: int, *, actor: Actor, now: datetime) -> None:
    """Make an unused invitation useless. Raises NotFound, NotAllowed, Conflict when it was used."""
    found = session.get(Admission, admission_id, populate_existing=True)
    if found is None or found.token_hash is None:
        raise NotFound("没有这个邀请。")
    if actor.role is Role.APPLICANT:
        require(actor, Action.DECLARE, Subject(organisation_id=found.organisation_id))
    else:
        path = session.get_one(Unit, found.unit_id).path
        action = Action.APPROVE_APPLICANT if found.organisation_id else Action.MANAGE_CONTACTS
        require(actor, action, Subject(unit_path=path))
    if found.outcome is not None:
        raise Conflict("这个邀请已经用过或已撤销。")
    found.outcome, found.ended_at, found.ended_by = AdmissionEnd.REFUSED, now, actor.name
    _record(session, found, f"撤销对{found.name}的邀请", actor, now)


def open_invitations(session: Session, organisation_id: int, *, now: datetime) -> list[Admission]:
    """Return the invitations of an organisation that can still be used, newest first."""
    found = (
        select(Admission)
        .where(
            Admission.organisation_id == organisation_id,
            Admission.token_hash.is_not(None),
            Admission.outcome.is_(None),
            Admission.expires_at > now,
        )
        .order_by(Admission.id.desc())
        .limit(50)
    )
    return list(session.scalars(found))


def units_without_officer(session: Session, batch_id: int, *, now: datetime) -> list[Unit]:
    """Return the units of a batch for which nobody can sign in, in the order of their codes (S000-04)."""
    holds = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.unit_id == Unit.id,
            Membership.role == Role.OFFICER,
            Membership.valid_from <= now,
            or_(Membership.valid_until.is_(None), Membership.valid_until > now),
            User.is_active,
        )
    )
    found = (
        select(Unit)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .join(Batch, Batch.id == BatchUnit.batch_id)
        .where(Batch.id == batch_id, ~holds.exists())
        .order_by(Unit.code)
    )
    return list(session.scalars(found))


def _new_user(session: Session, person: NewPerson, now: datetime) -> User:
    """Make an account. Raises Invalid when the number or address has one: whoever holds the link may know that."""
    user = new_account(session, person, "yq", now)
    if user is None:
        sentence = "手机号或电子邮箱已有账号，请先登录，再打开这个链接"
        raise Invalid([Problem("person_mobile", "", sentence)])
    return user


def _record(session: Session, found: Admission, what: str, actor: Actor, now: datetime) -> None:
    session.flush()
    action = Action.DECLARE if actor.role is Role.APPLICANT else Action.APPROVE_APPLICANT
    after = {"admission_id": found.id, "role": found.role.value, "organisation_id": found.organisation_id}
    audit.record(
        session, audit.Act(actor=actor, now=now, action=action, what=what, unit_id=found.unit_id, after=after)
    )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
