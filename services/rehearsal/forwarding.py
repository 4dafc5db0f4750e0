"""Cases that a unit forwards in a rehearsal: empty ones that take real places within the real time.

What is in a case, and whether it is sealed, no rehearsal can know; whether a place is left and the time is right,
it can.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from domain.definition import Category
from domain.errors import NotFound
from domain.quota import Remaining, covers, free_number, name_of, require_place
from models import Case, CaseState, Organisation, Place, Recommendation, Unit
from models.organisations import Approval, OrganisationKind
from services.batches.context import BatchContext
from services.duties.loads import chain_of, settle_units
from services.duties.windows import require_unit_window
from services.recommending.nothing import require_not_declared
from services.recommending.places import remaining
from services.recommending.routes import recommend_stage


@dataclass(frozen=True, slots=True)
class Sending:
    """Whose cases are forwarded, when, by whom, and whether that is late."""

    applicant: Organisation
    at: datetime
    by: str
    is_late: bool


def forward_samples(
    session: Session, context: BatchContext, unit: Unit, wanted: Mapping[str, str], *, at: datetime, by: str
) -> None:
    """Forward so many cases of each category; one of the first category that has a place where none are named.

    wanted: {category: how many, as digits}.
    Raises TooEarly, TooLate, Conflict, NotFound; QuotaFull, QuotaClosed, Invalid for the case that is too many.
    """
    stage, _ = recommend_stage(context)
    is_late = require_unit_window(session, context, stage, unit.id, at)
    require_not_declared(session, context, stage, unit.id)
    if not context.definition.categories:
        raise NotFound("本批次没有申报类别，不能报送。")
    stands = remaining(session, context, unit.id)
    counts = {key: int(count) for key, count in wanted.items()} or {_first(context, stands).key: 1}
    applicant = _applicant(session, unit, at)
    sent = Sending(applicant, at, by, is_late)
    for key, count in counts.items():
        category = context.definition.category(key)
        for _ in range(count):
            stands = _take(session, context, _case(context, unit, category, sent), stands)
    settle_units(session, context, chain_of(session, unit.id), at=at)


def _first(context: BatchContext, stands: list[Remaining]) -> Category:
    """Return the first category of which the unit may still recommend something."""
    categories = context.definition.categories
    return next(
        (
            category
            for category in categories
            if all(item.left != 0 for item in stands if covers(item.quota, category.key, _subtype(category)))
        ),
        categories[0],
    )


def _subtype(category: Category) -> str:
    return category.subtypes[0].key if category.subtypes else ""


def _applicant(session: Session, unit: Unit, at: datetime) -> Organisation:
    row = Organisation(
        unit_id=unit.id,
        name=f"{unit.short or unit.name}示例申报单位",
        kind=OrganisationKind.ENTERPRISE,
        registered_at=at,
        approval=Approval.APPROVED,
        decided_at=at,
    )
    session.add(row)
    session.flush()
    return row


def _case(context: BatchContext, unit: Unit, category: Category, sent: Sending) -> Case:
    return Case(
        batch_id=context.batch.id,
        unit_id=unit.id,
        at_unit_id=unit.id,
        organisation_id=sent.applicant.id,
        definition_revision=context.batch.revision,
        category_key=category.key,
        subtype_key=_subtype(category),
        title=sent.applicant.name,
        state=CaseState.FORWARDED,
        values={},
        saved_at=sent.at,
        saved_by=sent.by,
        created_at=sent.at,
        created_by=sent.by,
        forwarded_at=sent.at,
        is_late=sent.is_late,
    )


def _take(session: Session, context: BatchContext, case: Case, stands: list[Remaining]) -> list[Remaining]:
    """Let the case take a place of every quota that covers it; return how the quotas stand then."""
    bound = [item for item in stands if covers(item.quota, case.category_key, case.subtype_key)]
    for item in bound:
        require_place(item, name_of(item.quota, context.definition.category(case.category_key)), over_reason="")
    session.add(case)
    session.flush()
    where = {"batch_id": case.batch_id, "unit_id": case.unit_id, "case_id": case.id}
    session.add(Recommendation(**where, forwarded_at=case.forwarded_at, forwarded_by=case.saved_by))
    for item in bound:
        number = free_number(session.scalars(_numbers(case, item.quota.key)).all())
        session.add(Place(**where, quota_key=item.quota.key, number=number, taken_at=case.saved_at))
    session.flush()
    return [replace(item, used=item.used + 1) if item in bound else item for item in stands]


def _numbers(case: Case, quota_key: str) -> Select[int]:
    """Return how to ask for the places of a quota that the case's unit has taken."""
    return select(Place.number).where(
        Place.batch_id == case.batch_id, Place.unit_id == case.unit_id, Place.quota_key == quota_key
    )
