"""The audit log and the engine's runs are read, and by nobody changed."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import AuditEntry, Unit
from models.scope import Scope
from models.session import Database
from services import audit
from tests.support.backoffice import Browser, signed_in
from tests.support.filled import World


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
    assert '"name": "第1单位"' in shown
    assert '"name": "改名单位"' in shown


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
