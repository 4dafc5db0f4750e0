"""Matching the rows of a reply with applicants: no row is lost, and none counts for two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models import CreditResult, Organisation
from services.reviewing.credit.sheet import CODE, NAME, RESULT, WORDS, match
from services.sheets import Sheet
from tests.support.case_rows import credit_code

OWNERS = tuple(
    Organisation(id=number, name=name, credit_code=credit_code(number) if number < 4 else None)
    for number, name in enumerate(("甲公司", "乙（河南）公司", "同名", "同名", "无代码公司"), start=1)
)
NAMES = st.sampled_from(["甲公司", "乙(河南)公司", " 甲 公司 ", "同名", "无代码公司", "别家", ""])
CODES = st.sampled_from([credit_code(1), credit_code(2).lower(), credit_code(3), credit_code(9), ""])
RESULTS = st.sampled_from(["有", "无", "", "未反馈", "不清楚"])


@given(st.lists(st.tuples(NAMES, CODES, RESULTS), max_size=12))
def test_every_row_is_taken_told_as_unknown_or_told_as_unreadable(rows: list[tuple[str, str, str]]) -> None:
    cells = tuple(
        (number, {NAME: name, CODE: code, RESULT: word}) for number, (name, code, word) in enumerate(rows, start=2)
    )

    found = match(Sheet((NAME, CODE, RESULT), cells), OWNERS)

    told = {number for number, _ in found.unknown} | {int(problem.path.split(".")[1]) for problem in found.problems}
    taken = [word for number, (_, _, word) in enumerate(rows, start=2) if number not in told]
    assert len(found.unknown) + len(found.problems) == len(told)
    assert set(taken) <= set(WORDS)
    assert len(found.said) <= len(taken)
    assert bool(found.said) == bool(taken)
    assert {said.result for said in found.said.values()} <= {WORDS[word] for word in taken}


def test_a_code_counts_more_than_a_name_and_brackets_are_alike() -> None:
    cells = (
        (2, {NAME: "甲公司", CODE: credit_code(2), RESULT: "有"}),
        (3, {NAME: "乙(河南)公司", CODE: "", RESULT: "有"}),
    )

    found = match(Sheet((NAME, CODE, RESULT), cells), OWNERS)

    assert {owner: said.result for owner, said in found.said.items()} == {2: CreditResult.HIT}
