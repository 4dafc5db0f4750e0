"""What a played copy tells: every opening, mail, call and closing in order, and what a person should know of it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import MailKind
from domain.instants import local_day
from domain.plan import MomentKind
from domain.stages import KINDS
from domain.triage import Verdict
from models import AppliedMoment, Duty, Mail, MailState, PhoneDuty, Unit
from services.batches.context import BatchContext


@dataclass(frozen=True, slots=True)
class Event:
    """Something that will happen; the JSON contract of `linxuan rehearse`.

    unit: code of the unit that owes, None for mail to the coordinator and for the stage itself.
    to: addresses; empty for a change of state and for a call that a person must make.
    body, moment: kept beside the contract: the text of a mail, and the key of the moment in the plan that causes it
    ("" for what no plan foresees).
    """

    at: datetime
    kind: str
    milestone: str
    unit: str | None
    to: list[str]
    subject: str
    key: str
    body: str = ""
    moment: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the event in the shape of the contract."""
        shown = asdict(self)
        del shown["body"], shown["moment"]
        return {**shown, "at": self.at.isoformat(), "kind": "missed" if self.kind == REFUSED else self.kind}


@dataclass(frozen=True, slots=True)
class Past:
    """Where the copy began: what the source had already, by the last ids, and when it is played from.

    started_at: None for a definition played from its beginning.
    """

    started_at: datetime | None
    moments: int
    calls: int
    mails: int

    @classmethod
    def of(cls, session: Session, started_at: datetime | None) -> "Past":
        """Return the past of a copy that has not been played yet."""
        moments, calls, mails = (
            session.scalar(select(func.coalesce(func.max(table.id), 0))) or 0
            for table in (AppliedMoment, PhoneDuty, Mail)
        )
        return cls(started_at, moments, calls, mails)

    def when(self, planned: datetime, context: BatchContext) -> datetime:
        """Return when something happens, in the batch's zone: what was due before the beginning happens then."""
        at = planned if self.started_at is None else max(planned, self.started_at)
        return at.astimezone(context.definition.zone)


REFUSED = "refused"
"""Kind of a deed of the scenario that the rules refuse; the contract knows it as missed."""
_RANK = {
    kind: rank
    for rank, kind in enumerate(
        ["stage_closes", "stage_opens", "reminder", "digest", "escalation", "extension", "missed", REFUSED]
    )
}


def in_order(found: Iterable[Event]) -> list[Event]:
    """Return events in the order of time; at one minute the stages' own come first."""
    return sorted(found, key=lambda e: (e.at, _RANK.get(e.kind, len(_RANK)), bool(e.unit), e.key))


def events(session: Session, context: BatchContext, past: Past) -> list[Event]:
    """Return everything that happened in a copy since its beginning, in order."""
    return in_order(
        [
            *_state_events(session, context, past),
            *_mail_events(session, context, past),
            *_call_events(session, context, past),
            *_blocked_events(context),
        ]
    )


def _state_events(session: Session, context: BatchContext, past: Past) -> list[Event]:
    rows = session.scalars(
        select(AppliedMoment).where(AppliedMoment.batch_id == context.batch.id, AppliedMoment.id > past.moments)
    )
    found = []
    for row in rows:
        key, at = f"{context.definition.code}/{row.key}", past.when(row.at, context)
        title = context.definition.stage(row.stage_key).title
        if row.verdict is Verdict.MISS:
            found.append(Event(at, "missed", row.stage_key, None, [], f"{title}：{row.because}", key, "", row.key))
        elif row.kind is MomentKind.OPEN:
            found.append(Event(at, "stage_opens", row.stage_key, None, [], f"{title}开放", key, "", row.key))
        elif row.kind is MomentKind.CLOSE:
            found.append(Event(at, "stage_closes", row.stage_key, None, [], f"{title}截止", key, "", row.key))
    return found


def _mail_events(session: Session, context: BatchContext, past: Past) -> list[Event]:
    """Return the mails at the minute in which they leave; one about a closing belongs to the deadline itself."""
    rows = session.execute(
        select(Mail, Unit.code).outerjoin(Unit, Unit.id == Mail.unit_id).where(Mail.state == MailState.SENT)
    )
    return [
        Event(
            past.when(mail.at if mail.kind is MailKind.STAGE_CLOSES else mail.not_before, context),
            mail.kind.value,
            mail.stage_key,
            code,
            [mail.address],
            mail.subject,
            mail.key,
            mail.body,
            mail.moment_key,
        )
        for mail, code in rows
    ]


def _call_events(session: Session, context: BatchContext, past: Past) -> list[Event]:
    rows = session.execute(
        select(PhoneDuty, Unit.code).join(Unit, Unit.id == PhoneDuty.unit_id).where(PhoneDuty.id > past.calls)
    )
    moments = {
        (row.stage_key, row.at): row.key
        for row in session.execute(
            select(AppliedMoment.stage_key, AppliedMoment.at, AppliedMoment.key).where(
                AppliedMoment.batch_id == context.batch.id, AppliedMoment.kind != MomentKind.CLOSE
            )
        )
    }
    return [
        Event(
            past.when(call.at, context),
            "reminder",
            call.stage_key,
            code,
            [],
            f"待人工催办：{call.person} {call.number}（{call.because}）",
            call.key,
            moment=moments.get((call.stage_key, call.at), ""),
        )
        for call, code in rows
    ]


def _blocked_events(context: BatchContext) -> list[Event]:
    """Return what cannot open although its day comes."""
    found = []
    definition = context.definition
    for key, milestone in context.milestones().items():
        stage = definition.stage(key)
        because = KINDS[stage.kind].blocked_because(stage)
        if because and milestone.opens_at:
            at = milestone.opens_at.astimezone(definition.zone)
            name = f"{definition.code}/{key}:open:{local_day(milestone.opens_at, definition.zone)}"
            found.append(Event(at, "missed", key, None, [], f"{stage.title}不能开放：{because}", name))
    return found


@dataclass(frozen=True, slots=True)
class Remark:
    """What a person should know of a rehearsal.

    path: where in the definition it can be mended; "" for nowhere. is_presumed: about a value that nobody confirmed.
    """

    sentence: str
    path: str = ""
    is_presumed: bool = False


def held(session: Session, past: Past) -> list[Remark]:
    """Return a remark for each reason for which mails could not be made, as when a text is wrong (F30)."""
    rows = session.execute(
        select(Mail.because, Mail.kind, func.count())
        .where(Mail.state == MailState.HELD, Mail.id > past.mails)
        .group_by(Mail.because, Mail.kind)
        .order_by(func.min(Mail.id))
    )
    return [Remark(f"{count} 封邮件（{kind.value}）不能发出：{because}", "mails") for because, kind, count in rows]


def unowed(session: Session, context: BatchContext) -> list[Remark]:
    """Return a remark for each collect stage in which nobody owes anything, as when the registry is empty."""
    owed = set(session.scalars(select(Duty.stage_key).where(Duty.batch_id == context.batch.id).distinct()))
    return [
        Remark(
            f"“{stage.title}”没有应报对象（示范名单库中没有符合条件的获评单位），模拟中不会有该环节的提醒",
            f"stages.{stage.key}",
        )
        for stage in context.definition.stages
        if stage.collect is not None and stage.key not in owed
    ]
