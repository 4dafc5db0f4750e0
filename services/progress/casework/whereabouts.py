"""Who has each case of a list in hand, and for how many days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.instants import local_day
from models import CaseState
from services.batches.context import BatchContext
from services.cases.reading import CaseLine

APPLICANT = "申报单位"
WITH_APPLICANT = frozenset({CaseState.DRAFT, CaseState.RETURNED})
ENDED = frozenset({CaseState.REFUSED, CaseState.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Who holds a case.

    holder: a unit, the applicant or the office; "" for a case that has ended. since: when it came there, None for a
    draft and an ended case; days: in local days. received_at: when the office noted it, None before.
    """

    holder: str
    since: datetime | None
    days: int | None
    received_at: datetime | None


def whereabouts(context: BatchContext, lines: Sequence[CaseLine], now: datetime) -> Mapping[int, Whereabouts]:
    """Return where the cases of a list are, by id."""
    zone = context.definition.zone
    today = local_day(now, zone)
    found = {}
    for line in lines:
        is_moving = line.state not in ENDED and line.state is not CaseState.DRAFT
        at = (line.arrived_at or line.submitted_at) if is_moving else None
        days = (today - local_day(at, zone)).days if at is not None else None
        found[line.id] = Whereabouts(_holder(context, line), at, days, line.received_at)
    return found


def _holder(context: BatchContext, line: CaseLine) -> str:
    if line.state in ENDED:
        return ""
    if line.state in WITH_APPLICANT:
        return APPLICANT
    return context.definition.office.name if line.state is CaseState.FORWARDED else line.at_unit
