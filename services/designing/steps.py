"""The steps of a working copy in the database: each a whole definition, deflated."""

import zlib
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import Definition
from models import Design, DesignStep
from services.definitions.reading import from_canonical
from services.definitions.writing import canonical_json, digest

MOST_STEPS = 200


def design_of(session: Session, batch_id: int) -> Design | None:
    """Return the working copy of a batch; None while there is none."""
    return session.scalars(select(Design).where(Design.batch_id == batch_id)).one_or_none()


def has_step(session: Session, design: Design, number: int) -> bool:
    """Tell whether a step is kept."""
    found = select(DesignStep.id).where(DesignStep.design_id == design.id, DesignStep.number == number)
    return session.execute(found).first() is not None


def step_digest(session: Session, design: Design) -> str:
    """Return the digest of the state that is shown."""
    own = select(DesignStep.digest).where(DesignStep.design_id == design.id, DesignStep.number == design.step)
    return session.scalars(own).one()


def document(session: Session, design: Design, number: int) -> Definition:
    """Return the definition of one step, which must be kept."""
    packed = session.scalars(
        select(DesignStep.document).where(DesignStep.design_id == design.id, DesignStep.number == number)
    ).one()
    return from_canonical(zlib.decompress(packed).decode())


def add_step(
    session: Session, design: Design, definition: Definition, what: str, *, actor: Actor, now: datetime
) -> None:
    """Add a step after the one that is shown; undone steps are gone, and so are the oldest of very many."""
    own = DesignStep.design_id == design.id
    session.execute(delete(DesignStep).where(own, DesignStep.number > design.step))
    design.step += 1
    store_step(session, design, definition, what, actor=actor, now=now)
    session.execute(delete(DesignStep).where(own, DesignStep.number < design.step - MOST_STEPS))


def store_step(
    session: Session, design: Design, definition: Definition, what: str, *, actor: Actor, now: datetime
) -> None:
    """Store a state under the number of the step that is shown."""
    session.add(
        DesignStep(
            batch_id=design.batch_id,
            design_id=design.id,
            number=design.step,
            digest=digest(definition),
            document=zlib.compress(canonical_json(definition).encode()),
            what=what[:200],
            made_at=now,
            made_by=actor.name,
        )
    )
    session.flush()
