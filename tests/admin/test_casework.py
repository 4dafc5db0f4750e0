"""The coordinator's pages about the tree of notices and about another platform."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from admin.progress.doing import FOLDER
from domain.access import Role
from domain.definition import Column, Declare, External
from models import Answered, Case, PlatformImport, UpstreamChange
from models.scope import Scope
from models.session import Database
from services.batches.context import definition_of
from services.batches.drafts import store_draft
from services.batches.extending import MoreTime, extend
from services.batches.publishing import confirm_values, publish
from services.sheets import write_sheet
from services.upstream.passing_on import draft_below
from tests.support.backoffice import Browser, make_app, signed_in
from tests.support.batches import COORDINATOR, PUBLISHED, local, running
from tests.support.case_rows import credit_code
from tests.support.definitions import changed
from tests.support.progress import set_clock
from tests.support.progress_pages import SINCE
from tests.support.tree import ministry, province

CHILD, UPPER = "/admin/progress/province-2023", "/admin/progress/ministry-2023"
COLUMNS = tuple(
    Column(heading=heading, to=to)
    for heading, to in (("名称", "name"), ("信用代码", "credit_code"), ("类别", "category"), ("单位", "unit"))
)


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    app = make_app(database)
    app.config[FOLDER] = tmp_path / "files"
    set_clock(database, local("2023-05-11 10:00"))
    return app


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


@pytest.fixture
def moved(database: Database) -> None:
    """A province under a ministry that has moved its deadline."""
    with database.write(Scope()) as session:
        upper = running(session, ministry())
        batch = draft_below(session, "ministry-2023", province(), actor=COORDINATOR, now=PUBLISHED)
        paths = [item.path for item in definition_of(session, batch).unconfirmed]
        confirm_values(session, batch, paths, actor=COORDINATOR, now=PUBLISHED)
        publish(session, batch, actor=COORDINATOR, now=PUBLISHED)
        more = MoreTime(stage="recommend", due_at=local("2023-06-10 00:00"), reason="节假日")
        extend(session, upper.batch.id, more, actor=COORDINATOR, now=local("2023-05-10 10:00"))


@pytest.mark.usefixtures("moved")
def test_a_change_from_above_is_shown_and_kept_out_with_a_reason(coordinator: Browser, database: Database) -> None:
    """S003-67 on the page: before, after, one's own date and the proposal stand side by side."""
    page = coordinator.text(f"{CHILD}/tree")
    assert "2023-05-31 周三 24:00" in page
    assert "2023-06-09 周五 24:00" in page
    assert "2023-06-02 周五 24:00" in page
    with database.read(Scope()) as session:
        change = session.scalars(select(UpstreamChange.id)).one()

    coordinator.get(f"{CHILD}/tree/{change}/keep")
    refused = coordinator.post(f"{CHILD}/tree/{change}/keep", {"reason": " "})
    kept = coordinator.post(f"{CHILD}/tree/{change}/keep", {"reason": "本省时间充足"})

    assert (refused.status_code, kept.status_code) == (422, 303)
    assert "未跟随：本省时间充足" in coordinator.text(f"{CHILD}/tree")


@pytest.mark.usefixtures("moved")
def test_a_change_from_above_is_accepted_with_one_click(coordinator: Browser, database: Database) -> None:
    """S003-67."""
    with database.read(Scope()) as session:
        change = session.scalars(select(UpstreamChange.id)).one()
    coordinator.get(f"{CHILD}/tree")

    assert coordinator.post(f"{CHILD}/tree/{change}/accept").status_code == 303

    with database.read(Scope()) as session:
        assert session.scalars(select(UpstreamChange.answered)).one() is Answered.ACCEPTED
    assert "2023-06-02 周五 24:00" in coordinator.text(CHILD)


@pytest.mark.usefixtures("moved")
def test_the_office_above_sees_which_batches_rest_on_its_own(coordinator: Browser) -> None:
    """S003-68."""
    page = coordinator.text(f"{UPPER}/tree")

    assert "某省转发 2023 年遴选" in page
    assert "待审核" in page


def test_a_draft_below_takes_over_what_changed_above(coordinator: Browser, database: Database) -> None:
    """S003-67 before publishing."""
    with database.write(Scope()) as session:
        store_draft(session, ministry(), actor=COORDINATOR, now=PUBLISHED)
        draft_below(session, "ministry-2023", province(), actor=COORDINATOR, now=PUBLISHED)
        store_draft(session, changed(ministry(), "rules.share", value="35"), actor=COORDINATOR, now=PUBLISHED)

    page = coordinator.text(f"{CHILD}/tree")
    assert "rules.share.value" in page
    assert coordinator.post(f"{CHILD}/tree/take", {"path": "rules.share.value"}).status_code == 303
    assert "rules.share.value" not in coordinator.text(f"{CHILD}/tree")


@pytest.fixture
def platform(database: Database) -> None:
    external = External(name="某平台", url="https://platform.example", columns=COLUMNS)
    with database.write(Scope()) as session:
        wanted = changed(ministry(), "stages.declare", declare=Declare(external=external), form=None)
        running(session, wanted)


def workbook(*rows: tuple[str, ...]) -> tuple[io.BytesIO, str]:
    return io.BytesIO(write_sheet("导出", [column.heading for column in COLUMNS], rows)), "平台导出.xlsx"


ROW = ("甲公司", credit_code(1), "示范企业", "第1单位")


@pytest.mark.usefixtures("platform")
def test_an_export_is_looked_at_then_imported(coordinator: Browser, database: Database) -> None:
    """Issue 9 through the page: a preview stores nothing, the import shows what it did."""
    assert "名称、信用代码、类别、单位" in coordinator.text(f"{UPPER}/external")

    looked = coordinator.post(f"{UPPER}/external", {"file": workbook(ROW)})
    page = looked.get_data(as_text=True)
    assert (looked.status_code, "新增 1" in page) == (200, True)
    with database.read(Scope()) as session:
        assert session.scalar(select(func.count(Case.id))) == 0

    held = page.split('name="held" value="')[1][:64]
    done = coordinator.post(f"{UPPER}/external/import", {"held": held, "name": "平台导出.xlsx"})

    assert done.status_code == 303
    with database.read(Scope()) as session:
        assert session.scalars(select(Case.title)).all() == ["甲公司"]
        assert session.scalars(select(PlatformImport.file_name)).all() == ["平台导出.xlsx"]
    assert "新增 1" in coordinator.text(f"{UPPER}/external")


@pytest.mark.usefixtures("platform")
def test_a_wrong_row_is_shown_and_a_file_that_is_gone_is_told(coordinator: Browser, database: Database) -> None:
    refused = coordinator.post(f"{UPPER}/external", {"file": workbook(ROW, (*ROW[:2], "示范项目", "第1单位"))})
    gone = coordinator.post(f"{UPPER}/external/import", {"held": "0" * 64, "name": "x.xlsx"})

    assert refused.status_code == 422
    assert "第 3 行 没有这个类别" in refused.get_data(as_text=True)
    assert gone.status_code == 422
    assert "已过期" in gone.get_data(as_text=True)
    with database.read(Scope()) as session:
        assert session.scalar(select(func.count(Case.id))) == 0
