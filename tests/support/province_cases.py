"""Running batches of the two provinces, and cases that people declare, check and send up in them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import Seal
from models import Case, CheckResult, Organisation
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.cases.drafts import Typed, save
from services.cases.opening import NewCase, open_case
from services.cases.submitting import NotSubmitted, Receipt, submit
from services.recommending.forwarding import Forwarded, forward
from services.reviewing.checks import Answered, answer_all, items
from services.reviewing.deciding import pass_case
from tests.support.batches import running
from tests.support.case_rows import applicant, unit_of
from tests.support.cases import put
from tests.support.provinces import answers, confirmed, preset

DAY = timedelta(days=1)


def started(session: Session, name: str, opened: datetime) -> BatchContext:
    """Publish a preset whose doubts are all confirmed, and open its stages."""
    batch = running(session, confirmed(preset(name)), now=opened - DAY).batch
    advance(session, batch.id, opened)
    return load(session, batch.id)


def person(session: Session, unit_code: str) -> Actor:
    """Return an officer of a unit."""
    unit = unit_of(session, unit_code)
    return Actor(f"{unit.short}经办人", Role.OFFICER, user_id=1000 + unit.id, branch=unit.path)


def begun(
    session: Session,
    context: BatchContext,
    category: str,
    unit_code: str,
    *,
    at: datetime,
    declarer: Organisation | None = None,
    subtype: str = "",
    **changes: str,
) -> Case:
    """Return a case that is filled in completely, with a file in every slot that the applicant must fill now.

    declarer: None for a category that the unit declares. changes: leaves that differ, with "__" for ".".
    """
    title = declarer.name if declarer is not None else changes.get("name", "太原市")
    new = NewCase(context.batch.id, category, subtype, unit_of(session, unit_code).id, title)
    actor = person(session, unit_code) if declarer is None else applicant(declarer)
    case = open_case(session, new, actor=actor, now=at)
    given = answers(context.definition, category, at.date(), **changes)
    save(session, case.id, Typed(given, {leaf: case.values.get(leaf, "") for leaf in given}, 0), actor=actor, now=at)
    for material in context.definition.form(category).materials:
        if material.required and material.seal is Seal.NONE:
            put(session, case, material.key)
    return case


def writer(session: Session, case: Case) -> Actor:
    """Return who fills in a case."""
    return person(session, case.unit.code) if case.category_key == "city" else applicant(case.organisation)


def sent_in(session: Session, case: Case, *, at: datetime) -> Receipt | NotSubmitted:
    """Submit a case with every statement signed."""
    statements = {"no-accident": "yes", "no-credit-event": "yes", "no-violation": "yes"}
    return submit(session, case.id, statements=statements, received_at=at, actor=writer(session, case))


def checked(session: Session, case: Case, *, at: datetime) -> Actor:
    """Answer the whole check list as the unit that has the case, and pass it; return who did."""
    actor = person(session, case.at_unit.code)
    given = [Answered(item.key, CheckResult.YES) for item in items(session, case.id, actor=actor).items]
    answer_all(session, case.id, given, actor=actor, now=at)
    pass_case(session, case.id, "同意推荐", actor=actor, now=at)
    return actor


def seal(session: Session, case: Case, context: BatchContext) -> None:
    """Put the sealed scans of the current version into their slots."""
    for material in context.definition.form(case.category_key).materials:
        if material.seal is not Seal.NONE:
            put(session, case, material.key, f"{material.key}-{case.at_unit_id}.pdf", version_no=case.version_no)


def passed_up(session: Session, context: BatchContext, case: Case, *, at: datetime) -> Forwarded:
    """Check a case, seal it and send it up as the unit that has it."""
    actor = checked(session, case, at=at)
    seal(session, case, context)
    return forward(session, case.id, received_at=at, actor=actor)
