"""Calls, endings, pauses, confirmations and publishing on the coordinator's pages."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from domain.access import SYSTEM, Role
from domain.definition import Completion, Evidence, Mark
from models import (
    AuditEntry,
    Batch,
    BatchStage,
    BatchState,
    CallNote,
    PhoneDuty,
)
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from tests.support.backoffice import Browser, signed_in
from tests.support.batches import PUBLISHED, contacts_stage, definition, local
from tests.support.progress_pages import BASE, NOW, OPENING, SINCE, do, overdue_app, rows, unit_id


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    return overdue_app(database, tmp_path)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def test_a_call_is_noted_and_settles_the_reminder_that_waited_for_it(
    coordinator: Browser, database: Database
) -> None:
    """Design 9: 催办记录 with who, how, when and what came of it."""
    unit = unit_id(database)
    with database.write(Scope()) as session:
        batch_id = session.scalars(select(Batch.id)).one()
        place = {"batch_id": batch_id, "unit_id": unit, "stage_key": "contacts"}
        session.add(PhoneDuty(**place, key="tel/1", at=OPENING, person="李四", number="1"))
    page = coordinator.text(f"{BASE}/call", stage="contacts", unit=unit)
    form = {"channel": "wechat", "person": "李四", "called_at": "2023-03-21T09:58", "result": "明天报"}

    status, _ = do(coordinator, "call", form, stage="contacts", unit=unit)

    assert re.search(r'value="2023-03-21[ T]10:0', page) and "u1@units.example" in page
    assert status == 303
    note, waited = rows(database, CallNote)[0], rows(database, PhoneDuty)[0]
    assert (note.channel.value, note.person, note.called_at) == ("wechat", "李四", local("2023-03-21 09:58"))
    assert waited.done_by == note.noted_by
    late = do(coordinator, "call", {**form, "called_at": "2023-03-22T09:00"}, stage="contacts", unit=unit)
    assert late[0] == 422 and "催办时间不能晚于现在" in late[1]
    assert do(coordinator, "call", {**form, "channel": "pigeon"}, stage="contacts", unit=unit)[0] == 422


def test_a_stage_is_ended_by_hand_with_a_reason(coordinator: Browser, database: Database) -> None:
    """T8: the page says who still owes and what opens."""
    page = coordinator.text(f"{BASE}/close", stage="evaluation")

    assert "还有 3 个单位未办结" in page
    assert do(coordinator, "close", {"reason": ""}, stage="evaluation")[0] == 422
    assert do(coordinator, "close", {"reason": "已收齐"}, stage="evaluation")[0] == 303
    again = do(coordinator, "close", {"reason": "已收齐"}, stage="evaluation")
    assert again[0] == 409 and "不在进行中" in again[1]
    closed = {stage.key: stage.closed_at for stage in rows(database, BatchStage)}
    assert closed["evaluation"] is not None and closed["evaluation"] - NOW < timedelta(minutes=5)


def test_a_batch_is_paused_and_runs_again(coordinator: Browser, database: Database) -> None:
    assert do(coordinator, "pause", {"reason": ""})[0] == 422
    assert do(coordinator, "pause", {"reason": "通知修订"})[0] == 303
    assert rows(database, Batch)[0].state is BatchState.PAUSED
    assert "批次已暂停" in coordinator.text(BASE)
    refused = do(coordinator, "extend", {"on": "2023-03-24", "at": "24:00", "reason": "x"}, stage="contacts")
    assert refused[0] == 409 and "不能延期" in refused[1]

    assert do(coordinator, "pause", {"reason": "修订完成"})[0] == 303
    assert rows(database, Batch)[0].state is BatchState.RUNNING


def test_a_draft_is_published_once_every_inferred_value_is_confirmed(
    coordinator: Browser, database: Database
) -> None:
    """Design 2.10: it cannot be published while an inferred value is unconfirmed."""
    evidence = (
        Evidence(path="stages.contacts.due.at", mark=Mark.INFERRED, note="没有时刻"),
        Evidence(path="units", mark=Mark.INFERRED, note="没有名单"),
    )
    stage = contacts_stage(completes=Completion.AT_DUE)
    with database.write(Scope()) as session:
        draft = definition(2, code="draft", evidence=evidence, stages=(stage,))
        store_draft(session, draft, actor=SYSTEM, now=PUBLISHED)
    place = "/admin/progress/draft"
    coordinator.get(f"{place}/definition")

    nothing = coordinator.post(f"{place}/confirm")
    coordinator.post(f"{place}/publish")
    assert "推定值尚未确认" in coordinator.text(f"{place}/definition") and nothing.status_code == 303
    coordinator.post(f"{place}/confirm", {"path": ["units"]})
    coordinator.post(f"{place}/confirm", {"path": ["stages.contacts.due.at", "title"]})
    assert "标题：这里没有需要确认的推定值" in coordinator.text(f"{place}/definition")
    coordinator.post(f"{place}/confirm", {"path": ["stages.contacts.due.at"]})
    ready = coordinator.text(f"{place}/definition")
    answer = coordinator.post(f"{place}/publish")

    assert "截止时间已过，不发通知" in ready and "共 2 个单位" in ready
    assert (answer.status_code, answer.headers["Location"]) == (303, place)
    states = {batch.code: batch.state for batch in rows(database, Batch)}
    assert states["draft"] is BatchState.RUNNING
    confirmed = [entry.what for entry in rows(database, AuditEntry) if entry.action == "confirm_value"]
    assert confirmed == [
        "推定值：推荐单位：2 项（第1单位、第2单位）",
        "推定值：环节 › “反馈联系人” › 截止 › 时刻：24:00",
    ]
