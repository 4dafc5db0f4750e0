"""The coordinator's ledger of places: live figures, moves that show first what would follow, a limit set later."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import AllotmentMove, Case, CaseState, Place, Unit
from models.scope import Scope
from models.session import Database
from services.batches.context import definition_of, get_batch, load
from services.batches.drafts import store_draft
from services.batches.publishing import confirm_values, publish
from services.definitions.reading import load_file
from services.recommending.places import release, remaining_of
from tests.support.backoffice import Browser, make_app, said, signed_in, unit_id
from tests.support.batches import COORDINATOR, PUBLISHED, local
from tests.support.cases import NOW
from tests.support.coordinating import CODE, LIMIT, PAGES, fill_batch, office_batch
from tests.support.presets import FOLDER
from tests.support.progress import set_clock
from tests.support.progress_pages import SINCE
from tests.support.recommending import opened, with_places

MOVE = f"{PAGES}/places/enterprise/move"


@pytest.fixture
def app(database: Database) -> Flask:
    """A batch in which the first city has used two of its three places for enterprises."""
    with database.write(Scope()) as session:
        context = office_batch(session)
        cases = fill_batch(session, context)
        city = session.scalars(select(Unit).where(Unit.code == "000001")).one()
        for number, case in enumerate(cases[:2], start=1):
            session.add(
                Place(
                    batch_id=context.batch.id,
                    unit_id=city.id,
                    quota_key="enterprise",
                    number=number,
                    case_id=case.id,
                    taken_at=NOW,
                )
            )
    set_clock(database, local("2023-03-14 10:00"))
    return make_app(database)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def figure(page: str, unit: str) -> str:
    """Return what the ledger says of a unit's places for enterprises, its first column."""
    row = next(part for part in page.split('class="lx-grid-unit"') if f">{unit}</a>" in part)
    cell = re.search(r'<td class="lx-figure">(.*?)</td>', row, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", cell[1]).split()) if cell else ""


def limits(database: Database) -> dict[str, int | None]:
    with database.read(Scope()) as session:
        context = load(session, get_batch(session, CODE).id)
        names = dict(iter(session.execute(select(Unit.id, Unit.name))))
        return {
            names[unit]: item.limit
            for unit, items in remaining_of(session, context).items()
            for item in items
            if item.quota.key == "enterprise"
        }


def test_the_ledger_follows_each_case_at_once(coordinator: Browser, database: Database) -> None:
    """S001-62: what is left changes with the case that is withdrawn."""
    page = coordinator.text(f"{PAGES}/places")
    assert (figure(page, "第1单位"), figure(page, "第2单位")) == ("2 / 3 剩 1", "0 / 3 剩 3")
    assert LIMIT in page
    assert "不推荐" in page, "the office's own channel recommends no cities"

    with database.write(Scope()) as session:
        taken = session.scalars(select(Case).where(Case.id.in_(select(Place.case_id))).order_by(Case.id)).first()
        assert taken is not None
        taken.state = CaseState.WITHDRAWN
        release(session, taken)

    assert figure(coordinator.text(f"{PAGES}/places"), "第1单位") == "1 / 3 剩 2"


def test_limits_are_those_of_the_classes(database: Database) -> None:
    """S003-19 to S003-25: ten for a province and the corps, three for a planned city, which stands by itself."""
    with database.write(Scope()) as session:
        opened(session, with_places())
    set_clock(database, local("2023-03-14 10:00"))
    browser = signed_in(make_app(database), database, Role.COORDINATOR, valid_from=SINCE)

    page = browser.text(f"{PAGES}/places")
    shown = {unit: figure(page, unit) for unit in ("第1省", "兵团", "计划单列市")}

    assert shown == {"第1省": "0 / 10 剩 10", "兵团": "0 / 10 剩 10", "计划单列市": "0 / 3 剩 3"}
    assert "每个省、自治区、直辖市推荐示范城市，计划单列市可申报" in page
    totals = page.split("单位 × 推荐名额")[0]
    assert re.search(r'data-label="合计" class="lx-number">30<', totals), "ten each of two provinces and the corps"


def test_a_move_shows_first_what_would_follow(coordinator: Browser, database: Database) -> None:
    """名额调剂: nothing changes before it is confirmed, and the total stays."""
    asked = {
        "giver": unit_id(database, "000002"),
        "taker": unit_id(database, "000001"),
        "count": "2",
        "reason": "第2单位名额用不完",
    }
    assert "合计名额" in coordinator.text(MOVE)
    looked = coordinator.post(MOVE, asked)
    page = said(looked)
    assert looked.status_code == 200
    assert re.search("第2单位：名额 3 改为 <strong>1</strong>", page)
    assert re.search("第1单位：名额 3 改为 <strong>5</strong>，已用 2，剩 3", page)
    assert "合计 9 个，不变" in page
    assert set(limits(database).values()) == {3}

    mark = re.search(r'name="looked"[^>]*value="([^"]+)"', page)
    assert mark
    done = coordinator.post(MOVE, {**asked, "looked": mark[1]})

    assert done.status_code == 303
    assert limits(database) == {"第1单位": 5, "第2单位": 1, "第3单位": 3}
    after = coordinator.text(f"{PAGES}/places")
    assert "第2单位名额用不完" in after
    assert "已调剂 2 个" in after


def test_a_changed_move_is_shown_again_before_it_is_done(coordinator: Browser, database: Database) -> None:
    asked = {"giver": unit_id(database, "000002"), "taker": unit_id(database, "000001"), "reason": "调剂"}
    page = said(coordinator.post(MOVE, {**asked, "count": "1"}))
    mark = re.search(r'name="looked"[^>]*value="([^"]+)"', page)
    assert mark

    again = coordinator.post(MOVE, {**asked, "count": "3", "looked": mark[1]})

    assert again.status_code == 200
    assert "第2单位：名额 3 改为 <strong>0</strong>" in said(again)
    assert set(limits(database).values()) == {3}


def test_used_places_stay_and_a_reason_is_asked(coordinator: Browser, database: Database) -> None:
    """名额调剂: the refusal names what would be allowed, and no move is kept."""
    first, second = unit_id(database, "000001"), unit_id(database, "000002")
    too_many = coordinator.post(MOVE, {"giver": first, "taker": second, "count": "2", "reason": "调剂"})
    same = coordinator.post(MOVE, {"giver": first, "taker": first, "count": "1", "reason": "调剂"})
    without = coordinator.post(MOVE, {"giver": first, "taker": second, "count": "1", "reason": " "})

    assert (too_many.status_code, same.status_code, without.status_code) == (422, 422, 422)
    assert "最多可调出 1 个" in said(too_many)
    assert "不能是同一个单位" in said(same)
    assert "请填写调剂原因" in said(without)
    with database.read(Scope()) as session:
        assert session.scalars(select(AllotmentMove)).all() == []


def test_a_limit_is_switched_on_where_the_notice_gives_none(coordinator: Browser) -> None:
    """S000-43: on for every unit, and off again."""
    address = f"{PAGES}/places/city/cap"
    assert "设上限" in coordinator.text(f"{PAGES}/places")

    assert coordinator.post(address, {"limit": "2"}).status_code == 303
    assert "改上限" in coordinator.text(f"{PAGES}/places")
    refused = coordinator.post(f"{PAGES}/places/enterprise/cap", {"limit": "2"})
    assert refused.status_code == 409
    assert "通知已规定该项推荐名额为 3 个" in said(refused)
    assert coordinator.post(address, {"limit": ""}).status_code == 303
    assert "改上限" not in coordinator.text(f"{PAGES}/places")


def test_only_the_office_moves_places(app: Flask, database: Database) -> None:
    auditor = signed_in(app, database, Role.AUDITOR, valid_from=SINCE)
    officer = signed_in(app, database, Role.OFFICER, unit_id=unit_id(database, "000001"), valid_from=SINCE)

    assert auditor.get(MOVE).status_code == 403
    assert officer.get(f"{PAGES}/places").status_code == 403
    assert "名额调剂</a>" not in auditor.text(f"{PAGES}/places")


def test_a_quota_that_is_not_there_is_not_found(coordinator: Browser) -> None:
    assert coordinator.get(f"{PAGES}/places/none/move").status_code == 404
    assert coordinator.get(f"{PAGES}/places/..%00/cap").status_code == 404


def test_the_ministrys_ceilings_stand_on_the_page(database: Database) -> None:
    """S003-19 to S003-24: 335 enterprises, 37 and 101 platforms, 62 cities and 5 more; none for the corps."""
    with database.write(Scope()) as session:
        wanted = load_file(FOLDER / "miit-2023.yaml")
        batch = store_draft(session, wanted, actor=COORDINATOR, now=PUBLISHED)
        paths = [item.path for item in definition_of(session, batch).unconfirmed]
        confirm_values(session, batch, paths, actor=COORDINATOR, now=PUBLISHED)
        publish(session, batch, actor=COORDINATOR, now=PUBLISHED)
    set_clock(database, local("2023-03-14 10:00"))
    browser = signed_in(make_app(database), database, Role.COORDINATOR, valid_from=SINCE)

    page = browser.text(f"/admin/progress/{wanted.code}/places")
    totals, units = page.split("单位 × 推荐名额", 1)
    found: dict[str, int] = {}
    for row in totals.split('<td data-label="类别"')[1:]:
        label, total = re.search(r"<div>(\S+?)<", row), re.search(r'data-label="合计" class="lx-number">(\d+)<', row)
        assert label is not None
        assert total is not None
        found[label[1]] = found.get(label[1], 0) + int(total[1])

    assert found == {
        "示范企业": 335,
        "示范平台（共享制造类）": 37,
        "示范平台（其他类）": 101,
        "示范城市（综合类）": 31,
        "示范城市（工业设计特色类）": 31,
        "示范城市（综合类、工业设计特色类合计）": 5,
        "示范城市": 0,
    }
    corps = next(row for row in units.split('class="lx-grid-unit"') if "新疆生产建设兵团" in row)
    assert "不推荐" in corps
