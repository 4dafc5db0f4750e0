"""Units: the tree is kept by its service, whatever a form sends."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from domain.access import Role
from models import Unit
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, beside, last_act, said, signed_in, unit_id
from tests.support.filled import World


def paths(database: Database) -> dict[str, str]:
    with database.read(Scope()) as session:
        return {row.code: row.path for row in session.execute(select(Unit.code, Unit.path))}


def test_a_unit_is_added_below_another(database: Database, world: World, coordinator: Browser) -> None:
    form = {"code": "410100", "name": "郑州市工信局", "upper": unit_id(database, "000001"), "email": "zz@X.example"}
    response = coordinator.post("/admin/units/new/", form)

    assert response.status_code == 302, said(response)
    assert paths(database)["410100"] == "/000001/410100/"
    assert last_act(database).what == "单位“郑州市工信局”（410100）"
    assert last_act(database).changes["after"]["email"] == "zz@x.example"
    assert "　郑州市工信局" in coordinator.text("/admin/units/")


BAD_UNITS = [
    ({"code": "000001", "name": "新"}, "这个代码已属于另一个单位"),
    ({"code": "9", "name": "第1单位"}, "这个名称已属于另一个单位"),
    ({"code": "a/b", "name": "新"}, "单位代码不合规则"),
    ({"code": "9", "name": ""}, "请填写名称"),
    ({"code": "9", "name": "新", "email": "a@x, b@x"}, "只填一个"),
    ({"code": "9", "name": "新", "mobile": "1234"}, "手机号应为 11 位"),
    ({"code": "9", "name": "新\u202e"}, "不可见的控制字符"),
    ({"code": "9", "name": "新\x0b单位"}, "不可见的控制字符"),
]


def test_a_unit_that_cannot_be_is_refused_beside_its_field(world: World, coordinator: Browser) -> None:
    """S23, S31, S68, S70"""
    for form, sentence in BAD_UNITS:
        response = coordinator.post("/admin/units/new/", form)

        assert response.status_code == 422
        assert beside(sentence, response)


def test_a_units_addresses_are_changed_and_its_code_is_not(
    database: Database, world: World, coordinator: Browser
) -> None:
    """S06"""
    key = unit_id(database, "000001")
    form = {"name": "第1单位", "email": "new@units.example", "code": "changed", "path": "/x/", "is_active": ""}
    response = coordinator.post("/admin/units/edit/", form, id=key)

    assert response.status_code == 302
    with database.read(Scope()) as session:
        unit = session.get_one(Unit, key)
        assert (unit.code, unit.path, unit.email, unit.is_active) == ("000001", "/000001/", "new@units.example", True)
    assert last_act(database).changes == {
        "before": {"email": "u1@units.example"},
        "after": {"email": "new@units.example"},
    }


def move(
    browser: Browser, database: Database, code: str, upper: str | None, reason: str = "机构改革"
) -> TestResponse:
    form = {"upper": unit_id(database, upper) if upper else "", "reason": reason}
    return browser.post("/admin/units/do/move/", form, id=unit_id(database, code))


def test_a_unit_moves_with_its_whole_branch(database: Database, world: World, coordinator: Browser) -> None:
    move(coordinator, database, "000003", "000002")

    response = move(coordinator, database, "000002", "000001")

    assert response.status_code == 303
    assert paths(database) == {"000001": "/000001/", "000002": "/000001/000002/", "000003": "/000001/000002/000003/"}
    act = last_act(database)
    assert (act.reason, act.changes["after"]) == ("机构改革", {"path": "/000001/000002/"})


def test_a_unit_never_moves_into_its_own_branch(database: Database, world: World, coordinator: Browser) -> None:
    move(coordinator, database, "000002", "000001")

    for upper in ("000002", "000001"):
        response = move(coordinator, database, "000001", upper)
        assert response.status_code == 422
        assert beside("不能移到本单位或其下级单位之下", response)


def test_a_move_needs_a_reason_and_another_place(database: Database, world: World, coordinator: Browser) -> None:
    assert beside("请填写调整原因", move(coordinator, database, "000001", "000002", reason=" "))
    assert beside("请填写调整原因", move(coordinator, database, "000001", "000002", reason=""))
    assert beside("该单位已经在这里", move(coordinator, database, "000001", None))


def test_a_path_has_an_end(database: Database, world: World, coordinator: Browser) -> None:
    chain = [f"{number}" + "x" * 39 for number in range(9)]
    for upper, code in zip(["000001", *chain], chain, strict=False):
        form = {"code": code, "name": code, "upper": unit_id(database, upper)}
        assert coordinator.post("/admin/units/new/", form).status_code == 302

    form = {"code": "y" * 40, "name": "末", "upper": unit_id(database, chain[-1])}
    move(coordinator, database, "000003", "000002")

    assert beside("层级过深", coordinator.post("/admin/units/new/", form))
    assert max(map(len, paths(database).values())) == 377
    assert move(coordinator, database, "000001", "000003").status_code == 303
    coordinator.post("/admin/units/new/", {"code": "z" * 20, "name": "再上一级"})
    assert beside("层级过深", move(coordinator, database, "000002", "z" * 20))


def test_a_coordinator_of_a_branch_moves_nothing_out_of_it(app: Flask, database: Database, world: World) -> None:
    """S05: neither below a foreign unit nor to the top, and nothing that is somebody else's."""
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id(database, "000001"))
    branch.post("/admin/units/new/", {"code": "1", "name": "下级", "upper": unit_id(database, "000001")})

    assert move(branch, database, "1", "000002").status_code == 422
    assert move(branch, database, "1", None).status_code == 403
    assert move(branch, database, "000002", "000001").status_code == 404
    assert branch.post("/admin/units/new/", {"code": "2", "name": "顶层"}).status_code == 403
    assert paths(database)["1"] == "/000001/1/"


def test_a_code_or_name_beyond_ones_branch_is_refused_all_the_same(
    app: Flask, database: Database, world: World
) -> None:
    branch = signed_in(app, database, Role.COORDINATOR, "branch", unit_id=unit_id(database, "000001"))
    upper = unit_id(database, "000001")

    taken_code = branch.post("/admin/units/new/", {"code": "000002", "name": "新", "upper": upper})
    taken_name = branch.post("/admin/units/edit/", {"name": "第2单位"}, id=upper)

    assert (taken_code.status_code, taken_name.status_code) == (422, 422)
    assert beside("已属于另一个单位", taken_code)
    assert beside("已属于另一个单位", taken_name)


def test_a_unit_that_still_owes_something_is_not_switched_off(
    database: Database, world: World, coordinator: Browser
) -> None:
    key = unit_id(database, "000001")
    response = coordinator.post("/admin/units/do/deactivate/", {"reason": "撤销"}, id=key)

    assert response.status_code == 409
    assert "还有 2 项待办" in said(response)


def test_a_unit_is_switched_off_and_on_again(database: Database, world: World, coordinator: Browser) -> None:
    coordinator.post("/admin/units/new/", {"code": "9", "name": "闲置单位"})
    key = unit_id(database, "9")

    off = coordinator.post("/admin/units/do/deactivate/", {"reason": "撤销"}, id=key)
    again = coordinator.post("/admin/units/do/deactivate/", {"reason": "撤销"}, id=key)
    on = coordinator.post("/admin/units/do/activate/", {"reason": "恢复"}, id=key)

    assert (off.status_code, again.status_code, on.status_code) == (303, 404, 303)
    assert last_act(database).changes["after"] == {"is_active": True}
