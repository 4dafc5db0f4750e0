"""A batch in which every occasion for a mail comes up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from domain.definition import Audience, Category, MailKind, Office, OfficeContact, Step
from models import UpstreamChange
from services.batches.advancing import advance
from services.batches.context import BatchContext
from services.batches.extending import MoreTime, extend
from services.duties.answers import file_answer
from services.mail.notify import News, Notice, Recipient, notify_applicant, notify_office, notify_person
from tests.support.batches import (
    ANSWER,
    COORDINATOR,
    contacts_stage,
    definition,
    duty_of,
    ladder,
    local,
    officer,
    running,
)
from tests.support.case_rows import case_row, organisation
from tests.support.mailing import Left, send_all

OPENING, REMINDING = local("2023-03-06 09:00"), local("2023-03-13 09:00")
ENTERPRISE = Category(key="enterprise", name="示范企业")
TWO_OFFICERS = Office(
    name="产业政策与法规司",
    email="office@ministry.example",
    published_email="lim@miiit.example",
    contacts=(
        OfficeContact(name="李敏", phone="010-68205191"),
        OfficeContact(name="朱丹", phone="010-58113937", role="申报网站联系人"),
    ),
    address="北京市石景山区实兴大街30号院9号楼",
    site="https://selection.example",
)


def every_kind(session: Session, **changes: Any) -> dict[str, list[Left]]:
    """Play a batch in which each kind of mail is sent at least once; return the mails by kind."""
    steps = (Step(key="d5", days=-5), Step(key="d1", days=-1), Step(key="after1", days=1, to=Audience.COORDINATOR))
    second = contacts_stage(key="zero", title="零报告")
    first = contacts_stage()
    ladders = (ladder(steps=steps, ceiling_per_week=None),)
    wanted = definition(
        units=1, office=TWO_OFFICERS, categories=(ENTERPRISE,), stages=(first, second), ladders=ladders, **changes
    )
    context = running(session, wanted)
    batch = context.batch
    left = []
    advance(session, batch.id, OPENING)
    left += send_all(session, OPENING)
    advance(session, batch.id, REMINDING)
    left += send_all(session, REMINDING)
    file_answer(
        session, duty_of(session, batch, 1, "zero").id, ANSWER, received_at=REMINDING, actor=officer(session, 1)
    )
    more = MoreTime(stage="contacts", due_at=local("2023-03-22 00:00"), reason="材料较多")
    extend(session, batch.id, more, actor=COORDINATOR, now=local("2023-03-14 10:00"))
    left += send_all(session, local("2023-03-14 10:00"))
    for now in (local("2023-03-20 09:00"), local("2023-03-22 09:30")):
        advance(session, batch.id, now)
        left += send_all(session, now)
    _tell_of_case_account_and_upper(session, context, now)
    left += send_all(session, now)
    found: dict[str, list[Left]] = {}
    for mail in left:
        found.setdefault(mail.kind, []).append(mail)
    return found


def _tell_of_case_account_and_upper(session: Session, context: BatchContext, now: datetime) -> None:
    """Write what the services write about a case, an account and a change from above."""
    owner = organisation(session, email="firm1@firms.example")
    case = case_row(session, context, owner)
    notify_applicant(session, context, case, News(key="pass.1", headline="初审通过", by="第1单位"), at=now)
    notify_person(
        session, context, Recipient("李四", "lisi@firms.example"), News(key="1", headline="账号已审核"), at=now
    )
    change = UpstreamChange(
        batch_id=context.batch.id, upper_revision=2, cause="revision", differences=[], made_at=now
    )
    session.add(change)
    facts = {"upper": "上级遴选", "changes": ["推荐报送截止：2023-05-31 改为 2023-06-05"]}
    notify_office(
        session, context, Notice("", "upstream:revision", now, MailKind.UPSTREAM, "batch/upstream", now, facts=facts)
    )
    lines = [{"label": "推荐报送截止", "before": "2023-05-31", "after": "2023-06-09"}]
    corrected: dict[str, object] = {"headline": "推荐报送截止时间更正", "lines": lines, "text": "请以此为准。"}
    notify_office(
        session, context, Notice("", "correction", now, MailKind.CORRECTION, "batch/correction", now, facts=corrected)
    )
