"""The templates: closed sets to choose from, cells that keep their zeros, and rows that are not imported."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy.orm import Session

from domain.errors import Invalid
from services.bulk.columns import Column, Layout, Takes, What
from services.bulk.importing import layout_of, template
from services.bulk.workbook import Table, read_table
from tests.support.batches import COORDINATOR, running
from tests.support.bulk import workbook
from tests.support.people import ADMIN

LAYOUT = Layout(
    What.UNITS,
    (
        Column(key="code", heading="代码", says="", takes=Takes.CODE, is_required=True, also=("单位代码",)),
        Column(key="name", heading="名称", says="", is_required=True),
        Column(key="mobile", heading="手机", says=""),
        Column(key="day", heading="日期", says="", takes=Takes.DAY),
        Column(key="count", heading="第几批", says="", takes=Takes.COUNT),
    ),
)
HEADINGS = ("代码", "名称", "手机", "日期", "第几批")


def book(fill: Callable[[Any, Any], object], sheet: str = "推荐单位", **options: Any) -> bytes:
    """Return a workbook whose sheet a function fills."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as made:
        fill(made, made.add_worksheet(sheet))
    return target.getvalue()


def read(*rows: tuple[object, ...], headings: tuple[str, ...] = HEADINGS) -> Table:
    return read_table(workbook(headings, rows), LAYOUT)


def cells(*row: object) -> Mapping[str, str]:
    return read(row).rows[0].cells


def why(content: bytes) -> str:
    """Return why a file is refused."""
    with pytest.raises(Invalid) as refused:
        read_table(content, LAYOUT)
    return "；".join(f"{problem.sentence} {problem.allowed}" for problem in refused.value.problems)


# ---------- the templates


@pytest.mark.parametrize("what", list(What))
def test_a_template_offers_the_closed_sets_keeps_zeros_and_reads_back(db: Session, what: What) -> None:
    running(db)

    content = template(db, what, actor=ADMIN)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
        texts = archive.read("xl/sharedStrings.xml").decode()

    layout = layout_of(db, what, actor=ADMIN)
    assert all(f"<t>{column.heading}</t>" in texts for column in layout.columns)
    assert "示例" in texts and "第3单位" in texts
    assert "dataValidation " in sheet
    assert 'formatCode="@"' in styles
    with pytest.raises(Invalid, match="没有要导入的行"):
        read_table(content, layout)


def test_a_template_of_many_units_offers_no_endless_list(db: Session) -> None:
    from tests.support.batches import definition

    running(db, definition(501))

    with zipfile.ZipFile(io.BytesIO(template(db, What.UNITS, actor=COORDINATOR))) as archive:
        assert "dataValidation " not in archive.read("xl/worksheets/sheet1.xml").decode()
