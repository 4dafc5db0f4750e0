"""Requests of people to act for an organisation that is known: a colleague or the unit lets them in."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor, Role, Subject, require
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from models import Admission, AdmissionEnd, Approval, Membership, Organisation
from services import audit
from services.mail.notify import News
from services.organisations.telling import tell

MOST_SHOWN = 200


def requests_of(session: Session, organisation_id: int | None = None) -> list[Admission]:
    """Return the requests that wait within the session's scope, oldest first, at most two hundred."""
    found = (
        select(Admission)
        .options(joinedload(Admission.user), joinedload(Admission.organisation).joinedload(Organisation.unit))
        .where(Admission.token_hash.is_(None), Admission.outcome.is_(None))
        .order_by(Admission.id)
        .limit(MOST_SHOWN)
    )
    if organisation_id is not None:
        found = found.where(Admission.organisation_id == organisation_id)
    return list(session.scalars(found))


def let_in(session: Session, admission_id: int, *, actor: Actor, now: datetime) -> Membership:
    """Let a person act for the organisation that they asked to join.

    Raises NotFound; NotAllowed, for a colleague whose organisation is not approved, too; Conflict when decided.
    """
    asked, organisation = _waiting(session, admission_id, actor)
    membership = Membership(
        user_id=asked.user_id, organisation_id=organisation.id, role=Role.APPLICANT, valid_from=now
    )
    session.add(membership)
    _end(session, asked, AdmissionEnd.ACCEPTED, "", actor=actor, now=now)
    return membership


def turn_away(session: Session, admission_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Refuse a person who asked to join. Raises NotFound, NotAllowed, Conflict; Invalid without a reason."""
    asked, _ = _waiting(session, admission_id, actor)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写不同意的原因")])
    _end(session, asked, AdmissionEnd.REFUSED, reason.strip()[:500], actor=actor, now=now)


def _waiting(session: Session, admission_id: int, actor: Actor) -> tuple[Admission, Organisation]:
    asked = session.scalars(
        select(Admission)
        .where(Admission.id == admission_id, Admission.token_hash.is_(None))
        .with_for_update(key_share=True, of=Admission)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if asked is None or asked.organisation is None:
        raise NotFound("没有这项加入申请。")
    organisation = asked.organisation
    if actor.role is Role.APPLICANT:
        require(actor, Action.DECLARE, Subject(organisation_id=organisation.id))
        if organisation.approval is not Approval.APPROVED:
            raise NotAllowed("单位账号认证通过后，才能由本单位人员同意他人加入；此前由推荐单位办理。")
    else:
        require(actor, Action.APPROVE_APPLICANT, Subject(unit_path=organisation.unit.path))
    if asked.outcome is not None:
        raise Conflict(f"这项申请已由{asked.ended_by}办理。")
    return asked, organisation


def _end(
    session: Session, asked: Admission, outcome: AdmissionEnd, reason: str, *, actor: Actor, now: datetime
) -> None:
    organisation = asked.organisation
    if organisation is None:
        raise NotFound("没有这项加入申请。")
    is_in = outcome is AdmissionEnd.ACCEPTED
    asked.outcome, asked.ended_at, asked.ended_by, asked.reason = outcome, now, actor.name, reason
    session.flush()
    act = audit.Act(
        actor=actor,
        now=now,
        action=Action.DECLARE if actor.role is Role.APPLICANT else Action.APPROVE_APPLICANT,
        what=f"{'同意' if is_in else '不同意'}{asked.name}加入申报单位“{organisation.name}”",
        unit_id=organisation.unit_id,
        reason=reason,
        after={"user_id": asked.user_id, "outcome": outcome.value},
    )
    audit.record(session, act)
    if asked.user is None:
        return
    news = News(
        key=f"joining.{asked.id}",
        headline=f"加入“{organisation.name}”的申请{'已同意' if is_in else '未获同意'}",
        by=actor.name,
        text="现在可以登录办理。" if is_in else reason,
    )
    tell(session, [asked.user], organisation.unit_id, news, at=now)
