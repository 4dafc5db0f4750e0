"""Mails about cases, accounts and changes from above: written with the act, asked once more before they leave."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition, MailKind, OfficeContact
from models import Answered, CaseState, Mail, MailState, PhoneDuty, UpstreamChange
from services.mail.claiming import begin, claim, record, store
from services.mail.composing import compose
from services.mail.notify import (
    News,
    Notice,
    Recipient,
    notify_applicant,
    notify_office,
    notify_person,
    notify_unit_of_case,
)
from services.reviewing.deciding import pass_case, refuse_case, undo
from services.reviewing.returning import Return, give_back
from tests.support.mailing import SENDER, owner, send_all, states
from tests.support.outgoing import REFUSED
from tests.support.reviewing import NOW, answer_everything, county_and_city, mails, resubmitted, world

TELEPHONES = ("65953693", "65952369")
CONTACTS = tuple(OfficeContact(name="胡峻", phone=f"0371-{number}") for number in TELEPHONES)


def with_telephones() -> Definition:
    wanted = county_and_city()
    return replace(wanted, office=replace(wanted.office, contacts=CONTACTS, published_email="sxcyzc@office.example"))


def test_a_mail_of_a_return_says_everything_and_both_telephones(db: Session) -> None:
    """S000-48, S001-56: the office's numbers and address in every mail; design 8: 退回补正."""
    found = world(db, with_telephones())
    comments = {"licence": "缺营业执照", "body.practice.lifecycle": "请补充成效"}
    give_back(db, found.case.id, Return("请补正。", comments), actor=found.county, now=NOW)

    (mail,) = send_all(db, NOW)

    assert (mail.unit, mail.address, mail.kind) == (None, "firm1@firms.example", "case")
    assert mail.subject == "【2023年服务型制造示范】第1制造公司：退回补正"
    assert mail.body == (
        "第1制造公司：\n\n"
        f"申报件“第1制造公司”（第1制造公司，示范企业，第 {found.case.id} 号）：退回补正。\n"
        "办理单位：乙县工信局\n"
        "办理期限：2023-03-20 周一 24:00（北京时间），还有 7 天\n"
        "\n"
        "请补正。\n"
        "\n"
        "1. 营业执照：缺营业执照\n"
        "2. 主要做法（全生命周期管理）：请补充成效\n"
        "\n"
        f"查看与办理：http://linxuan.example/cases/{found.case.id}\n"
        "\n"
        "咨询：某司\n"
        "  胡峻 0371-65953693\n"
        "  胡峻 0371-65952369\n"
        "邮箱（通知所载）：sxcyzc@office.example\n"
    )


def test_a_return_that_is_answered_is_no_longer_told(db: Session) -> None:
    """Asked once more at the claim: the case is back."""
    found = world(db)
    row = give_back(db, found.case.id, Return("x"), actor=found.county, now=NOW)
    resubmitted(db, found.case, NOW)
    row.ended_at = NOW
    db.flush()

    assert send_all(db, NOW) == []
    assert [(mail.state, mail.because) for mail in mails(db, found.case)] == [
        (MailState.VOID, "该次退回补正已办结或已撤销，无需发送")
    ]


def test_an_opinion_that_was_undone_is_not_told_and_neither_is_its_undoing(db: Session) -> None:
    found = world(db)
    answer_everything(db, found, found.county)
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    undo(db, found.case.id, "误点", actor=found.county, now=NOW)

    assert send_all(db, NOW) == []
    assert [mail.because for mail in mails(db, found.case)] == [
        "该意见已撤销，无需发送",
        "所更正的邮件未曾发出，无需发送",
    ]


def test_the_undoing_of_an_opinion_that_was_told_is_told(db: Session) -> None:
    found = world(db)
    answer_everything(db, found, found.county)
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    (told,) = send_all(db, NOW)
    undo(db, found.case.id, "误点", actor=found.county, now=NOW)

    (mail,) = send_all(db, NOW)

    assert told.subject == "【2023年服务型制造示范】第1制造公司：初审通过"
    assert mail.subject == "【2023年服务型制造示范】第1制造公司：初审通过已撤销，申报件重新审核"
    assert "误点" in mail.body


def test_a_pass_is_not_told_when_the_case_was_refused_since(db: Session) -> None:
    found = world(db)
    answer_everything(db, found, found.county)
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    refuse_case(db, found.case.id, "名额有限", actor=found.county, now=NOW)

    (mail,) = send_all(db, NOW)

    assert mail.subject.endswith("不予推荐") and "理由：名额有限" in mail.body
    assert mails(db, found.case)[0].because == "申报件的办理情况已变化，无需发送"


def test_news_are_written_once(db: Session) -> None:
    found = world(db)
    news = News(key="receipt.1", headline="已提交")

    for _ in range(2):
        assert notify_applicant(db, found.context, found.case, news, at=NOW)

    assert len(mails(db, found.case)) == 1


def test_an_applicant_without_an_address_is_called_by_its_channel(db: Session) -> None:
    found = world(db)
    found.organisation.email = ""
    db.flush()

    for _ in range(2):
        give = notify_applicant(db, found.context, found.case, News(key="1", headline="初审通过"), at=NOW)

    (call,) = db.scalars(select(PhoneDuty))
    assert (give, mails(db, found.case)) == (False, [])
    assert (call.unit_id, call.person, call.number, call.stage_key) == (
        found.county_id(db),
        "第1制造公司",
        "0379-60000001",
        "declare",
    )
    assert call.because == "申报单位没有电子邮箱：初审通过（第1制造公司）"


def test_an_address_of_an_applicant_that_is_refused_asks_its_channel_to_call(db: Session) -> None:
    found = world(db)
    notify_applicant(db, found.context, found.case, News(key="1", headline="初审通过"), at=NOW)
    how = owner(NOW)
    (item,) = store(db, compose(db, claim(db, how, NOW), NOW, SENDER), how.owner)
    begin(db, item.mail_id, how)
    record(db, item.mail_id, REFUSED, how, NOW)

    (call,) = db.scalars(select(PhoneDuty))
    assert (call.unit_id, call.number) == (found.county_id(db), "0379-60000001")
    assert states(db) == {"refused": 1}


def test_a_unit_is_told_of_a_case_that_comes_back_to_it(db: Session) -> None:
    """S000-57"""
    found = world(db)
    notify_unit_of_case(
        db, found.context, found.case, found.county_id(db), News(key="1", headline="退回补正"), at=NOW
    )

    (mail,) = send_all(db, NOW)

    assert (mail.unit, mail.address, mail.subject) == (
        "000002",
        "u2@units.example",
        "【2023年服务型制造示范】第1制造公司：退回补正",
    )
    assert f"/cases/{found.case.id}" in mail.body


def test_a_case_that_is_gone_is_not_told_of(db: Session) -> None:
    found = world(db)
    notify_applicant(db, found.context, found.case, News(key="1", headline="初审通过"), at=NOW)
    for mail in db.scalars(select(Mail)):
        mail.case_id = None
    db.flush()

    assert send_all(db, NOW) == []
    assert db.scalars(select(Mail.because)).all() == ["申报件已不存在"]


def test_news_that_are_true_in_some_states_leave_in_these_alone(db: Session) -> None:
    found = world(db)
    for key, state in (("1", CaseState.SUBMITTED), ("2", CaseState.PASSED)):
        notify_applicant(db, found.context, found.case, News(key=key, headline=key, true_while=(state,)), at=NOW)

    assert [mail.subject[-1] for mail in send_all(db, NOW)] == ["1"]


@pytest.mark.parametrize(("address", "calls"), [("lisi@firms.example", 0), ("", 1)])
def test_a_person_is_told_about_the_account(db: Session, address: str, calls: int) -> None:
    found = world(db)
    person = Recipient("李四", address, "13800000000", found.county_id(db))
    news = News(key="approved.1", headline="账号已审核通过", text="可以登录申报。", path="/sign-in")

    assert notify_person(db, found.context, person, news, at=NOW) is bool(address)

    left = send_all(db, NOW)
    assert len(db.scalars(select(PhoneDuty)).all()) == calls
    assert [(mail.kind, mail.subject) for mail in left] == (
        [] if calls else [("account", "【2023年服务型制造示范】账号已审核通过")]
    )
    if left:
        assert "办理入口：http://linxuan.example/sign-in\n" in left[0].body


def test_a_change_from_above_is_told_until_it_is_answered(db: Session) -> None:
    found = world(db)
    batch = found.context.batch
    facts = {"upper": "上级遴选", "changes": ["推荐报送截止：2023-05-31 改为 2023-06-05"]}
    for number in (1, 2):
        at = NOW + timedelta(minutes=number)
        change: dict[str, object] = {"upper_revision": number, "cause": "revision", "differences": [], "made_at": at}
        is_answered = number == 1
        answered = Answered.KEPT if is_answered else None
        db.add(
            UpstreamChange(batch_id=batch.id, answered=answered, answered_at=at if is_answered else None, **change)
        )
        notice = Notice("", "", at, MailKind.UPSTREAM, f"{batch.code}/upstream.{number}", at, facts=facts)
        assert notify_office(db, found.context, notice)

    (mail,) = send_all(db, NOW + timedelta(hours=1))

    assert (mail.address, mail.key) == (
        "office@ministry.example",
        "batch-2023/upstream.2/office/office@ministry.example",
    )
    assert "1. 推荐报送截止：2023-05-31 改为 2023-06-05\n" in mail.body
    assert db.scalars(select(Mail.because).where(Mail.state == MailState.VOID)).all() == ["该变动已处理，无需发送"]


CORRECTED = [
    {"label": "推荐报送截止", "before": "2023-05-31 周三 24:00", "after": "2023-06-09 周五 24:00"},
    {"label": "寄送地址", "before": "", "after": "某路1号"},
]


def test_a_correction_says_what_stood_there_and_what_holds(db: Session) -> None:
    """Issue 4, consequences: a mail that now says something wrong is corrected with both values and free words."""
    found = world(db)
    facts: dict[str, object] = {"headline": "推荐报送截止时间更正", "lines": CORRECTED, "text": "其他要求不变。"}
    notice = Notice("", "", NOW, MailKind.CORRECTION, "batch-2023/correction.1", NOW, facts=facts)
    assert notify_office(db, found.context, notice)

    (mail,) = send_all(db, NOW)

    assert mail.subject == "【2023年服务型制造示范】推荐报送截止时间更正"
    assert (
        "推荐报送截止时间更正。\n"
        "此前邮件中的下列内容以本邮件为准：\n"
        "\n"
        "1. 推荐报送截止：原为“2023-05-31 周三 24:00”，现为“2023-06-09 周五 24:00”\n"
        "2. 寄送地址：现为“某路1号”\n"
        "\n"
        "其他要求不变。\n"
    ) in mail.body


def test_a_correction_of_a_mail_that_never_left_is_stopped(db: Session) -> None:
    found = world(db)
    of_nothing: dict[str, object] = {"text": "请以此为准。", "corrects": "batch-2023/contacts/never"}
    for number, facts in enumerate(({"text": "请以此为准。"}, of_nothing)):
        notice = Notice("", "", NOW, MailKind.CORRECTION, f"batch-2023/correction.{number}", NOW, facts=facts)
        assert notify_office(db, found.context, notice)

    (mail,) = send_all(db, NOW)

    assert (mail.key, mail.subject) == (
        "batch-2023/correction.0/office/office@ministry.example",
        "【2023年服务型制造示范】更正通知",
    )
    assert "\n请以此为准。\n" in mail.body and "以本邮件为准" not in mail.body
    assert db.scalars(select(Mail.because).where(Mail.state == MailState.VOID)).all() == [
        "所更正的邮件未曾发出，无需发送"
    ]
