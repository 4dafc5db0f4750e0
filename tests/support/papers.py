"""Putting real files into the slots of a case."""

from __future__ import annotations

import io
from dataclasses import replace

from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import Definition
from models import Case, CaseState
from services.batches.context import BatchContext
from services.cases.papers import (
    Attached,
    Incoming,
    SlotShown,
    attach,
    slots,
)
from services.cases.submitting import NotSubmitted, problems_of, submit
from services.files import Place
from tests.support.case_rows import applicant
from tests.support.cases import (
    FORMS,
    LICENCE,
    NOW,
    PICTURES,
    STATEMENTS,
    case_definition,
    fill,
    in_hand,
    opened,
    send,
)
from tests.support.pictures import picture


def paper_definition() -> Definition:
    """Return the batch of `case_definition` whose enterprises also bring ten pictures, screenshots and a report."""
    diagnosis = replace(
        LICENCE,
        key="diagnosis",
        label="诊断报告",
        required=False,
        link="https://diagnosis.example",
        steps="注册、填写问卷、下载",
    )
    materials = (
        *FORMS[0].materials,
        PICTURES,
        diagnosis,
        replace(PICTURES, key="shots", required=False, min_count=1),
    )
    forms = (replace(FORMS[0], materials=materials), *FORMS[1:])
    return case_definition(forms=forms)


def add(
    session: Session,
    case: Case,
    slot: str,
    content: bytes,
    store: Place,
    *,
    actor: Actor | None = None,
    replaces: int | None = None,
    code: str = "",
) -> Attached:
    incoming = Incoming(slot, "材料", io.BytesIO(content), replaces, code)
    return attach(session, case.id, incoming, store=store, actor=actor or applicant(case.organisation), now=NOW)


def slot_of(session: Session, case: Case, key: str) -> SlotShown:
    return next(slot for slot in slots(in_hand(session, case)) if slot.material.key == key)


def missing(session: Session, case: Case) -> list[str]:
    result = submit(session, case.id, statements=STATEMENTS, received_at=NOW, actor=applicant(case.organisation))
    return [problem.sentence for problem in problems_of(result)] if isinstance(result, NotSubmitted) else []


def passed(session: Session, context: BatchContext, store: Place) -> Case:
    """Return a case that its unit has passed."""
    case = fill(session, opened(session, context))
    for number in range(10):
        add(session, case, "pictures", picture(shade=number), store)
    send(session, case)
    case.state = CaseState.PASSED
    session.flush()
    return case
