"""Zhejiang's batch in use: from the county by the city to the province, and straight to it for those it lists."""

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from domain.access import Action
from domain.errors import NotAllowed
from models import Case, CaseFile, CaseState, Opinion
from services.cases.access import get_case
from services.cases.papers import missing_scans
from services.cases.submitting import NotSubmitted, Receipt
from services.organisations.listing import Listed, list_applicant
from services.recommending.places import remaining
from tests.support.batches import COORDINATOR, local
from tests.support.case_rows import organisation, unit_of
from tests.support.cases import put
from tests.support.province_cases import begun, checked, passed_up, sent_in, started

OPENED = local("2020-09-23 09:00")
NOW = local("2020-09-28 10:00")
LAST = local("2020-10-10 17:00")
HANGZHOU, TONGLU, DIRECT = "330100", "330122", "zj-direct"


def opinions(db: Session, case: Case) -> list[str]:
    given = db.scalars(select(Opinion).where(Opinion.case_id == case.id).order_by(Opinion.id))
    return [opinion.by_unit.name for opinion in given]


def test_a_case_goes_from_the_county_by_the_city_to_the_province(db: Session) -> None:
    """S004-18, S004-22: three acts in order, each with its opinion."""
    context = started(db, "zhejiang-2020", OPENED)
    case = begun(db, context, "enterprise", TONGLU, at=NOW, declarer=organisation(db, 1, TONGLU))

    assert isinstance(sent_in(db, case, at=NOW), Receipt)
    assert case.at_unit.code == TONGLU
    assert passed_up(db, context, case, at=NOW).upper == "杭州市经信局"
    assert (case.state, case.at_unit.code) == (CaseState.SUBMITTED, HANGZHOU)
    assert passed_up(db, context, case, at=LAST).upper == ""
    assert case.state is CaseState.FORWARDED
    assert opinions(db, case) == ["杭州市桐庐县经信局", "杭州市经信局"]


def test_no_place_limits_how_many_a_city_recommends(db: Session) -> None:
    """S004-17."""
    context = started(db, "zhejiang-2020", OPENED)
    cases = [
        begun(db, context, "project", HANGZHOU, at=NOW, declarer=organisation(db, number, HANGZHOU))
        for number in range(1, 9)
    ]
    for case in cases:
        sent_in(db, case, at=NOW)
        passed_up(db, context, case, at=NOW)

    assert {case.state for case in cases} == {CaseState.FORWARDED}
    assert remaining(db, context, unit_of(db, HANGZHOU).id) == []


def test_only_a_listed_enterprise_goes_straight_to_the_province(db: Session) -> None:
    """S004-19, S004-20, S004-21: neither county nor city sees it, and nobody can claim it alone."""
    context = started(db, "zhejiang-2020", OPENED)
    owned = organisation(db, 1, HANGZHOU)
    with pytest.raises(NotAllowed, match="名单"):
        begun(db, context, "enterprise", DIRECT, at=NOW, declarer=owned)

    listed = [Listed(str(owned.credit_code), owned.name)]
    list_applicant(db, context.batch.id, unit_of(db, DIRECT).id, listed, actor=COORDINATOR, now=NOW)
    case = begun(db, context, "enterprise", DIRECT, at=NOW, declarer=owned)
    assert isinstance(sent_in(db, case, at=NOW), Receipt)

    assert passed_up(db, context, case, at=NOW).upper == ""
    assert (case.state, case.unit.code) == (CaseState.FORWARDED, DIRECT)


def test_one_applicant_may_declare_in_two_categories(db: Session) -> None:
    """S004-03, S004-59."""
    context = started(db, "zhejiang-2020", OPENED)
    declarer = organisation(db, 1, TONGLU)

    both = [begun(db, context, key, TONGLU, at=NOW, declarer=declarer) for key in ("enterprise", "platform")]

    assert [isinstance(sent_in(db, case, at=NOW), Receipt) for case in both] == [True, True]


def test_a_planned_project_is_refused_and_a_finished_one_is_not_asked_for(db: Session) -> None:
    """S004-13."""
    context = started(db, "zhejiang-2020", OPENED)
    declarer = organisation(db, 1, TONGLU)
    planned = begun(
        db, context, "project", TONGLU, at=NOW, declarer=declarer, operation="尚未投入运营", finished="否"
    )
    running = begun(db, context, "project", TONGLU, at=NOW, declarer=declarer, finished="否")

    refused = sent_in(db, planned, at=NOW)
    assert isinstance(refused, NotSubmitted)
    assert "且已投入运营" in refused.refusal.sentence
    assert isinstance(sent_in(db, running, at=NOW), Receipt)


def test_a_case_without_the_word_version_is_not_taken(db: Session) -> None:
    """S004-31: the sealed PDF follows the check."""
    context = started(db, "zhejiang-2020", OPENED)
    case = begun(db, context, "enterprise", TONGLU, at=NOW, declarer=organisation(db, 1, TONGLU))
    db.execute(delete(CaseFile).where(CaseFile.case_id == case.id, CaseFile.slot_key == "word"))

    refused = sent_in(db, case, at=NOW)
    assert isinstance(refused, NotSubmitted)
    assert "申报书WORD版" in refused.refusal.sentence

    put(db, case, "word", "申报书.docx")
    assert isinstance(sent_in(db, case, at=NOW), Receipt)
    officer = checked(db, case, at=NOW)
    wanted = missing_scans(get_case(db, case.id, actor=officer, action=Action.RECOMMEND))
    assert [problem.path for problem in wanted] == ["materials.sealed"]
