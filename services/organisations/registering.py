"""Registering an organisation with its first person, or one more person of an organisation that is known.

Nothing in the answer tells a stranger whether a credit code, a mobile number or an address is known already.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, Role, Subject, require
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.forms import check_answers
from models import Admission, Approval, BatchState, BatchUnit, Membership, Organisation, OrganisationKind, Unit, User
from models.scope import seeing_all
from services import audit
from services.batches.context import BatchContext, load
from services.cases.conditions import channel_of
from services.identity.memberships import choices
from services.mail.notify import News
from services.organisations.accounts import new_account
from services.organisations.forms import ORGANISATION_FORM, PLACE_FORM, NewPerson, fill
from services.organisations.telling import tell


class Outcome(StrEnum):
    """What became of a registration; the page tells the same of each.

    known_person: the number or address has an account already, so nothing was made and its holder was told.
    """

    NEW = "new"
    JOINING = "joining"
    MEMBER = "member"
    KNOWN_PERSON = "known_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrganisation:
    """What is registered, on the page of which batch. values: by key of `ORGANISATION_FORM`, checked.

    unit_id: the unit in whose area the organisation is.
    """

    batch_id: int
    unit_id: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration led to; organisation_id, user_id: None where nothing was made."""

    outcome: Outcome
    organisation_id: int | None = None
    user_id: int | None = None


def register(session: Session, new: NewOrganisation, person: NewPerson | int, *, now: datetime) -> Registered:
    """Register an organisation, to be approved by its unit; one known by its code gets a request to join instead.

    person: a new one, or the id of who is signed in. Earlier approval holds (S000-40).
    Raises NotFound, Conflict for a batch that is over; Invalid (path "unit_id") for a unit that is none of the batch.
    """
    with seeing_all(session):
        unit = _unit(session, new)
        user = _user(session, person, now) if isinstance(person, NewPerson) else session.get(User, person)
        if user is None:
            return _known_person(session, person, unit, now)
        found, is_new = _organisation(session, new, unit, now)
        actor = Actor(user.name, Role.APPLICANT, user.id, organisation_id=found.id)
        if is_new:
            session.add(_membership(user, found, now))
            _record(session, found, "登记申报单位", actor, now, new.values)
            return Registered(Outcome.NEW, found.id, user.id)
        held = choices(session, user.id, now=now)
        if any(one.organisation_id == found.id for one in held):
            return Registered(Outcome.MEMBER, found.id, user.id)
        _ask(session, user, found, actor, now)
        return Registered(Outcome.JOINING, found.id, user.id)


def units_to_choose(session: Session, context: BatchContext) -> list[tuple[int, str]]:
    """Return id and name of every unit that an applicant may name, in the order of their codes."""
    listed = {one.key for one in context.definition.unit_classes if one.is_listed}
    with seeing_all(session):
        rows = session.execute(
            select(Unit.id, Unit.name, BatchUnit.class_key)
            .join(BatchUnit, BatchUnit.unit_id == Unit.id)
            .where(BatchUnit.batch_id == context.batch.id, Unit.is_active)
            .order_by(Unit.code)
        ).all()
    return [(row.id, f"{row.name}（限名单内单位）" if row.class_key in listed else row.name) for row in rows]


def enter(
    session: Session, unit_id: int, values: Mapping[str, str], *, actor: Actor, now: datetime, is_place: bool = False
) -> Organisation:
    """Enter an organisation for which an officer files (代填); known by the officer, it is approved at once.

    values: by key of `ORGANISATION_FORM`; with `is_place` (a city government, without a code) of `PLACE_FORM`.
    Raises NotFound, NotAllowed; Invalid, also when the code belongs to another.
    """
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位。")
    require(actor, Action.APPROVE_APPLICANT, Subject(unit_path=unit.path))
    checked = check_answers(PLACE_FORM if is_place else ORGANISATION_FORM, values)
    made = Organisation(
        unit_id=unit.id,
        kind=OrganisationKind.GOVERNMENT,
        registered_at=now,
        approval=Approval.APPROVED,
        decided_at=now,
        decided_by=actor.name,
    )
    fill(made, checked)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        sentence = "这个统一社会信用代码已经登记，不能重复登记"
        raise Invalid([Problem("credit_code", checked.get("credit_code", ""), sentence)]) from None
    _record(session, made, "代为登记申报单位", actor, now, checked)
    return made


def _unit(session: Session, new: NewOrganisation) -> Unit:
    """Return the unit of the area; one that takes listed applicants only is for these (S004-21)."""
    context = load(session, new.batch_id)
    if context.batch.state not in {BatchState.RUNNING, BatchState.PAUSED}:
        raise Conflict("该批次未发布或已结束，不能在此登记；已有账号的单位可直接登录。")
    probe = Organisation(name=new.values["name"], credit_code=new.values["credit_code"])
    try:
        return channel_of(session, context, new.unit_id, probe)
    except (NotFound, NotAllowed) as refusal:
        raise Invalid([Problem("unit_id", "", refusal.sentence.rstrip("。"))]) from None


def _user(session: Session, person: NewPerson, now: datetime) -> User | None:
    """Return a new account; None when the number or address has one."""
    return new_account(session, person, "sb", now) if _holder(session, person) is None else None


def _holder(session: Session, person: NewPerson) -> User | None:
    same = or_(User.mobile == person.mobile, User.email == person.email) if person.email else None
    where = same if same is not None else User.mobile == person.mobile
    return session.scalars(select(User).where(where).order_by(User.id).limit(1)).first()


def _known_person(session: Session, person: NewPerson | int, unit: Unit, now: datetime) -> Registered:
    """Tell the holder of the account, once a day, that a registration was tried with their number or address."""
    holder = _holder(session, person) if isinstance(person, NewPerson) else None
    if holder is not None and holder.email:
        news = News(
            key=f"again.{holder.id}.{now.date().isoformat()}",
            headline="有人用您的手机号或电子邮箱登记申报单位",
            text="您已有账号，登记没有生效。如果是您本人，请用原账号登录后再登记；如果不是，无须处理。",
        )
        tell(session, [holder], unit.id, news, at=now)
    return Registered(Outcome.KNOWN_PERSON)


def _organisation(session: Session, new: NewOrganisation, unit: Unit, now: datetime) -> tuple[Organisation, bool]:
    """Return the organisation of the code, and whether it is new; of two at the same moment one is."""
    known = select(Organisation).where(Organisation.credit_code == new.values["credit_code"])
    found = session.scalars(known).one_or_none()
    if found is not None:
        return found, False
    made = Organisation(unit_id=unit.id, registered_at=now)
    fill(made, new.values)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        return session.scalars(known).one(), False
    return made, True


def _membership(user: User, organisation: Organisation, now: datetime) -> Membership:
    return Membership(user_id=user.id, organisation_id=organisation.id, role=Role.APPLICANT, valid_from=now)


def _ask(session: Session, user: User, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Ask to be let in; a request that waits already is not made twice."""
    waiting = select(Admission.id).where(
        Admission.organisation_id == organisation.id, Admission.user_id == user.id, Admission.outcome.is_(None)
    )
    if session.execute(waiting).first() is not None:
        return
    session.add(
        Admission(
            unit_id=organisation.unit_id,
            organisation_id=organisation.id,
            user_id=user.id,
            role=Role.APPLICANT,
            name=user.name,
            made_at=now,
            made_by=user.name,
        )
    )
    _record(session, organisation, "申请加入申报单位", actor, now, {"person": user.name})


def _record(
    session: Session, found: Organisation, what: str, actor: Actor, now: datetime, after: Mapping[str, str]
) -> None:
    session.flush()
    action = Action.DECLARE if actor.role is Role.APPLICANT else Action.APPROVE_APPLICANT
    what = f"{what}：{found.name}（{found.credit_code or '无代码'}）"
    audit.record(
        session, audit.Act(actor=actor, now=now, action=action, what=what, unit_id=found.unit_id, after=dict(after))
    )
