"""The consequences of a change in words: what happens otherwise, by stage and occasion, with the units concerned."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from domain.definition import Definition, MailKind
from services.definitions.words import choice
from services.rehearsal import Event
from services.rehearsal.comparing import Differences


class Turn(StrEnum):
    """What becomes of an event."""

    MOVED = "moved"
    ADDED = "added"
    DROPPED = "dropped"
    REWORDED = "reworded"


STATES = {"stage_opens": "开放", "stage_closes": "截止", "missed": "不能进行"}
OFFICE = "主办处室"
CALL = "待人工催办"


@dataclass(slots=True)
class Effect:
    """Events of one stage and occasion that turn in the same way at the same minute.

    before, after: None where there is none. whom: names of the units, in the definition's order. count: mails or
    calls, 0 for a change of state. is_call: a person must call (待人工催办). subject: of one of the mails.
    is_closing: its midnight ends the day before. is_shared: a mail that stands for several stages of one day.
    """

    stage: str
    what: str
    turn: Turn
    before: datetime | None
    after: datetime | None
    subject: str
    is_closing: bool = False
    is_call: bool = False
    is_shared: bool = False
    whom: list[str] = field(default_factory=list)
    count: int = 0


def told(differences: Differences, old: Definition, new: Definition) -> list[Effect]:
    """Return the differences of two rehearsals as lines for people, in the order of time."""
    names = {unit.code: unit.short or unit.name for unit in (*old.units, *new.units)}
    titles = {stage.key: stage.title for stage in (*old.stages, *new.stages)}
    groups: dict[Hashable, Effect] = {}
    for turn, before, after in _turns(differences):
        event = after or before
        if event is None:
            continue
        what = _what(event)
        key = (event.milestone, what, turn, before and before.at, after and after.at)
        line = groups.setdefault(
            key,
            Effect(
                titles.get(event.milestone, ""),
                what,
                turn,
                before.at if before else None,
                after.at if after else None,
                event.subject,
                event.kind == MailKind.STAGE_CLOSES,
                is_call=_is_call(event),
                is_shared=event.kind == MailKind.DIGEST,
            ),
        )
        if not _is_state(event):
            line.count += 1
            name = names.get(event.unit or "", OFFICE)
            if name not in line.whom:
                line.whom.append(name)
    return sorted(groups.values(), key=_when)


def counts(effects: Iterable[Effect]) -> dict[Turn, int]:
    """Return how many mails turn in each way; calls are no mails."""
    found = dict.fromkeys(Turn, 0)
    for effect in effects:
        found[effect.turn] += 0 if effect.is_call else effect.count
    return found


def _is_state(event: Event) -> bool:
    """Tell whether nobody is written to: a stage opens, closes, or cannot."""
    return event.kind in STATES and not event.to


def _is_call(event: Event) -> bool:
    return not event.to and not _is_state(event)


def _turns(differences: Differences) -> Sequence[tuple[Turn, Event | None, Event | None]]:
    return [
        *((Turn.MOVED, pair.before, pair.after) for pair in differences.moved),
        *((Turn.ADDED, None, event) for event in differences.added),
        *((Turn.DROPPED, event, None) for event in differences.dropped),
        *((Turn.REWORDED, pair.before, pair.after) for pair in differences.reworded),
    ]


def _what(event: Event) -> str:
    if _is_state(event):
        return STATES[event.kind]
    if _is_call(event):
        return CALL
    return choice(MailKind(event.kind)) if event.kind in set(MailKind) else event.kind


def _when(effect: Effect) -> tuple[datetime, str, str]:
    at = effect.after or effect.before
    assert at is not None  # noqa: S101 - each stands in one of the rehearsals
    return at, effect.stage, effect.what
