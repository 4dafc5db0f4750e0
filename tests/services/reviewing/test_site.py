"""Site checks: recorded whole, before the opinion that waits for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from domain.errors import Invalid, NotFound
from models import ActKind
from services.reviewing.deciding import pass_case
from services.reviewing.site import Visit, record, site_checks
from tests.support.reviewing import NOW, acts, checked, county_and_city, review, world

VISIT = Visit(date(2023, 3, 12), "张三、李四", "设备、人员与申报材料相符")


def test_the_opinion_waits_for_a_site_check(db: Session) -> None:
    """S000-25, S000-42: recorded with date, persons, findings."""
    found = checked(db, county_and_city(review(needs_site_check=True)))
    with pytest.raises(Invalid, match="尚未登记现场核查"):
        pass_case(db, found.case.id, "", actor=found.county, now=NOW)

    record(db, found.case.id, VISIT, actor=found.county, now=NOW)

    pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    (row,) = site_checks(db, found.case.id, actor=found.city)
    assert (row.held_on, row.persons, row.findings, row.recorded_at) == (*_shown(VISIT), NOW)
    assert next((act.kind, act.is_open) for act in acts(db, found.case)) == (ActKind.SITE_CHECK, False)


def _shown(visit: Visit) -> tuple[date, str, str]:
    return visit.held_on, visit.persons, visit.findings


@pytest.mark.parametrize(
    ("visit", "path", "words"),
    [
        (replace(VISIT, held_on=date(2023, 3, 14)), "held_on", "核查日期不能晚于今天"),
        (replace(VISIT, held_on=date(2023, 2, 28)), "held_on", "核查日期不能早于本批次开始"),
        (replace(VISIT, persons=" "), "persons", "请填写核查人员"),
        (replace(VISIT, persons="张" * 201), "persons", "核查人员过长"),
        (replace(VISIT, findings=""), "findings", "请填写核查情况"),
    ],
)
def test_a_site_check_is_recorded_whole_and_of_a_possible_day(
    db: Session, visit: Visit, path: str, words: str
) -> None:
    """S000-42"""
    found = world(db)

    with pytest.raises(Invalid) as refused:
        record(db, found.case.id, visit, actor=found.county, now=NOW)

    assert [(problem.path, problem.sentence) for problem in refused.value.problems] == [(path, words)]


def test_a_report_that_is_not_there_is_not_recorded(db: Session) -> None:
    found = world(db)

    with pytest.raises(NotFound, match="没有这个文件"):
        record(db, found.case.id, replace(VISIT, file_id=999), actor=found.county, now=NOW)
