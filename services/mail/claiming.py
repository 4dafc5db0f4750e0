"""The life of a mail between the outbox and the host, one short transaction a step.

    claim  ->  compose (no transaction)  ->  store  ->  begin  ->  hand over (no transaction)  ->  record

Claims and leases run on wall time. A claim that its holder let lapse before `begin` goes back unharmed; one that
lapsed after it is uncertain: the host may have taken the mail.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from domain.definition import MailKind
from models import Batch, BatchState, Case, Contact, Mail, MailAttempt, MailState, Unit
from services.mail.composing import Composed, Stopped
from services.mail.marks import Try, mark_begun, mark_sent
from services.mail.posting import NewMail, NewPhoneDuty, post, post_phone_duties

MOST_TRIES = 12
"""Tries after which a mail waits for a person; with the back-off this is most of a day."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who claims, until when (wall time), and how long an uncertain mail rests before its second try."""

    owner: str
    wall_now: datetime
    lease: timedelta
    uncertain_rest: timedelta
    holds_uncertain: bool = False


def release_lapsed(session: Session, claim: Claim) -> int:
    """Take back the claims of crashed senders; return how many mails are uncertain now."""
    session.execute(
        update(Mail)
        .where(Mail.state == MailState.CLAIMED, Mail.lease_until < claim.wall_now)
        .values(state=MailState.PENDING, lease_until=None, claimed_by="")
    )
    lapsed = session.scalars(
        select(Mail).where(Mail.state == MailState.SENDING, Mail.lease_until < claim.wall_now)
    ).all()
    for mail in lapsed:
        session.add(MailAttempt(mail_id=mail.id, tried_at=claim.wall_now, outcome="uncertain", reply="发送进程中断"))
        _become_uncertain(mail, claim, "发送进程在交付邮件后中断，是否送达未知")
    return len(lapsed)


def may_leave(how: Claim, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions under which a mail may be claimed."""
    ready = or_(
        Mail.state == MailState.PENDING,
        (Mail.state == MailState.UNCERTAIN) & Mail.retry_after.is_not(None),
    )
    paused = select(Batch.id).where(Batch.state == BatchState.PAUSED)
    return (
        ready,
        Mail.not_before <= now,
        or_(Mail.retry_after.is_(None), Mail.retry_after <= how.wall_now),
        Mail.batch_id.not_in(paused),
    )


def claim(session: Session, how: Claim, now: datetime, limit: int = 50) -> list[int]:
    """Claim the mails that may leave now, oldest first; return their ids in that order.

    An uncertain mail is taken up once more after its rest; mails of paused batches wait.
    """
    found = session.scalars(
        select(Mail.id)
        .where(*may_leave(how, now))
        .order_by(Mail.not_before, Mail.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    ).all()
    session.execute(
        update(Mail)
        .where(Mail.id.in_(found), Mail.state == MailState.UNCERTAIN)
        .values(is_resent=True, retry_after=None)
    )
    session.execute(
        update(Mail)
        .where(Mail.id.in_(found))
        .values(state=MailState.CLAIMED, claimed_by=how.owner, lease_until=how.wall_now + how.lease)
    )
    return list(found)


def store(session: Session, done: Sequence[Composed | Stopped], owner: str) -> list[Composed]:
    """Keep the bytes of composed mails and stop the others; return those that this owner still holds.

    A mail that has its bytes already (a second try) keeps them.
    """
    kept: list[Composed] = []
    mails = {
        mail.id: mail
        for mail in session.scalars(
            select(Mail).where(
                Mail.id.in_([item.mail_id for item in done]),
                Mail.state == MailState.CLAIMED,
                Mail.claimed_by == owner,
            )
        )
    }
    for item in done:
        mail = mails.get(item.mail_id)
        if mail is None:
            continue
        if isinstance(item, Stopped):
            mail.state, mail.because, mail.lease_until = item.state, item.because, None
            _write_instead(session, mail, item)
            continue
        if not mail.is_resent:
            mail.kind, mail.message_id, mail.lists = item.kind, item.message_id, item.lists
            mail.subject, mail.body, mail.raw = item.subject, item.body, item.raw
        kept.append(item)
    return kept


def _write_instead(session: Session, mail: Mail, stopped: Stopped) -> None:
    """Write to those who read the unit's mail now, under the same key but for the address."""
    if mail.unit_id is None:
        return
    head = mail.key.removesuffix(mail.address)
    # A reminder's key names the person alone; a call is about one unit, so its key names the unit, too.
    code = session.get_one(Unit, mail.unit_id).code
    for person in stopped.instead:
        if person.address is None:
            call = NewPhoneDuty(
                key=f"{head.removesuffix(f'{code}/')}{code}/tel:{person.number}",
                batch_id=mail.batch_id,
                unit_id=mail.unit_id,
                stage_key=mail.stage_key,
                at=mail.at,
                person=person.name,
                number=person.number,
                because="联系人没有电子邮箱",
            )
            post_phone_duties(session, [call])
        else:
            fresh = NewMail(
                key=f"{head}{person.address}",
                batch_id=mail.batch_id,
                stage_key=mail.stage_key,
                moment_key=mail.moment_key,
                kind=mail.kind,
                unit_id=mail.unit_id,
                address=person.address,
                person=person.name,
                at=mail.at,
                not_before=mail.not_before,
                facts=dict(mail.facts),
                case_id=mail.case_id,
            )
            post(session, [fresh])


def begin(session: Session, mail_id: int, how: Claim) -> bytes | None:
    """Mark that the hand-over begins and return the bytes; None when the claim was lost meanwhile."""
    return mark_begun(session, mail_id, how.owner, wall_now=how.wall_now, until=how.wall_now + how.lease)


@dataclass(frozen=True, slots=True)
class Handed:
    """What the host answered. outcome: "ok", "retry", "refused" or "uncertain"; wait: back-off before a retry."""

    outcome: str
    code: int | None
    text: str
    wait: timedelta


def record(session: Session, mail_id: int, handed: Handed, how: Claim, now: datetime) -> None:
    """Record the host's answer to a hand-over.

    When the claim lapsed meanwhile and another sender has the mail, or had it, only a yes changes anything.
    """
    answer = Try(how.wall_now, handed.outcome, handed.code, handed.text[:200])
    if handed.outcome == "ok":
        mark_sent(session, mail_id, answer, now)
        return
    mail = session.get_one(Mail, mail_id, populate_existing=True, with_for_update=True)
    session.add(MailAttempt(mail_id=mail_id, **asdict(answer)))
    is_own = mail.claimed_by == how.owner and mail.state in {MailState.SENDING, MailState.UNCERTAIN}
    if not is_own:
        return
    mail.lease_until = None
    match handed.outcome:
        case "refused":
            mail.state, mail.because = MailState.REFUSED, f"邮件服务器拒收：{handed.code or ''} {handed.text}"[:300]
            _mark_refused(session, mail, now)
        case "uncertain":
            _become_uncertain(mail, how, "邮件已交付但未收到服务器答复，是否送达未知")
        case _ if mail.attempts >= MOST_TRIES:
            mail.state, mail.because = MailState.HELD, f"已尝试 {mail.attempts} 次：{handed.text}"[:300]
        case _:
            mail.state, mail.retry_after = MailState.PENDING, how.wall_now + handed.wait
            mail.because = f"暂未送出：{handed.text}"[:300]


def _become_uncertain(mail: Mail, how: Claim, because: str) -> None:
    mail.state, mail.lease_until, mail.because = MailState.UNCERTAIN, None, because
    may_retry = not mail.is_resent and not how.holds_uncertain
    mail.retry_after = how.wall_now + how.uncertain_rest if may_retry else None


def _mark_refused(session: Session, mail: Mail, now: datetime) -> None:
    """Turn the contact red and see to it that somebody calls."""
    contacts = session.scalars(
        select(Contact).where(
            Contact.email == mail.address, Contact.valid_until.is_(None), Contact.refused_at.is_(None)
        )
    ).all()
    for contact in contacts:
        contact.refused_at, contact.refused_because = now, mail.because[:200]
    if mail.kind is MailKind.STAGE_CLOSES:
        return
    case = session.get(Case, mail.case_id) if mail.case_id is not None else None
    if mail.unit_id is not None:
        unit = session.get_one(Unit, mail.unit_id)
        own = [contact.mobile or contact.phone for contact in contacts if contact.unit_id == unit.id]
        numbers = [number for number in (*own, unit.mobile, unit.phone) if number]
    elif case is not None:
        # The unit that the applicant filed with calls it.
        unit, numbers = case.unit, [case.organisation.phone]
    else:
        return
    call = NewPhoneDuty(
        key=f"{mail.key}/refused",
        batch_id=mail.batch_id,
        unit_id=unit.id,
        stage_key=mail.stage_key,
        at=mail.at,
        person=mail.person,
        number=next(iter(numbers), ""),
        because=f"邮箱 {mail.address} 拒收"[:200],
    )
    post_phone_duties(session, [call])


def decide_uncertain(session: Session, mail_id: int, *, send_again: bool, wall_now: datetime) -> None:
    """Let a person decide about a mail that is uncertain or held: try again, or leave it as it is."""
    mail = session.get_one(Mail, mail_id)
    if send_again:
        if mail.state is MailState.UNCERTAIN:
            mail.is_resent, mail.retry_after = False, wall_now
        else:
            mail.state, mail.retry_after, mail.attempts = MailState.PENDING, None, 0
    else:
        mail.retry_after = None
        mail.because = f"{mail.because}（已人工确认，不再发送）"[:300]
