"""The page of a change: what it tells before anything happens, and what putting it into force does."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import AuditEntry, BatchStage, Mail
from models.scope import Scope
from models.session import Database
from services.designing.edits import Edit, Remove, SetValues
from services.designing.working import Change, apply, working_copy
from tests.support.backoffice import Browser, signed_in
from tests.support.batches import COORDINATOR, contacts_stage, definition, local
from tests.support.copies import step_of
from tests.support.in_force import published, run_until
from tests.support.progress import set_clock

NOW = local("2023-03-14 10:00")
PAGE = "/admin/progress/batch-2023/change"
LATER = SetValues("stages.contacts.due", {"on": "2023-03-24"})


def changed(database: Database, *edits: Edit) -> int:
    """Run a batch to 14 March, and prepare a change; return its id."""
    batch_id = published(database, definition(3), local("2023-03-01 09:00"))
    run_until(database, batch_id, NOW)
    set_clock(database, NOW)
    if edits:
        with database.write(Scope()) as session:
            apply(session, batch_id, Change(edits, step_of(session, batch_id), "改期"), actor=COORDINATOR, now=NOW)
    return batch_id


def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, "coordinator", valid_from=local("2023-01-01 00:00"))


def sent(database: Database, batch_id: int, **more: object) -> dict[str, object]:
    """Return the form as the page sends it."""
    with database.read(Scope()) as session:
        step = working_copy(session, batch_id, actor=COORDINATOR).step
    return {"step": str(step), "reason": "材料准备时间不足"} | more


def test_the_page_tells_what_differs_what_follows_and_who_must_be_corrected(app: Flask, database: Database) -> None:
    changed(database, LATER)

    page = coordinator(app, database).get(PAGE)

    text = re.sub(r"\s+", " ", page.text)
    assert page.status_code == 200
    assert "反馈联系人” › 截止 › 日期" in text
    assert "2023-03-24 周五" in text
    assert "3 人此前得知的反馈联系人截止时间有变" in text
    assert "第1单位" in text
    assert "“反馈联系人”的截止时间改为 2023-03-24 周五 24:00。 此前邮件中的下列内容以本邮件为准" in text
    assert 'name="reason"' in text


def test_a_change_comes_into_force_with_its_corrections(app: Flask, database: Database) -> None:
    batch_id = changed(database, LATER)
    form = sent(database, batch_id) | {
        "send": "contacts.due",
        "headline.contacts.due": "截止时间\r\nBcc: x@y.example 改为24日",
        "text.contacts.due": "请以此为准。",
    }

    answer = coordinator(app, database).post(PAGE, form)

    assert answer.status_code == 303
    with database.read(Scope()) as session:
        row = session.scalars(select(BatchStage)).one()
        mails = [mail for mail in session.scalars(select(Mail)) if mail.kind.value == "correction"]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "change_running")).one()
    assert row.due_at == local("2023-03-25 00:00")
    assert [mail.facts["headline"] for mail in mails] == ["截止时间 Bcc: x@y.example 改为24日"] * 3
    assert (entry.reason, entry.changes["after"]["corrections"]) == ("材料准备时间不足", 3)


def test_a_refused_change_says_why_and_keeps_what_was_typed(app: Flask, database: Database) -> None:
    batch_id = changed(database, LATER)
    form = sent(database, batch_id) | {"reason": " ", "text.contacts.due": "已经写好的说明"}

    answer = coordinator(app, database).post(PAGE, form)

    assert answer.status_code == 422
    assert "没有生效，什么都没有改" in answer.text
    assert "已经写好的说明" in answer.text
    with database.read(Scope()) as session:
        assert session.scalars(select(BatchStage.due_at)).one() == local("2023-03-21 00:00")


def test_what_may_not_change_is_listed_with_the_way_to_its_place(app: Flask, database: Database) -> None:
    changed(database, SetValues("forms.contact.fields.name", {"max_chars": 5}))

    page = coordinator(app, database).get(PAGE)

    assert "字数上限不能收紧" in page.text
    assert "可以：不小于 40" in page.text
    assert "/design/at/forms.contact.fields.name.max_chars" in page.text
    assert 'name="reason"' not in page.text


def test_what_was_taken_away_is_called_by_its_name(app: Flask, database: Database) -> None:
    changed(database, Remove("forms.contact.fields.post"))

    page = coordinator(app, database).get(PAGE)

    place = page.text.partition("不能生效的原因")[2].partition("正在填报，不能删去")[0]
    label = definition(3).form("contact").fields[1].label
    assert f"填写项 › “{label}”" in place and "“post”" not in place


def test_without_a_change_there_is_nothing_to_put_into_force(app: Flask, database: Database) -> None:
    batch_id = changed(database)
    browser = coordinator(app, database)

    assert "没有需要生效的改动" in browser.get(PAGE).text
    assert browser.post(PAGE, sent(database, batch_id)).status_code == 409


def test_another_coordinators_step_must_be_looked_at_first(app: Flask, database: Database) -> None:
    batch_id = changed(database, LATER)

    answer = coordinator(app, database).post(PAGE, sent(database, batch_id) | {"step": "0"})

    assert answer.status_code == 409
    assert "刚刚被他人改动" in answer.text


def test_what_is_in_force_is_not_undone_by_a_step_back(app: Flask, database: Database) -> None:
    batch_id = changed(database, LATER)

    answer = coordinator(app, database).post(PAGE, sent(database, batch_id))

    assert answer.status_code == 303
    with database.read(Scope()) as session:
        copy = working_copy(session, batch_id, actor=COORDINATOR)
    assert (copy.undone, copy.redone, copy.is_changed) == ("", "", False)


def test_why_a_stage_that_nobody_touched_gets_other_mails_is_said(app: Flask, database: Database) -> None:
    """Two stages whose reminders fell on one day share a mail, until the day of one of them moves."""
    one = contacts_stage()
    two = replace(definition(3), stages=(one, replace(one, key="plans", title="报送计划")))
    batch_id = published(database, two, local("2023-03-01 09:00"))
    run_until(database, batch_id, local("2023-03-07 10:00"))
    set_clock(database, local("2023-03-07 10:00"))
    change = Change((LATER,), 1, "改期")
    with database.write(Scope()) as session:
        change = replace(change, seen=step_of(session, batch_id))
        apply(session, batch_id, change, actor=COORDINATOR, now=local("2023-03-07 10:00"))

    page = coordinator(app, database).get(PAGE).text

    assert "合成一封“汇总提醒”" in page
    changed_only = page.split("从现在起会有的不同")[1]
    assert "报送计划" in changed_only
