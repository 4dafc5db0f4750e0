"""The ledger's row of a moment that has been taken care of."""

from datetime import datetime

from domain.plan import Moment
from domain.triage import Verdict
from models import AppliedMoment
from services.batches.context import BatchContext


def entry(
    context: BatchContext,
    moment: Moment,
    now: datetime,
    *,
    units: int = 0,
    verdict: Verdict = Verdict.APPLY,
    because: str = "",
) -> AppliedMoment:
    """Return the row; `units` counts those concerned, `because` tells people what went otherwise than planned."""
    return AppliedMoment(
        batch_id=context.batch.id,
        key=moment.key,
        stage_key=moment.stage,
        kind=moment.kind,
        at=moment.at,
        applied_at=now,
        verdict=verdict,
        because=because,
        units=units,
    )
