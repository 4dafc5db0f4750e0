"""A person decides about a mail that nobody can be sure of: send it again, or leave it."""

from datetime import datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor, Subject, require
from domain.errors import Conflict, NotFound
from models import Mail, MailState
from services import audit
from services.mail.claiming import decide_uncertain

UNDECIDED = frozenset({MailState.UNCERTAIN, MailState.HELD})
LEFT = "已人工确认，不再发送"


def is_undecided(mail: Mail) -> bool:
    """Tell whether a mail waits for a person: uncertain and not tried again by itself, or held."""
    return mail.state in UNDECIDED and mail.retry_after is None and LEFT not in mail.because


def decide_mail(
    session: Session, mail_id: int, *, send_again: bool, actor: Actor, now: datetime, wall_now: datetime
) -> Mail:
    """Send an uncertain or held mail again, or leave it for good.

    Raises NotFound, NotAllowed; Conflict when the mail does not wait for a person (any more).
    """
    mail = session.get(Mail, mail_id, with_for_update=True, populate_existing=True)
    if mail is None:
        raise NotFound("没有这封邮件。")
    # Mail to the office itself belongs to nobody's branch, only to who sees all of them.
    subject = Subject(
        programme_id=mail.batch.programme_id if mail.batch else None,
        unit_path=mail.unit.path if mail.unit else "/",
    )
    require(actor, Action.DECIDE_MAIL, subject)
    if not is_undecided(mail):
        raise Conflict(f"致 {mail.address} 的邮件不需要人工决定，请刷新页面。")
    before = mail.state
    decide_uncertain(session, mail.id, send_again=send_again, wall_now=wall_now)
    if not send_again:
        mail.state = MailState.VOID
    audit.record(
        session,
        audit.Act(
            actor=actor,
            now=now,
            action=Action.DECIDE_MAIL,
            what=f"{'再次发送' if send_again else '不再发送'}：致 {mail.address} 的邮件",
            batch_id=mail.batch_id,
            unit_id=mail.unit_id,
            before={"state": before.value},
            after={"state": mail.state.value, "key": mail.key},
        ),
    )
    return mail
