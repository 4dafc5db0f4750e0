"""A duty as its pages show it: whether it may be answered now, what was typed, and what was filed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import g

from domain.access import Action
from domain.duties import DutyState, Settlement, Window, state_of
from domain.errors import RuleBroken, TooEarly
from domain.instants import WEEKDAYS
from domain.milestones import whom_to_ask, zone_name
from models import BatchState
from services.duties.access import DutyInHand, get_duty, require_window
from services.duties.answers import form_of
from web import current


class Mode(StrEnum):
    """What the page of a duty is for."""

    PLANNED = "planned"
    ANSWER = "answer"
    LATE = "late"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Shown:
    """A duty in words.

    about: the winner that it is about; empty for one of the unit itself. may_answer: whether an answer would be
    taken now. is_late: it would be taken by a permit only (补报).
    """

    found: DutyInHand
    state: DutyState
    mode: Mode
    may_answer: bool
    is_late: bool
    about: str
    ask: str
    is_paused: bool

    @property
    def title(self) -> str:
        """Return the page's heading."""
        stage = self.found.stage.title
        return f"{stage}：{self.about}" if self.about else stage

    @property
    def may_say_none(self) -> bool:
        """Tell whether "nothing to report" would be taken now."""
        return self.may_answer and self.found.collect.none_label is not None

    @property
    def may_explain(self) -> bool:
        """Tell whether a written explanation would be taken now."""
        is_open = self.may_answer and self.found.duty.settled_as is None
        return is_open and self.found.collect.exemption is not None


def take(duty_id: int, action: Action = Action.ANSWER, *, lock: bool = False) -> DutyInHand:
    """Return a duty of the actor's, and show every time in its batch's zone from here on. Raises as `get_duty`."""
    found = get_duty(current.db(), duty_id, actor=current.actor(), action=action, lock=lock)
    g.zone = found.context.definition.zone
    return found


def shown(found: DutyInHand) -> Shown:
    """Return how a duty stands now."""
    duty, now = found.duty, current.now()
    refusal, is_late = _window(found)
    if duty.settled_as is not None:
        mode = Mode.SETTLED
    elif isinstance(refusal, TooEarly):
        mode = Mode.PLANNED
    else:
        mode = Mode.ANSWER if refusal is None else Mode.LATE
    return Shown(
        found=found,
        state=state_of(Window(duty.opens_at, duty.due_at), duty.settled_as, now),
        mode=mode,
        may_answer=refusal is None and duty.settled_as not in {Settlement.EXEMPT, Settlement.WAIVED},
        is_late=is_late,
        about=duty.title.holder if duty.title is not None else "",
        ask=whom_to_ask(found.context.definition),
        is_paused=found.context.batch.state is BatchState.PAUSED,
    )


def _window(found: DutyInHand) -> tuple[RuleBroken | None, bool]:
    try:
        return None, require_window(current.db(), found, current.now())
    except RuleBroken as refusal:
        return refusal, False


def typed_before(found: DutyInHand) -> Mapping[str, str]:
    """Return what was saved for a duty, as a draft or filed."""
    return found.duty.answer.values if found.duty.answer is not None else {}


def filed(found: DutyInHand) -> list[tuple[str, str]]:
    """Return label and answer of every field of what was filed; empty when nothing was."""
    answer = found.duty.answer
    if answer is None or answer.filed_at is None:
        return []
    return [(field.label, answer.values.get(field.key, "")) for field in form_of(found).fields]


def to_the_second(found: DutyInHand, instant: datetime) -> str:
    """Return "2023-03-20 周一 10:12:33（北京时间）", as receipts give it."""
    local = instant.astimezone(found.context.definition.zone)
    day = f"{local:%Y-%m-%d} 周{WEEKDAYS[local.weekday()]}"
    return f"{day} {local:%H:%M:%S}（{zone_name(found.context.definition)}）"
