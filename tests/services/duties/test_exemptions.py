"""Evaluation of earlier winners, and closing it by the unit's written explanation."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import (
    Collect,
    Definition,
    Due,
    Exemption,
    ExemptionReason,
    Field,
    FieldKind,
    Form,
    OwedBy,
    TitleFilter,
)
from domain.duties import Settlement
from domain.errors import Conflict, Invalid, NotAllowed
from models import Batch, Duty, Programme, StoredFile, Title, Unit
from services.batches.advancing import advance
from services.batches.drafts import store_draft
from services.batches.publishing import publish
from services.duties.answers import Receipt, file_answer
from services.duties.exemptions import Explanation, exempt, withdraw_exemption
from tests.support.batches import COORDINATOR, PUBLISHED, contact_form, contacts_stage, definition, local, officer
from tests.support.mailing import send_all

NOW = local("2023-04-10 10:00")
REASONS = (
    ExemptionReason(key="revoked", name="吊销"),
    ExemptionReason(key="cancelled", name="注销"),
    ExemptionReason(key="closed", name="停业"),
    ExemptionReason(key="liquidation", name="清算"),
    ExemptionReason(key="other", name="其他", needs_text=True),
)


def evaluation() -> Definition:
    form = Form(
        key="evaluation", title="评估", fields=(Field(key="filed_on", label="填报日期", kind=FieldKind.DATE),)
    )
    asked = TitleFilter(programme="fwxzz", batches=(1, 2, 3, 4), categories=("enterprise", "platform", "city"))
    collect = Collect(owed_by=OwedBy.TITLES, form="evaluation", titles=asked, exemption=Exemption(reasons=REASONS))
    stage = contacts_stage(key="evaluation", title="评估评价", due=Due(on=date(2023, 5, 31)), collect=collect)
    return definition(units=2, forms=(contact_form(), form), stages=(stage,))


class Played(NamedTuple):
    batch: Batch
    duties: list[Duty]


@pytest.fixture
def played(db: Session) -> Played:
    """A running evaluation: unit 1 has winners 甲 and 乙, unit 2 has 丙."""
    wanted = evaluation()
    batch = store_draft(db, wanted, actor=COORDINATOR, now=PUBLISHED)
    programme = db.scalars(select(Programme)).one()
    units = db.scalars(select(Unit).order_by(Unit.code)).all()
    for holder, unit, category in (
        ("甲", 0, "enterprise"),
        ("乙", 0, "city"),
        ("丙", 1, "platform"),
        ("丁", 1, "project"),
    ):
        db.add(Title(programme_id=programme.id, batch_no=2, category=category, holder=holder, unit_id=units[unit].id))
    db.flush()
    publish(db, batch, actor=COORDINATOR, now=PUBLISHED)
    advance(db, batch.id, local("2023-03-06 09:00"))
    duties = db.scalars(select(Duty).order_by(Duty.title_id)).all()
    return Played(batch, list(duties))


def scan(session: Session, unit_id: int) -> int:
    file = StoredFile(
        sha256="0" * 64,
        name="说明.pdf",
        media_type="application/pdf",
        size=1,
        stored_at=NOW,
        stored_by="x",
        unit_id=unit_id,
    )
    session.add(file)
    session.flush()
    return file.id


def test_every_winner_of_the_asked_batches_owes_through_its_unit(db: Session, played: Played) -> None:
    """S003-48, S003-49, S003-50: a list from the registry, a state per winner; projects are not included."""
    assert [duty.title.holder for duty in played.duties if duty.title] == ["甲", "乙", "丙"]


def test_an_explanation_with_its_document_closes_the_duty_and_ends_reminders(db: Session, played: Played) -> None:
    """S003-52: reason code and document close the duty; reminders stop."""
    duty = played.duties[2]
    explanation = Explanation("cancelled", file_id=scan(db, duty.unit_id))

    exempt(db, duty.id, explanation, received_at=NOW, actor=officer(db, 2))
    advance(db, played.batch.id, local("2023-05-24 09:00"))

    assert duty.settled_as is Settlement.EXEMPT
    reminded = [m for m in send_all(db, local("2023-05-24 09:00")) if m.kind == "reminder"]
    assert [m.unit for m in reminded] == ["000001"]
    assert "尚未填报 2 家：甲、乙" in reminded[0].body


def test_who_has_not_filed_is_named_in_the_units_mail(db: Session, played: Played) -> None:
    """S003-56: named in the unit's mail before the cut-off."""
    file_answer(db, played.duties[0].id, {"filed_on": "2023-04-10"}, received_at=NOW, actor=officer(db, 1))

    advance(db, played.batch.id, local("2023-05-24 09:00"))

    bodies = {m.unit: m.body for m in send_all(db, local("2023-05-24 09:00")) if m.kind == "reminder"}
    assert "尚未填报 1 家：乙" in bodies["000001"] and "尚未填报 1 家：丙" in bodies["000002"]


def test_other_reasons_are_allowed_with_words_of_ones_own(db: Session, played: Played) -> None:
    """S003-55: the four reasons are examples."""
    duty = played.duties[0]
    file_id = scan(db, duty.unit_id)

    with pytest.raises(Invalid, match="请说明具体情况"):
        exempt(db, duty.id, Explanation("other", file_id=file_id), received_at=NOW, actor=officer(db, 1))
    exempt(db, duty.id, Explanation("other", "整体搬迁", file_id), received_at=NOW, actor=officer(db, 1))

    assert duty.settled_as is Settlement.EXEMPT


def test_the_document_and_a_known_reason_are_asked_for_together(db: Session, played: Played) -> None:
    with pytest.raises(Invalid) as refused:
        exempt(db, played.duties[0].id, Explanation("bored"), received_at=NOW, actor=officer(db, 1))

    assert [problem.path for problem in refused.value.problems] == ["reason", "file"]


def test_the_winner_cannot_close_its_duty_alone(db: Session, played: Played) -> None:
    """S003-54: the explanation is the unit's, not the winner's."""
    duty = played.duties[0]
    winner = Actor("甲", Role.APPLICANT, 5, branch=duty.unit.path)

    with pytest.raises(NotAllowed):
        exempt(db, duty.id, Explanation("closed"), received_at=NOW, actor=winner)


def test_an_explanation_may_be_taken_back_and_the_duty_answered(db: Session, played: Played) -> None:
    duty = played.duties[0]
    exempt(db, duty.id, Explanation("closed", file_id=scan(db, duty.unit_id)), received_at=NOW, actor=officer(db, 1))

    with pytest.raises(Conflict):
        exempt(db, duty.id, Explanation("closed"), received_at=NOW, actor=officer(db, 1))
    withdraw_exemption(db, duty.id, received_at=NOW, actor=officer(db, 1))
    filed = file_answer(db, duty.id, {"filed_on": "2023-04-10"}, received_at=NOW, actor=officer(db, 1))

    assert isinstance(filed, Receipt)
