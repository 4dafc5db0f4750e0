"""The sealed copies of a case."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Seal
from domain.errors import Conflict, NotAllowed
from models import ActKind, CaseAct, CaseState, CaseVersion
from services.batches.context import BatchContext
from services.cases.papers import (
    may_print_for_seal,
    missing_scans,
    print_code,
    require_current_print,
)
from services.files import Store
from tests.support.batches import officer, running
from tests.support.case_rows import applicant, organisation
from tests.support.cases import (
    DUE,
    case_definition,
    in_hand,
    opened,
    send,
    send_back,
    type_in,
)
from tests.support.papers import add, paper_definition, passed, slot_of
from tests.support.pictures import PDF_BYTES, pdf


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.at(tmp_path / "files")


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, paper_definition())


def test_the_sealed_copy_is_asked_for_after_the_check_has_passed(
    db: Session, context: BatchContext, store: Store
) -> None:
    """S003-35: before that neither printing nor uploading is offered."""
    case = opened(db, context)
    assert not may_print_for_seal(in_hand(db, case))
    assert (slot_of(db, case, "sealed").is_open, slot_of(db, case, "sealed").sentence) == (
        False,
        "审核通过后，下载打印、盖章，再上传扫描件",
    )
    with pytest.raises(Conflict, match="审核通过后"):
        add(db, case, "sealed", PDF_BYTES, store)

    case.state, case.version_no = CaseState.PASSED, 1
    db.flush()

    assert may_print_for_seal(in_hand(db, case))
    assert slot_of(db, case, "sealed").is_open


def test_changed_data_invalidate_the_sealed_copy(db: Session, context: BatchContext, store: Store) -> None:
    """S003-36, S003-37, S004-31: the copy belongs to one version, and the case is complete only with it."""
    case = passed(db, context, store)
    assert [problem.sentence for problem in missing_scans(in_hand(db, case))] == [
        "请上传当前版本的“盖章申报书扫描件”（加盖申报单位公章）"
    ]
    first = add(db, case, "sealed", PDF_BYTES, store).row
    assert (first.version_no, missing_scans(in_hand(db, case))) == (1, ())
    assert db.scalars(select(CaseAct).where(CaseAct.kind == ActKind.SEALED)).one().detail["seal"] == "申报单位公章"

    send_back(db, case, due_at=DUE)
    type_in(db, case, {"share": "60"})
    send(db, case)
    case.state = CaseState.PASSED
    db.flush()

    assert [paper.is_current for paper in slot_of(db, case, "sealed").papers] == [False]
    assert len(missing_scans(in_hand(db, case))) == 1
    add(db, case, "sealed", PDF_BYTES, store)
    assert missing_scans(in_hand(db, case)) == ()
    assert [paper.version_no for paper in slot_of(db, case, "sealed").papers] == [2]


def test_a_city_form_bears_the_seal_of_its_government(db: Session) -> None:
    """S003-36"""
    context = running(db, case_definition())
    form = context.definition.form("city")

    assert [material.seal for material in form.materials] == [Seal.GOVERNMENT]


def test_the_code_on_the_print_tells_its_version(db: Session, context: BatchContext, store: Store) -> None:
    """S004-33: the printed code is compared with the stored version."""
    case = passed(db, context, store)
    version = db.scalars(select(CaseVersion)).one()
    code = print_code(version.fingerprint)
    assert len(code) == 14

    add(db, case, "sealed", PDF_BYTES, store, code=f" {code.lower()} ")
    with pytest.raises(Conflict, match="都不一致"):
        require_current_print(in_hand(db, case), "0000-0000-0000")

    send_back(db, case, due_at=DUE)
    type_in(db, case, {"share": "60"})
    send(db, case)
    case.state = CaseState.PASSED
    db.flush()
    db.expire(case, ["versions"])
    with pytest.raises(Conflict, match="印的是第 1 版，数据已改为第 2 版"):
        add(db, case, "sealed", pdf("二"), store, code=code)


def test_the_unit_that_has_the_case_may_scan_the_sealed_copy(
    db: Session, context: BatchContext, store: Store
) -> None:
    case = passed(db, context, store)

    row = add(db, case, "sealed", PDF_BYTES, store, actor=officer(db, 1)).row

    assert row.added_by == "经办人1"
    for actor in (officer(db, 2), applicant(organisation(db, 2))):
        with pytest.raises(NotAllowed):
            add(db, case, "sealed", pdf("x"), store, actor=actor)
    with pytest.raises(NotAllowed):
        add(db, case, "licence", pdf("x"), store, actor=officer(db, 1))
