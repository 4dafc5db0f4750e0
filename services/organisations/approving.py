"""认证: the unit in whose area an organisation is decides about its account; officer and moment are kept."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.errors import Conflict, Invalid, Problem
from models import Approval, Organisation
from services import audit
from services.mail.notify import News
from services.organisations.finding import get_organisation, people_of
from services.organisations.telling import tell

APPROVAL_NAMES = {Approval.PENDING: "待认证", Approval.APPROVED: "已认证", Approval.REFUSED: "未获认证"}
ADVICE = {
    Approval.APPROVED: "此后可以提交申报件；以后各批次直接登录，无须再次认证。",
    Approval.REFUSED: "请更正单位资料，保存后会重新申请认证。",
}


def approve(session: Session, organisation_id: int, *, actor: Actor, now: datetime) -> Organisation:
    """Approve an account; its people are told, and it may submit in every batch from now on.

    Raises NotFound, NotAllowed; Conflict when it was decided already, saying by whom.
    """
    found = _waiting(session, organisation_id, actor)
    _decide(session, found, Approval.APPROVED, "", actor=actor, now=now)
    return found


def refuse(session: Session, organisation_id: int, reason: str, *, actor: Actor, now: datetime) -> Organisation:
    """Refuse an account with a reason; the organisation may correct its data and is then asked about again.

    Raises NotFound, NotAllowed, Invalid without a reason; Conflict when it was decided already.
    """
    found = _waiting(session, organisation_id, actor)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写不予认证的原因")])
    _decide(session, found, Approval.REFUSED, reason.strip()[:500], actor=actor, now=now)
    return found


def _waiting(session: Session, organisation_id: int, actor: Actor) -> Organisation:
    found = get_organisation(session, organisation_id, lock=True)
    require(actor, Action.APPROVE_APPLICANT, Subject(unit_path=found.unit.path))
    if found.approval is not Approval.PENDING:
        by = f"由{found.decided_by}" if found.decided_by else ""
        raise Conflict(f"“{found.name}”{APPROVAL_NAMES[found.approval]}（{by}办理），不需要再次认证。")
    return found


def _decide(
    session: Session, found: Organisation, outcome: Approval, reason: str, *, actor: Actor, now: datetime
) -> None:
    before = {"approval": found.approval.value}
    found.approval, found.decided_at, found.decided_by, found.reason = outcome, now, actor.name, reason
    session.flush()
    act = audit.Act(
        actor=actor,
        now=now,
        action=Action.APPROVE_APPLICANT,
        what=f"申报单位“{found.name}”：{APPROVAL_NAMES[outcome]}",
        unit_id=found.unit_id,
        reason=reason,
        before=before,
        after={"approval": outcome.value},
    )
    audit.record(session, act)
    news = News(
        key=f"approval.{found.id}.{now.isoformat()}",
        headline=f"单位账号{APPROVAL_NAMES[outcome]}：{found.name}",
        by=found.unit.name,
        text=f"{reason}。{ADVICE[outcome]}" if reason else ADVICE[outcome],
    )
    tell(session, people_of(session, found, now=now), found.unit_id, news, at=now)
