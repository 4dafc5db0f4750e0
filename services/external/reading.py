"""The other platform's export, read row by row against what the batch knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.credit_code import normal_credit_code
from domain.definition import Column, Definition, External
from domain.errors import Invalid, Problem
from models import BatchUnit, Unit
from services.batches.context import BatchContext
from services.sheets import Sheet, read_sheet

PLAIN = frozenset(
    {"credit_code", "name", "category", "subtype", "modes", "unit", "number", "contact", "phone", "email", "title"}
)
"""What a column can be besides a leaf of the form."""
REQUIRED = ("credit_code", "name", "category", "unit")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that can be taken in. number: as people count it. values: answers by leaf."""

    number: int
    credit_code: str
    name: str
    category: str
    subtype: str
    modes: tuple[str, ...]
    unit_id: int
    key: str
    title: str
    email: str
    phone: str
    values: Mapping[str, str] = field(default_factory=dict)


def read_rows(session: Session, context: BatchContext, external: External, stream: IO[bytes]) -> list[Row]:
    """Return the rows of an export. Raises Invalid with every wrong row (path "第 n 行")."""
    sheet = read_sheet(stream)
    columns = _columns(external, sheet)
    units = _units(session, context)
    rows: list[Row] = []
    problems: list[Problem] = []
    seen: dict[tuple[str, str, str], int] = {}
    for number, cells in sheet.rows:
        given = {column.to: cells.get(column.heading, "") for column in columns}
        try:
            row = _row(context.definition, units, number, given)
        except Invalid as wrong:
            problems += wrong.problems
            continue
        twin = seen.setdefault((row.credit_code, row.category, row.key), number)
        if twin != number:
            problems.append(Problem(f"第 {number} 行", row.name, f"与第 {twin} 行重复", "同一单位同一类别只留一行"))
        rows.append(row)
    if problems:
        raise Invalid(problems)
    return rows


def _columns(external: External, sheet: Sheet) -> list[Column]:
    found = [column for column in external.columns if column.heading in sheet.headings]
    missing = [column for column in external.columns if column.to in REQUIRED and column not in found]
    if missing:
        raise Invalid(
            Problem("file", column.heading, "缺少这一列", f"现有的列：{'、'.join(sheet.headings)}")
            for column in missing
        )
    return found


def _units(session: Session, context: BatchContext) -> dict[str, int]:
    """Return the batch's units by every word that may name them: code, name, short name."""
    rows = session.execute(
        select(Unit.id, Unit.code, Unit.name, Unit.short)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(BatchUnit.batch_id == context.batch.id)
    )
    return {word: unit_id for unit_id, *words in rows for word in words if word}


def _row(definition: Definition, units: Mapping[str, int], number: int, given: Mapping[str, str]) -> Row:
    path = f"第 {number} 行"
    problems = [Problem(path, "", f"没有填写{WORDS[key]}") for key in REQUIRED if not given.get(key)]
    code = given.get("credit_code", "")
    if code:
        try:
            code = normal_credit_code(code)
        except ValueError as wrong:
            problems.append(Problem(path, code, str(wrong)))
    category = next((c for c in definition.categories if given.get("category") in {c.key, c.name}), None)
    if category is None and given.get("category"):
        names = "、".join(c.name for c in definition.categories)
        problems.append(Problem(path, given["category"], "没有这个类别", f"类别：{names}"))
    if given.get("unit") and given["unit"] not in units:
        problems.append(Problem(path, given["unit"], "没有这个推荐单位", "填写单位的全称、简称或代码"))
    subtype, modes = "", []
    if category is not None:
        subtype = _subtype(category.key, definition, given.get("subtype", ""), path, problems)
        modes = _modes(category.key, definition, given.get("modes", ""), path, problems)
    if problems or category is None:
        raise Invalid(problems)
    return Row(
        number=number,
        credit_code=code,
        name=given["name"],
        category=category.key,
        subtype=subtype,
        modes=tuple(modes),
        unit_id=units[given["unit"]],
        key=given.get("number", ""),
        title=given.get("title", "") or given["name"],
        email=given.get("email", ""),
        phone=given.get("phone", ""),
        values={key: text for key, text in given.items() if key not in PLAIN and text},
    )


WORDS = {"credit_code": "统一社会信用代码", "name": "单位名称", "category": "类别", "unit": "推荐单位"}


def _subtype(category: str, definition: Definition, text: str, path: str, problems: list[Problem]) -> str:
    known = definition.category(category).subtypes
    found = next((subtype.key for subtype in known if text in {subtype.key, subtype.name}), "")
    if known and not found:
        problems.append(Problem(path, text, "没有这个子类", f"子类：{'、'.join(one.name for one in known)}"))
    return found


def _modes(category: str, definition: Definition, text: str, path: str, problems: list[Problem]) -> list[str]:
    known = {word: mode.key for mode in definition.modes_of(category) for word in (mode.key, mode.name)}
    words = [word.strip() for word in text.replace("，", "、").replace(",", "、").replace("；", "、").split("、")]
    unknown = [word for word in words if word and word not in known]
    if unknown:
        names = "、".join(mode.name for mode in definition.modes_of(category))
        problems.append(Problem(path, "、".join(unknown), "没有这种模式", f"模式：{names}"))
    return [known[word] for word in words if word in known]
