"""Cases of the presets, opened, filled and submitted through the services as applicants and officers would."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from domain.definition import Definition
from domain.forms import Setting
from domain.instants import local_day
from models import Case, CheckResult, Organisation
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.cases.submitting import NotSubmitted, Receipt, submit
from services.definitions.evidence import confirm
from services.expressions import evaluate
from services.reviewing.checks import Answered, answer_all, items
from tests.support.batches import PUBLISHED, local, officer, running
from tests.support.case_rows import organisation
from tests.support.cases import declarer_of, opened, put, type_in
from tests.support.presets import filled

OPENED = local("2023-03-06 09:00")
NOW = local("2023-03-20 10:00")


def confirmed(definition: Definition) -> Definition:
    """Return a preset with everything confirmed that its notice leaves open."""
    return confirm(definition, [item.path for item in definition.unconfirmed], by="王主任 2023-03-01")


def open_batch(session: Session, definition: Definition) -> BatchContext:
    """Publish a preset and bring it to its opening."""
    context = running(session, confirmed(definition), PUBLISHED)
    advance(session, context.batch.id, OPENED)
    return load(session, context.batch.id)


def maker(session: Session, number: int, unit_code: str, **changes: Any) -> Organisation:
    """Return the n-th manufacturer, registered in the area of a unit."""
    return organisation(session, number, unit_code, **{"industry": "C34", **changes})


def fill_case(
    session: Session, context: BatchContext, case: Case, *, leave_out: Mapping[str, int] | None = None, **given: str
) -> Case:
    """Answer everything that a case's form asks, and put into each slot the fewest files it needs.

    leave_out: how many files fewer to put into a slot. given: leaves with "__" for "." that are typed as they are.
    """
    definition = context.definition
    form = definition.form(definition.stage("declare").form_of(case.category_key) or "")
    on = local_day(NOW, definition.zone)
    where = Setting(definition.year, definition.modes_of(case.category_key), evaluate, on)
    type_in(session, case, filled(form, where, **given), now=NOW)
    for slot in form.materials:
        if slot.required and slot.seal == "none":
            for number in range(slot.min_count - (leave_out or {}).get(slot.key, 0)):
                put(session, case, slot.key, name=f"{number}.pdf")
    return case


def try_submit(session: Session, case: Case, now: datetime = NOW) -> Receipt | NotSubmitted:
    """Submit a case with every statement signed."""
    statements = {"legal-person": "yes", "sound": "yes", "registered": "yes", "no-accident": "yes"}
    signed = statements | {"no-violation": "yes"}
    return submit(session, case.id, statements=signed, received_at=now, actor=declarer_of(session, case))


def refusals(result: Receipt | NotSubmitted) -> str:
    """Return the sentences of a refused submission; "" of an accepted one."""
    if isinstance(result, Receipt):
        return ""
    problems = getattr(result.refusal, "problems", ())
    return "\n".join([result.refusal.sentence, *(problem.sentence for problem in problems)])


def new_case_of(session: Session, context: BatchContext, declarer: Organisation, unit: str, **changes: Any) -> Case:
    """Return a case that an applicant has begun with a unit, in the first category unless another is named."""
    return opened(session, context, declarer, unit, now=NOW, **changes)


def check_all(session: Session, case: Case, unit_number: int, now: datetime = NOW) -> None:
    """Answer yes to everything that the officer of a unit is asked."""
    actor = officer(session, unit_number)
    found = items(session, case.id, actor=actor)
    answers = [Answered(item.key, CheckResult.YES) for item in found.items]
    answer_all(session, case.id, answers, actor=actor, now=now)
