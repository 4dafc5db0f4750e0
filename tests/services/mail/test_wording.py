"""Texts that a batch words itself, and names that look like texts or like headers."""

from __future__ import annotations

import email
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from email import policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import MailKind, MailText
from models import Mail, Unit
from services.batches.advancing import advance
from services.batches.drafts import add_version
from services.contacts import change_contact
from services.definitions.wording import SAMPLES
from templates.engine import Plain
from tests.support.batches import (
    COORDINATOR,
    contacts_stage,
    definition,
    duty_of,
    local,
    running,
)
from tests.support.mailing import send_all
from tests.support.occasions import every_kind

OPENING, REMINDING = local("2023-03-06 09:00"), local("2023-03-13 09:00")


def own(kind: MailKind, subject: str, body: str, stage: str | None = None) -> MailText:
    return MailText(kind=kind, subject=subject, body=body, stage=stage)


def held(session: Session) -> str:
    """Return why the only mail is held."""
    session.flush()
    (mail,) = session.scalars(select(Mail).where(Mail.state == "held"))
    assert mail.because
    return mail.because


def sent(session: Session) -> list[EmailMessage]:
    return [
        email.message_from_bytes(raw, policy=policy.default)
        for raw in session.scalars(select(Mail.raw).where(Mail.raw.is_not(None)).order_by(Mail.id))
        if raw
    ]


def test_a_batch_words_its_own_mails_and_a_stage_its_own_before_that(db: Session) -> None:
    """Design 2.1: what the batch leaves out uses the house's words."""
    for_all = own(MailKind.STAGE_OPENS, "{{ batch.short }}通用", "各处：{{ first.title }}")
    for_zero = own(MailKind.STAGE_OPENS, "零报告专用", "{{ person }}：{{ duties|length }} 项", stage="zero")
    zero = contacts_stage(key="zero", title="零报告", opens=replace(contacts_stage().opens, on=date(2023, 3, 7)))
    batch = running(db, definition(units=1, stages=(contacts_stage(), zero), mails=(for_all, for_zero))).batch

    advance(db, batch.id, OPENING)
    (first,) = send_all(db, OPENING)
    advance(db, batch.id, OPENING + timedelta(days=1))
    (second,) = send_all(db, OPENING + timedelta(days=1))
    advance(db, batch.id, REMINDING)
    (reminder,) = send_all(db, REMINDING)

    assert (first.subject, first.body) == ("2023年服务型制造示范通用", "各处：反馈联系人\n")
    assert (second.subject, second.body) == ("零报告专用", "第1单位：2 项\n")
    assert reminder.subject.startswith("【2023年服务型制造示范】提醒：")


@pytest.mark.parametrize(
    ("subject", "body", "because"),
    [
        ("{{ nonsense }}", "x", "第 1 行：没有“nonsense”可以取用"),
        ("x", "{% for %}", "模板有误"),
        ("x", "{{ 2 ** 99999999 }}", "只能写取值、条件和列表"),
        ("x", "{{ person.__class__ }}", "不能使用“__class__”"),
        ("一\n二", "x", "邮件头 Subject 含有换行或控制字符（U+000A）"),
        ("一\r\nBcc: all@units.example", "x", "邮件头 Subject 含有换行或控制字符（U+000A）"),
        ("{{ person }}" * 400, "x", "邮件头 Subject 过长"),
        ("x", "{{ '\\x00' }}", "正文含有不能发送的字符（U+0000）"),
        ("x", "{{ '\\ud800' }}", "正文含有不能发送的字符（U+D800）"),
    ],
)
def test_a_bad_text_is_held_with_its_reason_and_others_go_out(
    db: Session, subject: str, body: str, because: str
) -> None:
    """F29, F30, S24, S25, S30: no crash, no mail with a hole in it, and no head-of-line blocking."""
    good = running(db, definition(units=1, code="good-2023")).batch
    bad = running(db, definition(units=2)).batch
    # No such text is published; one that was published by an older program is met all the same.
    wrong = definition(units=2, mails=(own(MailKind.STAGE_OPENS, subject, body),))
    add_version(db, bad, wrong, actor=COORDINATOR, now=OPENING)
    by_phone = {"name": "x", "mobile": "13812345678"}
    change_contact(db, duty_of(db, bad, 1).unit_id, bad.id, by_phone, actor=COORDINATOR, now=OPENING)
    for batch in (bad, good):
        advance(db, batch.id, OPENING)

    left = send_all(db, OPENING)

    assert [mail.address for mail in left] == ["u1@units.example"]
    assert because in held(db)


@pytest.mark.parametrize("name", ["{{7*7}}科技", "{% for x in y %}", "A&B <科技>", "=HYPERLINK(1)", "公司\u3000名"])
def test_names_are_printed_as_they_are(db: Session, name: str) -> None:
    """S27, S29: a name is never a template, and HTML shows it as text."""
    batch = running(db, definition(units=1)).batch
    unit = db.get_one(Unit, duty_of(db, batch, 1).unit_id)
    unit.name = name
    person = {"name": name, "email": "z@units.example"}
    change_contact(db, unit.id, batch.id, person, actor=COORDINATOR, now=OPENING)
    advance(db, batch.id, OPENING)

    (mail,) = send_all(db, OPENING)

    assert f"{name}：" in mail.body and f"请{name}按时完成" in mail.body
    (message,) = sent(db)
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]  # every mail has both parts
    assert "<科技>" not in html and "49" not in html.replace("&#39;", "")


@pytest.mark.parametrize("name", ["张三\r\nBcc: all@units.example", "张三\nX: y", "张三\u2028X"])
def test_a_line_end_in_a_name_is_refused_or_reaches_no_header(db: Session, name: str) -> None:
    """S30: no header can be smuggled in, nor a recipient."""
    own_subject = own(MailKind.STAGE_OPENS, "致{{ person }}", "正文 {{ person }}")
    batch = running(db, definition(units=1, mails=(own_subject,))).batch
    advance(db, batch.id, OPENING)
    db.scalars(select(Mail)).one().person = name

    assert send_all(db, OPENING) == []

    assert "含有换行或控制字符" in held(db)
    assert sent(db) == []


def test_every_name_that_a_text_may_use_is_there_when_it_is_made(db: Session) -> None:
    """F30: what passed when it was saved does not fail on the day."""

    def names(sample: Mapping[str, Plain]) -> str:
        inner = [f"{outer}.{name}" for outer in ("batch", "stage", "first") for name in _keys(sample.get(outer))]
        return "".join(f"{{{{ {name} }}}}" for name in [*sample, *inner])

    def _keys(value: Plain) -> list[str]:
        return list(value) if isinstance(value, Mapping) else []

    texts = tuple(own(kind, "x", names(samples[0])) for kind, samples in SAMPLES.items())

    assert set(every_kind(db, mails=texts)) == {kind.value for kind in MailKind}
    assert db.scalars(select(Mail).where(Mail.state == "held")).all() == []
