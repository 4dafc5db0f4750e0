"""A small layout, and reading workbooks by it."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import xlsxwriter

from domain.errors import Invalid
from services.bulk.columns import Column, Layout, Takes, What
from services.bulk.workbook import Table, read_table
from tests.support.bulk import workbook

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
