"""The steps of a working copy in the database: each a whole definition, deflated.

A page says by a step's number what its writer saw. So a number stands for one state for ever: it is not given again
after undoing, dropping the copy, or taking in a newer revision.
"""

import zlib
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import Definition
from models import Batch, Design, DesignStep
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


def first_number(batch: Batch) -> int:
    """Return the number under which a copy shows a batch's newest revision while there is no step."""
    return batch.revision - 1


def newest(session: Session, design: Design) -> int:
    """Return the number of the newest step that is kept, be it undone."""
    own = select(func.max(DesignStep.number)).where(DesignStep.design_id == design.id)
    return max(session.scalar(own) or 0, design.step)


def beside(session: Session, design: Design, *, is_back: bool) -> int | None:
    """Return the number of the step before the one that is shown, or behind it; None where none is kept."""
    number, own = DesignStep.number, DesignStep.design_id == design.id
    wanted = (
        select(func.max(number)).where(number < design.step)
        if is_back
        else select(func.min(number)).where(number > design.step)
    )
    return session.scalar(wanted.where(own))


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
    number = newest(session, design) + 1
    _go_on_from(session, design)
    design.step = number
    store_step(session, design, definition, what, actor=actor, now=now)


def take_in(
    session: Session, design: Design, definition: Definition, batch: Batch, *, actor: Actor, now: datetime
) -> None:
    """Add the step that holds what a batch's newer revisions changed."""
    number = caught_up_number(session, design, batch)
    _go_on_from(session, design)
    design.step, design.base_revision = number, batch.revision
    store_step(session, design, definition, f"并入第 {batch.revision} 稿", actor=actor, now=now)


def caught_up_number(session: Session, design: Design, batch: Batch) -> int:
    """Return the number of the step that will take in a batch's newer revisions: another one for each of these."""
    return newest(session, design) + batch.revision - design.base_revision


def _go_on_from(session: Session, design: Design) -> None:
    own = DesignStep.design_id == design.id
    session.execute(delete(DesignStep).where(own, DesignStep.number > design.step))
    session.execute(delete(DesignStep).where(own, DesignStep.number < design.step - MOST_STEPS + 1))


def begin_anew(
    session: Session, design: Design, definition: Definition, what: str, *, actor: Actor, now: datetime
) -> None:
    """Drop every step; one that follows them in number holds the state to begin from."""
    number = newest(session, design) + 1
    session.execute(delete(DesignStep).where(DesignStep.design_id == design.id))
    design.step = number
    store_step(session, design, definition, what, actor=actor, now=now)


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
