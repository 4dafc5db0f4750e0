"""The outbox and the calls to make: what waits for a person is decided by one, all chosen or none."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import Batch, CallNote, Mail, MailState, PhoneDuty, Unit
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, last_act, said, signed_in
from tests.support.filled import World, mail_of


def mails(database: Database, batch_id: int) -> list[int]:
    with database.read(Scope()) as session:
        return list(session.scalars(select(Mail.id).where(Mail.batch_id == batch_id).order_by(Mail.id)))


def mail(database: Database, mail_id: int) -> Mail:
    with database.read(Scope()) as session:
        return session.get_one(Mail, mail_id)


def put_mail(database: Database, world: World, state: MailState) -> int:
    with database.write(Scope()) as session:
        batch = session.get_one(Batch, world.running)
        unit = session.scalars(select(Unit).order_by(Unit.id)).first()
        assert unit is not None
        made = mail_of(batch, unit, state, key=f"one/{state}")
        session.add(made)
        session.flush()
        return made.id


def test_the_exact_words_and_the_hosts_answer_are_shown(database: Database, world: World, auditor: Browser) -> None:
    """F27: what a lost reply left uncertain is shown as such, with all that is known."""
    text = auditor.text("/admin/outbox/details/", id=mails(database, world.running)[0])

    for shown in ("请尽快报送示范遴选 2023", "不确定是否送达", "连接中断", "答复丢失"):
        assert shown in text
    assert "再次发送" not in text


def test_several_mails_are_sent_again_at_once(database: Database, world: World, coordinator: Browser) -> None:
    """R5"""
    chosen = mails(database, world.running)[:2]
    response = coordinator.post("/admin/outbox/action/", {"action": "send_again", "rowid": chosen})

    assert response.status_code == 303
    assert [mail(database, key).retry_after is not None for key in mails(database, world.running)] == [
        True,
        True,
        False,
    ]
    assert "已办理 2 条。已列入发送队列，邮件编号不变。" in coordinator.text("/admin/outbox/")
    act = last_act(database)
    assert (act.action, act.what) == ("decide_mail", "再次发送：致 batch-2023.000002@units.example 的邮件")


def test_a_bulk_act_with_one_foreign_mail_does_nothing(database: Database, world: World, stranger: Browser) -> None:
    """S04"""
    own, foreign = mails(database, world.other), mails(database, world.running)
    before = last_act(database).id

    response = stranger.post("/admin/outbox/action/", {"action": "send_again", "rowid": [own[0], foreign[0]]})

    assert [mail(database, key).retry_after for key in (own[0], foreign[0])] == [None, None]
    assert last_act(database).id == before
    assert response.status_code == 409
    assert "没有这条记录" in said(response)


def test_a_bulk_act_with_one_mail_that_is_decided_does_nothing(
    database: Database, world: World, coordinator: Browser
) -> None:
    """S04"""
    sent = put_mail(database, world, MailState.UNCERTAIN)
    coordinator.post("/admin/outbox/do/leave/", id=sent)
    open_one = mails(database, world.running)[0]

    response = coordinator.post("/admin/outbox/action/", {"action": "leave", "rowid": [open_one, sent]})

    assert response.status_code == 409
    assert "已办理 0 条，1 条未办理" in said(response)
    assert "不需要人工决定" in said(response)
    assert f'href="/admin/outbox/details/?id={sent}"' in said(response)
    assert "不再发送" not in mail(database, open_one).because


BAD_CHOICES = [[], ["x"], ["1,2"], ["0"], ["-1"], ["99999999999"], [str(n) for n in range(1, 300)]]


def test_a_bulk_act_on_what_is_no_mail_is_refused(world: World, coordinator: Browser) -> None:
    """S22"""
    for rowid in BAD_CHOICES:
        assert coordinator.post("/admin/outbox/action/", {"action": "leave", "rowid": rowid}).status_code == 400


def test_a_bulk_act_that_is_not_there_changes_nothing(database: Database, world: World, coordinator: Browser) -> None:
    before = last_act(database).id
    for action in ("delete", "nothing", ""):
        coordinator.post("/admin/outbox/action/", {"action": action, "rowid": mails(database, world.running)})

    assert last_act(database).id == before
    assert len(mails(database, world.running)) == 3


def test_a_held_mail_is_let_go_or_dropped(database: Database, world: World, coordinator: Browser) -> None:
    held = put_mail(database, world, MailState.HELD)

    assert "确定再次发送" in coordinator.text("/admin/outbox/details/", id=held)
    assert coordinator.post("/admin/outbox/do/leave/", id=held).status_code == 303
    assert (mail(database, held).state, mail(database, held).because) == (
        MailState.VOID,
        "答复丢失（已人工确认，不再发送）",
    )
    assert coordinator.post("/admin/outbox/do/send_again/", id=held).status_code == 404


@pytest.mark.parametrize("state", [MailState.PENDING, MailState.SENT, MailState.REFUSED, MailState.VOID])
def test_a_mail_that_needs_no_decision_offers_none(
    database: Database, world: World, coordinator: Browser, state: MailState
) -> None:
    """S07"""
    with database.write(Scope()) as session:
        kept = session.scalars(select(Mail).where(Mail.batch_id == world.running).limit(1)).one()
        kept.state, kept.sent_at = state, kept.at
        key = kept.id

    assert "确定再次发送" not in coordinator.text("/admin/outbox/details/", id=key)
    assert coordinator.post("/admin/outbox/do/send_again/", id=key).status_code == 404
    assert mail(database, key).state is state


def test_a_mail_that_will_be_tried_again_by_itself_is_not_sent_at_once(
    database: Database, world: World, coordinator: Browser
) -> None:
    """R5: never an immediate blind resend."""
    key = mails(database, world.running)[0]
    coordinator.post("/admin/outbox/do/send_again/", id=key)
    first = mail(database, key).retry_after

    assert coordinator.post("/admin/outbox/do/send_again/", id=key).status_code == 404
    assert mail(database, key).retry_after == first


def test_filters_find_what_is_to_be_decided(database: Database, world: World, coordinator: Browser) -> None:
    put_mail(database, world, MailState.HELD)

    text = coordinator.text("/admin/outbox/", flt0_state="held")

    assert text.count('name="rowid"') == 1
    assert "待人工决定" in text


def test_mail_to_the_office_is_for_those_who_see_every_unit(app: Flask, database: Database, world: World) -> None:
    """S03"""
    with database.write(Scope()) as session:
        office = session.scalars(select(Mail).where(Mail.batch_id == world.running).limit(1)).one()
        office.unit_id, unit_id, key = None, office.unit_id, office.id
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id)
    everywhere = signed_in(app, database, Role.COORDINATOR, "all")

    assert branch.get("/admin/outbox/details/", id=key).status_code == 404
    assert branch.post("/admin/outbox/do/leave/", id=key).status_code == 404
    assert everywhere.post("/admin/outbox/do/leave/", id=key).status_code == 303


# ---------- calls


def call_of(database: Database, world: World) -> PhoneDuty:
    with database.read(Scope()) as session:
        found = select(PhoneDuty).where(PhoneDuty.batch_id == world.running).order_by(PhoneDuty.id)
        return session.scalars(found.limit(1)).one()


CALL = {"channel": "phone", "person": "王处长", "called_at": "2026-11-20T09:30", "result": "答复今日报送"}


def test_a_call_that_is_noted_settles_the_reminder(database: Database, world: World, coordinator: Browser) -> None:
    duty = call_of(database, world)
    response = coordinator.post("/admin/phone_duties/edit/", CALL, id=duty.id)

    assert response.status_code == 302, said(response)
    assert call_of(database, world).done_by == "coordinator-0先生"
    with database.read(Scope()) as session:
        note = session.scalars(select(CallNote)).one()
        assert (note.person, note.called_at.isoformat()) == ("王处长", "2026-11-20T01:30:00+00:00")
    assert last_act(database).action == "note_call"
    assert coordinator.get("/admin/phone_duties/edit/", id=duty.id).status_code == 409


BAD_CALLS = [
    ({"result": " "}, "请填写催办结果"),
    ({"person": ""}, "请填写催办对象"),
    ({"called_at": "2999-01-01T00:00"}, "请填写日期和时间"),
    ({"called_at": "2099-01-01T00:00"}, "催办时间不能晚于现在"),
    ({"called_at": ""}, "请填写时间"),
    ({"channel": "fax"}, "不是有效的选择"),
]


def test_a_call_that_is_not_told_is_refused(database: Database, world: World, coordinator: Browser) -> None:
    for changes, sentence in BAD_CALLS:
        duty = call_of(database, world)
        response = coordinator.post("/admin/phone_duties/edit/", {**CALL, **changes}, id=duty.id)

        assert response.status_code == 422
        assert sentence in said(response)
        assert call_of(database, world).done_at is None


def test_those_who_still_must_be_called_come_first(database: Database, world: World, coordinator: Browser) -> None:
    with database.write(Scope()) as session:
        first = session.scalars(select(PhoneDuty).order_by(PhoneDuty.id.desc()).limit(1)).one()
        first.done_at, first.done_by = first.at, "某人"
        done = first.person

    text = coordinator.text("/admin/phone_duties/")

    assert text.rindex(done) > text.rindex("座机示范遴选 2023000001")
    assert text.index(done) > text.index("座机示范遴选 2023000001")
