"""Making the exact bytes of claimed mails, after asking once more whether each is still true.

A mail whose duty is settled, whose stage was reopened or whose reader has changed is stopped with its reason; a
changed reader gets a mail of his own. Nothing is written here: `claiming.store` does that.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import MailKind
from models import Duty, Extension, Mail, MailState, Unit
from notifications.message import BadLetter
from services.mail.addressing import Person
from services.mail.dates import due_text
from services.mail.news import case_values, correction_values, person_values, upstream_values
from services.mail.owed import Desk, Owed, desk, is_triggered, lines
from services.mail.texts.letters import TEST, Composed, Facts, Sender, letter, said, speaks_english, test_text
from templates.engine import BadTemplate, Plain

__all__ = ["Composed", "Sender", "Stopped", "compose"]


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
    found.wants_english = sender.is_english
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
        if TEST in mail.facts:
            return said(mail, test_text(mail), now.astimezone(context.definition.zone), sender)
        facts = FACTS[mail.kind](session, found, mail, now)
        if isinstance(facts, str):
            return Stopped(mail.id, MailState.VOID, facts)
        return letter(context, mail, facts, now, sender)
    except (BadTemplate, BadLetter) as error:
        return Stopped(mail.id, MailState.HELD, str(error)[:300])


def _duties_of_person(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    duties = found.owed_by(mail.address)
    if not any(is_triggered(found, mail, duty) for duty in duties):
        return "所提醒的事项已办结，无需发送"
    kind = mail.kind
    if kind in {MailKind.REMINDER, MailKind.DIGEST}:
        kind = MailKind.DIGEST if len(lines(found, duties, now)) > 1 else MailKind.REMINDER
    is_english = _is_english(found, mail, kind)
    shown = lines(found, duties, now, is_english=is_english)
    named = _units_named(found, duties, is_english=is_english)
    first = shown[_foremost(duties, now)]
    late = {(one.batch_id, one.stage_key, one.due_at) for one in duties if one.due_at and one.due_at <= now}
    values: dict[str, Plain] = {"unit": named, "duties": shown, "first": first, "late": len(late)}
    return Facts(kind, values, [duty.id for duty in duties])


def _foremost(duties: Sequence[Owed], now: datetime) -> int:
    """Return the number of the line that heads a letter: the next to fall due; the first when all are overdue."""
    dues = [due_at for _, _, due_at in dict.fromkeys((one.batch_id, one.stage_key, one.due_at) for one in duties)]
    return next((number for number, due_at in enumerate(dues) if due_at is None or due_at > now), 0)


def _is_english(found: Desk, mail: Mail, kind: MailKind) -> bool:
    return found.wants_english and speaks_english(found.contexts[mail.batch_id], mail.stage_key, kind)


def _units_named(found: Desk, duties: Sequence[Owed], *, is_english: bool) -> str:
    ids = dict.fromkeys(duty.unit_id for duty in duties)
    return (", " if is_english else "、").join(found.directory.units[unit_id].name for unit_id in ids)


def _extension(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    facts = _duties_of_person(session, found, mail, now)
    if isinstance(facts, str):
        return facts
    extension = session.get_one(Extension, int(mail.moment_key.split(":")[1].partition(".")[2]))
    zone = found.contexts[extension.batch_id].definition.zone
    is_english = _is_english(found, mail, MailKind.EXTENSION)
    own = {"was_due": due_text(extension.was_due_at, zone, is_english=is_english), "reason": extension.reason}
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
    is_english = _is_english(found, mail, mail.kind)
    values = case_values(found.told, found.contexts[mail.batch_id], mail, now, is_english=is_english)
    return values if isinstance(values, str) else Facts(mail.kind, values, path=f"/cases/{mail.case_id}")


def _account(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    values = person_values(found.contexts[mail.batch_id], mail, now)
    return Facts(mail.kind, values, path=str(mail.facts.get("path") or "/work"))


def _upstream(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    values = upstream_values(found.told, mail)
    if isinstance(values, str):
        return values
    return Facts(mail.kind, values, path=str(mail.facts.get("path") or ""))


def _correction(session: Session, found: Desk, mail: Mail, now: datetime) -> Facts | str:
    values = correction_values(found.told, mail)
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
    MailKind.CORRECTION: _correction,
}
