"""What a mail lists: every open duty of a person, read for many mails at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.instants import local_day
from domain.plan import MomentKind
from domain.triage import Verdict
from models import AppliedMoment, Batch, BatchState, Duty, Mail, Title
from services.batches.context import BatchContext, load
from services.mail.addressing import Directory, addresses_of, directory, units_reached_by
from services.mail.dates import days_left, due_text
from services.mail.news import Told, told

NAMES_SHOWN = 12
"""Titles named in a mail before "等 n 家"; the page shows them all."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One open duty."""

    id: int
    batch_id: int
    stage_key: str
    unit_id: int
    due_at: datetime | None
    holder: str


@dataclass(slots=True)
class Desk:
    """All that is needed to write a group of mails: batches, people, open duties, today's triggers, cases.

    wants_english: the language of the installation; a text without an English version leaves in Chinese all the same.
    """

    contexts: dict[int, BatchContext]
    directory: Directory
    owed: defaultdict[int, list[Owed]] = field(default_factory=lambda: defaultdict(list))
    triggers: defaultdict[int, set[tuple[str, datetime]]] = field(default_factory=lambda: defaultdict(set))
    told: Told = field(default_factory=Told)
    wants_english: bool = False
    _of_address: dict[str, list[Owed]] | None = None

    def people_of(self, unit_id: int, batch_id: int) -> set[str]:
        """Return the addresses at which a unit is reached in a batch now."""
        return addresses_of({unit_id: self.directory.people(unit_id, batch_id)})

    def owed_by(self, address: str) -> list[Owed]:
        """Return the open duties of whoever reads this address, over all their units and batches."""
        if self._of_address is None:
            self._of_address = self._by_address()
        return self._of_address.get(address, [])

    def _by_address(self) -> dict[str, list[Owed]]:
        """Return the open duties by address, once for all mails: looking through them for each would be quadratic."""
        found: defaultdict[str, list[Owed]] = defaultdict(list)
        for unit_id, duties in self.owed.items():
            reached = {batch_id: self.people_of(unit_id, batch_id) for batch_id in {duty.batch_id for duty in duties}}
            for duty in duties:
                for address in reached[duty.batch_id]:
                    found[address].append(duty)
        return dict(found)


def desk(session: Session, mails: Sequence[Mail], now: datetime) -> Desk:
    """Read everything that these mails speak of, in a number of queries that does not depend on how many they are."""
    units = {mail.unit_id for mail in mails if mail.unit_id is not None}
    units |= units_reached_by(session, {mail.address for mail in mails if mail.unit_id is not None})
    owed: defaultdict[int, list[Owed]] = defaultdict(list)
    batches = {mail.batch_id for mail in mails if mail.batch_id is not None}
    for duty in _open_duties(session, units, now):
        owed[duty.unit_id].append(duty)
        batches.add(duty.batch_id)
    found = Desk({id_: load(session, id_) for id_ in sorted(batches)}, directory(session, units), owed)
    found.told = told(session, mails)
    _read_triggers(session, found, mails)
    return found


def _open_duties(session: Session, units: Collection[int], now: datetime) -> list[Owed]:
    rows = session.execute(
        select(Duty.id, Duty.batch_id, Duty.stage_key, Duty.unit_id, Duty.due_at, Title.holder)
        .join(Batch, Batch.id == Duty.batch_id)
        .outerjoin(Title, Title.id == Duty.title_id)
        .where(
            Batch.state == BatchState.RUNNING,
            Duty.unit_id.in_(sorted(units)),
            Duty.settled_as.is_(None),
            Duty.opens_at <= now,
        )
        .order_by(Duty.due_at, Duty.batch_id, Duty.stage_key, Duty.id)
    )
    return [Owed(*row[:5], holder=row.holder or "") for row in rows]


def _read_triggers(session: Session, found: Desk, mails: Sequence[Mail]) -> None:
    """Note which stages' reminders fell on the day of these mails: a digest stands for all of them."""
    instants = [mail.at for mail in mails]
    rows = session.execute(
        select(AppliedMoment.batch_id, AppliedMoment.stage_key, AppliedMoment.at).where(
            AppliedMoment.batch_id.in_(list(found.contexts)),
            AppliedMoment.kind == MomentKind.REMIND,
            AppliedMoment.verdict == Verdict.APPLY,
            AppliedMoment.at >= min(instants) - timedelta(days=1),
            AppliedMoment.at <= max(instants) + timedelta(days=1),
        )
    )
    for batch_id, stage_key, at in rows:
        found.triggers[batch_id].add((stage_key, at))


def is_triggered(found: Desk, mail: Mail, duty: Owed) -> bool:
    """Tell whether the mail was caused by this duty's stage: its own moment, or another reminder of that day."""
    if mail.batch_id == duty.batch_id and mail.stage_key == duty.stage_key:
        return True
    zone = found.contexts[duty.batch_id].definition.zone
    day = local_day(mail.at, zone)
    return any(
        stage_key == duty.stage_key and local_day(at, zone) == day for stage_key, at in found.triggers[duty.batch_id]
    )


def lines(
    found: Desk, duties: Sequence[Owed], now: datetime, *, is_english: bool = False
) -> list[dict[str, str | int]]:
    """Return one line per stage and deadline for the texts: {"title", "due", "left", "count", "names"}.

    count is 0 for a duty about the unit itself; names lists at most NAMES_SHOWN holders.
    """
    groups: defaultdict[tuple[int, str, datetime | None], list[Owed]] = defaultdict(list)
    for duty in duties:
        groups[(duty.batch_id, duty.stage_key, duty.due_at)].append(duty)
    result: list[dict[str, str | int]] = []
    for (batch_id, stage_key, due_at), group in groups.items():
        definition = found.contexts[batch_id].definition
        holders = [duty.holder for duty in group if duty.holder]
        result.append(
            {
                "title": definition.stage(stage_key).title,
                "due": due_text(due_at, definition.zone, is_english=is_english),
                "left": days_left(due_at, now, definition.zone, is_english=is_english),
                "count": len(holders),
                "names": _named(holders, is_english=is_english),
            }
        )
    return result


def _named(holders: Sequence[str], *, is_english: bool) -> str:
    shown, rest = holders[:NAMES_SHOWN], len(holders) - NAMES_SHOWN
    if is_english:
        return ", ".join(shown) + (f" and {rest} more" if rest > 0 else "")
    return "、".join(shown) + (f" 等 {len(holders)} 家" if rest > 0 else "")
