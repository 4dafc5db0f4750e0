"""Returning a case: everything at once, with its own date, to the applicant or to the unit below."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Due
from domain.errors import Conflict, Invalid, NotAllowed
from models import ActKind, CaseFile, CaseReturn, CaseState, Duty, Opinion, Place, StoredFile
from services.batches.extending import MoreTime, extend
from services.duties.loads import chain_of, settle_units
from services.recommending.forwarding import forward
from services.reviewing.deciding import pass_case
from services.reviewing.desk import OnPaper
from services.reviewing.returning import (
    Return,
    call_off,
    extend_return,
    give_back,
    proposed,
)
from tests.support.batches import COORDINATOR, local
from tests.support.mailing import send_all
from tests.support.reviewing import (
    NOW,
    acts,
    answer_everything,
    county_and_city,
    mails,
    resubmitted,
    review,
    with_city,
    world,
)

RETURN = Return(
    "请补正后重新提交。", {"licence": "缺营业执照", "name": "与营业执照不一致", "indicators.revenue.2022": " "}
)
DUE = local("2023-03-21 00:00")


def test_a_case_goes_back_with_all_comments_at_once_and_a_date(db: Session) -> None:
    """S000-41, S000-57: each return has a reason and its own date, five working days later unless it says other."""
    found = world(db)

    row = give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)

    assert (row.number, row.due_at, row.version_no, row.to_unit_id) == (1, DUE, 1, None)
    assert row.comments == {"licence": "缺营业执照", "name": "与营业执照不一致"}
    assert (found.case.state, found.case.correct_by, found.case.at_unit_id) == (
        CaseState.RETURNED,
        DUE,
        found.county_id(db),
    )
    act = acts(db, found.case)[-1]
    assert (act.kind, act.is_open, act.note) == (ActKind.RETURNED, True, "请补正后重新提交。")
    assert act.detail == {
        "退回给": "申报单位",
        "补正期限": "2023-03-20 周一 24:00",
        "营业执照": "缺营业执照",
        "企业名称": "与营业执照不一致",
    }
    duty = db.scalars(select(Duty).where(Duty.stage_key == "review", Duty.unit_id == found.county_id(db))).one()
    assert duty.settled_at == NOW


def test_a_case_that_comes_back_is_owed_again(db: Session) -> None:
    """Design 2.4: a returned case simply has a duty again."""
    found = world(db)
    give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)
    resubmitted(db, found.case, NOW, name="更正")
    settle_units(db, found.context, chain_of(db, found.case.unit_id), at=NOW)

    duty = db.scalars(select(Duty).where(Duty.stage_key == "review", Duty.unit_id == found.county_id(db))).one()
    assert duty.settled_at is None


@pytest.mark.parametrize(
    ("wanted", "path", "words"),
    [
        (Return(" ", {"name": " "}), "summary", "请一次性写明需要补正的全部内容"),
        (Return("x", {"nonsense": "y"}), "comments.nonsense", "申报书中没有这一处"),
        (Return("x", {"name": "长" * 2001}), "comments.name", "补正意见过长"),
        (Return("x", due_at=NOW), "due_at", "补正期限已经过去"),
        (Return("x", due_at=local("2023-03-26 00:00")), "due_at", "补正期限不能晚于本单位的办理、报送期限"),
        (Return("x", to_unit_id=1), "to_unit_id", "只能退回申报件经过的下级单位或申报单位"),
    ],
)
def test_a_return_is_refused_with_its_reason(db: Session, wanted: Return, path: str, words: str) -> None:
    """S000-57: never after the unit's own date."""
    found = world(db)

    with pytest.raises(Invalid) as refused:
        give_back(db, found.case.id, wanted, actor=found.county, now=NOW)

    assert [(problem.path, problem.sentence) for problem in refused.value.problems] == [(path, words)]
    assert mails(db, found.case) == []


def test_a_date_is_proposed_within_the_units_own(db: Session) -> None:
    """S000-57"""
    found = world(db)
    late = local("2023-03-22 10:00")

    early, capped = (proposed(db, found.case.id, actor=found.county, now=now) for now in (NOW, late))

    assert (early.due_at, early.latest, early.left) == (DUE, local("2023-03-25 00:00"), None)
    assert capped.due_at == local("2023-03-25 00:00")


def test_an_extension_of_the_unit_moves_the_latest_date(db: Session) -> None:
    found = world(db)
    for stage in ("review", "recommend"):
        until = local("2023-04-01 00:00")
        wanted = MoreTime(stage=stage, due_at=until, reason="疫情", unit_id=found.county_id(db))
        extend(db, found.case.batch_id, wanted, actor=COORDINATOR, now=NOW)

    row = give_back(db, found.case.id, Return("x", due_at=local("2023-03-31 00:00")), actor=found.county, now=NOW)

    assert row.due_at == local("2023-03-31 00:00")


def test_without_any_date_only_the_proposal_counts(db: Session) -> None:
    wanted = county_and_city(review(return_days=1))
    stages = tuple(replace(stage, due=None) if stage.review or stage.recommend else stage for stage in wanted.stages)
    found = world(db, replace(wanted, stages=stages))

    offer = proposed(db, found.case.id, actor=found.county, now=local("2023-03-17 10:00"))

    assert (offer.due_at, offer.latest) == (local("2023-03-21 00:00"), None)


def test_a_unit_returns_a_case_only_as_often_as_it_may(db: Session) -> None:
    """The same version returned twice, once by mistake, counts once."""
    found = world(db, county_and_city(review(max_returns=1)))
    give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)
    call_off(db, found.case.id, "误退", actor=found.county, now=NOW)
    give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)
    resubmitted(db, found.case, NOW)

    assert proposed(db, found.case.id, actor=found.county, now=NOW).left == 0
    with pytest.raises(Conflict, match="退回补正 1 次，已达规定的上限 1 次；可以出具通过或不予推荐的意见"):
        give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)


def test_the_city_returns_to_the_county_and_the_county_to_the_applicant(db: Session) -> None:
    """S000-57, S004-22: each with its reason and date; the county's lies within the city's."""
    found = world(db)
    with_city(db, found)
    place = {"quota_key": "enterprise", "number": 1, "case_id": found.case.id, "taken_at": NOW}
    db.add(Place(batch_id=found.case.batch_id, unit_id=found.county_id(db), **place))
    db.flush()

    down = Return("县级核实不充分", due_at=local("2023-03-18 00:00"), to_unit_id=found.county_id(db))
    first = give_back(db, found.case.id, down, actor=found.city, now=NOW)
    assert (found.case.state, found.case.at_unit_id) == (CaseState.SUBMITTED, found.county_id(db))
    assert db.scalars(select(Place)).all() == []
    assert acts(db, found.case)[-1].is_open is False
    with pytest.raises(Invalid, match="2023-03-17 周五 24:00"):
        give_back(db, found.case.id, Return("x", due_at=local("2023-03-19 00:00")), actor=found.county, now=NOW)
    second = give_back(db, found.case.id, Return("请补照片"), actor=found.county, now=NOW)
    assert (second.number, second.due_at) == (2, local("2023-03-18 00:00"))

    resubmitted(db, found.case, NOW, name="更正")
    answer_everything(db, found, found.county)
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)

    db.refresh(first)
    assert first.ended_at == NOW
    units = [(mail.unit_id, mail.facts["headline"]) for mail in mails(db, found.case)]
    assert (found.county_id(db), "退回补正") in units
    forward(db, found.case.id, received_at=NOW, actor=found.county)


def test_the_city_may_return_a_case_to_the_applicant_itself(db: Session) -> None:
    found = world(db)
    with_city(db, found)

    give_back(db, found.case.id, RETURN, actor=found.city, now=NOW)

    assert (found.case.state, found.case.at_unit_id) == (CaseState.RETURNED, found.city_id(db))


def test_a_return_is_called_off_while_it_is_not_answered(db: Session) -> None:
    found = world(db)
    give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)
    with pytest.raises(Invalid, match="请填写撤销退回的原因"):
        call_off(db, found.case.id, " ", actor=found.county, now=NOW)

    row = call_off(db, found.case.id, "误退", actor=found.county, now=NOW)

    assert (row.ended_at, found.case.state, found.case.correct_by) == (NOW, CaseState.SUBMITTED, None)
    assert db.scalars(select(Opinion)).all() == []
    assert acts(db, found.case)[-1].detail == {"撤销": "退回补正"}
    assert send_all(db, NOW) == []
    assert {mail.because for mail in mails(db, found.case)} == {
        "该次退回补正已办结或已撤销，无需发送",
        "所更正的邮件未曾发出，无需发送",
    }


def test_a_correction_that_has_begun_is_not_called_off(db: Session) -> None:
    """Nothing that was typed is lost."""
    found = world(db)
    give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)
    found.case.values = {**found.case.values, "name": "更正中"}
    db.flush()

    with pytest.raises(Conflict, match="申报单位已开始补正"):
        call_off(db, found.case.id, "误退", actor=found.county, now=NOW)


def test_more_time_is_given_for_a_correction(db: Session) -> None:
    found = world(db)
    row = give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)
    later = local("2023-03-24 00:00")

    def refused(due_at: datetime, reason: str = "材料较多") -> list[str]:
        with pytest.raises(Invalid) as refusal:
            extend_return(db, found.case.id, due_at, reason, actor=found.county, now=NOW)
        return [problem.path for problem in refusal.value.problems]

    assert refused(DUE) == ["due_at"]
    assert refused(local("2023-03-26 00:00"), " ") == ["reason", "due_at"]
    extend_return(db, found.case.id, later, "材料较多", actor=found.county, now=NOW)

    assert (row.due_at, found.case.correct_by) == (later, later)
    assert acts(db, found.case)[-1].detail == {
        "原补正期限": "2023-03-20 周一 24:00",
        "补正期限": "2023-03-23 周四 24:00",
    }
    first, second = send_all(db, NOW)
    assert "办理期限：2023-03-23 周四 24:00（北京时间），还有 10 天" in first.body
    assert second.subject == "【2023年服务型制造示范】第1制造公司：补正期限延至 2023-03-23 周四 24:00"


def test_only_who_returned_a_case_changes_the_return(db: Session) -> None:
    found = world(db)
    give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)

    for actor in (found.city, found.other, found.applicant):
        with pytest.raises(NotAllowed):
            call_off(db, found.case.id, "误退", actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            give_back(db, found.case.id, RETURN, actor=actor, now=NOW)
    for row in db.scalars(select(CaseReturn)):
        row.ended_at = NOW
    with pytest.raises(Conflict, match="没有本单位的、尚未办结的退回补正"):
        call_off(db, found.case.id, "误退", actor=found.county, now=NOW)


def test_a_return_on_paper_has_its_own_day(db: Session) -> None:
    found = world(db)
    later = NOW + timedelta(days=1)

    row = give_back(
        db, found.case.id, Return("x"), actor=found.county, now=later, on_paper=OnPaper(NOW.date(), "王五")
    )

    assert (row.returned_by, row.returned_at, row.due_at) == (
        "王五",
        local("2023-03-13 00:00"),
        local("2023-03-22 00:00"),
    )
    assert db.scalars(select(Opinion.given_by)).all() == ["王五"]


def test_a_stage_that_is_due_by_working_days_limits_too(db: Session) -> None:
    wanted = county_and_city()
    stages = tuple(replace(s, due=Due(working_days=7)) if s.key == "review" else s for s in wanted.stages)
    found = world(db, replace(wanted, stages=stages))

    assert proposed(db, found.case.id, actor=found.county, now=NOW).latest == local("2023-03-16 00:00")


def test_papers_that_were_changed_keep_a_return_from_being_called_off(db: Session) -> None:
    found = world(db)
    give_back(db, found.case.id, RETURN, actor=found.county, now=NOW)
    scan = {"sha256": "0" * 64, "name": "照片.png", "media_type": "image/png", "size": 1}
    file = StoredFile(unit_id=found.case.unit_id, stored_at=NOW, stored_by="申报人", **scan)
    db.add(file)
    db.flush()
    case = {"case_id": found.case.id, "batch_id": found.case.batch_id, "unit_id": found.case.unit_id}
    owner = {"organisation_id": found.organisation.id, "slot_key": "licence", "file_id": file.id}
    db.add(CaseFile(**case, **owner, added_at=NOW, added_by="申报人"))
    db.flush()

    with pytest.raises(Conflict, match="申报单位已开始补正"):
        call_off(db, found.case.id, "误退", actor=found.county, now=NOW)
