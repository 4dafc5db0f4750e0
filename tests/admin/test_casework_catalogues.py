"""模式目录: versions, one version with its criteria and terms, modes compared, who chose one over the years."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from domain.access import Role
from domain.definition import Mode, Programme
from models import CaseState
from models.scope import Scope
from models.session import Database
from services.catalogues.reading import load_catalogue
from services.catalogues.versions import store_catalogue
from tests.support.backoffice import Browser, counted, make_app, signed_in
from tests.support.batches import COORDINATOR, local, running
from tests.support.case_rows import organisation
from tests.support.cases import NOW, case_definition
from tests.support.coordinating import office_batch, out
from tests.support.progress import set_clock
from tests.support.progress_pages import SINCE

TOP = Path(__file__).resolve().parents[2]
HOME = "/admin/catalogues"


@pytest.fixture
def app(database: Database) -> Flask:
    """Two years that call sharing differently, with a case each, and a catalogue in two versions."""
    base = case_definition()
    modes = (Mode(key="plant", name="共享工厂", standard="sharing"), Mode(key="else", name="其他", is_other=True))
    first = replace(base.categories[0], modes=("plant", "else"))
    earlier = replace(
        base, code="batch-2022", year=2022, title="2022 年遴选", modes=modes, categories=(first, *base.categories[1:])
    )
    found = load_catalogue(TOP / "presets" / "catalogues" / "henan-modes.yaml")
    with database.write(Scope()) as session:
        now, then = office_batch(session), running(session, earlier)
        out(
            session,
            now,
            organisation(session, 1),
            "000001",
            state=CaseState.SUBMITTED,
            title="今年的",
            modes=["sharing"],
        )
        forwarded = {"state": CaseState.FORWARDED, "title": "去年的", "modes": ["plant"]}
        out(session, then, organisation(session, 2), "000002", **forwarded)
        out(session, now, organisation(session, 3), "000001", title="草稿", modes=["sharing"])
        store_catalogue(session, found.catalogue, source=found.source, actor=COORDINATOR, now=NOW)
        later = replace(found.catalogue, document="修订后的附件")
        store_catalogue(session, later, source=found.source, actor=COORDINATOR, now=NOW)
    set_clock(database, local("2023-03-14 10:00"))
    return make_app(database)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def test_versions_stand_beside_the_batches(coordinator: Browser) -> None:
    """S002-13: an annex is loaded as a catalogue; its versions are listed, the newest marked."""
    page = coordinator.text(f"{HOME}/")

    assert page.index("第 2 版") < page.index("第 1 版")
    assert page.count("现行") == 1
    assert '/admin/catalogues/"' in coordinator.text("/admin/programmes/")


def test_a_version_shows_its_modes_criteria_and_terms(coordinator: Browser) -> None:
    found = load_catalogue(TOP / "presets" / "catalogues" / "henan-modes.yaml").catalogue
    page = coordinator.text(f"{HOME}/held/{found.key}", version=1)

    assert all(mode.name in page for mode in found.modes)
    assert all(criterion.text in page for mode in found.modes for criterion in mode.criteria)
    assert all(term.word in page for term in found.terms)
    assert "修订后的附件" not in page
    assert "修订后的附件" in coordinator.text(f"{HOME}/held/{found.key}")
    assert coordinator.get(f"{HOME}/held/{found.key}", version=9).status_code == 404
    assert coordinator.get(f"{HOME}/held/none").status_code == 404


def test_modes_of_notices_and_catalogues_are_compared_by_their_common_name(coordinator: Browser) -> None:
    """S002-11: one row for a mode, whatever each notice calls it; what has no counterpart stands apart."""
    page = coordinator.text(f"{HOME}/modes")
    row = next(part for part in page.split("<tr>") if "modes/sharing" in part)

    assert "共享制造" in row
    assert "共享工厂" in row
    assert "未对照" in page
    assert "2022 年遴选" in page


def test_who_chose_a_mode_over_the_years(coordinator: Browser) -> None:
    """S002-12: both years, with the name of their time; drafts are not told."""
    page = coordinator.text(f"{HOME}/modes/sharing")

    assert page.index("今年的") < page.index("去年的")
    assert "共享工厂" in page
    assert "草稿" not in page
    assert "没有已提交的申报件" in coordinator.text(f"{HOME}/modes/unknown")


def test_another_programme_neither_compares_nor_lists(app: Flask, database: Database) -> None:
    """S003-69: batches and cases of another programme are not in the table."""
    with database.write(Scope()) as session:
        other = replace(
            case_definition(), code="other-2023", title="另一批", programme=Programme(key="other", name="另")
        )
        running(session, other)
    browser = signed_in(app, database, Role.COORDINATOR, "stranger", programmes=["other"], valid_from=SINCE)

    page = browser.text(f"{HOME}/modes")

    assert "2022 年遴选" not in page
    assert "另一批" in page
    assert "今年的" not in browser.text(f"{HOME}/modes/sharing")


def test_the_comparison_takes_a_fixed_number_of_queries(coordinator: Browser, database: Database) -> None:
    coordinator.get(f"{HOME}/modes")
    with counted() as before:
        coordinator.get(f"{HOME}/modes")
    with database.write(Scope()) as session:
        for year in (2019, 2020, 2021):
            running(session, replace(case_definition(), code=f"batch-{year}", year=year))
    with counted() as after:
        coordinator.get(f"{HOME}/modes")

    assert len(after) == len(before)


def test_officers_have_no_business_there(app: Flask, database: Database) -> None:
    officer = signed_in(app, database, Role.OFFICER, valid_from=SINCE)

    assert officer.get(f"{HOME}/").status_code == 403
