"""Versions of a catalogue: what changed is a new one, and a running batch keeps its own."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.definition import Catalogue, Category, Mode
from domain.errors import Invalid, NotAllowed, NotFound
from models import AuditEntry
from presets import FOLDER
from services.batches.context import definition_of
from services.catalogues import (
    catalogue_of,
    find_recognised,
    get_version,
    load_catalogue,
    newest_versions,
    store_catalogue,
    with_catalogue,
)
from tests.support.batches import COORDINATOR, PUBLISHED, definition, running

LOADED = load_catalogue(FOLDER / "catalogues" / "henan-modes.yaml")
SMALL = Catalogue(key="small", title="模式", modes=(Mode(key="a", name="甲"), Mode(key="b", name="乙")))


def stored(db: Session, catalogue: Catalogue, source: str = "") -> tuple[int, bool]:
    found = store_catalogue(db, catalogue, source=source, actor=COORDINATOR, now=PUBLISHED)
    return found.row.version, found.is_new


def test_the_same_is_stored_once_and_a_change_is_a_new_version(db: Session) -> None:
    """S002-03"""
    changed = replace(SMALL, modes=SMALL.modes[:1])

    assert stored(db, SMALL) == (1, True)
    assert stored(db, SMALL) == (1, False)
    assert stored(db, replace(SMALL, version=9)) == (1, False), "the file does not number versions"
    assert stored(db, changed) == (2, True)
    assert stored(db, SMALL) == (3, True), "going back is a change, too"
    assert catalogue_of(get_version(db, "small", 1)) == SMALL
    assert catalogue_of(get_version(db, "small", 2)) == replace(changed, version=2)
    assert get_version(db, "small").version == 3


def test_another_source_is_another_version(db: Session) -> None:
    """S002-14: the texts of both witnesses are kept."""
    assert stored(db, SMALL, "原文") == (1, True)
    assert stored(db, SMALL, "原文，又一份") == (2, True)
    assert [get_version(db, "small", number).source for number in (1, 2)] == ["原文", "原文，又一份"]


def test_a_catalogue_comes_back_as_it_went_in(db: Session) -> None:
    """S002-01, S002-02"""
    found = store_catalogue(db, LOADED.catalogue, source=LOADED.source, actor=COORDINATOR, now=PUBLISHED)
    db.expire_all()

    assert catalogue_of(found.row) == LOADED.catalogue
    assert found.row.source == LOADED.source
    assert found.row.title == LOADED.catalogue.title


def test_what_was_stored_is_recognised_in_another_text(db: Session) -> None:
    """S002-02: the city's notice holds the provincial annex; the ministry's does not."""
    store_catalogue(db, LOADED.catalogue, source=LOADED.source, actor=COORDINATOR, now=PUBLISHED)
    stored(db, SMALL)
    texts = {
        name: (FOLDER / "notices" / f"{name}.txt").read_text(encoding="utf-8")
        for name in ("luoyang-2023", "miit-2023")
    }

    found = find_recognised(db, texts["luoyang-2023"])
    assert found is not None
    assert found.key == "henan-modes"
    assert find_recognised(db, texts["miit-2023"]) is None


def test_the_newest_of_each_are_listed(db: Session) -> None:
    stored(db, SMALL)
    stored(db, replace(SMALL, modes=SMALL.modes[:1]))
    stored(db, replace(SMALL, key="other", title="别的模式"))

    assert [(row.key, row.version) for row in newest_versions(db)] == [("other", 1), ("small", 2)]


def test_what_is_not_there_is_said(db: Session) -> None:
    stored(db, SMALL)

    for key, version in (("nothing", None), ("small", 2)):
        with pytest.raises(NotFound):
            get_version(db, key, version)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPLICANT, Role.EXPERT, Role.AUDITOR])
def test_only_the_office_manages_catalogues(db: Session, role: Role) -> None:
    with pytest.raises(NotAllowed):
        store_catalogue(db, SMALL, source="", actor=Actor("某人", role), now=PUBLISHED)


def test_a_title_that_does_not_fit_is_refused(db: Session) -> None:
    with pytest.raises(Invalid, match="最多 200 字"):
        stored(db, replace(SMALL, title="长" * 201))


def test_each_version_stands_in_the_audit_log(db: Session) -> None:
    stored(db, SMALL)
    stored(db, SMALL)

    logged = db.scalars(select(AuditEntry.what).where(AuditEntry.action == "manage_catalogues")).all()
    assert logged == ["模式目录“模式”第 1 版"]


def test_several_batches_use_one_version_and_a_running_one_keeps_it(db: Session) -> None:
    """S002-03, S002-04: the later draft takes the newer version and offers one mode less."""
    categories = (Category(key="platform", name="平台", modes=("a", "b")),)
    wanted = definition(1, catalogue=SMALL, categories=categories)
    first = running(db, wanted)
    newer = replace(SMALL, version=2, modes=SMALL.modes[:1])

    draft = with_catalogue(replace(wanted, code="batch-2024", title="示范遴选 2024"), newer)

    assert [mode.key for mode in draft.modes_of("platform")] == ["a"]
    assert draft.category("platform").modes == ("a",)
    assert [mode.key for mode in definition_of(db, first.batch).modes_of("platform")] == ["a", "b"]
    assert definition_of(db, first.batch).catalogue == SMALL
