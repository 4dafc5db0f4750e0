"""Working copies: what a page shows of one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from services.designing.working import working_copy
from tests.support.batches import COORDINATOR


def step_of(session: Session, batch_id: int) -> int:
    """Return the step that a page shows now."""
    return working_copy(session, batch_id, actor=COORDINATOR).step
