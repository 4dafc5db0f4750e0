"""What a change would set off: the rest of the batch is rehearsed as it is, and as it would be from now on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor
from domain.changes import Moved, moved_deadlines, refused
from domain.definition import Definition
from domain.errors import Invalid, Problem
from models import Case, CaseState
from services.batches.context import BatchContext, load
from services.changing.corrections import Correction, corrections
from services.changing.enforcing import enforce
from services.changing.forcing import changeable
from services.changing.happenings import happened
from services.definitions.reading import sound
from services.designing.comparing import Difference, compare
from services.designing.working import Working, working_copy
from services.rehearsal import Period, rehearse_batch
from services.rehearsal.comparing import Differences
from services.rehearsal.comparing import compare as compare_plays


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that is looked at before it comes into force.

    working: the working copy. differences: what it changes, in words. problems: why it may not; then nothing was
    rehearsed. effects: what will happen otherwise than it would have. moved: deadlines in force that move.
    cases: number of cases by category and state that the change concerns. corrections: drafted, for those who were
    told what is wrong now. warnings: what the rehearsal of the change tells.
    """

    context: BatchContext
    working: Working
    differences: Sequence[Difference]
    problems: Sequence[Problem] = ()
    effects: Differences = field(default_factory=Differences)
    moved: Sequence[Moved] = ()
    units: int = 0
    cases: Sequence[tuple[str, CaseState, int]] = ()
    corrections: Sequence[Correction] = ()
    warnings: Sequence[str] = ()


def propose(session: Session, batch_id: int, *, actor: Actor, now: datetime) -> Proposal:
    """Return what the working copy of a running batch would change, and what would come of it.

    Nothing is written. Raises NotFound, NotAllowed, Conflict for a batch that does not run.
    """
    context = changeable(session, batch_id, actor=actor)
    working = working_copy(session, batch_id, actor=actor)
    new = working.definition
    changed = compare(context.definition, new)
    problems = _problems(session, context, new, now)
    if problems or not working.is_changed:
        return Proposal(context, working, changed, problems)
    effects, warnings = effects_of(session, context, new, now)
    moved = moved_deadlines(context.definition, new, context.state, context.calendar)
    return Proposal(
        context,
        working,
        changed,
        (),
        effects,
        moved,
        len(_units(effects)),
        _cases(session, context, new),
        corrections(session, context, new, moved),
        warnings,
    )


def effects_of(
    session: Session, context: BatchContext, new: Definition, now: datetime
) -> tuple[Differences, list[str]]:
    """Return how the rest of the batch differs once a definition is in force, and new warnings about it."""
    batch_id = context.batch.id

    def change(copy: Session) -> None:
        enforce(copy, load(copy, batch_id, lock=True), new, "模拟", actor=SYSTEM, now=now)

    as_it_is = rehearse_batch(session, batch_id, now, Period())
    as_it_would_be = rehearse_batch(session, batch_id, now, Period(), first=change)
    known = set(as_it_is.warnings)
    warnings = [warning for warning in as_it_would_be.warnings if warning not in known]
    return compare_plays(as_it_is.events, as_it_would_be.events), warnings


def _problems(session: Session, context: BatchContext, new: Definition, now: datetime) -> list[Problem]:
    try:
        sound(new)
    except Invalid as refusal:
        return list(refusal.problems)
    return refused(context.definition, new, happened(session, context, now), context.calendar)


def _units(effects: Differences) -> set[str]:
    """Return the codes of the units that something else happens to."""
    pairs = [*effects.moved, *effects.reworded]
    events = [*effects.added, *effects.dropped, *(pair.before for pair in pairs), *(pair.after for pair in pairs)]
    return {event.unit for event in events if event.unit is not None}


def _cases(session: Session, context: BatchContext, new: Definition) -> list[tuple[str, CaseState, int]]:
    """Return how many cases there are of each category that the change touches, by state."""
    old = context.definition
    is_general = (old.rules, old.forms, old.stages) != (new.rules, new.forms, new.stages)
    before = {category.key: category for category in old.categories}
    touched = {category.key for category in new.categories if is_general or before.get(category.key) != category} | {
        quota.category for quota in {*old.quotas} ^ {*new.quotas}
    }
    rows = session.execute(
        select(Case.category_key, Case.state, func.count())
        .where(Case.batch_id == context.batch.id, Case.category_key.in_(sorted(touched)))
        .group_by(Case.category_key, Case.state)
        .order_by(Case.category_key, Case.state)
    )
    names = {category.key: category.name for category in (*old.categories, *new.categories)}
    return [(names.get(key, key), state, count) for key, state, count in rows]
