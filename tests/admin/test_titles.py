"""The registry of titles: added once, changed with a reason, never edited away."""

from __future__ import annotations

import re

from sqlalchemy import select

from models import Title
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, beside, said, unit_id
from tests.support.filled import World


def test_a_title_is_added_once(database: Database, world: World, coordinator: Browser) -> None:
    form = {
        "programme": "fwxzz",
        "batch_no": "2",
        "category": "enterprise",
        "holder": "甲公司",
        "unit": unit_id(database, "000001"),
        "credit_code": "91350100M000100Y43",
    }

    first, second = coordinator.post("/admin/titles/new/", form), coordinator.post("/admin/titles/new/", form)

    assert first.status_code == 302, said(first)
    assert second.status_code == 422
    assert beside("名单库中已有这一条", second)
    wrong = coordinator.post("/admin/titles/new/", {**form, "holder": "乙公司", "credit_code": "91350100M000100Y44"})
    assert re.search(r'id="credit_code-error"', said(wrong))


def title_id(database: Database, code: str, batch: str = "示范遴选 2023") -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(Title.id).where(Title.holder == f"企业{batch}{code}")).one()


def test_a_title_is_renamed_moved_and_withdrawn(database: Database, world: World, coordinator: Browser) -> None:
    """S003-57, S003-58, S003-60"""
    key = title_id(database, "000001")
    why = {"on": "2023-03-01", "reason": "工商变更"}

    renamed = coordinator.post("/admin/titles/do/rename/", {**why, "holder": "新名公司"}, id=key)
    moved = coordinator.post("/admin/titles/do/move/", {**why, "to_unit": unit_id(database, "000002")}, id=key)
    shown = coordinator.text("/admin/titles/details/", id=key)
    withdrawn = coordinator.post("/admin/titles/do/withdraw/", why, id=key)

    assert (renamed.status_code, moved.status_code, withdrawn.status_code) == (303, 303, 303)
    assert "新名公司" in shown
    assert "企业示范遴选 2023000001" in shown
    assert "第2单位" in shown
    assert coordinator.get("/admin/titles/do/rename/", id=key).status_code == 404


def test_a_change_of_a_title_needs_its_day_and_its_reason(
    database: Database, world: World, coordinator: Browser
) -> None:
    key = title_id(database, "000001")

    assert beside("请填写自何日起", coordinator.post("/admin/titles/do/withdraw/", {"reason": "x"}, id=key))
    assert beside("请填写依据", coordinator.post("/admin/titles/do/withdraw/", {"on": "2023-03-01"}, id=key))
    late = coordinator.post("/admin/titles/do/withdraw/", {"on": "2999-01-01", "reason": "x"}, id=key)
    assert beside("变更日期尚未到", late)
