"""A department's reply as a sheet: which column says what, and which applicant a row is about."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.errors import Invalid, Problem
from models import CreditResult, Organisation
from services.sheets import Sheet

NAME, CODE, RESULT, NOTE = "申报单位", "统一社会信用代码", "结果（有/无）", "说明"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": (NAME, "企业名称", "单位名称", "名称"),
    "code": (CODE, "信用代码", "社会信用代码"),
    "result": (RESULT, "结果", "有无", "有/无", "是否失信"),
    "note": (NOTE, "备注", "具体情况"),
}
"""Headings under which a department's reply may hold each thing."""
WORDS: Mapping[str, CreditResult] = {
    "有": CreditResult.HIT,
    "是": CreditResult.HIT,
    "无": CreditResult.CLEAR,
    "否": CreditResult.CLEAR,
    "": CreditResult.NO_REPLY,
    "未反馈": CreditResult.NO_REPLY,
}
RESULTS: Mapping[CreditResult, str] = {
    CreditResult.HIT: "有",
    CreditResult.CLEAR: "无",
    CreditResult.NO_REPLY: "未反馈",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says about an applicant."""

    result: CreditResult
    note: str


@dataclass(frozen=True, slots=True)
class Matched:
    """A reply by applicant. said: by organisation id. unknown: (row, name and code) that fit nobody in the batch.

    problems: rows that cannot be read, or that say two things about one applicant.
    """

    said: Mapping[int, Said]
    unknown: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]


def columns_of(sheet: Sheet) -> dict[str, str]:
    """Return the sheet's own heading of each thing; "" for what it does not hold.

    Raises Invalid (path "file") without a result, or without both name and code.
    """
    found = {
        name: next((heading for heading in headings if heading in sheet.headings), "")
        for name, headings in COLUMNS.items()
    }
    if not found["result"] or not (found["name"] or found["code"]):
        wanted = f"须有“{RESULT}”列，以及“{CODE}”或“{NAME}”列"
        raise Invalid([Problem("file", "、".join(sheet.headings)[:80], "表格缺少必需的列", wanted)])
    return found


def match(sheet: Sheet, owners: Iterable[Organisation]) -> Matched:
    """Return what the rows say of these applicants: found by credit code, else by name. Raises Invalid."""
    columns = columns_of(sheet)
    by_code: dict[str, int] = {}
    by_name: defaultdict[str, set[int]] = defaultdict(set)
    for owner in owners:
        if owner.credit_code:
            by_code[owner.credit_code] = owner.id
        by_name[_plain(owner.name)].add(owner.id)
    said: dict[int, Said] = {}
    unknown: list[tuple[int, str]] = []
    problems: list[Problem] = []
    for number, cells in sheet.rows:
        name, code, word, note = (
            cells.get(heading, "").strip() if heading else ""
            for heading in (columns["name"], columns["code"], columns["result"], columns["note"])
        )
        ids = {by_code[code.upper()]} if code.upper() in by_code else by_name.get(_plain(name), set())
        problem = _problem(number, ids, word, said, note)
        if not ids:
            unknown.append((number, f"{name} {code}".strip()))
        elif problem is not None:
            problems.append(problem)
        else:
            said[next(iter(ids))] = Said(WORDS[word], note)
    return Matched(said, tuple(unknown), tuple(problems))


def _problem(number: int, ids: set[int], word: str, said: Mapping[int, Said], note: str) -> Problem | None:
    """Return why a row cannot be taken; None when it can."""
    path = f"rows.{number}"
    if len(ids) > 1:
        return Problem(path, "", f"第 {number} 行：有 {len(ids)} 个同名的申报单位", f"请填写“{CODE}”")
    if word not in WORDS:
        return Problem(path, word[:80], f"第 {number} 行：结果不明", "请填写“有”或“无”，未反馈的留空")
    before = said.get(next(iter(ids), 0))
    if before is not None and before != Said(WORDS[word], note):
        return Problem(path, word, f"第 {number} 行：与前面对同一单位的结果不一致", "请只保留一行")
    return None


def _plain(name: str) -> str:
    """Return a name as people mean it: without spaces, and with one kind of brackets."""
    return "".join(name.split()).replace("(", "（").replace(")", "）")
