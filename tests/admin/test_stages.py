"""Stages and quotas: those of drafts are edited by stable keys, those of published batches are only read."""

from __future__ import annotations

import logging
import re
from typing import Any

import pytest
from sqlalchemy import select

from domain.definition import Evidence, Mark
from models import Batch, BatchQuota, BatchStage, BatchState
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from tests.support.backoffice import Browser, draft_of, last_act, programme_id, revision_of, said
from tests.support.batches import COORDINATOR, definition
from tests.support.filled import World, with_quotas
from tests.support.people import NOW

STAGE = {
    "title": "反馈联系人",
    "opens_on": "2023-03-06",
    "opens_at": "09:00",
    "due_on": "2023-03-22",
    "due_working_days": "",
    "due_at": "24:00",
    "grace_minutes": "5",
    "completes": "at_due",
    "ladder": "contacts",
}


def stage_form(database: Database, world: World, **changes: Any) -> dict[str, Any]:
    return {"revision": revision_of(database, world.draft), **STAGE, **changes}


def test_a_stage_of_a_draft_is_changed_as_a_new_revision(
    database: Database, world: World, coordinator: Browser
) -> None:
    key = f"{world.draft}.contacts"

    response = coordinator.post(
        "/admin/stages/edit/", stage_form(database, world, title="报送联系人"), id=key, url="/admin/stages/?page=0"
    )

    assert (response.status_code, response.headers["Location"]) == (302, "/admin/stages/?page=0")
    stage = draft_of(database, world.draft).stage("contacts")
    assert (stage.title, str(stage.due.on if stage.due else None)) == ("报送联系人", "2023-03-22")
    assert revision_of(database, world.draft) == 2
    assert last_act(database).what == "批次“下一年草稿”第 2 稿"
    assert "报送联系人" in coordinator.text("/admin/stages/details/", id=key)


def test_the_form_of_a_stage_shows_what_the_draft_says(world: World, coordinator: Browser) -> None:
    text = coordinator.text("/admin/stages/edit/", id=f"{world.draft}.contacts")

    for shown in ('value="2023-03-20"', 'value="24:00"', 'value="09:00"', '<option selected value="contacts">'):
        assert shown in text


BAD_STAGES = [
    ({"due_at": "25:00"}, "不是一天中的时刻"),
    ({"due_on": "2023-02-30"}, "日期"),
    ({"due_on": "2023-03-01"}, "截止要晚于开放"),
    ({"due_working_days": "5"}, "只能填一个"),
    ({"due_on": "", "due_working_days": "１２"}, "只用 0 至 9 的数字"),
    ({"due_on": "", "due_working_days": "1_0"}, "只用 0 至 9 的数字"),
    ({"due_on": "", "due_working_days": "9" * 5000}, "只用 0 至 9 的数字"),
    ({"grace_minutes": "99999"}, "宽限分钟数不合理"),
    ({"ladder": "no-such"}, "选"),
    ({"completes": "never"}, "选"),
    ({"title": ""}, "请填写名称"),
    ({"opens_on": "0000-00-00"}, "日期"),
]


def test_a_stage_that_makes_no_sense_is_refused_beside_its_field(
    database: Database, world: World, coordinator: Browser
) -> None:
    """S22, F12"""
    for changes, sentence in BAD_STAGES:
        form = stage_form(database, world, **changes)
        response = coordinator.post("/admin/stages/edit/", form, id=f"{world.draft}.contacts")

        assert response.status_code == 422
        assert re.search(rf'class="lx-error"[^>]*>.*{sentence}', said(response))
        assert revision_of(database, world.draft) == 1


def test_a_stage_without_a_deadline_is_possible(database: Database, world: World, coordinator: Browser) -> None:
    form = stage_form(database, world, due_on="", completes="by_hand", ladder="")
    response = coordinator.post("/admin/stages/edit/", form, id=f"{world.draft}.contacts")

    assert response.status_code == 302, said(response)
    assert draft_of(database, world.draft).stage("contacts").due is None


def test_the_second_of_two_writers_is_told(database: Database, world: World, coordinator: Browser) -> None:
    """F34"""
    first, second = stage_form(database, world, title="甲"), stage_form(database, world, title="乙")
    key = f"{world.draft}.contacts"

    assert coordinator.post("/admin/stages/edit/", first, id=key).status_code == 302
    response = coordinator.post("/admin/stages/edit/", second, id=key)

    assert response.status_code == 409
    assert "草稿已被他人修改（现为第 2 稿，您依据的是第 1 稿）" in said(response)
    assert draft_of(database, world.draft).stage("contacts").title == "甲"


def test_a_revision_that_is_no_number_counts_as_an_old_one(
    database: Database, world: World, coordinator: Browser
) -> None:
    """S22"""
    for revision in ("", "x", "1e9", "9" * 40, "-1"):
        form = stage_form(database, world, revision=revision)
        response = coordinator.post("/admin/stages/edit/", form, id=f"{world.draft}.contacts")
        assert response.status_code == 409


def test_a_date_of_a_running_batch_is_refused_with_the_way_to_go(
    database: Database, world: World, coordinator: Browser
) -> None:
    """S07, F18"""
    key = f"{world.running}.contacts"
    form = {**STAGE, "revision": revision_of(database, world.running)}

    shown = coordinator.get("/admin/stages/edit/", id=key)
    sent = coordinator.post("/admin/stages/edit/", form, id=key)

    assert (shown.status_code, sent.status_code) == (409, 409)
    assert "请用延期" in said(shown)
    with database.read(Scope()) as session:
        stage = session.scalars(select(BatchStage).where(BatchStage.batch_id == world.running)).one()
        assert stage.due_at is not None
        assert stage.due_at.isoformat() == "2023-03-20T16:00:00+00:00"


def test_fields_that_a_form_does_not_have_are_ignored_and_noted(
    database: Database, world: World, coordinator: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    """S06, F2"""
    extra = {"state": "running", "published_at": "2023-01-01", "programme_id": "2", "id": "99", "kind": "publish"}
    with caplog.at_level(logging.WARNING, "admin.forms"):
        form = stage_form(database, world, **extra)
        response = coordinator.post("/admin/stages/edit/", form, id=f"{world.draft}.contacts")

    assert response.status_code == 302
    with database.read(Scope()) as session:
        batch = session.get_one(Batch, world.draft)
        assert (batch.state, batch.published_at) == (BatchState.DRAFT, None)
        assert batch.programme_id == programme_id(database, "fwxzz")
    assert "'kind', 'programme_id', 'published_at', 'state'" in caplog.text


def test_a_changed_value_must_be_confirmed_again(database: Database, world: World, coordinator: Browser) -> None:
    due = Evidence(path="stages.contacts.due.on", mark=Mark.STATED, quote="于3月20日前")
    title = Evidence(path="stages.contacts.title", mark=Mark.STATED, quote="反馈联系人")
    with database.write(Scope()) as session:
        marked = with_quotas(definition(3), code="draft-2024", title="下一年草稿", evidence=(due, title))
        store_draft(session, marked, actor=COORDINATOR, now=NOW)

    coordinator.post("/admin/stages/edit/", stage_form(database, world), id=f"{world.draft}.contacts")

    marks = {item.path: (item.mark, item.quote, item.note) for item in draft_of(database, world.draft).evidence}
    assert marks == {
        "stages.contacts.due.on": (Mark.INFERRED, "于3月20日前", "后台改动，原为 2023-03-20"),
        "stages.contacts.title": (Mark.STATED, "反馈联系人", ""),
    }


# ---------- quotas


def test_a_quota_of_a_draft_is_changed(database: Database, world: World, coordinator: Browser) -> None:
    form = {"revision": "1", "limit": "3", "strength": "soft"}
    response = coordinator.post("/admin/quotas/edit/", form, id=f"{world.draft}.enterprise.province")

    assert response.status_code == 302, said(response)
    with database.read(Scope()) as session:
        quota = session.scalars(select(BatchQuota).where(BatchQuota.batch_id == world.draft)).one()
        assert (quota.limit, quota.strength.value) == (3, "soft")


BAD_LIMITS = ["-1", "1e3", "NaN", "三", "99999999999"]


def test_a_quota_that_is_no_number_is_refused(world: World, coordinator: Browser) -> None:
    """S22"""
    for limit in BAD_LIMITS:
        form = {"revision": "1", "limit": limit, "strength": "hard"}
        response = coordinator.post("/admin/quotas/edit/", form, id=f"{world.draft}.enterprise.province")

        assert response.status_code == 422
        assert "只用 0 至 9 的数字" in said(response)


def test_a_quota_without_a_number_is_unlimited(database: Database, world: World, coordinator: Browser) -> None:
    form = {"revision": "1", "limit": "", "strength": "hard"}
    coordinator.post("/admin/quotas/edit/", form, id=f"{world.draft}.enterprise.province")

    assert draft_of(database, world.draft).quotas[0].limit is None
    assert "不限" in coordinator.text("/admin/quotas/")


def test_quotas_are_listed_by_their_names(world: World, coordinator: Browser) -> None:
    text = coordinator.text("/admin/quotas/")

    assert "示范企业" in text
    assert "省级" in text
    assert ">province<" not in text
