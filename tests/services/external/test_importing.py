"""The export of another platform, as a real workbook, into cases: whole or not at all, and never twice."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import Column, Declare, Due, External, OneCase
from domain.errors import Invalid, NotAllowed
from models import Case, CaseAct, CaseState, CaseVersion, Duty, Organisation, Source
from services.batches.context import BatchContext
from services.external.importing import Export, take_in
from services.external.planning import Effect, preview
from services.sheets import write_sheet
from tests.support.batches import COORDINATOR, local, officer, running
from tests.support.case_rows import credit_code
from tests.support.definitions import changed
from tests.support.tree import ministry

NOW = local("2023-03-10 10:00")
HEADINGS = ("编号", "企业名称", "信用代码", "类别", "推荐单位", "服务收入占比(%)", "无关的列")
COLUMNS = (
    Column(heading="编号", to="number"),
    Column(heading="企业名称", to="name"),
    Column(heading="信用代码", to="credit_code"),
    Column(heading="类别", to="category"),
    Column(heading="推荐单位", to="unit"),
    Column(heading="服务收入占比(%)", to="share"),
)
ROWS = (
    ("A1", "甲公司", credit_code(1), "示范企业", "第1单位", 35.5, "x"),
    ("A2", "乙公司", credit_code(2), "enterprise", "000002", "40", "=1+1"),
)


def batch(session: Session, **changes: Any) -> BatchContext:
    external = External(name="某平台", url="https://platform.example", columns=COLUMNS)
    declare = Declare(external=external, one_case=OneCase.BATCH)
    return running(session, changed(ministry(), "stages.declare", declare=declare, form=None, **changes))


def workbook(*rows: tuple[object, ...]) -> bytes:
    return write_sheet("导出", HEADINGS, rows)


def take(session: Session, context: BatchContext, *rows: tuple[object, ...], at: str = "2023-03-10 10:00") -> Any:
    export = Export("导出.xlsx", workbook(*rows))
    return take_in(session, context.batch.id, export, received_at=local(at), actor=COORDINATOR)


def test_each_row_becomes_a_submitted_case_with_its_data(db: Session) -> None:
    """Issue 9, S003-31 on another platform: no form is filled here, and the unit owes its check at once."""
    context = batch(db)

    run = take(db, context, *ROWS)

    cases = db.scalars(select(Case).order_by(Case.external_key)).all()
    assert run.counts == {"added": 2, "updated": 0, "unchanged": 0, "kept": 0}
    assert [(case.title, case.unit.code, case.state, case.source) for case in cases] == [
        ("甲公司", "000001", CaseState.SUBMITTED, Source.PLATFORM),
        ("乙公司", "000002", CaseState.SUBMITTED, Source.PLATFORM),
    ]
    assert [case.values for case in cases] == [{"share": "35.5"}, {"share": "40"}]
    owed = select(Duty.unit_id).where(Duty.stage_key == "review", Duty.settled_as.is_(None))
    assert sorted(db.scalars(owed)) == sorted(case.unit_id for case in cases)


def test_importing_again_changes_nothing_and_newer_data_make_a_new_version(db: Session) -> None:
    context = batch(db)
    take(db, context, *ROWS)

    assert take(db, context, *ROWS).counts["unchanged"] == 2
    newer = take(db, context, ROWS[0], (*ROWS[1][:5], "41", ""))

    assert newer.counts == {"added": 0, "updated": 1, "unchanged": 1, "kept": 0}
    assert db.scalar(select(func.count(Case.id))) == 2
    assert db.scalar(select(func.count(Organisation.id))) == 2
    assert db.scalar(select(func.count(CaseVersion.id))) == 3
    assert db.scalar(select(func.count(CaseAct.id))) == 3


def test_what_a_unit_has_checked_is_kept_and_told(db: Session) -> None:
    context = batch(db)
    take(db, context, *ROWS)
    case = db.scalars(select(Case).where(Case.external_key == "A1")).one()
    case.state = CaseState.PASSED
    db.flush()

    run = take(db, context, (*ROWS[0][:5], "99", ""), ROWS[1])

    assert run.counts["kept"] == 1
    assert "退回补正" in run.problems[0]["sentence"]
    assert case.values == {"share": "35.5"}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("A3", "丙公司", "91410300MA3X4Q2J1X", "示范企业", "第1单位", "", ""), "统一社会信用代码"),
        (("A3", "丙公司", credit_code(3), "示范项目", "第1单位", "", ""), "没有这个类别"),
        (("A3", "丙公司", credit_code(3), "示范企业", "第9单位", "", ""), "没有这个推荐单位"),
        (("A3", "", credit_code(3), "示范企业", "第1单位", "", ""), "没有填写单位名称"),
        (("A1", "甲公司", credit_code(1), "示范企业", "第1单位", "", ""), "与第 2 行重复"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_imported(db: Session, row: tuple[object, ...], sentence: str) -> None:
    context = batch(db)

    with pytest.raises(Invalid, match=sentence) as refused:
        take(db, context, *ROWS, row)

    assert {problem.path for problem in refused.value.problems} == {"第 4 行"}
    assert db.scalar(select(func.count(Case.id))) == 0
    assert db.scalar(select(func.count(Organisation.id))) == 0


def test_a_second_case_of_one_applicant_is_refused_where_one_is_allowed(db: Session) -> None:
    """S000-07 by import."""
    context = batch(db)

    with pytest.raises(Exception, match="限报一个"):
        take(db, context, ROWS[0], ("B9", *ROWS[0][1:]))


def test_nothing_new_comes_in_after_the_deadline(db: Session) -> None:
    """S003-41, by import: one second after the cut-off each new row is refused."""
    context = batch(db, due=Due(on=NOW.date()))
    take(db, context, ROWS[0], at="2023-03-10 23:59")

    with pytest.raises(Invalid, match="截止") as refused:
        take(db, context, *ROWS, at="2023-03-11 00:00")

    assert [problem.path for problem in refused.value.problems] == ["第 3 行"]


def test_a_preview_stores_nothing_and_an_officer_imports_nothing(db: Session) -> None:
    context = batch(db)

    planned = preview(db, context.batch.id, workbook(*ROWS), actor=COORDINATOR)

    assert [one.effect for one in planned] == [Effect.ADDED, Effect.ADDED]
    assert db.scalar(select(func.count(Case.id))) == 0
    with pytest.raises(NotAllowed):
        preview(db, context.batch.id, workbook(*ROWS), actor=officer(db, 1))


def bomb() -> bytes:
    """Return a small archive that claims to be a workbook and unpacks to more than anybody needs."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        for number in range(4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * 100_000_000)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"", "0 字节"), (b"MZ\x90\x00", "不是 .xlsx"), (b"PK\x03\x04broken", "不是 .xlsx")]
)
def test_what_is_no_workbook_is_refused(db: Session, content: bytes, sentence: str) -> None:
    context = batch(db)

    with pytest.raises(Invalid, match=sentence):
        preview(db, context.batch.id, content, actor=COORDINATOR)


def test_a_bomb_is_refused_before_it_is_unpacked(db: Session) -> None:
    context = batch(db)

    with pytest.raises(Invalid, match="解压后过大"):
        preview(db, context.batch.id, bomb(), actor=COORDINATOR)


def test_a_column_that_is_needed_and_missing_is_named(db: Session) -> None:
    context = batch(db)
    cut = write_sheet("导出", HEADINGS[:2], [("A1", "甲公司")])

    with pytest.raises(Invalid, match="缺少这一列") as refused:
        preview(db, context.batch.id, cut, actor=COORDINATOR)

    assert {problem.value for problem in refused.value.problems} == {"信用代码", "类别", "推荐单位"}


def test_another_column_order_reads_the_same(db: Session) -> None:
    context = batch(db)
    turned = write_sheet("导出", HEADINGS[::-1], [row[::-1] for row in ROWS])

    planned = preview(db, context.batch.id, turned, actor=COORDINATOR)

    assert [replace(one.row, number=0) for one in planned] == [
        replace(one.row, number=0) for one in preview(db, context.batch.id, workbook(*ROWS), actor=COORDINATOR)
    ]
