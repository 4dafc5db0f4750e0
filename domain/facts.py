"""The facts from which duties follow: units, titles, extensions, and the keys that tell duties apart."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class DutyKey:
    """Which duty: a stage, the unit that owes it, and the title it is about (0 when about the unit itself)."""

    stage: str
    unit_id: int
    title_id: int = 0


@dataclass(frozen=True, slots=True)
class UnitRef:
    """A unit that takes part in a batch, with its class there; is_top: no unit above it takes part."""

    id: int
    class_key: str
    is_top: bool = True


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """The cases that concern a unit, counted.

    to_check: submitted and with it. to_forward: passed and with it.
    in_hand: submitted, returned or passed anywhere in its branch.
    seen: ever with it. forwarded: sent up by it and not recalled.
    """

    unit_id: int
    to_check: int = 0
    to_forward: int = 0
    in_hand: int = 0
    seen: int = 0
    forwarded: int = 0


@dataclass(frozen=True, slots=True)
class TitleRef:
    """A title of the registry (an earlier winner) and the unit in whose area it is."""

    id: int
    unit_id: int
    programme: str
    batch_no: int
    category: str
    is_valid: bool


@dataclass(frozen=True, slots=True)
class ExtensionRef:
    """A granted extension: for all, for a unit, or for one title of a unit."""

    stage: str
    due_at: datetime
    granted_at: datetime
    unit_id: int | None = None
    title_id: int | None = None
