"""The audit log and the engine's runs are read, and by nobody changed."""

from __future__ import annotations

import io
import re
from pathlib import Path

from flask import Flask, g
from sqlalchemy import select

from admin.records.known import know
from admin.records.wording import changes_of
from domain.access import Role
from models import AuditEntry, Unit
from models.scope import Scope
from models.session import Database
from services import audit
from services.sheets import read_sheet
from tests.support.backoffice import Browser, signed_in
from tests.support.filled import World
from tests.support.officer_portal import officer_definition, officer_portal


def test_an_act_is_told_with_its_values_before_and_after(
    database: Database, world: World, auditor: Browser, coordinator: Browser
) -> None:
    with database.read(Scope()) as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.code == "000001")).one()
    coordinator.post("/admin/units/edit/", {"name": "改名单位", "email": "u1@units.example"}, id=unit_id)
    with database.read(Scope()) as session:
        entry_id = session.scalars(select(AuditEntry.id).order_by(AuditEntry.id.desc()).limit(1)).one()

    listed, shown = auditor.text("/admin/audit/"), auditor.text("/admin/audit/details/", id=entry_id)

    assert "管理单位" in listed
    assert "主办处室管理员" in listed
    shown, _, record = shown.partition("原始记录")
    cells = re.findall(r'<td data-label="(项目|改动前|改动后)">([^<]*)</td>', shown)
    assert cells[:3] == [("项目", "名称"), ("改动前", "第1单位"), ("改动后", "改名单位")]
    assert '"name": "改名单位"' in record and "<details" in shown[shown.rindex("<section") :]


def test_no_page_and_no_workbook_tells_what_only_programs_read(
    database: Database, world: World, auditor: Browser, coordinator: Browser
) -> None:
    """Every value under a word, numbers of rows by name; all keys as they are only in the record itself."""
    coordinator.post("/admin/units/new/", {"name": "新单位", "code": "990000", "extra_area": "东部"})
    coordinator.post(
        "/admin/lists/views",
        {"place": "admin_units", "here": "/admin/units/?search=x&columns=code,name", "name": "某视图"},
    )
    with database.read(Scope()) as session:
        entries = session.scalars(select(AuditEntry)).all()
    ids = {entry.action: entry.id for entry in entries}

    unit = auditor.text("/admin/audit/details/", id=ids["manage_units"]).partition("原始记录")[0]
    view = auditor.text("/admin/audit/details/", id=ids["arrange_lists"]).partition("原始记录")[0]
    taken = auditor.post("/admin/audit/list.xlsx?columns=action,what,changes,batch_id,unit_id")
    with io.BytesIO(taken.get_data()) as content:
        rows = [row for _, row in read_sheet(content).rows]

    assert "片区" in unit and "extra.area" not in unit
    assert all(word in view for word in ("推荐单位", "代码、名称", "查找“x”")) and "admin_units" not in view
    assert len(rows) == len(entries)
    told = [text for row in rows for text in row.values()]
    assert not re.findall(r"[a-z]+_[a-z_]+|[{}\[\]]", " ".join(told))
    assert {"示范遴选 2023", "另一批次", ""} <= {row["批次"] for row in rows}


def test_what_is_done_with_a_case_has_words(database: Database, tmp_path: Path) -> None:
    """A law over the acts on a case, from opening it to its place."""
    portal = officer_portal(database, tmp_path, officer_definition())
    portal.passed(1)
    with portal.app.test_request_context(), database.read(Scope()) as session:
        g.db = session
        entries = session.scalars(select(AuditEntry)).all()
        known = know(entries)
        found = [(entry.what, *changes_of(entry, known)) for entry in entries]

    assert [what for what, _, unworded in found if unworded] == []
    told = [text for _, changes, _ in found for one in changes for text in (one.label, one.before, one.after)]
    assert "审核通过" in told and not [text for text in told if re.fullmatch("[a-z_.]+", text)]


def test_entries_are_found_by_action_person_and_day(world: World, auditor: Browser, coordinator: Browser) -> None:
    coordinator.post("/admin/programmes/new/", {"key": "abc", "name": "某项目"})

    assert "项目“某项目”" in auditor.text("/admin/audit/", flt0_action="manage_programmes")
    assert "项目“某项目”" not in auditor.text("/admin/audit/", flt0_action="publish_batch")
    assert "项目“某项目”" in auditor.text("/admin/audit/", flt0_actor="coordinator")
    assert "项目“某项目”" not in auditor.text("/admin/audit/", flt0_actor="系统")
    assert "项目“某项目”" not in auditor.text("/admin/audit/", flt0_at="2020-01-01 to 2020-12-31")


def test_an_entry_is_changed_or_deleted_by_nobody(database: Database, world: World, auditor: Browser) -> None:
    """S65"""
    for path in ("edit/?id=1", "delete/", "new/", "action/"):
        assert auditor.post(f"/admin/audit/{path}", {"id": 1, "what": "x"}).status_code == 404
    with database.read(Scope()) as session:
        assert audit.verify(session).is_whole


def test_an_auditor_of_a_programme_reads_its_batches_alone(app: Flask, database: Database, world: World) -> None:
    """S03"""
    own = signed_in(app, database, Role.AUDITOR, "own", programmes=["other"])

    text = own.text("/admin/audit/")

    assert "另一批次" in text
    assert "示范遴选 2023" not in text


def test_a_run_says_whether_it_was_orchestrated_and_why_not(world: World, coordinator: Browser) -> None:
    """F05"""
    text = coordinator.text("/admin/flow_runs/")

    assert "直接办理" in text
    assert "编排不在" in text
    assert "没有符合条件的记录" in coordinator.text("/admin/flow_runs/", flt0_is_orchestrated="1")
