"""Acts on many rows: what can be done is done, and every record that is left is named with its reason."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import Contact, Unit, User
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, beside, said, signed_in, unit_id
from tests.support.filled import World

UNITS = "/admin/units/"
WHY = {"said": "1", "reason": "机构改革"}


def active(database: Database) -> dict[str, bool]:
    with database.read(Scope()) as session:
        return {row.code: row.is_active for row in session.execute(select(Unit.code, Unit.is_active))}


def idle_unit(database: Database, code: str = "9") -> int:
    with database.write(Scope()) as session:
        made = Unit(code=code, name=f"闲置{code}", path=f"/{code}/")
        session.add(made)
        session.flush()
        return made.id


def test_units_are_switched_off_and_each_that_is_not_is_named(
    database: Database, world: World, coordinator: Browser
) -> None:
    """Issue 4, point 8: two owe something, one does not."""
    ids = [unit_id(database, "000001"), unit_id(database, "000002"), idle_unit(database)]

    asked = coordinator.post(f"{UNITS}action/", {"action": "deactivate", "rowid": ids})
    assert (asked.status_code, "停用：3 条" in said(asked), "<li>闲置9</li>" in said(asked)) == (200, True, True)
    empty = coordinator.post(f"{UNITS}action/", {"action": "deactivate", "rowid": ids, "said": "1", "reason": ""})
    assert (empty.status_code, beside("请填写原因", empty)) == (422, True)
    assert active(database)["9"]

    answer = coordinator.post(f"{UNITS}action/", {"action": "deactivate", "rowid": ids, **WHY})

    assert answer.status_code == 200
    assert "已办理 1 条，2 条未办理" in said(answer)
    failed = re.findall(r'<a href="([^"]*details[^"]*)">([^<]*)</a></td><td[^>]*>([^<]*)', said(answer))
    assert [(href, name) for href, name, _ in failed] == [
        (f"{UNITS}details/?id={ids[0]}", "第1单位"),
        (f"{UNITS}details/?id={ids[1]}", "第2单位"),
    ]
    assert all("还有 2 项待办" in why for *_, why in failed)
    assert active(database) == {"000001": True, "000002": True, "000003": True, "9": False}


def test_when_all_are_done_the_list_says_so(database: Database, world: World, coordinator: Browser) -> None:
    ids = [idle_unit(database, "8"), idle_unit(database, "9")]

    answer = coordinator.post(f"{UNITS}action/", {"action": "deactivate", "rowid": ids, **WHY})

    assert answer.status_code == 303
    assert "已办理 2 条。已停用。" in coordinator.text(UNITS)
    again = coordinator.post(f"{UNITS}action/", {"action": "deactivate", "rowid": ids, **WHY})
    assert again.status_code == 409
    assert said(again).count("该单位已经是这个状态") == 2
    assert not active(database)["8"], "what is off is not switched on by asking again"


def test_one_row_out_of_reach_refuses_the_whole(app: Flask, database: Database, world: World) -> None:
    """S04"""
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id(database, "000001"))
    with database.write(Scope()) as session:
        upper = session.scalars(select(Unit).where(Unit.code == "000001")).one()
        own = Unit(code="7", name="下级", path=f"{upper.path}7/", upper_id=upper.id)
        session.add(own)
        session.flush()
        ids = [own.id, unit_id(database, "000002")]
    branch.get(UNITS)

    answer = branch.post(f"{UNITS}action/", {"action": "deactivate", "rowid": ids, **WHY})

    assert (answer.status_code, "没有这条记录" in said(answer)) == (409, True)
    assert active(database)["7"]


def test_contacts_people_and_winners_have_their_acts_too(database: Database, world: World, admin: Browser) -> None:
    with database.read(Scope()) as session:
        contacts = list(session.scalars(select(Contact.id)))
        people = list(session.scalars(select(User.id)))
    admin.get("/admin/contacts/")

    ended = admin.post("/admin/contacts/action/", {"action": "end", "rowid": contacts, **WHY})
    off = admin.post("/admin/users/action/", {"action": "deactivate", "rowid": people})
    titles = {"action": "withdraw", "rowid": ["1", "2"], "said": "1", "on": "2024-01-01", "reason": "复核撤销"}
    withdrawn = admin.post("/admin/titles/action/", titles)

    assert (ended.status_code, withdrawn.status_code) == (303, 303)
    assert off.status_code == 409
    assert "不能停用自己的账号" in said(off)
    with database.read(Scope()) as session:
        assert all(one.valid_until for one in session.scalars(select(Contact)))


def test_organisations_are_refused_together_with_one_reason(
    database: Database, world: World, coordinator: Browser
) -> None:
    path = "/admin/organisations/"
    answer = coordinator.post(f"{path}action/", {"action": "refuse", "rowid": ["1", "2"], **WHY})

    assert answer.status_code == 303
    assert "已办理 2 条" in coordinator.text(path)
    assert "机构改革" in coordinator.text(f"{path}details/", id=1)
