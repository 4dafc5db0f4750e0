"""Workbooks to import, and what a look at them says."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter
from sqlalchemy.orm import Session

from domain.access import Actor
from services.bulk.columns import NAMES, What
from services.bulk.importing import Workbook, confirm, preview
from services.bulk.outcome import Done, Effect, Line, Preview
from tests.support.batches import COORDINATOR, local

NOW = local("2023-03-10 10:00")
HEADINGS: Mapping[What, tuple[str, ...]] = {
    What.UNITS: ("代码", "名称", "上级单位", "简称", "电子邮箱", "手机", "联系电话"),
    What.CONTACTS: ("单位", "批次", "姓名", "职务", "联系电话", "手机", "传真", "电子邮箱"),
    What.TITLES: ("项目", "第几批", "类别", "名称", "所在单位", "统一社会信用代码", "授予日期"),
    What.USERS: ("账号", "姓名", "手机", "电子邮箱", "角色", "单位", "项目", "岗位"),
}


class Formula(str):
    """A cell with a formula; the text is the result that is stored."""

    __slots__ = ()


def workbook(headings: Sequence[str], rows: Sequence[Sequence[object]], sheet: str = "数据") -> bytes:
    """Return a workbook with a sheet of cells as they are: text as text, numbers as numbers."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate((headings, *rows)):
            for column, value in enumerate(row):
                if isinstance(value, Formula):
                    page.write_formula(number, column, "=1+1", None, str(value))
                elif value not in {"", None}:
                    page.write(number, column, value)
    return target.getvalue()


def book_of(what: What, *rows: Sequence[object]) -> bytes:
    """Return a workbook of a kind with the usual headings; short rows end early."""
    return workbook(HEADINGS[what], rows, NAMES[what])


def look(
    session: Session, what: What, *rows: Sequence[object], actor: Actor = COORDINATOR, **changes: Any
) -> Preview:
    """Return what these rows would do."""
    return preview(session, what, book_of(what, *rows), actor=actor, now=changes.get("now", NOW))


def bring_in(
    session: Session, what: What, *rows: Sequence[object], actor: Actor = COORDINATOR, **changes: Any
) -> Done:
    """Look at these rows and import them."""
    content, now = book_of(what, *rows), changes.get("now", NOW)
    seen = preview(session, what, content, actor=actor, now=now).fingerprint
    return confirm(session, what, Workbook("表.xlsx", content), seen=seen, actor=actor, now=now)


def effects(found: Preview) -> list[Effect]:
    """Return what each row does."""
    return [line.effect for line in found.lines]


def changes(line: Line) -> dict[str, tuple[str, str]]:
    """Return before and after of each value that a row sets, by heading."""
    return {change.label: (change.before, change.after) for change in line.changes}


def why(found: Preview, number: int) -> str:
    """Return all that is wrong with the n-th row, from 1."""
    return "；".join(str(problem) for problem in found.lines[number - 1].problems)
