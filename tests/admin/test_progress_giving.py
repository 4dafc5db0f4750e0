"""Giving time on the coordinator's pages: through the service, refused in words beside the field."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from domain.access import Role
from models import (
    AuditEntry,
    Extension,
    LatePermit,
    Mail,
    MailState,
    StoredFile,
)
from models.session import Database
from tests.support.backoffice import Browser, signed_in
from tests.support.batches import local
from tests.support.progress_pages import BASE, SINCE, do, overdue_app, rows, unit_id

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    return overdue_app(database, tmp_path)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def test_an_extension_for_all_says_who_will_be_told_and_tells_them(coordinator: Browser, database: Database) -> None:
    """S003-42, F17: the consequence stands on the page; the stage is open again and each unit gets one mail."""
    page = coordinator.text(f"{BASE}/extend", stage="contacts")

    status, _ = do(coordinator, "extend", {"on": "2023-03-24", "at": "24:00", "reason": "统一延长"}, stage="contacts")

    assert "3 个单位尚未报送，确定后发出 3 封延期通知" in page and "2023-03-20 周一 24:00" in page
    assert status == 303
    extension = rows(database, Extension)[0]
    assert (extension.due_at, extension.unit_id, extension.reason) == (local("2023-03-25 00:00"), None, "统一延长")
    assert extension.granted_by == rows(database, AuditEntry)[-1].actor == "coordinator-1先生"
    told = [mail for mail in rows(database, Mail) if mail.kind.value == "extension"]
    assert len(told) == 3 and {mail.state for mail in told} == {MailState.PENDING}
    assert "已延期至 2023-03-24 周五 24:00" in coordinator.text(BASE)


def test_a_day_off_is_asked_about_and_never_moved_silently(coordinator: Browser, database: Database) -> None:
    """T1: warn, and offer the working days around; do not move it silently."""
    form = {"on": "2023-03-25", "at": "24:00", "reason": "延长"}

    status, page = do(coordinator, "extend", form, stage="contacts")
    assert status == 422
    assert "2023-03-25 周六 是休息日（周末）" in page
    assert all(f'value="{day}"' in page for day in ("2023-03-24", "2023-03-27", "2023-03-25"))
    assert rows(database, Extension) == []

    assert do(coordinator, "extend", {**form, "day_off": "2023-03-27"}, stage="contacts")[0] == 303
    assert (
        do(coordinator, "extend", {**form, "on": "2023-04-01", "day_off": "2023-03-27"}, stage="contacts")[0] == 422
    )
    assert (
        do(coordinator, "extend", {**form, "on": "2023-04-01", "day_off": "2023-04-01"}, stage="contacts")[0] == 303
    )
    assert [extension.due_at for extension in rows(database, Extension)] == [
        local("2023-03-28 00:00"),
        local("2023-04-02 00:00"),
    ]


def test_a_make_up_day_is_a_working_day(coordinator: Browser, database: Database) -> None:
    """T2, T13: 23 April 2023 is a Sunday on which offices work; there is nothing to ask."""
    form = {"on": "2023-04-23", "at": "17:00", "reason": "延长"}

    assert do(coordinator, "extend", form, stage="contacts")[0] == 303
    assert rows(database, Extension)[0].due_at == local("2023-04-23 17:00")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": " "}, "请填写延期原因"),
        ({"at": "25:00"}, "请填写时刻"),
        ({"at": "9:00"}, "请填写时刻"),
        ({"on": ""}, "请填写日期"),
        ({"on": "0001-01-01"}, "请填写日期"),
        ({"on": "2023-02-30"}, "请填写日期"),
        ({"on": "202303241234"}, "请填写日期"),
        ({"on": "2023-03-20"}, "新的截止时间须晚于现在的"),
        ({"on": "2023-03-21", "at": "09:00"}, "新的截止时间已经过去"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    coordinator: Browser, database: Database, changes: dict[str, str], sentence: str
) -> None:
    """F12, S22: a form error, never a fault, and what was typed stays."""
    form = {"on": "2023-03-24", "at": "24:00", "reason": "延长", **changes}

    status, page = do(coordinator, "extend", form, stage="contacts")

    assert status == 422 and sentence in page and "内容尚未提交" in page
    assert rows(database, Extension) == []


def test_more_time_for_one_unit_keeps_the_document_it_rests_on(coordinator: Browser, database: Database) -> None:
    """S003-42: for this unit only, with reason, person and document."""
    unit = unit_id(database)
    form = {
        "on": "2023-03-24",
        "at": "24:00",
        "reason": "地震",
        "file": (BytesIO(PDF), "延期申请.pdf"),
        "url": f"/admin/units/{unit}/in/batch-2023",
    }

    status, place = do(coordinator, "extend", form, stage="contacts", unit=unit)

    assert (status, place) == (303, f"/admin/units/{unit}/in/batch-2023")
    extension, file = rows(database, Extension)[0], rows(database, StoredFile)[0]
    assert (extension.unit_id, extension.title_id, extension.file_id) == (unit, None, file.id)
    assert (file.name, file.unit_id) == ("延期申请.pdf", unit)
    assert [mail.unit_id for mail in rows(database, Mail) if mail.kind.value == "extension"] == [unit]
    assert "依据文件" in coordinator.text(place)


def test_a_document_that_is_none_is_refused_beside_its_field(coordinator: Browser, database: Database) -> None:
    """S42: the content decides, and nothing is extended."""
    form = {"on": "2023-03-24", "at": "24:00", "reason": "地震", "file": (BytesIO(b"<html>"), "申请.pdf")}

    status, page = do(coordinator, "extend", form, stage="contacts", unit=unit_id(database))

    assert status == 422 and "不是可以接收的格式" in page and "请重新选择" in page
    assert rows(database, Extension) == []


def test_more_time_for_one_title_leaves_the_others(coordinator: Browser, database: Database) -> None:
    unit = unit_id(database)
    form = {"on": "2023-06-05", "at": "24:00", "reason": "改制中"}

    status, _ = do(coordinator, "extend", form, stage="evaluation", unit=unit, title=1)

    assert status == 303
    assert [(row.unit_id, row.title_id) for row in rows(database, Extension)] == [(unit, 1)]
    assert do(coordinator, "extend", form, stage="evaluation", unit=unit, title=3)[0] == 404
    assert do(coordinator, "extend", form, stage="contacts", unit=unit, title=1)[0] == 404


def test_a_unit_may_be_let_answer_late(coordinator: Browser, database: Database) -> None:
    """S003-42: the deadline stays; permission, person and reason are kept."""
    unit = unit_id(database)
    form = {"on": "2023-03-24", "at": "17:00", "reason": "断网", "approver": "张司长"}

    status, place = do(coordinator, "late", form, stage="contacts", unit=unit)

    assert status == 303 and place.startswith(f"{BASE}/missing")
    permit = rows(database, LatePermit)[0]
    assert (permit.unit_id, permit.until, permit.approver) == (unit, local("2023-03-24 17:00"), "张司长")
    assert do(coordinator, "late", {**form, "approver": ""}, stage="contacts", unit=unit)[0] == 422
    refused = do(coordinator, "late", form, stage="evaluation", unit=unit)
    assert refused[0] == 409 and "无需补报" in refused[1]
