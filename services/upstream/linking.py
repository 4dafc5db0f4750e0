"""The link from a batch to the one above it, and what it forbids."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Invalid
from domain.milestones import Milestone
from domain.tree.binding import looser
from models import Batch, BatchLink
from models.scope import seeing_all
from services.batches.context import BatchContext, load


def link_up(session: Session, context: BatchContext) -> BatchLink | None:
    """Keep the link of a batch in line with its definition; return it, None when nothing here is above it.

    A batch may name one above that this office has not got (another province's system): then there is no link.
    """
    named = context.definition.upper
    link = session.scalars(select(BatchLink).where(BatchLink.batch_id == context.batch.id)).one_or_none()
    with seeing_all(session):
        wanted = select(Batch).where(Batch.code == (named.code if named else ""), Batch.id != context.batch.id)
        upper = session.scalars(wanted).one_or_none()
    if named is None or upper is None:
        if link is not None:
            session.delete(link)
            session.flush()
        return None
    if link is None or link.upper_id != upper.id:
        if link is not None:
            session.delete(link)
            session.flush()
        link = BatchLink(batch_id=context.batch.id, upper_id=upper.id, seen_revision=upper.revision)
    link.relation = named.relation
    session.add(link)
    session.flush()
    return link


def upper_of(session: Session, context: BatchContext) -> BatchContext | None:
    """Return the batch above, whoever asks; None without one."""
    with seeing_all(session):
        link = session.scalars(select(BatchLink).where(BatchLink.batch_id == context.batch.id)).one_or_none()
        return load(session, link.upper_id) if link is not None else None


def require_bound(session: Session, context: BatchContext) -> None:
    """Refuse a batch that loosens the one it passes on (S003-66). Raises Invalid with every such value."""
    upper = upper_of(session, context)
    if upper is None:
        return
    problems = looser(context.definition, context.milestones(), upper.definition, upper.milestones())
    if problems:
        raise Invalid(problems)


def require_bound_date(session: Session, context: BatchContext, stage_key: str, due_at: datetime) -> None:
    """Refuse a new deadline later than that of the batch passed on. Raises Invalid."""
    upper = upper_of(session, context)
    if upper is None:
        return
    dates = context.milestones()
    own = dates[stage_key]
    moved = {**dates, stage_key: Milestone(own.opens_at, due_at, own.grace)}
    problems = [
        problem
        for problem in looser(context.definition, moved, upper.definition, upper.milestones())
        if problem.path == f"stages.{stage_key}.due"
    ]
    if problems:
        raise Invalid(problems)
