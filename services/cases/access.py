"""Finding a case for somebody who acts on it, with the definition that it was started under."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor, Role, Subject, require
from domain.definition import Category, Definition, Form, Stage, StageKind
from domain.errors import NotAllowed, NotFound
from models import Case, CaseState, Source, Unit
from services.batches.context import BatchContext, definition_at, load


@dataclass(frozen=True, slots=True)
class CaseInHand:
    """A case with its batch as it is now (`context`) and the definition that it keeps (`definition`)."""

    case: Case
    context: BatchContext
    definition: Definition

    @property
    def category(self) -> Category:
        """Return the category it is declared in."""
        return self.definition.category(self.case.category_key)

    @property
    def stage(self) -> Stage:
        """Return the declare stage. Raises NotFound for a batch without one."""
        found = self.definition.stage_of(StageKind.DECLARE)
        if found is None:
            raise NotFound("该批次没有申报环节。")
        return found

    @property
    def form(self) -> Form | None:
        """Return the form that it is filled in with; None when it is filed on another platform only."""
        key = self.stage.form_of(self.case.category_key)
        return self.definition.form(key) if key is not None else None

    @property
    def subject(self) -> Subject:
        """Return the case as a subject of access, for its whole branch."""
        return Subject(self.context.batch.programme_id, self.case.unit.path, self.case.organisation_id)

    @property
    def at_unit(self) -> Subject:
        """Return the unit that the case is with as the subject: only who holds it may check or forward it."""
        return Subject(self.context.batch.programme_id, self.case.at_unit.path)


def get_case(session: Session, case_id: int, *, actor: Actor, action: Action, lock: bool = False) -> CaseInHand:
    """Return a case that the actor may act on so. Raises NotFound (also outside the scope) or NotAllowed."""
    statement = (
        select(Case)
        .where(Case.id == case_id)
        .options(joinedload(Case.unit), joinedload(Case.at_unit), joinedload(Case.organisation))
    )
    if lock:
        statement = statement.with_for_update(of=Case).execution_options(populate_existing=True)
    case = session.scalars(statement).one_or_none()
    if case is None:
        raise NotFound("没有这份申报件。")
    context = load(session, case.batch_id)
    found = CaseInHand(case, context, definition_at(session, context.batch, case.definition_revision))
    require(actor, action, found.subject)
    return found


def shows_content(found: CaseInHand, actor: Actor) -> bool:
    """Tell whether the actor may read what is typed: a draft is its writer's alone (S003-68)."""
    if found.case.version_no > 0 or actor.role in {Role.APPLICANT, Role.SYSTEM}:
        return True
    entered_here = found.case.source is Source.OFFICER and actor.branch == found.case.unit.path
    return entered_here or found.case.state is not CaseState.DRAFT


def require_holder(found: CaseInHand, *, actor: Actor, action: Action) -> Unit:
    """Refuse who is not the unit that the case is with, and return that unit; a unit above may look, not act.

    Raises NotAllowed.
    """
    require(actor, action, found.at_unit)
    unit = found.case.at_unit
    if actor.branch is not None and actor.branch != unit.path:
        raise NotAllowed(f"申报件现在“{unit.name}”，由该单位办理。", action=action.value)
    return unit
