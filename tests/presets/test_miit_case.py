"""The ministry's batch with its form and real cases: whose cities may apply, and what a principle asks."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Action
from domain.errors import RuleBroken
from domain.quota import QuotaFull
from models import Case, CaseState
from services.batches.context import BatchContext
from services.cases.access import get_case
from services.cases.opening import NewCase, open_case
from services.recommending.forwarding import forward
from services.reviewing.deciding import pass_case
from services.rules import soft_open
from services.titles.registering import NewTitle, add_titles
from tests.support.batches import officer
from tests.support.case_rows import unit_of
from tests.support.cases import put
from tests.support.preset_cases import NOW, check_all, fill_case, maker, new_case_of, open_batch, refusals, try_submit
from tests.support.presets import miit_with_form

MIIT = miit_with_form()
HENAN, NINGBO, CORPS = "410000", "330200", "660000"


def city(db: Session, context: BatchContext, unit: str, subtype: str, title: str = "甲市") -> Case:
    """Return a city's case, filled by the officer of the unit."""
    new = NewCase(context.batch.id, "city", subtype, unit_of(db, unit).id, title)
    case = open_case(db, new, actor=officer(db, int(unit)), now=NOW)
    return fill_case(db, context, case, name=title, design_centres="3")


def pass_on(db: Session, case: Case, unit: str) -> None:
    """Check, pass and seal a case, so that it may be forwarded."""
    check_all(db, case, int(unit))
    pass_case(db, case.id, "同意推荐。", actor=officer(db, int(unit)), now=NOW)
    put(db, case, "sealed", version_no=case.version_no)


def test_a_city_of_the_plan_recommends_one_of_two_kinds(db: Session) -> None:
    """S003-23, T9: the second is refused with the clause."""
    context = open_batch(db, MIIT)
    first, second = city(db, context, NINGBO, "comprehensive"), city(db, context, NINGBO, "design", "乙市")
    for case in (first, second):
        assert refusals(try_submit(db, case)) == ""
        pass_on(db, case, NINGBO)

    forward(db, first.id, received_at=NOW, actor=officer(db, int(NINGBO)))
    with pytest.raises(QuotaFull, match="计划单列市可申报综合类或工业设计特色类示范城市"):
        forward(db, second.id, received_at=NOW, actor=officer(db, int(NINGBO)))
    assert second.state is CaseState.PASSED


def test_a_province_recommends_one_of_each_kind(db: Session) -> None:
    """S003-22: the second comprehensive city is refused, a city of design goes."""
    context = open_batch(db, MIIT)
    cases = [
        city(db, context, HENAN, "comprehensive"),
        city(db, context, HENAN, "comprehensive", "乙市"),
        city(db, context, HENAN, "design", "丙市"),
    ]
    for case in cases:
        assert refusals(try_submit(db, case)) == ""
        pass_on(db, case, HENAN)

    forward(db, cases[0].id, received_at=NOW, actor=officer(db, int(HENAN)))
    with pytest.raises(QuotaFull, match="综合类城市不超过1个"):
        forward(db, cases[1].id, received_at=NOW, actor=officer(db, int(HENAN)))
    forward(db, cases[2].id, received_at=NOW, actor=officer(db, int(HENAN)))
    assert [case.state for case in cases] == [CaseState.FORWARDED, CaseState.PASSED, CaseState.FORWARDED]


def test_the_corps_has_no_intake_of_cities(db: Session) -> None:
    """S003-24: closed, with the clause that does not name it."""
    context = open_batch(db, MIIT)

    with pytest.raises(RuleBroken, match="各省、自治区、直辖市"):
        city(db, context, CORPS, "comprehensive")


def test_a_demonstration_city_cannot_submit_again(db: Session) -> None:
    """S003-26: the registry decides."""
    context = open_batch(db, MIIT)
    title = NewTitle(programme="fwxzz", batch_no=3, category="city", holder="甲市", unit=HENAN)
    add_titles(db, [title], actor=SYSTEM, now=NOW)

    assert "已成为示范城市的无需再进行申报推荐" in refusals(try_submit(db, city(db, context, HENAN, "design")))
    assert refusals(try_submit(db, city(db, context, HENAN, "design", "乙市"))) == ""


def test_twenty_nine_percent_asks_the_unit_for_a_reason_and_blocks_no_submission(db: Session) -> None:
    """S003-12, T10: 原则上."""
    context = open_batch(db, MIIT)
    case = new_case_of(db, context, maker(db, 1, HENAN), HENAN)
    fill_case(db, context, case, service_share="29")

    assert refusals(try_submit(db, case)) == ""
    found = get_case(db, case.id, actor=officer(db, int(HENAN)), action=Action.VIEW_CASE)
    assert [verdict.rule.key for verdict in soft_open(db, found)] == ["service-share"]


def test_a_younger_platform_is_refused(db: Session) -> None:
    """S003-13, S003-14"""
    context = open_batch(db, MIIT)
    case = new_case_of(db, context, maker(db, 1, HENAN), HENAN, category="platform", subtype="sharing")
    fill_case(db, context, case, operated_since="2021-03-21", modes="sharing")

    assert "正式投入运营时间须满2年" in refusals(try_submit(db, case))
