"""The revisions (稿次) of a batch, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import BatchVersion

MOST = 200


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision: its number, when it was stored and by whom."""

    number: int
    created_at: datetime
    created_by: str


def revisions(session: Session, batch_id: int) -> list[Revision]:
    """Return the newest revisions of a batch, at most 200."""
    wanted = (
        select(BatchVersion.revision, BatchVersion.created_at, BatchVersion.created_by)
        .where(BatchVersion.batch_id == batch_id)
        .order_by(BatchVersion.revision.desc())
        .limit(MOST)
    )
    return [Revision(row.revision, row.created_at, row.created_by) for row in session.execute(wanted)]
