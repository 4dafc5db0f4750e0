"""What happened to a case, and what changed in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from domain.access import Action
from domain.definition import MailKind
from domain.errors import NotFound
from models import ActKind, Mail
from services.batches.context import BatchContext
from services.cases.access import get_case
from services.cases.acts import Done, record
from services.cases.history import LineKind, changes, timeline
from tests.support.batches import COORDINATOR, local, officer, running
from tests.support.case_rows import applicant
from tests.support.cases import NOW, case_definition, in_hand, opened, put, send, send_back, submitted, type_in

LATER = NOW + timedelta(days=1)


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, case_definition())


def mail_of(session: Session, context: BatchContext, case_id: int, unit_id: int | None, subject: str) -> Mail:
    row = Mail(
        key=f"case/{case_id}/{subject}",
        batch_id=context.batch.id,
        stage_key="review",
        kind=MailKind.CASE,
        unit_id=unit_id,
        case_id=case_id,
        address="a@applicants.example",
        person="张三",
        subject=subject,
        at=LATER,
        not_before=LATER,
    )
    session.add(row)
    session.flush()
    return row


def test_acts_mails_files_and_versions_stand_in_one_order(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    mail_of(db, context, case.id, None, "申报件已退回")
    put(db, case, "certificate", ended_at=LATER + timedelta(hours=1))

    found = timeline(db, in_hand(db, case), actor=officer(db, 1))

    assert [(line.kind, line.title) for line in found.lines] == [
        (LineKind.FILE_ENDED, "替换或移除材料"),
        (LineKind.MAIL, "邮件：申报件已退回"),
        (LineKind.VERSION, "提交"),
        (LineKind.ACT, "新建申报件"),
        (LineKind.FILE, "上传材料"),
        (LineKind.FILE, "上传材料"),
    ]
    assert found.page.total == 6


def test_an_applicant_sees_the_open_lines_and_its_own_mails_alone(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    done = Done(ActKind.INTERNAL, Action.REVIEW, LATER, LATER, by_unit="第1单位", note="党组会", is_open=False)
    record(db, case, done, actor=officer(db, 1))
    mail_of(db, context, case.id, None, "给申报单位")
    mail_of(db, context, case.id, case.unit_id, "给推荐单位")
    found = in_hand(db, case)

    own = {line.title for line in timeline(db, found, actor=applicant(case.organisation)).lines}
    unit = {line.title for line in timeline(db, found, actor=officer(db, 1)).lines}

    assert unit - own == {"内部程序", "邮件：给推荐单位"}
    assert own - unit == set()


def test_a_paper_act_stands_at_its_day_and_says_when_it_was_entered(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    day = local("2023-03-01 10:00")
    record(db, case, Done(ActKind.SITE_CHECK, Action.REVIEW, day, LATER), actor=officer(db, 1))

    last = timeline(db, in_hand(db, case), actor=COORDINATOR).lines[-1]

    assert (last.title, last.at, last.recorded_at) == ("现场核查", day, LATER)


def test_the_files_of_a_draft_are_its_writers_alone(db: Session, context: BatchContext) -> None:
    """S003-68"""
    case = opened(db, context)
    put(db, case, "licence")
    found = get_case(db, case.id, actor=COORDINATOR, action=Action.VIEW_CASE)

    assert {line.kind for line in timeline(db, found, actor=COORDINATOR).lines} == {LineKind.ACT}
    assert LineKind.FILE in {line.kind for line in timeline(db, found, actor=applicant(case.organisation)).lines}


def test_a_long_history_comes_in_pages_with_the_same_number_of_questions(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    for minute in range(120):
        at = NOW + timedelta(minutes=minute)
        record(db, case, Done(ActKind.CHECKED, Action.REVIEW, at, at, note=str(minute)), actor=officer(db, 1))
    found, asked = in_hand(db, case), []
    event.listen(db.get_bind(), "before_cursor_execute", lambda *_: asked.append(1))

    pages = [timeline(db, found, actor=COORDINATOR, page=page) for page in (1, 2, 3)]

    notes = [line.note for page in pages for line in page.lines if line.title == "审核"]
    assert notes == [str(minute) for minute in reversed(range(120))]
    assert len(asked) <= 15


def test_what_changed_between_versions_is_told_by_leaf(db: Session, context: BatchContext) -> None:
    case = submitted(db, context)
    send_back(db, case, due_at=LATER + timedelta(days=1))
    type_in(db, case, {"share": "50", "modes": "sharing\nlifecycle"}, now=LATER)
    send(db, case, now=LATER)

    found = changes(db, in_hand(db, case), 1)

    assert [(item.path, item.before, item.after) for item in found] == [
        ("share", "35%", "50%"),
        ("modes", "共享制造", "共享制造、全生命周期管理"),
    ]
    with pytest.raises(NotFound, match="第 7 版"):
        changes(db, in_hand(db, case), 7)
    with pytest.raises(NotFound, match="尚未提交"):
        changes(db, in_hand(db, opened(db, context, case.organisation)), 1)
