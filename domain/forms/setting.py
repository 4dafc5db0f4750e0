"""Where a form is filled in: what it needs to know of the batch besides its own definition."""

from dataclasses import dataclass
from datetime import date

from domain.definition import Mode
from domain.expressions import Evaluate


@dataclass(frozen=True, slots=True)
class Setting:
    """What a form is filled in for.

    year: the batch's, to which the years of tables are relative.
    modes: what the case's category offers, in order.
    evaluate: how expressions are computed.
    on: the day of filling in, local to the batch; a commitment cannot be signed later.
    """

    year: int
    modes: tuple[Mode, ...]
    evaluate: Evaluate
    on: date
