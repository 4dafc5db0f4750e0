"""What was sent to whom and when (发件记录): the mails of a batch, the newest first, with every try."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import Batch, Mail, MailAttempt, MailState, Unit
from services.batches.context import BatchContext
from services.progress.reach import in_branch

PAGE_MAILS = 50
TROUBLED = (MailState.UNCERTAIN, MailState.HELD, MailState.REFUSED)
"""States in which a person should look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedMails:
    """Which mails are shown; None shows all. before: id of the last mail seen."""

    unit_id: int | None = None
    stage: str | None = None
    state: MailState | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail. unit: who owes, empty for mail to the office. tries: the hand-overs to the host, oldest first."""

    mail: Mail
    unit: str
    stage: str
    tries: Sequence[MailAttempt]


@dataclass(frozen=True, slots=True)
class Mails:
    """A stretch of the mails. older: id to read on from, None when there are no more."""

    mails: Sequence[SentMail]
    older: int | None


def mails(
    session: Session, context: BatchContext, wanted: WantedMails | None = None, limit: int = PAGE_MAILS
) -> Mails:
    """Return the mails of a batch that the reader may see, the newest first, in two queries."""
    wanted = wanted or WantedMails()
    chosen = (
        select(Mail, Unit.name)
        .outerjoin(Unit, Unit.id == Mail.unit_id)
        .where(Mail.batch_id == context.batch.id)
        .order_by(Mail.id.desc())
        .limit(limit + 1)
    )
    mine = in_branch(session, Mail.unit_id)
    for condition in (
        mine,
        Mail.unit_id == wanted.unit_id if wanted.unit_id is not None else None,
        Mail.stage_key == wanted.stage if wanted.stage is not None else None,
        Mail.state == wanted.state if wanted.state is not None else None,
        Mail.id < wanted.before if wanted.before is not None else None,
    ):
        if condition is not None:
            chosen = chosen.where(condition)
    rows = session.execute(chosen).all()
    tries = _tries(session, [mail.id for mail, _ in rows[:limit]])
    found = [
        SentMail(mail, unit or "", context.definition.stage(mail.stage_key).title, tries[mail.id])
        for mail, unit in rows[:limit]
    ]
    return Mails(found, found[-1].mail.id if len(rows) > limit else None)


def _tries(session: Session, mail_ids: Sequence[int]) -> defaultdict[int, list[MailAttempt]]:
    found: defaultdict[int, list[MailAttempt]] = defaultdict(list)
    chosen = select(MailAttempt).where(MailAttempt.mail_id.in_(mail_ids)).order_by(MailAttempt.id)
    for attempt in session.scalars(chosen):
        found[attempt.mail_id].append(attempt)
    return found


def counts(session: Session, batch_ids: Sequence[int]) -> dict[int, dict[MailState, int]]:
    """Return how many mails each batch has in each state, of those that the reader may see, in one query."""
    chosen = (
        select(Mail.batch_id, Mail.state, func.count())
        .join(Batch, Batch.id == Mail.batch_id)
        .where(Mail.batch_id.in_(batch_ids))
        .group_by(Mail.batch_id, Mail.state)
    )
    mine = in_branch(session, Mail.unit_id)
    found: dict[int, dict[MailState, int]] = {batch_id: {} for batch_id in batch_ids}
    for batch_id, state, number in session.execute(chosen if mine is None else chosen.where(mine)):
        if batch_id is not None:
            found[batch_id][state] = number
    return found
