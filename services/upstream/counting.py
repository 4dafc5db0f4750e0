"""Counts flow up, drafts do not: what the office above sees of the batches below it (S003-68)."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from models import Batch, BatchLink, BatchState, Case, CaseState
from models.scope import seeing_all
from services.batches.context import load

SHOWN = (CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED, CaseState.FORWARDED, CaseState.REFUSED)
MOST_BELOW = 5_000


@dataclass(frozen=True, slots=True)
class Below:
    """A batch below, with its cases counted by category and state; drafts are not among them."""

    code: str
    title: str
    issuer: str
    state: BatchState
    counts: dict[tuple[str, CaseState], int]

    def of(self, state: CaseState) -> int:
        """Return how many cases are in a state, in all categories."""
        return sum(number for (_, found), number in self.counts.items() if found is state)

    @property
    def total(self) -> int:
        """Return how many cases were ever submitted and not withdrawn."""
        return sum(self.counts.values())


def below(session: Session, batch_id: int, *, actor: Actor) -> list[Below]:
    """Return the batches that rest on this one with their counts, in two queries. Raises NotAllowed, NotFound."""
    context = load(session, batch_id)
    require(actor, Action.VIEW_PROGRESS, context.whole)
    with seeing_all(session):
        batches = session.scalars(
            select(Batch)
            .join(BatchLink, BatchLink.batch_id == Batch.id)
            .where(BatchLink.upper_id == batch_id)
            .order_by(Batch.issuer, Batch.id)
            .limit(MOST_BELOW)
        ).all()
        rows = session.execute(
            select(Case.batch_id, Case.category_key, Case.state, func.count())
            .join(BatchLink, BatchLink.batch_id == Case.batch_id)
            .where(BatchLink.upper_id == batch_id, Case.state.in_(SHOWN))
            .group_by(Case.batch_id, Case.category_key, Case.state)
        ).all()
    counts: dict[int, dict[tuple[str, CaseState], int]] = {}
    for below_id, category, state, number in rows:
        counts.setdefault(below_id, {})[(category, state)] = number
    return [Below(batch.code, batch.title, batch.issuer, batch.state, counts.get(batch.id, {})) for batch in batches]
