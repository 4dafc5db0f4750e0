"""Shanxi's batch in use: its places, its cities, its channels, and the word that there is nothing."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action
from domain.duties import Settlement
from domain.errors import Invalid, NotAllowed
from domain.quota import QuotaFull
from models import ActKind, CaseAct, CaseState, Duty, OrganisationKind
from services.cases.access import get_case
from services.cases.channel import change_channel
from services.cases.papers import missing_scans
from services.cases.submitting import NotSubmitted, Receipt
from services.cases.withdrawing import withdraw
from services.recommending.nothing import declare_none
from services.recommending.places import remaining
from tests.support.batches import local, running
from tests.support.case_rows import applicant, organisation, unit_of
from tests.support.province_cases import begun, checked, passed_up, person, seal, sent_in, started
from tests.support.provinces import preset

OPENED = local("2021-10-27 09:00")
NOW = local("2021-11-10 10:00")
LAST = local("2021-11-20 23:59")
TAIYUAN, DATONG, ZONE = "140100", "140200", "sx-zgq"


def test_the_batch_cannot_be_published_while_the_notice_contradicts_itself(db: Session) -> None:
    """S001-06, S001-12, T5, T6: nobody has chosen yet, so nothing opens."""
    with pytest.raises(Invalid) as refused:
        running(db, preset("shanxi-2021"), now=OPENED)

    found = {problem.path: problem.sentence for problem in refused.value.problems}
    assert {"categories.project.modes", "quotas.platform.limit", "forms.enterprise.lost"} < set(found)
    assert "须由主办处室选定" in found["categories.project.modes"]


def test_the_sixth_enterprise_is_refused_for_that_unit_only(db: Session) -> None:
    """S001-10, S001-62: what is left changes with each case, and a withdrawn one gives its place back."""
    context = started(db, "shanxi-2021", OPENED)
    cases = [
        begun(db, context, "enterprise", unit, at=NOW, declarer=organisation(db, n, unit))
        for n, unit in enumerate([TAIYUAN] * 6 + [DATONG], start=1)
    ]
    for case in cases:
        assert isinstance(sent_in(db, case, at=NOW), Receipt)

    for case in cases[:5]:
        passed_up(db, context, case, at=NOW)
    with pytest.raises(QuotaFull, match="可推荐示范企业不超过5个"):
        passed_up(db, context, cases[5], at=NOW)
    passed_up(db, context, cases[6], at=NOW)

    left = {stands.quota.category: stands.left for stands in remaining(db, context, unit_of(db, TAIYUAN).id)}
    assert left == {"enterprise": 0, "project": 2, "platform": 2, "city": 1}
    assert cases[6].state is CaseState.FORWARDED


def test_a_city_is_declared_by_its_bureau_and_by_no_zone(db: Session) -> None:
    """S001-08, S001-09: an applicant cannot, 综改区 cannot, and a county-level city is none."""
    context = started(db, "shanxi-2021", OPENED)

    good = begun(db, context, "city", TAIYUAN, at=NOW, name="太原市")
    assert isinstance(sent_in(db, good, at=NOW), Receipt)
    with pytest.raises(NotAllowed, match="示范城市"):
        begun(db, context, "city", DATONG, at=NOW, declarer=organisation(db, 1, DATONG))
    county = sent_in(db, begun(db, context, "city", DATONG, at=NOW, name="孝义市"), at=NOW)
    zone = sent_in(db, begun(db, context, "city", ZONE, at=NOW, name="太原市"), at=NOW)

    assert isinstance(county, NotSubmitted)
    assert isinstance(county.refusal, Invalid)
    assert [problem.path for problem in county.refusal.problems] == ["name"]
    assert isinstance(zone, NotSubmitted)
    assert "示范城市的申报材料由各市工信局负责组织" in zone.refusal.sentence


def test_a_city_goes_up_with_the_seal_of_its_government(db: Session) -> None:
    """S001-09: the scan is asked for once the check has passed, and of the version that was checked."""
    context = started(db, "shanxi-2021", OPENED)
    case = begun(db, context, "city", TAIYUAN, at=NOW, name="太原市")
    sent_in(db, case, at=NOW)
    officer = checked(db, case, at=NOW)
    found = get_case(db, case.id, actor=officer, action=Action.RECOMMEND)

    (wanted,) = missing_scans(found)
    assert wanted.path == "materials.sealed"
    assert "加盖城市人民政府印章" in wanted.sentence
    seal(db, case, context)
    assert missing_scans(found) == ()


def test_a_platform_two_years_and_a_day_short_is_refused_and_a_day_later_taken(db: Session) -> None:
    """S001-07, S001-20, S001-21: by a university, of one of the two kinds."""
    context = started(db, "shanxi-2021", OPENED)
    school = organisation(db, 1, TAIYUAN, kind=OrganisationKind.UNIVERSITY, name="某大学")
    late = local("2021-11-20 10:00")

    with pytest.raises(Invalid, match="申报类型"):
        begun(db, context, "platform", TAIYUAN, at=NOW, declarer=school)
    case = begun(
        db, context, "platform", TAIYUAN, at=NOW, declarer=school, subtype="region", operating_since="2019-11-20"
    )

    early = sent_in(db, case, at=local("2021-11-19 10:00"))
    assert isinstance(early, NotSubmitted)
    assert "正式投入运营时间须满两年" in early.refusal.sentence
    assert isinstance(sent_in(db, case, at=late), Receipt)


def test_an_applicant_of_the_zone_may_change_its_channel(db: Session) -> None:
    """S001-58, S001-59: one case has one unit, and the move stands in its history."""
    context = started(db, "shanxi-2021", OPENED)
    declarer = organisation(db, 1, TAIYUAN)
    case = begun(db, context, "project", ZONE, at=NOW, declarer=declarer)
    sent_in(db, case, at=NOW)

    change_channel(db, case.id, unit_of(db, TAIYUAN).id, "改由市局推荐", actor=applicant(declarer), now=NOW)

    moved = db.scalars(select(CaseAct).where(CaseAct.case_id == case.id, CaseAct.kind == ActKind.CHANNEL)).one()
    assert moved.detail == {"from": "山西综改区管委会", "to": "太原市工信局"}
    assert case.at_unit.code == TAIYUAN


def test_a_unit_with_nothing_owes_nothing_any_more(db: Session) -> None:
    """S001-60, S001-61: thirteen owe, one says it has none, and twelve are left to be reminded."""
    context = started(db, "shanxi-2021", OPENED)
    declare_none(db, context, unit_of(db, ZONE).id, received_at=LAST, actor=person(db, ZONE))

    duties = db.scalars(select(Duty).where(Duty.batch_id == context.batch.id, Duty.stage_key == "recommend")).all()
    assert len(duties) == 13
    assert [duty.settled_as for duty in duties if duty.settled_as is not None] == [Settlement.NONE]


def test_a_withdrawn_case_takes_no_place(db: Session) -> None:
    """S001-11, S001-62."""
    context = started(db, "shanxi-2021", OPENED)
    case = begun(db, context, "project", TAIYUAN, at=NOW, declarer=organisation(db, 1, TAIYUAN))
    sent_in(db, case, at=NOW)

    withdraw(db, case.id, "项目调整", received_at=NOW, actor=applicant(case.organisation))

    left = {stands.quota.category: stands.left for stands in remaining(db, context, unit_of(db, TAIYUAN).id)}
    assert left["project"] == 2
