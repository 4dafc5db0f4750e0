"""Findings about checking and recommending, each provoked once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.definition import (
    Arrival,
    CheckItem,
    Declare,
    Definition,
    Due,
    InternalStep,
    Paper,
    Stage,
    StageKind,
    UnitClass,
    UnitEntry,
)
from domain.lint.cases.casework import check
from tests.support.recommending import changed, recommend_stage, review_stage, with_places

PLAIN = replace(with_places(), units=tuple(replace(unit, upper=None) for unit in with_places().units))
STEP = InternalStep(key="leader", name="签发")
DECLARE = Stage(key="declare", kind=StageKind.DECLARE, title="申报", form="contact", declare=Declare())


def reviewed(**changes: Any) -> Definition:
    return changed(PLAIN, review=review_stage(**changes))


def recommended(**changes: Any) -> Definition:
    return changed(PLAIN, recommend=recommend_stage(**changes))


def declared(due: Due | None) -> Definition:
    return changed(PLAIN, declare=replace(DECLARE, due=due))


def found(definition: Definition) -> list[tuple[str, str, str]]:
    return [(finding.level.value, finding.code, finding.path) for finding in check(definition)]


CHECK = CheckItem(key="seen", label="已核对")
PAPER = Paper(copies=1, arrival=Arrival.SENT)
CASES = [
    (PLAIN, []),
    (reviewed(classes=("city",), checks=(CHECK,), internal=(STEP,)), []),
    (reviewed(classes=("none",)), [("error", "unknown_class", "stages.review.review.classes")]),
    (reviewed(checks=(CHECK, CHECK)), [("error", "duplicate_key", "stages.review.review.checks.seen")]),
    (
        reviewed(checks=(replace(CHECK, categories=("none",)),)),
        [("error", "unknown_category", "stages.review.review.checks.seen.categories")],
    ),
    (reviewed(return_days=0), [("error", "bad_number", "stages.review.review.return_days")]),
    (reviewed(max_returns=-1), [("error", "bad_number", "stages.review.review.max_returns")]),
    (
        recommended(internal=(STEP, STEP)),
        [("error", "duplicate_key", "stages.recommend.recommend.internal.leader")],
    ),
    (recommended(classes=("none",)), [("error", "unknown_class", "stages.recommend.recommend.classes")]),
    (recommended(paper=PAPER), []),
    (
        recommended(paper=replace(PAPER, copies=0)),
        [("error", "bad_number", "stages.recommend.recommend.paper.copies")],
    ),
    (
        recommended(paper=Paper(copies=1)),
        [("warning", "arrival_open", "stages.recommend.recommend.paper.arrival")],
    ),
    (declared(None), [("info", "applicants_date_open", "stages.declare.due")]),
    (declared(Due(on=date(2023, 5, 31))), [("info", "applicants_date_open", "stages.declare.due")]),
    (declared(Due(on=date(2023, 4, 28))), []),
]


@pytest.mark.parametrize(("definition", "expected"), CASES)
def test_each_finding_is_provoked_and_its_opposite_is_not(
    definition: Definition, expected: list[tuple[str, str, str]]
) -> None:
    """S003-40, S000-45, S004-24: what the notice leaves open is said, what does not exist is refused."""
    assert found(definition) == expected


def test_a_unit_that_forwards_past_the_unit_above_it_is_pointed_out() -> None:
    """S003-25: its cases would count as in hand of the unit above."""
    assert found(with_places()) == [("warning", "forwards_past_upper", "units.000003.upper")]


def test_a_direct_class_stands_by_itself() -> None:
    direct = UnitClass(key="direct", name="省属企业直报", is_direct=True)
    entry = UnitEntry(code="000090", name="直报处", unit_class="direct", upper="000001")
    wanted = replace(PLAIN, unit_classes=(*PLAIN.unit_classes, direct), units=(*PLAIN.units, entry))

    assert found(wanted) == [("warning", "forwards_past_upper", "units.000090.upper")]
