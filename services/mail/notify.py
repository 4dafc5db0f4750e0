"""Writing notices: to many units, to the office, to the applicant of a case, to one person.

Whoever has an address gets a mail, who has none a call that a person must make.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from domain.definition import MailKind, StageKind
from domain.plan import Moment
from models import Case, CaseState
from services.batches.context import BatchContext
from services.mail.addressing import Person, directory
from services.mail.posting import NewMail, NewPhoneDuty, post, post_phone_duties


@dataclass(frozen=True, slots=True)
class Notice:
    """What is written.

    stage, moment_key, at: what it belongs to. prefix: beginning of every key; the unit's code and the address make it
    whole. not_before: earliest time to leave. skip: addresses that are not written to this time.
    is_per_person: the key names the person alone, so that one mail serves all their units.
    case_id: the case it tells of.
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
    case_id: int | None = None

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
        case_id=notice.case_id,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What an applicant, or a person, is told.

    key: makes it one ("return.3"), unique for the case or account. headline: what happened, in a few words.
    by: the unit that acted, "" for nobody. text: a sentence of its own. lines: (label, text), told one by one.
    due_at: until when something must be done.
    return_id, opinion_id: the mail leaves only while this return is open, this opinion stands.
    true_while: states of the case in which it is still true; empty for whatever happens later.
    corrects: full key of an earlier mail; without it having left there is nothing to put right.
    path: page to go to; empty for the case's, or the list of things to do.
    """

    key: str
    headline: str
    by: str = ""
    text: str = ""
    lines: Sequence[tuple[str, str]] = ()
    due_at: datetime | None = None
    return_id: int | None = None
    opinion_id: int | None = None
    true_while: Collection[CaseState] = ()
    corrects: str = ""
    path: str = ""

    def facts(self) -> dict[str, object]:
        """Return the news as the mail keeps it, JSON-able."""
        return {
            "headline": self.headline,
            "by": self.by,
            "text": self.text,
            "lines": [list(line) for line in self.lines],
            "due_at": self.due_at.isoformat() if self.due_at else "",
            "return_id": self.return_id,
            "opinion_id": self.opinion_id,
            "true_while": [state.value for state in self.true_while],
            "corrects": self.corrects,
            "path": self.path,
        }


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person with an account: name, mail address ("" without one), number, and the unit that would call them."""

    name: str
    address: str
    number: str = ""
    unit_id: int | None = None


def applicant_key(context: BatchContext, case: Case, key: str) -> str:
    """Return the key of the mail that tells the applicant these news."""
    return f"{context.batch.code}/case.{case.id}/{key}/{case.organisation.email}"


def notify_applicant(session: Session, context: BatchContext, case: Case, news: News, *, at: datetime) -> bool:
    """Write to the applicant of a case; return False when it has no address and its channel must call it."""
    organisation = case.organisation
    to = Recipient(organisation.name, organisation.email, organisation.phone, case.unit_id)
    without = f"申报单位没有电子邮箱：{news.headline}（{case.title}）"
    about = _About(f"{context.batch.code}/case.{case.id}/{news.key}", MailKind.CASE, without, case.id)
    return _write(session, context, to, news, about, at=at)


def notify_unit_of_case(
    session: Session, context: BatchContext, case: Case, unit_id: int, news: News, *, at: datetime
) -> None:
    """Write to a unit about one case that came back to it, as to the others of its people."""
    prefix = f"{context.batch.code}/case.{case.id}/{news.key}"
    notice = Notice(_stage_of_cases(context), "", at, MailKind.CASE, prefix, at, facts=news.facts(), case_id=case.id)
    notify_units(session, context, [unit_id], notice)


def notify_person(session: Session, context: BatchContext, to: Recipient, news: News, *, at: datetime) -> bool:
    """Write to a person about their account, in the name of a batch's office.

    Return False without an address; the unit, where one is given, then has to call.
    """
    prefix, without = f"{context.batch.code}/account/{news.key}", f"没有电子邮箱：{news.headline}"
    return _write(session, context, to, news, _About(prefix, MailKind.ACCOUNT, without), at=at)


@dataclass(frozen=True, slots=True)
class _About:
    """What news are about. prefix: of the key, as in `Notice`. without: why somebody must call instead."""

    prefix: str
    kind: MailKind
    without: str
    case_id: int | None = None


def _write(
    session: Session, context: BatchContext, to: Recipient, news: News, about: _About, *, at: datetime
) -> bool:
    """Write news to one person, or let the unit call them; return whether there is an address."""
    stage = _stage_of_cases(context)
    if to.address:
        mail = NewMail(
            key=f"{about.prefix}/{to.address}",
            batch_id=context.batch.id,
            stage_key=stage,
            moment_key="",
            kind=about.kind,
            unit_id=None,
            address=to.address,
            person=to.name,
            at=at,
            not_before=at,
            facts=news.facts(),
            case_id=about.case_id,
        )
        post(session, [mail])
    elif to.unit_id is not None:
        call = NewPhoneDuty(
            key=f"{about.prefix}/tel:{to.number}",
            batch_id=context.batch.id,
            unit_id=to.unit_id,
            stage_key=stage,
            at=at,
            person=to.name,
            number=to.number,
            because=about.without[:200],
        )
        post_phone_duties(session, [call])
    return bool(to.address)


def _stage_of_cases(context: BatchContext) -> str:
    """Return the key of the stage that such a mail belongs to: declaring, else the batch's first."""
    stage = context.definition.stage_of(StageKind.DECLARE)
    return stage.key if stage is not None else context.definition.stages[0].key
