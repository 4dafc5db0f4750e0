"""Everything about one unit in one batch."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from domain.definition import MailKind
from domain.duties import DutyState
from domain.errors import NotFound
from models.contacts import Channel
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.batches.extending import MoreTime, extend
from services.batches.late import LateLeave, accept_late
from services.calls import Call, note_call
from services.duties.answers import file_answer
from services.duties.exemptions import Explanation, exempt
from services.progress.unit_page import UnitPage, unit_page
from tests.support.batches import ANSWER, COORDINATOR, duty_of, local, officer
from tests.support.mailing import send_all
from tests.support.progress import counted, rich, small_and_large

OPENING = local("2023-03-06 09:00")
IN_TIME = local("2023-03-08 10:00")
AFTER = local("2023-03-21 09:30")


def page(session: Session, context: BatchContext, number: int = 1) -> UnitPage:
    return unit_page(session, load(session, context.batch.id), duty_of(session, context.batch, number).unit_id, AFTER)


def test_the_page_shows_duties_with_answers_and_reasons(db: Session) -> None:
    context = rich(db, units=1, titles=2)
    first, evaluation = duty_of(db, context.batch, 1), duty_of(db, context.batch, 1, "evaluation")
    file_answer(db, first.id, ANSWER, received_at=IN_TIME, actor=officer(db, 1))
    exempt(db, evaluation.id, Explanation("other", "停产"), received_at=IN_TIME, actor=officer(db, 1))

    found = page(db, context)

    assert [(line.stage.key, line.state, line.about, line.reason) for line in found.duties] == [
        ("contacts", DutyState.DONE, "", ""),
        ("evaluation", DutyState.EXEMPT, "000001号企业1", "其他：停产"),
        ("evaluation", DutyState.OPEN, "000001号企业2", ""),
    ]
    assert dict(found.duties[0].answers) == {
        "姓名": "张三",
        "联系电话": "0371-65953693",
        "电子邮箱": "zhangsan@units.example",
    }
    assert (found.unit.name, found.unit_class, found.duties_total) == ("第1单位", "省级", 3)


def test_a_draft_is_not_shown_as_an_answer(db: Session) -> None:
    """S003-68: progress upward, not drafts."""
    context = rich(db, units=1, titles=0)
    wrong = {**ANSWER, "email": "nobody"}
    file_answer(db, duty_of(db, context.batch, 1).id, wrong, received_at=IN_TIME, actor=officer(db, 1))

    assert page(db, context).duties[0].answers == {}


def test_the_page_shows_how_the_unit_was_reached(db: Session) -> None:
    """S003-30, S003-42, S003-72: contacts with their history, mails, calls, extensions, permits."""
    context = rich(db, units=2, titles=0)
    advance(db, context.batch.id, OPENING)
    send_all(db, OPENING)
    duty = duty_of(db, context.batch, 1)
    for name in ("张三", "李四"):
        file_answer(db, duty.id, {**ANSWER, "name": name}, received_at=IN_TIME, actor=officer(db, 1))
    other = duty_of(db, context.batch, 2).unit_id
    call = Call(stage="contacts", unit_id=other, channel=Channel.QQ, person="王五", result="在办", called_at=IN_TIME)
    note_call(db, context.batch.id, call, actor=COORDINATOR, now=IN_TIME)
    until = local("2023-03-25 00:00")
    extend(
        db,
        context.batch.id,
        MoreTime(stage="contacts", due_at=local("2023-03-21 09:00"), reason="地震", unit_id=other),
        actor=COORDINATOR,
        now=IN_TIME,
    )
    leave = LateLeave(stage="contacts", unit_id=other, until=until, reason="断网", approver="张司长")
    accept_late(db, context.batch.id, leave, actor=COORDINATOR, now=AFTER)

    first, second = page(db, context, 1), page(db, context, 2)

    assert [(contact.name, contact.valid_until is None) for contact in first.contacts] == [
        ("李四", True),
        ("张三", False),
    ]
    assert [person.name for person in first.people] == ["李四"]
    assert [line.mail.kind for line in first.mails.mails] == [MailKind.STAGE_OPENS]
    assert (first.calls, first.extensions, first.permits) == ([], [], [])
    assert [note.result for note in second.calls] == ["在办"]
    assert [row.reason for row in second.extensions] == ["地震"]
    assert [row.approver for row in second.permits] == ["张司长"]
    assert second.duties[0].has_permit and not first.duties[0].has_permit


def test_an_explanation_lies_in_the_parcel_that_its_rules_name(db: Session) -> None:
    """S003-53: 书面说明 goes with the fifth-batch parcel."""
    context = rich(db, units=1, titles=2)
    duty = duty_of(db, context.batch, 1, "evaluation")
    exempt(db, duty.id, Explanation("cancelled"), received_at=IN_TIME, actor=officer(db, 1))

    parcels = page(db, context).dispatch.parcels

    assert [(parcel.title, parcel.due_at, parcel.note) for parcel in parcels] == [
        ("推荐报送", local("2023-06-01 00:00"), "申报书一式1份")
    ]
    assert [(item.label, item.note, item.is_ready) for item in parcels[0].items] == [
        ("推荐报送材料", "", True),
        ("书面说明：000001号企业1", "注销", True),
    ]


def test_the_evaluation_asks_for_no_paper(db: Session) -> None:
    """S003-51: the dispatch list does not ask for it, also when it is filed."""
    context = rich(db, units=1, titles=1)
    duty = duty_of(db, context.batch, 1, "evaluation")
    file_answer(db, duty.id, {"filed_on": "2023-03-08"}, received_at=IN_TIME, actor=officer(db, 1))

    found = page(db, context).dispatch

    assert list(found.without_paper) == ["反馈联系人", "评估评价"]
    assert [item.label for item in found.parcels[0].items] == ["推荐报送材料"]


def test_the_number_of_queries_does_not_grow_with_units(database: Database) -> None:
    """G-G1."""
    costs = []
    for batch_id in small_and_large(database):
        with database.read(Scope()) as session:
            context = load(session, batch_id)
            unit_id = duty_of(session, context.batch, 1).unit_id
            with counted(database.reader) as count:
                unit_page(session, context, unit_id, AFTER)
        costs.append(count.queries)

    assert costs[0] == costs[1] <= 14


def test_a_unit_outside_the_branch_or_the_batch_is_not_found(database: Database) -> None:
    """S02: what somebody may not see looks exactly like what does not exist."""
    with database.write(Scope()) as session:
        context = rich(session, units=2)
        foreign = duty_of(session, context.batch, 1).unit_id
        branch = officer(session, 2).branch

    with database.read(Scope(branch=branch)) as session:
        own = load(session, context.batch.id)
        refusals = []
        for unit_id in (foreign, 10**9):
            with pytest.raises(NotFound) as refusal:
                unit_page(session, own, unit_id, AFTER)
            refusals.append(refusal.value.sentence)

    assert refusals[0] == refusals[1]
