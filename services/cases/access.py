"""Finding a case for somebody who acts on it, with the definition that it was started under."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from domain.access import Action, Actor, Role, Subject, require
from domain.definition import Category, Declare, Definition, Form, Mode, Stage, StageKind
from domain.errors import Conflict, NotAllowed, NotFound
from domain.forms import Setting
from domain.instants import local_day
from models import Case, CaseState, CaseVersion, Organisation, Source, Unit
from models.scope import seeing_all
from services.batches.context import BatchContext, definition_at, load
from services.expressions import evaluate

OPEN = (CaseState.DRAFT, CaseState.RETURNED)
"""States in which who declares may change a case."""


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
    def declare(self) -> Declare:
        """Return what the declare stage asks. Raises NotFound for a batch without one."""
        return self.stage.declare or Declare()

    @property
    def modes(self) -> tuple[Mode, ...]:
        """Return the modes that its category offers."""
        return self.definition.modes_of(self.case.category_key)

    @property
    def is_direct(self) -> bool:
        """Tell whether its channel is the office's own, so that no unit gives an opinion (直报)."""
        code = self.case.unit.code
        key = next((unit.unit_class for unit in self.context.definition.units if unit.code == code), "")
        return any(found.key == key and found.is_direct for found in self.context.definition.unit_classes)

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
    statement = select(Case).where(Case.id == case_id)
    if lock:
        statement = statement.with_for_update(key_share=True, of=Case).execution_options(populate_existing=True)
    case = session.scalars(statement).one_or_none()
    if case is None:
        raise NotFound("没有这份申报件。")
    _show_parties(session, case)
    context = load(session, case.batch_id)
    found = CaseInHand(case, context, definition_at(session, context.batch, case.definition_revision))
    require(actor, action, found.subject)
    return found


def _show_parties(session: Session, case: Case) -> None:
    """Load the applicant and the units of a case that may be seen.

    The applicant may be registered in another unit's area, and the case may lie with a unit above the reader's.
    """
    channel, holder = aliased(Unit), aliased(Unit)
    with seeing_all(session):
        organisation, unit, at_unit = session.execute(
            select(Organisation, channel, holder)
            .select_from(Case)
            .join(Organisation, Organisation.id == Case.organisation_id)
            .join(channel, channel.id == Case.unit_id)
            .join(holder, holder.id == Case.at_unit_id)
            .where(Case.id == case.id)
        ).one()
    for name, value in (("organisation", organisation), ("unit", unit), ("at_unit", at_unit)):
        set_committed_value(case, name, value)


def get_case_to_fill(session: Session, case_id: int, *, actor: Actor, lock: bool = False) -> CaseInHand:
    """Return a case for who fills it in: its applicant, or the office that entered it (代填, or a city's own unit).

    Raises NotFound, NotAllowed.
    """
    found = get_case(session, case_id, actor=actor, action=filling(actor), lock=lock)
    require_filler(found, actor)
    return found


def require_filler(found: CaseInHand, actor: Actor) -> None:
    """Refuse who does not fill in this case. Raises NotAllowed."""
    require(actor, filling(actor), found.subject)
    if not is_filled_by(found, actor):
        raise NotAllowed("申报件由申报单位自行填写；经办人只能填写由本单位代填的申报件。")


def filling(actor: Actor) -> Action:
    """Return the right that an actor needs to fill in a case."""
    return Action.DECLARE if actor.role is Role.APPLICANT else Action.DECLARE_FOR


def is_filled_by(found: CaseInHand, actor: Actor) -> bool:
    """Tell whether the actor writes this case: its applicant, or for one entered by an office, that office."""
    if actor.role in {Role.APPLICANT, Role.SYSTEM}:
        return True
    if found.case.source is not Source.OFFICER:
        return False
    if actor.branch is None:
        return found.case.created_by == actor.name
    return actor.branch == found.case.unit.path


def require_open(found: CaseInHand) -> None:
    """Refuse to change what is no longer with who declares. Raises Conflict, saying what would be allowed."""
    match found.case.state:
        case CaseState.DRAFT | CaseState.RETURNED:
            return
        case CaseState.REFUSED | CaseState.WITHDRAWN:
            raise Conflict("申报件已经结束（不予推荐或已撤回），内容不能再改；可另建一份，原内容会带入。")
        case _:
            raise Conflict(
                f"申报件已提交至“{found.case.at_unit.name}”，内容不能再改。"
                "如须修改，请该单位退回补正，或撤回后重新申报。"
            )


def require_form(found: CaseInHand) -> Form:
    """Return the form of a case. Raises Conflict when it is filed on another platform only."""
    if found.form is None:
        external = found.declare.external
        where = f"在“{external.name}”（{external.url}）填报" if external else "不在此处填报"
        raise Conflict(f"本批次的“{found.category.name}”{where}。")
    return found.form


def setting_of(found: CaseInHand, at: datetime) -> Setting:
    """Return what the rules of forms need to know, on the day of an instant in the batch's zone."""
    on = local_day(at, found.definition.zone)
    return Setting(found.definition.year, found.modes, evaluate, on)


def shows_content(found: CaseInHand, actor: Actor) -> bool:
    """Tell whether the actor may read what is typed: what was never submitted is its writer's alone (S003-68)."""
    if found.case.version_no > 0 or is_filled_by(found, actor):
        return True
    return found.case.state not in {CaseState.DRAFT, CaseState.WITHDRAWN}


def values_for(session: Session, found: CaseInHand, actor: Actor) -> Mapping[str, str]:
    """Return the answers that the actor may read: the writer's own as they stand, for others those last submitted.

    Nothing for a draft of somebody else.
    """
    if is_filled_by(found, actor) or found.case.version_no == 0:
        return found.case.values if shows_content(found, actor) else {}
    return version_of(session, found, found.case.version_no).values


def version_of(session: Session, found: CaseInHand, number: int) -> CaseVersion:
    """Return one submitted version. Raises NotFound."""
    version = session.scalars(
        select(CaseVersion).where(CaseVersion.case_id == found.case.id, CaseVersion.number == number)
    ).one_or_none()
    if version is None:
        raise NotFound(f"申报件没有第 {number} 版。")
    return version


def require_holder(found: CaseInHand, *, actor: Actor, action: Action) -> Unit:
    """Refuse who is not the unit that the case is with, and return that unit; a unit above may look, not act.

    Raises NotAllowed.
    """
    require(actor, action, found.at_unit)
    unit = found.case.at_unit
    if actor.branch is not None and actor.branch != unit.path:
        raise NotAllowed(f"申报件现在“{unit.name}”，由该单位办理。", action=action.value)
    return unit
