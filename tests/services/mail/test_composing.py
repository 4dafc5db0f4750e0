"""The words of a mail, and what is asked once more before it leaves."""

from __future__ import annotations

import email
from dataclasses import replace
from email import policy
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition, MailKind
from models import Mail, Title
from presets import FOLDER
from services.batches.advancing import advance
from services.definitions import load_file
from services.definitions.evidence import confirm
from services.mail.claiming import claim, store
from services.mail.composing import compose
from services.mail.owed import NAMES_SHOWN
from tests.support.batches import (
    definition,
    duty_of,
    local,
    running,
)
from tests.support.evaluation import evaluating, evaluation, winner
from tests.support.mailing import SENDER, Left, owner, send_all, states
from tests.support.occasions import TWO_OFFICERS, every_kind

OPENING, REMINDING = local("2023-03-06 09:00"), local("2023-03-13 09:00")
AFTER = local("2023-03-21 09:00")


def after_opening(session: Session, wanted: Definition) -> tuple[Left, ...]:
    """Publish, open, and let the opening mails leave."""
    batch = running(session, wanted).batch
    advance(session, batch.id, OPENING)
    return tuple(send_all(session, OPENING))


def sent(session: Session) -> list[EmailMessage]:
    return [
        email.message_from_bytes(raw, policy=policy.default)
        for raw in session.scalars(select(Mail.raw).where(Mail.raw.is_not(None)).order_by(Mail.id))
        if raw
    ]


def test_every_mail_names_the_contacts_and_telephones_of_the_notice(db: Session) -> None:
    """S003-61, S000-48, S001-56: with both roles, the address and the site, whatever the occasion."""
    mails = every_kind(db)

    assert set(mails) == {kind.value for kind in MailKind}
    for kind, group in mails.items():
        for mail in group:
            for part in (
                "李敏 010-68205191",
                "朱丹 010-58113937（申报网站联系人）",
                "石景山区",
                "https://selection.example",
            ):
                assert part in mail.body, kind


def test_the_published_address_is_printed_and_never_written_to(db: Session) -> None:
    """T7: an address that looks misspelt is for people to judge."""
    mails = [mail for group in every_kind(db).values() for mail in group]

    assert all("邮箱（通知所载）：lim@miiit.example" in mail.body for mail in mails)
    addresses = {"u1@units.example", "zhangsan@units.example", "office@ministry.example"}
    outside = {"firm1@firms.example", "lisi@firms.example"}
    assert {mail.address for mail in mails} == addresses | outside
    headers = [str(message[name]) for message in sent(db) for name in ("To", "From", "Cc", "Reply-To")]
    assert not [header for header in headers if "miiit" in header]


def test_an_office_that_only_published_an_address_is_not_written_to(db: Session) -> None:
    """T7: the coordinator then looks at the list on the page; the ledger says so."""
    batch = running(db, definition(units=1, office=replace(TWO_OFFICERS, email=None))).batch
    advance(db, batch.id, AFTER)

    assert [mail.address for mail in send_all(db, AFTER)] == []
    assert db.scalars(select(Mail).where(Mail.unit_id.is_(None))).all() == []


def test_the_ministrys_notice_is_quoted_as_it_is(db: Session) -> None:
    """S003-61, T7: the preset's mails hold its telephones and its doubtful address."""
    mails = after_opening(db, confirmed(load_file(FOLDER / "miit-2023.yaml")))

    assert len(mails) == 37
    assert all("李敏 010-68205191" in m.body and "朱丹 010-58113937（申报网站联系人）" in m.body for m in mails)
    assert all("lim@miiit.gov.cn" in m.body and m.address.endswith("@units.example") for m in mails)


def confirmed(found: Definition) -> Definition:
    return confirm(found, [item.path for item in found.unconfirmed], by="王主任 2023-03-01")


def test_an_opening_says_what_is_owed_until_when_and_where(db: Session) -> None:
    """F11: times say in which zone they are."""
    (mail,) = after_opening(db, definition(units=1))

    assert mail.subject == "【2023年服务型制造示范】反馈联系人开始，2023-03-20 周一 24:00 截止"
    assert "第1单位：" in mail.body
    assert "1. 反馈联系人\n   截止时间：2023-03-20 周一 24:00（北京时间），还有 14 天\n" in mail.body
    assert "办理入口：http://linxuan.example/work" in mail.body
    (message,) = sent(db)
    assert message["To"] == "u1@units.example"
    assert message["Subject"] == mail.subject
    assert str(message["Date"]) == "Mon, 06 Mar 2023 09:00:00 +0800"
    assert {part.get_content_type() for part in message.walk()} >= {"text/plain", "text/html"}
    text = message.get_body(("plain",)).get_content().replace("\r\n", "\n")  # type: ignore[union-attr]  # just seen
    assert text.startswith(mail.body)


def test_a_message_id_is_the_same_for_a_key_and_tells_installations_apart() -> None:
    """R5, F53: a copy is known as one; a copied installation's mail is not."""
    other = replace(SENDER, instance_id="another-instance")

    assert SENDER.message_id("a") == SENDER.message_id("a")
    assert len({SENDER.message_id("a"), SENDER.message_id("b"), other.message_id("a")}) == 3
    assert SENDER.message_id("a").endswith("@linxuan.example>")


def test_a_reminder_names_the_winners_that_still_owe_and_counts_the_rest(db: Session) -> None:
    """S003-56: named in the unit's mail before the deadline, so many that it stays readable."""
    count = NAMES_SHOWN + 3
    winners = tuple(winner(f"企业{number:02d}") for number in range(1, count + 1))
    batch = evaluating(db, winners, evaluation(units=1)).batch
    send_all(db, OPENING)
    done = db.scalars(select(Title).where(Title.holder == "企业01")).one()

    advance(db, batch.id, REMINDING)
    (mail,) = send_all(db, REMINDING)

    shown = "、".join(f"企业{number:02d}" for number in range(1, NAMES_SHOWN + 1))
    assert f"   尚未填报 {count} 家：{shown} 等 {count} 家\n" in mail.body
    assert f"企业{NAMES_SHOWN + 1}" not in mail.body
    assert done.holder in mail.body


def test_what_is_overdue_does_not_head_a_reminder_of_what_is_not(db: Session) -> None:
    """The subject names the next deadline; what is overdue stands in the list."""
    batch = running(db, evaluation()).batch
    for at in (OPENING, local("2023-03-21 00:00"), local("2023-05-29 09:00")):
        advance(db, batch.id, at)
        left = list(send_all(db, at))

    subject = str(sent(db)[-1]["Subject"])
    assert "2023-05-31" in subject and "2023-03-20" not in subject
    assert "（逾期 1 项），最近一项 2023-05-31" in subject
    assert "已逾期" in left[-1].body


def test_few_winners_are_all_named(db: Session) -> None:
    evaluating(db, wanted=evaluation(units=2))

    mails = {mail.address: mail.body for mail in send_all(db, OPENING)}

    assert "涉及 2 家：甲公司、乙市\n" in mails["u1@units.example"]
    assert "涉及 1 家：丙平台\n" in mails["u2@units.example"]


def test_an_escalation_lists_who_still_owes_when_it_leaves(db: Session) -> None:
    """Design 2.6: asked once more at the claim; who answered meanwhile is not named."""
    batch = running(db, definition(units=3)).batch
    send_all(db, OPENING)
    advance(db, batch.id, AFTER)
    escalation = db.scalars(select(Mail).where(Mail.kind == MailKind.ESCALATION)).one()
    assert len(escalation.facts["units"]) == 3  # type: ignore[arg-type]  # a list of unit ids
    duty = duty_of(db, batch, 2)
    duty.settled_at, duty.settled_as = AFTER, "done"  # type: ignore[assignment]  # the column takes the value, too

    (mail,) = [mail for mail in send_all(db, AFTER) if mail.kind == "escalation"]

    assert mail.subject.endswith("反馈联系人：2 个单位尚未完成")
    assert "1. 第1单位" in mail.body and "2. 第3单位" in mail.body and "第2单位" not in mail.body


def test_an_escalation_about_nobody_is_void(db: Session) -> None:
    batch = running(db, definition(units=1)).batch
    send_all(db, OPENING)
    advance(db, batch.id, AFTER)
    duty = duty_of(db, batch, 1)
    duty.settled_at, duty.settled_as = AFTER, "done"  # type: ignore[assignment]  # the column takes the value, too

    left = send_all(db, AFTER)

    assert [mail.kind for mail in left] == ["stage_closes"]
    assert "全部报齐" in left[0].subject
    assert (
        db.scalars(select(Mail.because).where(Mail.kind == MailKind.ESCALATION)).one() == "所涉单位均已办结，无需发送"
    )


def test_a_mail_is_composed_without_being_changed(db: Session) -> None:
    """Composing writes nothing: it runs outside any writing transaction."""
    batch = running(db, definition(units=1)).batch
    advance(db, batch.id, OPENING)
    how = owner(OPENING)
    ids = claim(db, how, OPENING)
    db.flush()

    first = compose(db, ids, OPENING, SENDER)
    assert not db.dirty and not db.new
    assert compose(db, ids, OPENING, SENDER) == first
    assert compose(db, [*ids, 999_999], OPENING, SENDER) == first
    assert compose(db, [], OPENING, SENDER) == []
    store(db, first, how.owner)
    assert states(db) == {"claimed": 1}
