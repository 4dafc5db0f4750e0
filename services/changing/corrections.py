"""Mails that have left and that a change makes wrong, and the correction that each reader would get."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from domain.changes import Moved
from domain.definition import Definition, MailKind
from domain.instants import describe
from models import BatchVersion, Duty, Mail, MailState
from services.batches.context import BatchContext
from services.mail.posting import NewMail, post

TELLS_DATES = (MailKind.STAGE_OPENS, MailKind.REMINDER, MailKind.DIGEST, MailKind.EXTENSION, MailKind.CORRECTION)
TELLS_OFFICE = (*TELLS_DATES, MailKind.ESCALATION)
LEFT = (MailState.SENT, MailState.UNCERTAIN)
MOST = 5_000
"""Readers of one correction; more than there are counties."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that earlier mails said and that is other now."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who was told. last_at: when they were told last. mails: how many mails told them."""

    address: str
    person: str
    unit_id: int | None
    last_at: datetime
    mails: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A drafted correction. key: names it within the change ("recommend.due"). sample: what the last mail said."""

    key: str
    stage: str
    headline: str
    lines: tuple[Line, ...]
    readers: tuple[Reader, ...]
    sample: str


@dataclass(frozen=True, slots=True)
class Told:
    """A correction that the coordinator wants sent. headline, text: as edited; text may be empty."""

    key: str
    headline: str
    text: str


def corrections(session: Session, context: BatchContext, new: Definition, moved: Sequence[Moved]) -> list[Correction]:
    """Return the corrections that a change calls for; none where nobody was told anything that is wrong now."""
    found = [_of_date(session, context, new, each) for each in moved if each.before != each.after]
    found.append(_of_office(session, context, new))
    return [one for one in found if one is not None and one.readers]


def send_corrections(
    session: Session,
    context: BatchContext,
    version: BatchVersion,
    drafted: Collection[Correction],
    told: Sequence[Told],
    now: datetime,
) -> int:
    """Write the wanted corrections to the outbox of this transaction, once each; return how many mails."""
    by_key: Mapping[str, Correction] = {one.key: one for one in drafted}
    mails = []
    for wanted in told:
        one = by_key.get(wanted.key)
        if one is None:
            continue
        moment = f"{one.stage}:correction.{version.revision}.{one.key}"
        facts = {
            "headline": wanted.headline,
            "text": wanted.text,
            "lines": [{"label": line.label, "before": line.before, "after": line.after} for line in one.lines],
        }
        mails += [
            NewMail(
                key=f"{context.batch.code}/{moment}/{reader.address}",
                batch_id=context.batch.id,
                stage_key=one.stage,
                moment_key=moment,
                kind=MailKind.CORRECTION,
                unit_id=reader.unit_id,
                address=reader.address,
                person=reader.person,
                at=now,
                not_before=now,
                facts=facts,
            )
            for reader in one.readers
        ]
    post(session, mails)
    return len(mails)


def _of_date(session: Session, context: BatchContext, new: Definition, moved: Moved) -> Correction | None:
    """Return the correction of a deadline, for those who were told of the old one and still owe something."""
    stage, zone = new.stage(moved.stage), new.zone
    owing = select(Duty.unit_id).where(
        Duty.batch_id == context.batch.id, Duty.stage_key == moved.stage, Duty.settled_as.is_(None)
    )
    old_words = _told(moved.before, zone)
    # A mail stands under one of the stages that it tells of: a notice or a reminder lists all that a reader owes.
    about = and_(
        Mail.kind.in_(TELLS_DATES),
        or_(Mail.stage_key == moved.stage, Mail.body.contains(old_words, autoescape=True)),
    )
    readers = _readers(session, context, about, Mail.unit_id.in_(owing))
    line = Line(f"{stage.title}截止时间", old_words, _told(moved.after, zone))
    return Correction(
        key=f"{moved.stage}.due",
        stage=moved.stage,
        headline=f"“{stage.title}”的截止时间改为 {line.after}",
        lines=(line,),
        readers=readers,
        sample=_sample(session, context, about),
    )


def _told(instant: datetime | None, zone: ZoneInfo) -> str:
    return describe(instant, zone, is_deadline=True) if instant is not None else "没有期限"


def _of_office(session: Session, context: BatchContext, new: Definition) -> Correction | None:
    """Return the correction of where to write to and whom to call, which every mail of a batch tells."""
    lines = tuple(_office_lines(context.definition, new))
    if not lines:
        return None
    where = (Mail.kind.in_(TELLS_OFFICE), Mail.unit_id.is_not(None))
    return Correction(
        key="office",
        stage="",
        headline="主办处室联系方式更正",
        lines=lines,
        readers=_readers(session, context, *where),
        sample=_sample(session, context, *where),
    )


def _office_lines(old: Definition, new: Definition) -> list[Line]:
    def people(definition: Definition) -> str:
        return "、".join(f"{person.name} {person.phone}" for person in definition.office.contacts)

    pairs = (
        ("主办处室", old.office.name, new.office.name),
        ("联系人", people(old), people(new)),
        ("寄送地址", old.office.address, new.office.address),
        ("公布的邮箱", old.office.published_email, new.office.published_email),
        ("申报网址", old.office.site, new.office.site),
    )
    return [Line(label, before, after) for label, before, after in pairs if before != after]


def _readers(session: Session, context: BatchContext, *where: ColumnElement[bool]) -> tuple[Reader, ...]:
    rows = session.execute(
        select(Mail.address, func.max(Mail.person), Mail.unit_id, func.max(Mail.at), func.count())
        .where(Mail.batch_id == context.batch.id, Mail.state.in_(LEFT), *where)
        .group_by(Mail.address, Mail.unit_id)
        .order_by(Mail.address, Mail.unit_id)
        .limit(MOST)
    )
    found: dict[str, Reader] = {}
    for address, person, unit_id, last_at, count in rows:
        found.setdefault(address, Reader(address, person, unit_id, last_at, count))
    return tuple(found.values())


def _sample(session: Session, context: BatchContext, *where: ColumnElement[bool]) -> str:
    newest = (
        select(Mail.body)
        .where(Mail.batch_id == context.batch.id, Mail.state.in_(LEFT), *where)
        .order_by(Mail.id.desc())
        .limit(1)
    )
    return session.scalars(newest).one_or_none() or ""
