"""A unit's own page: progress, contacts and what goes into the parcel."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from domain.access import Role
from domain.definition import Due, Exemption, StageKind
from models.scope import Scope
from models.session import Database
from tests.support.batches import ANSWER
from tests.support.evaluation import REASONS, WINNERS, evaluating, evaluation
from tests.support.portal import NOW, Browser, Portal, make_app, set_time


@pytest.fixture
def portal(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Portal:
    """Let the written explanations go with the parcel of the recommendation."""
    base = evaluation()
    about_titles = base.stages[2]
    assert about_titles.collect is not None
    collect = replace(about_titles.collect, exemption=Exemption(reasons=REASONS, goes_with="recommend"))
    recommend = replace(
        base.stages[1],
        key="recommend",
        kind=StageKind.RECOMMEND,
        title="推荐报送",
        collect=None,
        ladder=None,
        note="一式1份",
        due=Due(on=base.stages[1].due.on if base.stages[1].due else None),
    )
    stages = (*base.stages[:2], replace(about_titles, collect=collect), recommend)
    with database.write(Scope()) as session:
        evaluating(session, WINNERS, replace(base, stages=stages))
    set_time(database, NOW)
    folder = tmp_path_factory.mktemp("data")
    return Portal(make_app(database, folder), database, folder / "files")


def test_the_page_shows_progress_contacts_and_the_parcel(portal: Portal) -> None:
    """S003-50, S003-51: the evaluation needs no paper; S003-29: the office's address until then."""
    officer = portal.officer(1)

    page = officer.text(f"/units/{portal.unit()}")

    assert "0 / 4" in page and "评估评价：甲公司" in page
    assert "寄送清单 推荐报送 2023-05-31 周三 24:00 前 一式1份" in page
    assert "无需寄送纸质材料：反馈联系人、推荐计划、评估评价。" in page
    assert "单位公共联系方式" in page and "u1@units.example" in page


def test_a_written_explanation_is_on_the_dispatch_list(portal: Portal) -> None:
    """S003-53"""
    officer = portal.officer(1)
    duty = portal.duty(stage="evaluation", about="甲公司")
    officer.get(f"/duties/{duty}/exemption")
    officer.post(
        f"/duties/{duty}/exemption",
        {"reason": "cancelled", "text": "", "file": (io.BytesIO(b"%PDF-1.7\n%%EOF\n"), "说明.pdf")},
        content_type="multipart/form-data",
    )

    page = officer.text(f"/units/{portal.unit()}")

    assert "书面说明：甲公司 （注销）" in page
    assert "1 / 4" in page
    assert "随“推荐报送”材料一并寄送" in officer.text(f"/duties/{duty}")


def test_it_follows_what_is_filed(portal: Portal) -> None:
    officer = portal.officer(1)
    officer.get(f"/duties/{portal.duty()}")
    officer.post(f"/duties/{portal.duty()}", ANSWER)

    page = officer.text(f"/units/{portal.unit()}?batch=batch-2023")

    assert "已完成" in page and "zhangsan@units.example" in page


def test_another_unit_looks_like_none_at_all(portal: Portal) -> None:
    """S02, S003-69"""
    officer = portal.officer(1)

    foreign, missing = officer.get(f"/units/{portal.unit(2)}"), officer.get("/units/2000000000")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.get_data() == missing.get_data()
    for code in ("none", "%00"):
        assert officer.get(f"/units/{portal.unit()}?batch={code}").status_code == 404


def test_the_office_reads_it_and_an_expert_does_not(portal: Portal) -> None:
    path = f"/units/{portal.unit()}"

    assert portal.person(Role.COORDINATOR, "wang").get(path).status_code == 200
    auditor = portal.person(Role.AUDITOR, "auditor").get(path).get_data(as_text=True)
    assert "/contact" not in auditor and "/duties/" not in auditor
    assert portal.person(Role.EXPERT, "expert").get(path).status_code == 403
    assert Browser(portal.app).get(path).status_code == 303
