"""A unit's opinion: what it waits for, what follows from it, and how it is undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import (
    Declare,
    Definition,
    Field,
    FieldKind,
    Form,
    InternalStep,
    OneCase,
    Operator,
    Rule,
    StageKind,
    Waiver,
)
from domain.errors import Conflict, Invalid, NotAllowed, TooEarly, TooLate
from models import ActKind, CaseState, CheckResult, Duty, Opinion, Outcome, Place
from models.recommending import Recommendation
from services.recommending.forwarding import forward
from services.reviewing.blocking import blocked
from services.reviewing.checks import Answered, answer
from services.reviewing.deciding import pass_case, refuse_case, undo
from services.reviewing.site import Visit
from services.rules import waive
from tests.support.batches import COORDINATOR, local
from tests.support.reviewing import (
    NOW,
    acts,
    answer_everything,
    checked,
    county_and_city,
    mails,
    review,
    submitted,
    world,
)

VISIT = Visit(date(2023, 3, 12), "张三、李四", "设备、人员与申报材料相符")
LATER = local("2023-03-25 09:00")


def test_a_case_passes_with_an_opinion_a_line_a_mail_and_a_settled_duty(db: Session) -> None:
    """S004-18, S000-41: an act with opinion and time."""
    found = checked(db)

    opinion = pass_case(db, found.case.id, "材料属实，同意推荐。", actor=found.county, now=NOW)

    assert (opinion.outcome, opinion.text, opinion.version_no, opinion.given_by, opinion.given_at) == (
        Outcome.PASSED,
        "材料属实，同意推荐。",
        1,
        "经办人2",
        NOW,
    )
    assert found.case.state is CaseState.PASSED
    assert [(act.kind, act.is_open, act.by_unit, act.note) for act in acts(db, found.case)] == [
        (ActKind.CHECKED, False, "乙县工信局", ""),
        (ActKind.PASSED, True, "乙县工信局", "材料属实，同意推荐。"),
    ]
    assert acts(db, found.case)[0].detail == {"材料完整": "符合：见材料", "材料真实": "符合：见材料"}
    (mail,) = mails(db, found.case)
    assert (mail.address, mail.person, mail.unit_id, mail.key) == (
        "firm1@firms.example",
        "第1制造公司",
        None,
        f"batch-2023/case.{found.case.id}/opinion.{opinion.id}/firm1@firms.example",
    )
    duty = db.scalars(select(Duty).where(Duty.stage_key == "review", Duty.unit_id == found.county_id(db))).one()
    assert (duty.settled_at, duty.due_at) == (NOW, local("2023-03-25 00:00"))


def test_without_words_the_sentence_of_the_notice_is_the_opinion(db: Session) -> None:
    """S000-25"""
    found = checked(db)

    assert pass_case(db, found.case.id, " ", actor=found.county, now=NOW).text == "经初审和现场核查，同意推荐。"


def test_an_opinion_needs_words(db: Session) -> None:
    found = checked(db, county_and_city(review(opinion="")))

    with pytest.raises(Invalid, match="请填写初审意见"):
        pass_case(db, found.case.id, "", actor=found.county, now=NOW)


def test_everything_that_stands_in_the_way_is_said_at_once(db: Session) -> None:
    """S000-25, S000-42: locked without review and site check; S003-34."""
    steps = (InternalStep(key="draft", name="经办"), InternalStep(key="meeting", name="党组会", needs_number=True))
    share = Rule(key="share", clause="占比30%以上", subject="share", operator=Operator.AT_LEAST, value="40")
    wanted = replace(county_and_city(review(needs_site_check=True, internal=steps)), rules=(share,))
    found = world(db, replace(wanted, forms=(wanted.forms[0], _with_share(wanted))))
    answer(db, found.case.id, Answered("check.complete", CheckResult.YES), actor=found.county, now=NOW)

    paths = [problem.path for problem in blocked(db, found.case.id, actor=found.county, now=NOW)]
    with pytest.raises(Invalid) as refused:
        pass_case(db, found.case.id, "同意", actor=found.county, now=NOW)

    assert paths == ["checks.check.genuine", "site", "share", "internal.draft", "internal.meeting"]
    assert [problem.path for problem in refused.value.problems] == paths
    assert found.case.state is CaseState.SUBMITTED
    assert (acts(db, found.case), mails(db, found.case)) == ([], [])


def _with_share(wanted: Definition) -> Form:
    form = wanted.form("application")
    return replace(form, fields=(*form.fields, Field(key="share", label="占比", kind=FieldKind.PERCENT)))


def test_a_lifted_rule_no_longer_stands_in_the_way(db: Session) -> None:
    share = Rule(
        key="share",
        clause="占比30%以上",
        subject="share",
        operator=Operator.AT_LEAST,
        value="40",
        waiver=Waiver.UNIT,
    )
    wanted = county_and_city()
    found = checked(db, replace(wanted, rules=(share,), forms=(wanted.forms[0], _with_share(wanted))))
    with pytest.raises(Invalid):
        pass_case(db, found.case.id, "同意", actor=found.county, now=NOW)

    waive(db, found.case.id, "share", "经专题研究", actor=found.county, now=NOW)

    assert pass_case(db, found.case.id, "同意", actor=found.county, now=NOW).outcome is Outcome.PASSED


def test_a_refusal_has_a_reason_and_gives_back_what_the_case_held(db: Session) -> None:
    """S003-34, S000-41"""
    found = checked(db, claim="911")
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    place = {"quota_key": "enterprise", "number": 1, "case_id": found.case.id, "taken_at": NOW}
    db.add(Place(batch_id=found.case.batch_id, unit_id=found.county_id(db), **place))
    ranked = Recommendation(batch_id=found.case.batch_id, unit_id=found.county_id(db), case_id=found.case.id, rank=1)
    db.add(ranked)
    db.flush()
    with pytest.raises(Invalid, match="请填写不予推荐的理由"):
        refuse_case(db, found.case.id, " ", actor=found.county, now=NOW)

    refuse_case(db, found.case.id, "名额有限，择优推荐", actor=found.county, now=NOW)

    db.refresh(ranked)
    assert (found.case.state, found.case.claim, ranked.rank) == (CaseState.REFUSED, None, None)
    assert db.scalars(select(Place)).all() == []
    assert mails(db, found.case)[-1].facts["text"] == "理由：名额有限，择优推荐"
    assert [act.kind for act in acts(db, found.case) if act.is_open] == [ActKind.PASSED, ActKind.REFUSED]


def test_a_pass_is_undone_until_the_case_is_forwarded(db: Session) -> None:
    found = checked(db)
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    with pytest.raises(Invalid, match="请填写撤销的原因"):
        undo(db, found.case.id, "", actor=found.county, now=NOW)
    undo(db, found.case.id, "误点", actor=found.county, now=NOW)

    assert found.case.state is CaseState.SUBMITTED
    assert db.scalars(select(Opinion)).all() == []
    duty = db.scalars(select(Duty).where(Duty.stage_key == "review", Duty.unit_id == found.county_id(db))).one()
    assert duty.settled_at is None
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    forward(db, found.case.id, received_at=NOW, actor=found.county)
    with pytest.raises(NotAllowed):
        undo(db, found.case.id, "误点", actor=found.county, now=NOW)
    with pytest.raises(Conflict):
        undo(db, found.case.id, "误点", actor=found.city, now=NOW)


def one_case(wanted: Definition) -> Definition:
    stages = tuple(
        replace(stage, declare=replace(stage.declare or Declare(), one_case=OneCase.BATCH))
        if stage.kind is StageKind.DECLARE
        else stage
        for stage in wanted.stages
    )
    return replace(wanted, stages=stages)


def test_a_refusal_is_undone_and_the_case_counts_again(db: Session) -> None:
    found = checked(db, one_case(county_and_city()))
    refuse_case(db, found.case.id, "重复申报", actor=found.county, now=NOW)

    undo(db, found.case.id, "核实后撤销", actor=found.county, now=NOW)

    assert (found.case.state, found.case.claim) == (CaseState.SUBMITTED, found.organisation.credit_code)
    assert acts(db, found.case)[-1].detail == {"撤销": "不予推荐"}


def test_a_refusal_stays_when_the_applicant_has_another_case_by_now(db: Session) -> None:
    found = checked(db, one_case(county_and_city()))
    refuse_case(db, found.case.id, "重复申报", actor=found.county, now=NOW)
    submitted(db, found.context, found.organisation, claim=found.organisation.credit_code)

    with pytest.raises(Conflict):
        undo(db, found.case.id, "核实后撤销", actor=found.county, now=NOW)


def test_only_the_unit_that_has_the_case_gives_an_opinion(db: Session) -> None:
    found = checked(db)

    for actor in (found.city, found.other, found.applicant, COORDINATOR):
        with pytest.raises(NotAllowed):
            pass_case(db, found.case.id, "同意", actor=actor, now=NOW)


def test_an_opinion_keeps_the_dates_of_the_unit(db: Session) -> None:
    found = world(db)
    answer_everything(db, found, found.county)

    with pytest.raises(TooEarly):
        pass_case(db, found.case.id, "", actor=found.county, now=local("2023-03-05 09:00"))
    with pytest.raises(TooLate):
        pass_case(db, found.case.id, "", actor=found.county, now=LATER)
