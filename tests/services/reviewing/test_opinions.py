"""The blocks of opinions that a printed form shows."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from services.recommending.forwarding import forward
from services.reviewing.deciding import pass_case
from services.reviewing.opinions import opinion_blocks
from tests.support.reviewing import NOW, answer_everything, checked, version, world


def test_three_acts_in_order_each_with_opinion_and_time(db: Session) -> None:
    """S004-18, S004-22, S001-37, S004-40: a block for each unit; the upper one stays empty until it decides."""
    found = checked(db)
    pass_case(db, found.case.id, "县级同意", actor=found.county, now=NOW)
    forward(db, found.case.id, received_at=NOW, actor=found.county)
    blocks = opinion_blocks(db, found.case.id, actor=found.applicant)
    assert [(block.unit, block.text, block.given_at) for block in blocks] == [
        ("乙县工信局", "县级同意", NOW),
        ("甲市工信局", "", None),
    ]

    answer_everything(db, found, found.city)
    later = NOW + timedelta(days=1)
    pass_case(db, found.case.id, "市级同意", actor=found.city, now=later)

    blocks = opinion_blocks(db, found.case.id, actor=found.city)
    assert [(block.label, block.text, block.by, block.given_at) for block in blocks] == [
        ("乙县工信局意见", "县级同意", "经办人2", NOW),
        ("甲市工信局意见", "市级同意", "经办人1", later),
    ]


def test_a_direct_case_needs_no_opinion_of_a_city(db: Session) -> None:
    """S004-20: the box says 直报."""
    found = world(db, unit_code="000004")

    (block,) = opinion_blocks(db, found.case.id, actor=found.applicant)

    assert (block.unit, block.text, block.is_direct) == ("省属企业直报", "直报", True)


def test_an_opinion_of_an_earlier_version_is_not_printed(db: Session) -> None:
    found = checked(db)
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    found.case.version_no = 2
    version(db, found.case, NOW)

    assert [block.text for block in opinion_blocks(db, found.case.id, actor=found.county)] == ["", ""]
