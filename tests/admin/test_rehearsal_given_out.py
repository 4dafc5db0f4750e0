"""A rehearsal signed, compared with another, and given out; and who may do what."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import Batch, RehearsalRun
from models.scope import Scope
from models.session import Database
from services.batches.publishing import publish
from services.sheets import read_sheet
from tests.support.backoffice import Browser, signed_in
from tests.support.batches import COORDINATOR
from tests.support.rehearsal_pages import BASE, SINCE, change_due, ran, stored_draft


@pytest.fixture
def draft(database: Database) -> int:
    return stored_draft(database)


@pytest.fixture
def coordinator(app: Flask, database: Database, draft: int) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


@pytest.fixture
def auditor(app: Flask, database: Database, draft: int) -> Browser:
    return signed_in(app, database, Role.AUDITOR, valid_from=SINCE)


@pytest.fixture
def officer(app: Flask, database: Database, draft: int) -> Browser:
    return signed_in(app, database, Role.OFFICER, valid_from=SINCE)


@pytest.fixture
def stranger(app: Flask, database: Database, draft: int) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, "stranger", programmes=["other"], valid_from=SINCE)


def test_signing_off(coordinator: Browser, auditor: Browser, draft: int, database: Database) -> None:
    """Issue 4.5: with a note; the publishing page then stops advising it."""
    assert "还没有模拟运行过" in coordinator.text("/admin/progress/batch-2023/definition")
    address = ran(coordinator)
    assert "还没有人签认" in coordinator.text("/admin/progress/batch-2023/definition")

    coordinator.get(address)
    answer = coordinator.post(f"{address}/sign", {"note": "同意发布"})

    assert answer.status_code == 303
    text = auditor.text(address)
    assert "已签认" in text
    assert "同意发布" in text
    assert "模拟运行</a>并签认" not in coordinator.text("/admin/progress/batch-2023/definition")


def test_after_publishing_nothing_is_signed(coordinator: Browser, draft: int, database: Database) -> None:
    address = ran(coordinator)
    with database.write(Scope()) as session:
        publish(session, session.get_one(Batch, draft), actor=COORDINATOR, now=SINCE)

    page = coordinator.text(address)
    coordinator.post(f"{address}/sign", {"note": ""})

    assert "批次已经发布，模拟运行不能再签认" in page and f"{address}/sign" not in page
    assert "应在发布之前签认将要发布的一稿" in coordinator.text(address)


def test_an_older_one_is_not_signed(coordinator: Browser, draft: int, database: Database) -> None:
    address = ran(coordinator)
    change_due(database, date(2023, 3, 27))

    coordinator.get(address)
    coordinator.post(f"{address}/sign", {"note": ""})
    text = coordinator.text(address)

    assert "不是最新的第 2 稿，不能签认" in text
    with database.read(Scope()) as session:
        assert session.scalars(select(RehearsalRun.signed_at)).all() == [None]


def test_comparing_with_the_one_before(coordinator: Browser, draft: int, database: Database) -> None:
    """Issue 4.5: moved and reworded, each with before and after; the same again shows no difference."""
    ran(coordinator)
    change_due(database, date(2023, 3, 27))
    second = ran(coordinator)
    third = ran(coordinator)

    text = re.sub(r"\s+", " ", coordinator.text(f"{second}/compare"))

    figures = re.findall(r'lx-stat-label">(\S+?)</span> <span class="lx-stat-value">(\d+)', text)
    assert dict(figures) == {"添加": "0", "取消": "0", "移动": "12", "改写": "3"}
    assert "2023-03-13 周一 09:00" in text
    assert "<strong>2023-03-20 周一 09:00</strong>" in text
    assert "两次模拟完全相同" in coordinator.text(f"{third}/compare")


def test_the_first_one_has_nothing_to_be_compared_with(coordinator: Browser, draft: int) -> None:
    assert coordinator.get(f"{ran(coordinator)}/compare").status_code == 404


def test_the_workbook_has_every_event(coordinator: Browser, draft: int) -> None:
    """Issue 4.5: with the whole text of every mail, and nothing that is a formula."""
    answer = coordinator.http.get(f"{ran(coordinator)}/events.xlsx")

    sheet = read_sheet(io.BytesIO(answer.get_data()))

    assert len(sheet.rows) == 16
    assert sheet.headings[:4] == ("时间", "种类", "环节", "单位代码")
    assert sheet.rows[-1][1]["时间"] == "2023-03-21 周二 09:00"


def test_the_paper_has_every_occasion_with_its_readers(coordinator: Browser, draft: int) -> None:
    text = coordinator.text(f"{ran(coordinator)}/print")

    assert text.count("lx-paper-item") == 8
    assert "第1单位：u1@units.example；第2单位：u2@units.example；第3单位：u3@units.example" in re.sub(
        r"\s+", "", text
    )


def test_auditors_read_and_officers_do_not(
    coordinator: Browser, auditor: Browser, officer: Browser, stranger: Browser, draft: int
) -> None:
    address = ran(coordinator)
    pages = (BASE, address, f"{address}/print", f"{address}/events.xlsx")

    assert [auditor.http.get(page).status_code for page in pages] == [200] * 4
    assert "运行模拟" not in auditor.text(BASE)
    assert auditor.post(f"{BASE}/run").status_code == 403
    assert auditor.post(f"{address}/sign").status_code == 403
    assert {officer.http.get(page).status_code for page in pages} <= {403, 404}
    assert {stranger.http.get(page).status_code for page in pages} == {404}
