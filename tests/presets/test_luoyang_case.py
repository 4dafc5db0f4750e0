"""Luoyang's batch with real cases: what its clauses refuse, and how one goes from applicant to city."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Invalid, TooLate
from models import CaseState, Mail
from presets import FOLDER
from services.cases.submitting import NotSubmitted, Receipt
from services.definitions import load_file
from services.recommending.forwarding import forward
from services.reviewing.deciding import pass_case
from services.reviewing.site import Visit, record
from services.rules.deciding import waive
from tests.support.batches import local, officer
from tests.support.preset_cases import NOW, check_all, fill_case, maker, new_case_of, open_batch, refusals, try_submit

LUOYANG = load_file(FOLDER / "luoyang-2023.yaml")
JIANXI = "410305"
NUMBER = int(JIANXI)
LAST = local("2023-03-27 23:59")
OVER = local("2023-03-28 00:00")
HOME = {"region": "河南省洛阳市涧西区"}
PARTS = {f"indicators__{part}__{year}": "0" for part in ("from_advertising", "from_other") for year in (2021, 2022)}
"""All service revenue of a platform is its platform's."""


def test_nine_districts_are_told_when_the_batch_opens(db: Session) -> None:
    """S000-55"""
    context = open_batch(db, LUOYANG)

    mails = db.scalars(select(Mail).where(Mail.batch_id == context.batch.id)).all()
    assert len(mails) == len({mail.unit_id for mail in mails}) == 9


def test_a_complete_case_is_accepted(db: Session) -> None:
    """S000-06, S000-12, S000-29"""
    context = open_batch(db, LUOYANG)
    case = fill_case(db, context, new_case_of(db, context, maker(db, 1, JIANXI, **HOME), JIANXI))

    result = try_submit(db, case)

    assert refusals(result) == ""
    assert case.state is CaseState.SUBMITTED


@pytest.mark.parametrize(
    ("organisation", "answers", "word"),
    [
        ({"region": "河南省郑州市"}, {}, "三（一）1"),
        ({"founded_on": date(2021, 3, 21)}, {}, "三（二）2"),
        ({"is_group": True}, {}, "三（二）1"),
        ({"industry": "F51"}, {}, "三（二）1"),
        ({}, {"main_share": "50.0"}, "三（二）1"),
        ({}, {"credit_tax": "已列入"}, "三（一）3"),
        ({}, {"credit_checked_on": "2023-03-21"}, "三（一）3"),
    ],
)
def test_what_breaks_a_clause_is_refused_with_it(
    db: Session, organisation: dict[str, object], answers: dict[str, str], word: str
) -> None:
    """S000-05, S000-11, S000-12, S000-13, S000-16, S000-18"""
    context = open_batch(db, LUOYANG)
    declarer = maker(db, 1, JIANXI, **(HOME | organisation))
    case = fill_case(db, context, new_case_of(db, context, declarer, JIANXI), **answers)

    assert word in refusals(try_submit(db, case))
    assert case.state is CaseState.DRAFT


def test_nine_pictures_are_one_too_few(db: Session) -> None:
    """S000-29"""
    context = open_batch(db, LUOYANG)
    case = new_case_of(db, context, maker(db, 1, JIANXI, **HOME), JIANXI)
    fill_case(db, context, case, leave_out={"photos": 1})

    result = try_submit(db, case)

    assert isinstance(result, NotSubmitted)
    assert "照片" in refusals(result)


def test_a_platform_that_went_online_too_late_is_refused(db: Session) -> None:
    """S000-14, T3"""
    context = open_batch(db, LUOYANG)
    case = new_case_of(db, context, maker(db, 1, JIANXI, **HOME), JIANXI, category="platform")
    fill_case(db, context, case, **PARTS, online_on="2022-04-01")

    assert "三（三）2" in refusals(try_submit(db, case))


def test_the_district_lifts_the_block_of_a_group_with_a_reason(db: Session) -> None:
    """S000-11"""
    context = open_batch(db, LUOYANG)
    declarer = maker(db, 1, JIANXI, **HOME, is_group=True)
    case = fill_case(db, context, new_case_of(db, context, declarer, JIANXI))
    assert refusals(try_submit(db, case))

    waive(db, case.id, "not-group", "名称含集团，实为单体企业", actor=officer(db, NUMBER), now=NOW)

    assert refusals(try_submit(db, case)) == ""


def test_an_applicant_has_one_case_in_either_category(db: Session) -> None:
    """S000-07: the second is refused, whatever its category."""
    context = open_batch(db, LUOYANG)
    declarer = maker(db, 1, JIANXI, **HOME)
    assert isinstance(try_submit(db, fill_case(db, context, new_case_of(db, context, declarer, JIANXI))), Receipt)

    second = fill_case(db, context, new_case_of(db, context, declarer, JIANXI, category="platform"), **PARTS)

    assert "每个申报单位限报一个" in refusals(try_submit(db, second))
    assert second.state is CaseState.DRAFT


def test_the_opinion_waits_for_the_site_check_and_the_district_forwards_in_time(db: Session) -> None:
    """S000-25, S000-42, S000-43, S000-44: no place is taken, because there is no number."""
    context = open_batch(db, LUOYANG)
    case = fill_case(db, context, new_case_of(db, context, maker(db, 1, JIANXI, **HOME), JIANXI))
    try_submit(db, case)
    actor = officer(db, NUMBER)
    check_all(db, case, NUMBER)
    with pytest.raises(Invalid, match="现场核查"):
        pass_case(db, case.id, "", actor=actor, now=NOW)

    record(db, case.id, Visit(date(2023, 3, 20), "李某、王某", "现场与材料相符"), actor=actor, now=NOW)
    opinion = pass_case(db, case.id, "", actor=actor, now=NOW)

    assert opinion.text == "经初审和现场核查，同意推荐。"
    with pytest.raises(TooLate):
        forward(db, case.id, received_at=OVER, actor=actor)
    assert case.state is CaseState.PASSED
    assert forward(db, case.id, received_at=LAST, actor=actor).places == ()
    assert case.state is CaseState.FORWARDED
