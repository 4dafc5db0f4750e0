"""Making the exact bytes of claimed mails, after asking once more whether each is still true.

A mail whose duty is settled, whose stage was reopened or whose reader has changed is stopped with its reason; a
changed reader gets a mail of his own. Nothing is written here: `claiming.store` does that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import MailKind
from models import Duty, Extension, Mail, MailState, Unit
from notifications.address import AllowList
from notifications.message import BadLetter, Letter, to_bytes
from services.batches.context import BatchContext
from services.mail.addressing import Person
from services.mail.dates import due_text
from services.mail.news import case_values, person_values, upstream_values
from services.mail.owed import Desk, Owed, desk, is_triggered, lines
from templates.engine import BadTemplate, Plain, mail_source, render_frame, render_text

FOOTER = "本邮件由遴选系统自动发送，请勿直接回复。"


@dataclass(frozen=True, slots=True)
class Sender:
    """On whose behalf mails leave. domain: right side of the Message-ID."""

    mail_from: str
    base_url: str
    instance_id: str
    allow: AllowList

    def message_id(self, key: str) -> str:
        """Return the Message-ID of a key: always the same, so that a copy is known as one."""
        domain = self.mail_from.rpartition("@")[2].rstrip(">")
        return f"<{sha256(key.encode()).hexdigest()[:32]}.{self.instance_id[:8]}@{domain}>"


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail ready to be handed over."""

    mail_id: int
    kind: MailKind
    message_id: str
    subject: str
    body: str
    raw: bytes
    lists: list[int]


@dataclass(frozen=True, slots=True)
class Stopped:
    """A mail that does not leave. `instead` are the people who are written to in its place."""

    mail_id: int
    state: MailState
    because: str
    instead: list[Person] = field(default_factory=list)


def compose(session: Session, mail_ids: Sequence[int], now: datetime, sender: Sender) -> list[Composed | Stopped]:
    """Return each claimed mail as bytes, or the reason why it stops, in the order given."""
    mails = {mail.id: mail for mail in session.scalars(select(Mail).where(Mail.id.in_(mail_ids)))}
    ordered = [mails[mail_id] for mail_id in mail_ids if mail_id in mails]
    if not ordered:
        return []
    found = desk(session, ordered, now)
    return [_one(session, found, mail, now, sender) for mail in ordered]


def _one(session: Session, found: Desk, mail: Mail, now: datetime, sender: Sender) -> Composed | Stopped:
    if not sender.allow.permits(mail.address):
        return Stopped(mail.id, MailState.HELD, f"{mail.address} 不在允许发送的地址范围内")
    if mail.batch_id not in found.contexts:
        return Stopped(mail.id, MailState.VOID, "批次已不存在")
    context = found.contexts[mail.batch_id]
    if mail.unit_id is not None and mail.address not in found.people_of(mail.unit_id, mail.batch_id):
        instead = found.directory.people(mail.unit_id, mail.batch_id)
        return Stopped(mail.id, MailState.VOID, "联系人已变更，改发现联系人", instead)
    try:
        facts = FACTS[mail.kind](session, found, mail, now)
        if isinstance(facts, str):
            return Stopped(mail.id, MailState.VOID, facts)
        return _letter(context, mail, facts, now, sender)
    except (BadTemplate, BadLetter) as error:
        return Stopped(mail.id, MailState.HELD, str(error)[:300])


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text is made from, and the duties that it names. path: the page to go to, empty for the usual one."""

    kind: MailKind
    values: Mapping[str, Plain]
    lists: list[int] = field(default_factory=list)
    path: str = ""


def _duties_of_person(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    duties = found.owed_by(mail.address)
    if not any(is_triggered(found, mail, duty) for duty in duties):
        return "所提醒的事项已办结，无需发送"
    shown = lines(found, duties, now)
    kind = mail.kind
    if kind in {MailKind.REMINDER, MailKind.DIGEST}:
        kind = MailKind.DIGEST if len(shown) > 1 else MailKind.REMINDER
    return Facts(
        kind, {"unit": _units_named(found, duties), "duties": shown, "first": shown[0]}, [d.id for d in duties]
    )


def _units_named(found: Desk, duties: Sequence[Owed]) -> str:
    ids = dict.fromkeys(duty.unit_id for duty in duties)
    return "、".join(found.directory.units[unit_id].name for unit_id in ids)


def _extension(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    facts = _duties_of_person(session, found, mail, now)
    if isinstance(facts, str):
        return facts
    extension = session.get_one(Extension, int(mail.moment_key.split(":")[1].partition(".")[2]))
    zone = found.contexts[extension.batch_id].definition.zone
    own = {"was_due": due_text(extension.was_due_at, zone), "reason": extension.reason}
    return Facts(MailKind.EXTENSION, {**facts.values, **own}, facts.lists)


def _escalation(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    wanted = mail.facts.get("units", [])
    below = [int(unit_id) for unit_id in wanted] if isinstance(wanted, list) else []
    owing = session.execute(
        select(Unit.name, Unit.phone)
        .where(
            Unit.id.in_(
                select(Duty.unit_id).where(
                    Duty.batch_id == mail.batch_id,
                    Duty.stage_key == mail.stage_key,
                    Duty.unit_id.in_(below),
                    Duty.settled_as.is_(None),
                )
            )
        )
        .order_by(Unit.code)
    ).all()
    if not owing:
        return "所涉单位均已办结，无需发送"
    return Facts(mail.kind, {"units": [{"name": row.name, "phone": row.phone or ""} for row in owing]})


def _closing(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    context = found.contexts[mail.batch_id]
    row = context.stages[mail.stage_key]
    due_at = datetime.fromisoformat(str(mail.facts["due_at"])) if mail.facts.get("due_at") else None
    if row.closed_at is None and due_at is not None and row.due_at is not None and due_at < row.due_at:
        return "该环节已延期，截止通知作废"
    mine = (Duty.batch_id == mail.batch_id, Duty.stage_key == mail.stage_key, Duty.due_at == due_at)
    total, settled = session.execute(
        select(func.count(), func.count(Duty.settled_at)).select_from(Duty).where(*mine)
    ).one()
    missing = session.execute(
        select(Unit.name, Unit.phone)
        .where(Unit.id.in_(select(Duty.unit_id).where(*mine, Duty.settled_as.is_(None))))
        .order_by(Unit.code)
    ).all()
    units = [{"name": unit.name, "phone": unit.phone or ""} for unit in missing]
    return Facts(mail.kind, {"units": units, "total": total, "settled": settled})


def _case(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    values = case_values(found.told, found.contexts[mail.batch_id], mail, now)
    return values if isinstance(values, str) else Facts(mail.kind, values, path=f"/cases/{mail.case_id}")


def _account(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    values = person_values(found.contexts[mail.batch_id], mail, now)
    return Facts(mail.kind, values, path=str(mail.facts.get("path") or "/work"))


def _upstream(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    values = upstream_values(found.told, mail)
    if isinstance(values, str):
        return values
    return Facts(mail.kind, values, path=str(mail.facts.get("path") or ""))


FACTS = {
    MailKind.STAGE_OPENS: _duties_of_person,
    MailKind.REMINDER: _duties_of_person,
    MailKind.DIGEST: _duties_of_person,
    MailKind.EXTENSION: _extension,
    MailKind.ESCALATION: _escalation,
    MailKind.STAGE_CLOSES: _closing,
    MailKind.CASE: _case,
    MailKind.ACCOUNT: _account,
    MailKind.UPSTREAM: _upstream,
}


def _letter(context: BatchContext, mail: Mail, facts: Facts, now: datetime, sender: Sender) -> Composed:
    definition = context.definition
    # A change from above may concern no stage of this batch.
    stage = next((stage for stage in definition.stages if stage.key == mail.stage_key), definition.stages[0])
    office = definition.office
    batch: dict[str, Plain] = {
        "title": definition.title,
        "short": f"{definition.year}年{definition.programme.name}",
        "number": definition.document.number,
        "issuer": definition.issuer.name,
        "office": office.name,
        "contacts": [{"name": c.name, "phone": c.phone, "role": c.role} for c in office.contacts],
        "email": office.published_email,
        "address": office.address,
        "site": office.site,
    }
    usual = "/work" if mail.unit_id else f"/admin/progress/{definition.code}"
    values: dict[str, Plain] = {
        "person": mail.person,
        "batch": batch,
        "stage": {"title": stage.title, "due": due_text(context.stages[stage.key].due_at, definition.zone)},
        "zone": "北京时间" if definition.timezone == "Asia/Shanghai" else definition.timezone,
        "link": f"{sender.base_url}{facts.path or usual}",
        **facts.values,
    }
    subject, body = _text(context, mail.stage_key, facts.kind, values)
    message_id = sender.message_id(mail.key)
    letter = Letter(
        message_id=message_id,
        sender=sender.mail_from,
        recipient=mail.address,
        reply_to=None,
        subject=subject,
        text=f"{body}\n{FOOTER}\n",
        html=render_frame(subject, [part for part in body.split("\n\n") if part.strip()], FOOTER),
        date=now.astimezone(definition.zone),
        headers={},
    )
    return Composed(mail.id, facts.kind, message_id, subject, body, to_bytes(letter), facts.lists)


def _text(context: BatchContext, stage_key: str, kind: MailKind, values: Mapping[str, Plain]) -> tuple[str, str]:
    """Return subject and body: the batch's own words for this stage, its own words for all, or the house's."""
    own = [text for text in context.definition.mails if text.kind is kind and text.stage in {stage_key, None}]
    if own:
        text = max(own, key=lambda candidate: candidate.stage is not None)
        return render_text(text.subject, values).strip(), render_text(text.body, values).strip() + "\n"
    name = MailKind.REMINDER if kind is MailKind.DIGEST else kind
    subject, _, body = render_text(mail_source(name.value), values).partition("\n")
    return subject.strip(), body.strip() + "\n"
