"""The notice of correction (一次性告知书)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy.orm import Session

from domain.errors import NotFound
from services.reviewing.returning import Return, correction_notice, give_back
from tests.support.reviewing import NOW, county_and_city, review, with_city, world

RETURN = Return("请补正后重新提交。", {"licence": "缺营业执照", "name": "与营业执照不一致"})


def test_the_notice_of_correction_can_be_printed(db: Session) -> None:
    """一次性告知书: number, clauses, dates, count; the same for the unit and the applicant."""
    wanted = county_and_city(review(max_returns=2))
    form = wanted.form("application")
    fields = tuple(replace(f, clause="名称与营业执照一致") if f.key == "name" else f for f in form.fields)
    document = replace(wanted.document, number="豫工信〔2023〕1号", issued_on=date(2023, 3, 1))
    changed = replace(wanted, forms=(wanted.forms[0], replace(form, fields=fields)), document=document)
    found = world(db, changed)
    give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)

    shown = correction_notice(db, found.case.id, 1, actor=found.applicant, now=NOW)

    assert shown == correction_notice(db, found.case.id, 1, actor=found.county, now=NOW)
    assert (shown.number, shown.basis) == (f"batch-2023-{found.case.id}-1", "《示范遴选 2023》（豫工信〔2023〕1号）")
    assert [(line.number, line.label, line.text, line.clause) for line in shown.lines] == [
        (1, "企业名称", "与营业执照不一致", "名称与营业执照一致"),
        (2, "营业执照", "缺营业执照", ""),
    ]
    assert (shown.returned_on, shown.due, shown.from_unit) == ("2023-03-13", "2023-03-20 周一 24:00", "乙县工信局")
    assert (shown.count, shown.limit, shown.is_open) == (1, 2, True)
    assert shown.whom_to_ask == ("李敏 010-68205191",)
    with pytest.raises(NotFound):
        correction_notice(db, found.case.id, 2, actor=found.applicant, now=NOW)


def test_an_applicant_does_not_see_what_one_unit_returned_to_another(db: Session) -> None:
    found = world(db)
    with_city(db, found)
    give_back(db, found.case.id, Return("核实不充分", to_unit_id=found.county_id(db)), actor=found.city, now=NOW)

    assert correction_notice(db, found.case.id, 1, actor=found.county, now=NOW).summary == "核实不充分"
    with pytest.raises(NotFound):
        correction_notice(db, found.case.id, 1, actor=found.applicant, now=NOW)
