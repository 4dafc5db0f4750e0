"""A case as its pages show it: found for the visitor, in its batch's zone, with what may be done now."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app, g

from domain.access import Action, Actor, may
from domain.errors import RuleBroken
from domain.instants import WEEKDAYS
from domain.milestones import whom_to_ask, zone_name
from models import CaseReturn, CaseState
from portal.files import FOLDER
from services.cases.access import CaseInHand, get_case, is_filled_by
from services.cases.returned import open_return
from services.duties.windows import UnitWindow, require_unit_window, unit_window
from services.files import Place
from web import current

OPEN = frozenset({CaseState.DRAFT, CaseState.RETURNED})
WITHDRAWABLE = frozenset({CaseState.DRAFT, CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands for the visitor.

    due_at: until when it may be submitted: the window of its unit, or its own date after a return; None without one.
    refusal: why it could not be submitted now for reasons of time; None when it could. returned: what is to be
    corrected. is_mine: whether the visitor fills it in.
    """

    found: CaseInHand
    is_mine: bool
    due_at: datetime | None
    window: UnitWindow
    refusal: RuleBroken | None
    returned: CaseReturn | None
    ask: str

    @property
    def may_edit(self) -> bool:
        """Tell whether its content may be changed by the visitor."""
        return self.is_mine and self.found.case.state in OPEN and self.found.form is not None

    @property
    def may_withdraw(self) -> bool:
        """Tell whether the visitor may take it back."""
        return self.is_mine and self.found.case.state in WITHDRAWABLE

    @property
    def may_review(self) -> bool:
        """Tell whether the visitor is of the unit that the case is with."""
        actor = current.actor()
        return may(actor, Action.REVIEW, self.found.at_unit) and actor.branch == self.found.case.at_unit.path


def take(case_id: int, *, lock: bool = False) -> CaseInHand:
    """Return a case that the visitor may see, and show every time in its batch's zone from here on.

    Raises NotFound, NotAllowed.
    """
    found = get_case(current.db(), case_id, actor=current.actor(), action=Action.VIEW_CASE, lock=lock)
    g.zone = found.context.definition.zone
    return found


def standing(found: CaseInHand) -> Standing:
    """Return how a case stands now."""
    case, session = found.case, current.db()
    stage = found.context.definition.stage(found.stage.key)
    window = unit_window(session, found.context, stage, case.unit_id)
    is_returned = case.state is CaseState.RETURNED
    return Standing(
        found=found,
        is_mine=fills(found, current.actor()),
        due_at=case.correct_by if is_returned else window.due_at,
        window=window,
        refusal=None if is_returned else _refusal(found),
        returned=open_return(session, found),
        ask=whom_to_ask(found.context.definition),
    )


def fills(found: CaseInHand, actor: Actor) -> bool:
    """Tell whether the actor writes this case and has a right to."""
    has_right = may(actor, Action.DECLARE, found.subject) or may(actor, Action.DECLARE_FOR, found.subject)
    return has_right and is_filled_by(found, actor)


def _refusal(found: CaseInHand) -> RuleBroken | None:
    stage = found.context.definition.stage(found.stage.key)
    try:
        require_unit_window(current.db(), found.context, stage, found.case.unit_id, current.now())
    except RuleBroken as refusal:
        return refusal
    return None


def store() -> Place:
    """Return where files lie."""
    return cast(Place, current_app.config[FOLDER])


def to_the_second(found: CaseInHand, instant: datetime) -> str:
    """Return "2023-03-20 周一 10:12:33（北京时间）", as receipts give it."""
    local = instant.astimezone(found.definition.zone)
    day = f"{local:%Y-%m-%d} 周{WEEKDAYS[local.weekday()]}"
    return f"{day} {local:%H:%M:%S}（{zone_name(found.definition)}）"
