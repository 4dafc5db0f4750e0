"""Test mails: a text sent to its own author, by the same way and under the same limits as any other mail."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import MailKind
from domain.errors import Conflict, Invalid, Problem
from domain.instants import stamp
from models import Mail, User
from services.audit import Act, record
from services.batches.context import BatchContext
from services.mail.posting import NewMail, post
from services.mail.texts.letters import TEST

WINDOW = timedelta(minutes=10)
MOST_IN_WINDOW = 5
SHOWN = 5
MARK = "【试发】"


@dataclass(frozen=True, slots=True)
class Tried:
    """What is sent for a try: the words as they read, and the occasion they are for."""

    kind: MailKind
    stage: str
    subject: str
    body: str


def own_address(session: Session, actor: Actor) -> str:
    """Return the address of the signed-in person; "" where none is known."""
    found = session.get(User, actor.user_id) if actor.user_id is not None else None
    return (found.email or "") if found is not None else ""


def send_to_oneself(session: Session, context: BatchContext, text: Tried, *, actor: Actor, now: datetime) -> str:
    """Put a test mail into the outbox, to the signed-in person alone, and return its address.

    The same words in the same minute are sent once. Raises NotAllowed; Invalid without an address or with a subject
    of several lines; Conflict for too many in a short time.
    """
    require(actor, Action.EDIT_DEFINITION, context.whole)
    address = own_address(session, actor)
    if not address:
        raise Invalid([Problem("email", "", "您的账号没有登记电子邮箱，不能试发", "请管理员在“用户”中补填邮箱")])
    if len(text.subject.splitlines()) > 1:
        raise Invalid([Problem("subject", text.subject[:80], "邮件标题只能有一行")])
    begin = f"{TEST}/{actor.user_id}/"
    recent = session.scalar(
        select(func.count())
        .select_from(Mail)
        .where(Mail.key.startswith(begin, autoescape=True), Mail.at > now - WINDOW)
    )
    if (recent or 0) >= MOST_IN_WINDOW:
        minutes = int(WINDOW.total_seconds()) // 60
        raise Conflict(f"{minutes} 分钟内最多试发 {MOST_IN_WINDOW} 封，请稍后再试。")
    words = hashlib.sha256(f"{text.subject}\n{text.body}".encode()).hexdigest()[:16]
    key = f"{begin}{context.batch.code}/{text.kind.value}/{stamp(now.replace(second=0, microsecond=0))}/{words}"
    new = NewMail(
        key=key,
        batch_id=context.batch.id,
        stage_key=text.stage or context.definition.stages[0].key,
        moment_key=TEST,
        kind=text.kind,
        unit_id=None,
        address=address,
        person=actor.name,
        at=now,
        not_before=now,
        facts={TEST: {"subject": f"{MARK}{text.subject}", "body": text.body}},
    )
    post(session, [new])
    what = f"试发邮件“{text.subject[:80]}”"
    record(session, Act(actor=actor, now=now, action=Action.EDIT_DEFINITION, what=what, batch_id=context.batch.id))
    return address


def latest(session: Session, context: BatchContext, *, actor: Actor) -> Sequence[Mail]:
    """Return the person's last test mails of a batch, the newest first: where each went, or why it did not."""
    begin = f"{TEST}/{actor.user_id}/{context.batch.code}/"
    wanted = select(Mail).where(Mail.batch_id == context.batch.id, Mail.key.startswith(begin, autoescape=True))
    return session.scalars(wanted.order_by(Mail.id.desc()).limit(SHOWN)).all()
