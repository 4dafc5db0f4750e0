"""What a writer saw: the definition at an earlier step, to tell what somebody else changed since."""

from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import Definition
from services.designing.steps import design_of, document, has_step
from services.designing.working import working_copy


def definition_seen(session: Session, batch_id: int, step: int, *, actor: Actor) -> Definition | None:
    """Return the working copy at a step; None when the step is not kept. Raises NotFound, NotAllowed."""
    working_copy(session, batch_id, actor=actor)
    design = design_of(session, batch_id)
    if design is None or not has_step(session, design, step):
        return None
    return document(session, design, step)
