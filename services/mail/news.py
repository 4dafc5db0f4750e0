"""What a mail about a case, an account, a change from above or a mistake says, asked again before it leaves.

A mail about a case is void when what it tells is no longer so: a returned case that is back, a decision that was
undone. Everything is read for many mails at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.definition import MailKind
from models import Case, CaseReturn, Mail, MailState, Opinion, UpstreamChange
from services.batches.context import BatchContext
from services.mail.dates import days_left, due_text
from templates.engine import Plain

LEFT = frozenset({MailState.SENDING, MailState.SENT, MailState.UNCERTAIN})
"""States in which a mail may have been read."""


@dataclass(slots=True)
class Told:
    """What the mails of a group speak of, by id.

    opinions: those that still hold. corrected: the states of the mails that others put right, by key.
    answered: the changes from above that were answered, by batch and the instant at which they were made.
    """

    cases: dict[int, Case] = field(default_factory=dict)
    returns: dict[int, CaseReturn] = field(default_factory=dict)
    opinions: set[int] = field(default_factory=set)
    corrected: dict[str, MailState] = field(default_factory=dict)
    answered: set[tuple[int, datetime]] = field(default_factory=set)


def told(session: Session, mails: Sequence[Mail]) -> Told:
    """Read what these mails speak of; nothing is asked for when none of them is of these kinds."""
    found = Told()
    of_cases = [mail for mail in mails if mail.kind is MailKind.CASE]
    if of_cases:
        _read_cases(session, found, of_cases)
    of_upper = [mail for mail in mails if mail.kind is MailKind.UPSTREAM]
    if of_upper:
        _read_changes(session, found, of_upper)
    keys = sorted({str(mail.facts["corrects"]) for mail in mails if mail.facts.get("corrects")})
    if keys:
        found.corrected = dict(iter(session.execute(select(Mail.key, Mail.state).where(Mail.key.in_(keys)))))
    return found


def _read_cases(session: Session, found: Told, mails: Sequence[Mail]) -> None:
    wanted = {mail.case_id for mail in mails if mail.case_id is not None}
    cases = select(Case).where(Case.id.in_(sorted(wanted))).options(joinedload(Case.organisation))
    found.cases = {case.id: case for case in session.scalars(cases)}
    returns = select(CaseReturn).where(CaseReturn.id.in_(_numbers(mails, "return_id")))
    found.returns = {row.id: row for row in session.scalars(returns)}
    opinions = select(Opinion.id).where(Opinion.id.in_(_numbers(mails, "opinion_id")))
    found.opinions = set(session.scalars(opinions))


def _read_changes(session: Session, found: Told, mails: Sequence[Mail]) -> None:
    answered = select(UpstreamChange.batch_id, UpstreamChange.made_at).where(
        UpstreamChange.batch_id.in_(sorted({mail.batch_id for mail in mails})), UpstreamChange.answered.is_not(None)
    )
    found.answered = {(batch_id, made_at) for batch_id, made_at in session.execute(answered)}


def _numbers(mails: Iterable[Mail], name: str) -> list[int]:
    values = {mail.facts.get(name) for mail in mails}
    return sorted(value for value in values if isinstance(value, int))


def case_values(
    found: Told, context: BatchContext, mail: Mail, now: datetime, *, is_english: bool = False
) -> dict[str, Plain] | str:
    """Return the values of a mail about a case, or why it is no longer true."""
    case = found.cases.get(mail.case_id or 0)
    if case is None:
        return "申报件已不存在"
    because = _no_longer_true(found, case, mail)
    if because:
        return because
    category = next((c.name for c in context.definition.categories if c.key == case.category_key), "")
    shown: Plain = {
        "title": case.title,
        "organisation": case.organisation.name,
        "category": category,
        "number": case.id,
    }
    return {"case": shown, "news": _news(mail.facts, _due_at(found, mail), now, context, is_english=is_english)}


def _no_longer_true(found: Told, case: Case, mail: Mail) -> str:
    """Return why a mail about a case must not leave any more, empty while it is true."""
    facts = mail.facts
    states = facts.get("true_while")
    if isinstance(states, list) and states and case.state.value not in states:
        return "申报件的办理情况已变化，无需发送"
    if facts.get("return_id"):
        returned = found.returns.get(int(str(facts["return_id"])))
        if returned is None or returned.ended_at is not None:
            return "该次退回补正已办结或已撤销，无需发送"
    if facts.get("opinion_id") and int(str(facts["opinion_id"])) not in found.opinions:
        return "该意见已撤销，无需发送"
    return _corrects_nothing(found, facts)


def _corrects_nothing(found: Told, facts: Mapping[str, object]) -> str:
    if facts.get("corrects") and found.corrected.get(str(facts["corrects"])) not in LEFT:
        return "所更正的邮件未曾发出，无需发送"
    return ""


def _due_at(found: Told, mail: Mail) -> datetime | None:
    """Return the date of the return as it is now, else the one that was written down."""
    returned = found.returns.get(int(str(mail.facts.get("return_id") or 0)))
    if returned is not None:
        return returned.due_at
    due = mail.facts.get("due_at")
    return datetime.fromisoformat(str(due)) if due else None


def person_values(context: BatchContext, mail: Mail, now: datetime) -> dict[str, Plain]:
    """Return the values of a mail about an account."""
    return {"news": _news(mail.facts, None, now, context)}


def upstream_values(found: Told, mail: Mail) -> dict[str, Plain] | str:
    """Return the values of a mail about a change from above, or why it is no longer true."""
    if (mail.batch_id, mail.at) in found.answered:
        return "该变动已处理，无需发送"
    changes = mail.facts.get("changes")
    return {
        "upper": str(mail.facts.get("upper", "")),
        "changes": [str(change) for change in (changes if isinstance(changes, list) else [])],
    }


def correction_values(found: Told, mail: Mail) -> dict[str, Plain] | str:
    """Return the values of a correction, or why there is nothing to correct.

    mail.facts: `headline`, `text` (words of the coordinator's own), `lines` as mappings of `label`, `before` and
    `after`; each may be left out. `corrects` is the key of the mail that said something else.
    """
    because = _corrects_nothing(found, mail.facts)
    if because:
        return because
    lines = mail.facts.get("lines")
    return {
        "headline": str(mail.facts.get("headline") or "更正通知"),
        "text": str(mail.facts.get("text") or ""),
        "lines": [
            {name: str(line.get(name) or "") for name in ("label", "before", "after")}
            for line in (lines if isinstance(lines, list) else [])
        ],
    }


def _news(
    facts: Mapping[str, object],
    due_at: datetime | None,
    now: datetime,
    context: BatchContext,
    *,
    is_english: bool = False,
) -> dict[str, Plain]:
    zone = context.definition.zone
    lines = facts.get("lines")
    return {
        "headline": str(facts.get("headline", "")),
        "by": str(facts.get("by", "")),
        "text": str(facts.get("text", "")),
        "lines": [
            {"label": str(label), "text": str(text)} for label, text in (lines if isinstance(lines, list) else [])
        ],
        "due": due_text(due_at, zone, is_english=is_english) if due_at else "",
        "left": days_left(due_at, now, zone, is_english=is_english) if due_at else "",
    }
