"""Reminder ladders: when a unit that still owes something is reminded, and when its upper unit is told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.definition.strict import STRICT


class Anchor(StrEnum):
    """What a step is counted from."""

    OPENS = "opens"
    HALF = "half"
    DUE = "due"


class Counting(StrEnum):
    """Whether days off are counted."""

    CALENDAR = "calendar"
    WORKING = "working"


class Audience(StrEnum):
    """Who gets the mail: the unit that owes, the unit above it, or the coordinator."""

    OWING = "owing"
    UPPER = "upper"
    COORDINATOR = "coordinator"


class WhenMissed(StrEnum):
    """What becomes of a reminder whose moment passed while nothing ran.

    latest: only the most urgent of several missed ones is sent late, while the deadline is still ahead (rule R4).
    drop: it is recorded as missed and not sent.
    """

    LATEST = "latest"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rung.

    days: distance from the anchor; negative before it, positive after it, 0 on the day.
    at: local time of day "HH:MM".
    skip_days_off: a rung that falls on a day off moves to the working day before (after the deadline: the one after).
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    days: int
    counting: Counting = Counting.WORKING
    anchor: Anchor = Anchor.DUE
    at: str = "09:00"
    to: Audience = Audience.OWING
    skip_days_off: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """The rungs of one or several stages.

    name: what people know it by; "" goes by the stages that it serves.
    ceiling_per_week: most reminders a person gets in any seven days; None means no ceiling.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    name: str = ""
    steps: tuple[Step, ...]
    ceiling_per_week: int | None = None
    when_missed: WhenMissed = WhenMissed.LATEST
