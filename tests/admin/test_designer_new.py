"""Beginning a batch from the backoffice: from nothing, a template, an earlier batch; and files in and out."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from admin.designer.starting import PRESETS
from admin.progress.doing import FOLDER as FILES
from domain.definition import Definition
from models import Batch
from models.scope import Scope
from models.session import Database
from presets import FOLDER
from services.batches.context import definition_of
from services.definitions.writing import dump
from services.designing.working import working_copy
from tests.support.backoffice import Browser, beside, said
from tests.support.batches import COORDINATOR, definition
from tests.support.filled import World

NEW = "/admin/progress/new"
FORM = {
    "code": "first-2024",
    "title": "第一批遴选的通知",
    "year": "2024",
    "programme": "fwxzz",
    "issuer": "某市局",
    "level": "city",
    "office": "某科",
}
LOOKED = re.compile(r'name="looked"[^>]*value="([0-9a-f]+)"')


@pytest.fixture
def with_presets(app: Flask, tmp_path: Path) -> None:
    app.config[PRESETS], app.config[FILES] = FOLDER, str(tmp_path)


def stored(database: Database, code: str) -> Definition:
    with database.read(Scope()) as session:
        return definition_of(session, session.scalars(select(Batch).where(Batch.code == code)).one())


def test_an_empty_batch_is_made_and_every_page_stands_it(
    coordinator: Browser, world: World, database: Database
) -> None:
    """S4-3: a new batch without a line of YAML; no page of the backoffice minds that it has no stages."""
    assert "空白批次" in coordinator.text(NEW)
    done = coordinator.post(f"{NEW}/from", FORM, kind="blank")

    assert (done.status_code, done.location) == (303, "/admin/progress/first-2024/design")
    assert stored(database, "first-2024").stages == ()
    pages = ("", "/missing", "/mails", "/planned", "/acts", "/definition", "/tree", "/design", "/design/files")
    parts = ("basics", "stages", "quotas", "units", "rules", "routes", "evidence")
    addresses = [f"/admin/progress/first-2024{page}" for page in pages]
    addresses += [f"/admin/progress/first-2024/design/part/{part}" for part in parts]
    addresses += ["/admin/", "/admin/batches/", "/admin/stages/", "/admin/quotas/", NEW]
    assert {address: coordinator.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


def test_what_is_missing_is_told_beside_its_field(coordinator: Browser, world: World) -> None:
    wrong = {**FORM, "code": "BATCH", "programme": "", "office": ""}

    empty = coordinator.post(f"{NEW}/from", {**wrong, "title": ""}, kind="blank")
    bad = coordinator.post(f"{NEW}/from", {**wrong, "office": "某科"}, kind="blank")
    taken = coordinator.post(f"{NEW}/from", {**FORM, "code": "batch-2023"}, kind="blank")

    assert (empty.status_code, bad.status_code, taken.status_code) == (422, 422, 422)
    assert beside("请填写标题", empty) and beside("请填写主办处室", empty)
    assert beside("编号不合规则", bad) and beside("请填写项目名称", bad)
    assert beside("这个编号已有批次", taken)


def test_a_clone_shows_every_date_before_it_is_made(coordinator: Browser, world: World, database: Database) -> None:
    """S4-3: dates by working days, before and after with weekday and why; nothing is made unseen."""
    asked = {**FORM, "code": "batch-2024", "title": "示范遴选 2024年", "anchor": "opens", "on": "2024-03-04"}
    old = {"kind": "batch", "key": "batch-2023"}

    looked = coordinator.post(f"{NEW}/from", asked, **old)
    seen = LOOKED.search(said(looked))
    assert looked.status_code == 200 and seen is not None
    assert "2023-03-20 周一" in said(looked) and "2024-03-18 周一" in said(looked)
    assert "起算日后第 10 个工作日" in said(looked)
    other = coordinator.post(f"{NEW}/from", {**asked, "on": "2024-03-05", "looked": seen[1]}, **old)
    done = coordinator.post(f"{NEW}/from", {**asked, "looked": seen[1]}, **old)

    assert other.status_code == 200 and "2024-03-19 周二" in said(other)
    assert done.status_code == 303
    due = stored(database, "batch-2024").stage("contacts").due
    assert due is not None and str(due.on) == "2024-03-18"


def test_every_problem_is_told_at_once(coordinator: Browser, world: World) -> None:
    """Those of the form, of the basics and of the dates; each field says one thing."""
    wrong = {**FORM, "code": "Bad Code", "title": "", "anchor": "opens", "on": "2024-03-09"}

    answer = coordinator.post(f"{NEW}/from", wrong, kind="batch", key="batch-2023")
    without_day = coordinator.post(f"{NEW}/from", {**wrong, "on": "never"}, kind="batch", key="batch-2023")
    without_year = coordinator.post(f"{NEW}/from", {**wrong, "year": "x"}, kind="batch", key="batch-2023")

    assert [one.status_code for one in (answer, without_day, without_year)] == [422] * 3
    for sentence in ("编号不合规则", "请填写标题", "是休息日"):
        assert beside(sentence, answer)
    assert "还有 3 处需要改正" in said(answer) and "还有 3 处需要改正" in said(without_day)
    assert beside("请填写日期", without_day) and not beside("请填写新批次的这个日期", without_day)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"on": ""}, "请填写新批次的这个日期"), ({"on": "2024-03-09"}, "是休息日"), ({"on": "never"}, "请填写日期")],
)
def test_an_anchor_that_cannot_be_is_told(
    coordinator: Browser, world: World, changes: dict[str, str], sentence: str
) -> None:
    asked = {**FORM, "anchor": "opens", "on": "2024-03-04", **changes}

    answer = coordinator.post(f"{NEW}/from", asked, kind="batch", key="batch-2023")

    assert answer.status_code == 422 and beside(sentence, answer)


@pytest.mark.usefixtures("with_presets")
def test_a_template_is_taken_as_it_is_or_told_for_another_year(
    coordinator: Browser, world: World, database: Database
) -> None:
    """S4-3: the notices to start from."""
    page, source = coordinator.text(NEW), {"kind": "template", "key": "shanxi-2021"}
    assert "4 个类别、13 个推荐单位" in page
    first = coordinator.text(f"{NEW}/from", **source)
    asked = {**FORM, "programme": "", "programme_key": "sx", "programme_name": "山西的项目", "on": "2024-10-29"}

    looked = coordinator.post(f"{NEW}/from", {**asked, "anchor": "issued"}, **source)
    as_is = coordinator.post(f"{NEW}/from", {**asked, "code": "as-is", "as_is": "y"}, **source)

    assert "山西省工业和信息化厅" in first
    assert "2024-11-" in said(looked) and "附件1" in said(looked)
    assert as_is.status_code == 303
    kept = stored(database, "as-is")
    assert len(kept.evidence) > 100 and kept.document.number == "" and len(kept.document.annexes) == 3


def test_who_may_not_and_what_is_not_there(auditor: Browser, coordinator: Browser, world: World) -> None:
    assert auditor.get(NEW).status_code == 403
    assert "新建批次" not in auditor.text("/admin/")
    for query in ({}, {"kind": "template", "key": "miit-2023"}, {"kind": "batch", "key": "../x"}):
        assert coordinator.get(f"{NEW}/from", **query).status_code == 404
    assert NEW in coordinator.text("/admin/") and NEW in coordinator.text("/admin/batches/")


def test_a_stranger_cannot_follow_a_batch_of_another_programme(stranger: Browser, world: World) -> None:
    """S03: neither offered nor by its code."""
    assert "示范遴选 2023" not in stranger.text(NEW)
    assert stranger.get(f"{NEW}/from", kind="batch", key="batch-2023").status_code == 404
    refused = stranger.post(
        f"{NEW}/from", {**FORM, "programme": "", "programme_key": "fwxzz", "programme_name": "x"}, kind="blank"
    )
    assert refused.status_code in {409, 422}


FILES_PAGE = "/admin/progress/draft-2024/design"


def test_the_copy_and_each_revision_come_out_and_go_in(
    coordinator: Browser, world: World, database: Database
) -> None:
    """S4-3: export and import as YAML; an imported file is a step that can be undone."""
    out = coordinator.get(f"{FILES_PAGE}/yaml", revision=1)
    changed = said(out).replace("下一年草稿", "改过的标题")

    done = _take_in(coordinator, changed.encode())

    assert out.headers["Content-Disposition"] == "attachment; filename=draft-2024-1.yaml"
    assert done.status_code == 303
    assert "改过的标题" in said(coordinator.get(f"{FILES_PAGE}/yaml"))
    assert "下一年草稿" in said(coordinator.get(f"{FILES_PAGE}/yaml", revision=1))
    assert coordinator.get(f"{FILES_PAGE}/yaml", revision=2).status_code == 404
    with database.read(Scope()) as session:
        assert working_copy(session, world.draft, actor=COORDINATOR).undone == "导入配置文件"


def test_a_file_that_cannot_be_is_refused_with_every_slip(coordinator: Browser, world: World) -> None:
    slips = _take_in(coordinator, b"code: x\nstagez: []\nyear: soon\n")
    none = _take_in(coordinator, b"")
    stale = _take_in(coordinator, dump(definition()).encode(), step="7")

    assert (slips.status_code, none.status_code, stale.status_code) == (422, 422, 409)
    assert "stagez" in said(slips) and "应为整数" in said(slips)
    assert "刚刚被他人改动" in said(stale)


def _take_in(browser: Browser, content: bytes, step: str = "") -> TestResponse:
    page = browser.text(f"{FILES_PAGE}/files")
    found = re.search(r'name="step" value="(\d+)"', page)
    assert found is not None
    form = {"step": step or found[1], "file": (BytesIO(content), "batch.yaml") if content else (BytesIO(), "")}
    return browser.post(f"{FILES_PAGE}/files/take-in", form)
