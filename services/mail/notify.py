"""Writing one notice to many units: a mail for each person with an address, a call for each without."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from domain.definition import MailKind
from domain.plan import Moment
from services.batches.context import BatchContext
from services.mail.addressing import Person, directory
from services.mail.posting import NewMail, NewPhoneDuty, post, post_phone_duties


@dataclass(frozen=True, slots=True)
class Notice:
    """What is written.

    stage, moment_key, at: what it belongs to. prefix: beginning of every key; the unit's code and the address make it
    whole. not_before: earliest time to leave. skip: addresses that are not written to this time.
    is_per_person: the key names the person alone, so that one mail serves all their units.
    """

    stage: str
    moment_key: str
    at: datetime
    kind: MailKind
    prefix: str
    not_before: datetime
    skip: frozenset[str] = frozenset()
    facts: Mapping[str, object] = field(default_factory=dict)
    is_per_person: bool = False

    @classmethod
    def of(cls, moment: Moment, kind: MailKind, prefix: str, not_before: datetime) -> "Notice":
        """Return the notice of a planned moment."""
        return cls(moment.stage, moment.key, moment.at, kind, prefix, not_before)


def notify_units(session: Session, context: BatchContext, unit_ids: Collection[int], notice: Notice) -> None:
    """Write the notice to every unit, in a few statements whatever their number."""
    found = directory(session, unit_ids)
    mails: list[NewMail] = []
    calls: list[NewPhoneDuty] = []
    for unit_id in sorted(set(unit_ids)):
        for person in found.people(unit_id, context.batch.id):
            if person.address is None:
                calls.append(_call(context, unit_id, found.units[unit_id].code, person, notice))
            elif person.address not in notice.skip:
                mails.append(_mail(context, unit_id, found.units[unit_id].code, person, notice))
    post(session, mails)
    post_phone_duties(session, calls)


def _mail(context: BatchContext, unit_id: int, code: str, person: Person, notice: Notice) -> NewMail:
    who = person.address if notice.is_per_person else f"{code}/{person.address}"
    return NewMail(
        key=f"{notice.prefix}/{who}",
        batch_id=context.batch.id,
        stage_key=notice.stage,
        moment_key=notice.moment_key,
        kind=notice.kind,
        unit_id=unit_id,
        address=person.address or "",
        person=person.name,
        at=notice.at,
        not_before=notice.not_before,
        facts={"is_fallback": person.is_fallback, **notice.facts},
    )


def _call(context: BatchContext, unit_id: int, code: str, person: Person, notice: Notice) -> NewPhoneDuty:
    return NewPhoneDuty(
        key=f"{notice.prefix}/{code}/tel:{person.number}",
        batch_id=context.batch.id,
        unit_id=unit_id,
        stage_key=notice.stage,
        at=notice.at,
        person=person.name,
        number=person.number,
        because="没有可用的电子邮箱",
    )


def notify_office(session: Session, context: BatchContext, notice: Notice) -> bool:
    """Write the notice to the batch's coordinator; return False when the office has no address."""
    office = context.definition.office
    if office.email is None:
        return False
    post(
        session,
        [
            NewMail(
                key=f"{notice.prefix}/office/{office.email}",
                batch_id=context.batch.id,
                stage_key=notice.stage,
                moment_key=notice.moment_key,
                kind=notice.kind,
                unit_id=None,
                address=office.email,
                person=office.name,
                at=notice.at,
                not_before=notice.not_before,
                facts=dict(notice.facts),
            )
        ],
    )
    return True
