"""Letters to people about their account, in the name of the newest running batch that their unit takes part in."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Batch, BatchState, BatchUnit, User
from models.scope import seeing_all
from services.batches.context import load
from services.mail.notify import News, Recipient, notify_person


def tell(session: Session, people: Iterable[User], unit_id: int, news: News, *, at: datetime) -> bool:
    """Write to each person, or let the unit call who has no address; False when no running batch has the unit."""
    with seeing_all(session):
        batch_id = session.scalars(
            select(Batch.id)
            .join(BatchUnit, BatchUnit.batch_id == Batch.id)
            .where(BatchUnit.unit_id == unit_id, Batch.state == BatchState.RUNNING)
            .order_by(Batch.id.desc())
            .limit(1)
        ).first()
        if batch_id is None:
            return False
        context = load(session, batch_id)
        for person in people:
            to = Recipient(person.name, person.email or "", person.mobile or "", unit_id)
            notify_person(session, context, to, news, at=at)
    return True
