"""A new batch from the one above: what binds is copied, dates are proposed earlier, a person confirms them."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.calendar import Calendar
from domain.definition import (
    Definition,
    Due,
    Evidence,
    Intake,
    Issuer,
    Mark,
    Office,
    Opening,
    Relation,
    Stage,
    StageKind,
    UnitClass,
    UnitEntry,
    Upper,
)
from domain.errors import NotFound
from domain.instants import due_day
from models import Batch
from models.scope import seeing_all
from services.batches.context import BatchContext, load, load_by_code
from services.batches.drafts import store_draft
from services.upstream.linking import link_up

COPIED = frozenset({"categories", "modes", "rules", "forms"})
PASSED_ON = frozenset({StageKind.DECLARE, StageKind.REVIEW, StageKind.RECOMMEND})
"""What a lower office does itself; collecting, scoring and publishing stay with the office above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChild:
    """A batch to be made from the one above.

    unit: code of this office among the units above. days_before: working days between its own and the upper deadline.
    """

    code: str
    title: str
    issuer: Issuer
    office: Office
    unit: str
    unit_class: UnitClass
    units: tuple[UnitEntry, ...]
    relation: Relation = Relation.PASSED_ON
    intake: Intake = Intake.COMPETITIVE
    days_before: int = 5


def draft_below(session: Session, upper_code: str, new: NewChild, *, actor: Actor, now: datetime) -> Batch:
    """Store the draft of a batch that rests on another (S003-65).

    Categories, modes, rules, forms and the stages of cases are copied; quotas are left to the office; every date that
    is counted back is marked as inferred. Raises NotFound, NotAllowed, Conflict, Invalid.
    """
    with seeing_all(session):
        upper = load_by_code(session, upper_code)
    require(actor, Action.EDIT_DEFINITION)
    batch = store_draft(session, child_of(upper, new), actor=actor, now=now)
    link_up(session, load(session, batch.id))
    return batch


def child_of(upper: BatchContext, new: NewChild) -> Definition:
    """Return the definition of the batch below. Raises NotFound when the office is no unit above."""
    above = upper.definition
    if not any(unit.code == new.unit for unit in above.units):
        raise NotFound("上级批次的推荐单位中没有本单位。")
    stages, evidence = _stages(upper, new.days_before)
    return Definition(
        code=new.code,
        title=new.title,
        year=above.year,
        programme=above.programme,
        issuer=new.issuer,
        office=new.office,
        timezone=above.timezone,
        unit_classes=(new.unit_class,),
        units=new.units,
        upper=Upper(
            relation=new.relation, number=above.document.number, code=above.code, unit=new.unit, intake=new.intake
        ),
        region=above.region,
        catalogue=above.catalogue,
        modes=above.modes,
        categories=above.categories,
        rules=above.rules,
        forms=above.forms,
        stages=tuple(stages),
        evidence=tuple(evidence),
    )


def _stages(upper: BatchContext, days_before: int) -> tuple[list[Stage], list[Evidence]]:
    """Return the stages that a lower office runs, and the evidence of what is copied and of what is inferred."""
    above, dates = upper.definition, upper.milestones()
    stages: list[Stage] = []
    evidence = [item for item in above.evidence if item.path.partition(".")[0] in COPIED]
    for stage in above.stages:
        if stage.kind not in PASSED_ON:
            continue
        due_at = dates[stage.key].due_at
        day = due_day(due_at, above.zone) if due_at is not None else None
        own = _earlier(stage, day, days_before, upper.calendar)
        stages.append(own)
        if own.due is not None:
            note = f"上级截止日为 {day}，按提前 {days_before} 个工作日推算；请主办处室确认。"
            evidence.append(Evidence(path=f"stages.{stage.key}.due.on", mark=Mark.INFERRED, note=note))
        opening = f"stages.{stage.key}.opens.on"
        evidence.append(Evidence(path=opening, mark=Mark.INFERRED, note="开放时间待确认。"))
    return stages, evidence


def _earlier(stage: Stage, day: date | None, days: int, calendar: Calendar) -> Stage:
    """Return the stage as the lower office runs it: its own deadline, no ladder, all its units asked."""
    due = Due(on=calendar.move(day, -days).result) if day is not None else None
    review = replace(stage.review, classes=()) if stage.review is not None else None
    recommend = replace(stage.recommend, classes=()) if stage.recommend is not None else None
    opens = Opening(on=stage.opens.on, at=stage.opens.at) if not stage.opens.after else Opening()
    return replace(stage, opens=opens, due=due, ladder=None, review=review, recommend=recommend)
