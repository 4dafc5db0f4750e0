"""Forwarding within places and time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.definition import InternalStep, Quota, Strength
from domain.errors import Conflict, Invalid, NotAllowed, TooEarly, TooLate
from domain.quota import QuotaClosed, QuotaFull
from models import AuditEntry, CaseAct, CaseState, Opinion, Place, Recommendation
from services.batches.extending import MoreTime, extend
from services.batches.late import LateLeave, accept_late
from services.recommending.forwarding import forward, forward_many
from services.recommending.places import remaining
from services.reviewing.internal import Place as InternalPlace
from services.reviewing.internal import StepDone
from services.reviewing.internal import record as record_step
from tests.support.batches import COORDINATOR, local
from tests.support.recommending import (
    CITY_A,
    CORPS,
    COUNTY,
    DUE,
    NO_MORE_THAN_TEN,
    NOW,
    OPENED,
    OTHER,
    PLAN_CITY,
    PROVINCE,
    changed,
    give_opinion,
    opened,
    passed,
    passed_many,
    person,
    recommend_stage,
    send,
    unit,
    with_places,
)


def test_the_eleventh_enterprise_is_refused_with_clause_and_what_may_be_done(db: Session) -> None:
    """S003-19, S001-10: ten pass, the eleventh is refused for that unit only, and nothing of it is kept."""
    context = opened(db)
    cases = passed_many(db, context, PROVINCE, 11)
    other = passed(db, context, OTHER, 500)

    for case in cases[:10]:
        send(db, case)
    with pytest.raises(QuotaFull) as refused:
        send(db, cases[10])

    assert refused.value.sentence == (
        f"“示范企业”推荐名额 10 个，已用 10 个，剩余 0 个。依据：{NO_MORE_THAN_TEN}。"
        "可先撤回报送其他申报件，或申请名额调剂。"
    )
    assert refused.value.params == {"quota": "enterprise", "limit": 10, "used": 10}
    assert cases[10].state is CaseState.PASSED
    assert db.scalar(select(func.count()).select_from(Place)) == 10
    assert send(db, other).places == (("enterprise", 1),)


def test_a_planned_city_has_three_of_its_own(db: Session) -> None:
    """S003-19, S003-25: the fourth is refused; the province around it keeps its ten."""
    context = opened(db)
    for case in passed_many(db, context, PLAN_CITY, 3):
        assert send(db, case).upper == ""
    with pytest.raises(QuotaFull, match="推荐名额 3 个"):
        send(db, passed(db, context, PLAN_CITY, 200))

    assert [(item.quota.key, item.used, item.left) for item in remaining(db, context, unit(db, PROVINCE).id)] == [
        ("enterprise", 0, 10),
        ("sharing", 0, 1),
        ("other", 0, 3),
        ("comprehensive", 0, 1),
        ("design", 0, 1),
    ]


@pytest.mark.parametrize(
    ("category", "subtype", "limit"),
    [("platform", "sharing", 1), ("platform", "other", 3), ("city", "comprehensive", 1), ("city", "design", 1)],
)
def test_each_sub_type_has_its_own_places(db: Session, category: str, subtype: str, limit: int) -> None:
    """S003-20, S003-21, S003-22, S001-11, S001-12: one more than the limit is refused."""
    context = opened(db)
    cases = passed_many(db, context, PROVINCE, limit + 1, category_key=category, subtype_key=subtype)

    for case in cases[:limit]:
        send(db, case)
    with pytest.raises(QuotaFull, match=f"推荐名额 {limit} 个，已用 {limit} 个"):
        send(db, cases[limit])


def test_a_planned_city_recommends_one_city_of_either_kind(db: Session) -> None:
    """S003-23: one place over both sub-types together."""
    context = opened(db)
    first = passed(db, context, PLAN_CITY, 1, category_key="city", subtype_key="comprehensive")
    second = passed(db, context, PLAN_CITY, 2, category_key="city", subtype_key="design")

    assert send(db, first).places == (("city-plan", 1),)
    with pytest.raises(QuotaFull, match="综合类、工业设计特色类合计"):
        send(db, second)


def test_a_quota_of_none_is_closed_with_its_clause(db: Session) -> None:
    """S003-24."""
    context = opened(db)
    case = passed(db, context, CORPS, 1, category_key="city", subtype_key="design")

    with pytest.raises(QuotaClosed, match="不受理本单位推荐（推荐名额为 0）。依据：每个省"):
        send(db, case)


def test_without_a_quota_no_cap_is_applied(db: Session) -> None:
    """S004-17, S000-43: neither without any quota nor with one without a limit."""
    context = opened(db, with_places(quotas=(Quota(key="free", classes=("province",), category="enterprise"),)))
    for case in passed_many(db, context, PROVINCE, 12):
        send(db, case)
    platform = passed(db, context, PROVINCE, 300, category_key="platform", subtype_key="other")

    assert send(db, platform).places == ()
    [stands] = remaining(db, context, unit(db, PROVINCE).id)
    assert (stands.limit, stands.used, stands.left) == (None, 12, None)


def test_beyond_a_soft_limit_a_reason_is_needed(db: Session) -> None:
    soft = Quota(
        key="soft",
        classes=("province",),
        category="enterprise",
        limit=1,
        strength=Strength.SOFT,
        clause="原则上不超过1个",
    )
    context = opened(db, with_places(quotas=(soft,)))
    first, second = passed_many(db, context, PROVINCE, 2)

    send(db, first, over_reason="并未超出")
    with pytest.raises(Invalid, match="超出须说明理由"):
        send(db, second)
    taken = send(db, second, over_reason="两家均为行业领先")

    assert taken.places == (("soft", 2),)
    reasons = db.scalars(select(Recommendation.over_reason).order_by(Recommendation.case_id)).all()
    assert reasons == ["", "两家均为行业领先"]


def test_a_case_that_is_free_of_the_quota_takes_no_place(db: Session) -> None:
    """不占名额: what the definition's expression says of the case."""
    free = Quota(
        key="enterprise",
        classes=("province",),
        category="enterprise",
        limit=1,
        free_when="organisation_kind == 'university'",
    )
    context = opened(db, with_places(quotas=(free,)))
    plain = passed(db, context, PROVINCE, 1)
    university = passed(db, context, PROVINCE, 2)
    university.organisation.kind = type(university.organisation.kind)("university")
    db.flush()

    assert send(db, plain).places == (("enterprise", 1),)
    assert send(db, university).places == ()
    rows = db.execute(select(Recommendation.case_id, Recommendation.takes_place))
    assert {row.case_id: row.takes_place for row in rows} == {plain.id: True, university.id: False}


def test_a_case_goes_up_level_by_level_and_each_act_is_kept(db: Session) -> None:
    """S004-18: county, city, province, then the office: three acts in order, each with its opinion and time."""
    context = opened(db)
    case = passed(db, context, COUNTY, 1)

    uppers = []
    for hour, code in enumerate((COUNTY, CITY_A, PROVINCE)):
        if code != COUNTY:
            assert (case.state, case.at_unit.code) == (CaseState.SUBMITTED, code)
            give_opinion(db, case)
        uppers.append(send(db, case, received_at=NOW + timedelta(hours=hour)).upper)

    assert uppers == ["甲市", "第1省", ""]
    assert (case.state, case.forwarded_at) == (CaseState.FORWARDED, NOW + timedelta(hours=2))
    acts = db.execute(select(CaseAct.by_unit, CaseAct.at).order_by(CaseAct.id)).all()
    assert [tuple(act) for act in acts] == [
        ("甲县", NOW),
        ("甲市", NOW + timedelta(hours=1)),
        ("第1省", NOW + timedelta(hours=2)),
    ]
    assert db.scalars(select(Place.unit_id)).all() == [unit(db, PROVINCE).id]


def test_only_who_holds_a_passed_case_forwards_it(db: Session) -> None:
    """S003-34: not the unit above, not another one, not before it has passed with an opinion."""
    context = opened(db)
    case = passed(db, context, CITY_A, 1)

    for code in (PROVINCE, COUNTY, OTHER):
        with pytest.raises(NotAllowed):
            forward(db, case.id, received_at=NOW, actor=person(db, code))
    with pytest.raises(NotAllowed):
        forward(db, case.id, received_at=NOW, actor=COORDINATOR)
    case.state = CaseState.SUBMITTED
    with pytest.raises(Conflict, match="尚未初审通过，不能报送"):
        send(db, case)
    case.state, case.version_no = CaseState.PASSED, 2
    with pytest.raises(Conflict, match="还没有本单位的初审意见"):
        send(db, case)
    assert db.scalars(select(Opinion.version_no)).all() == [1]


def test_internal_steps_come_before_forwarding_and_no_secrets_is_confirmed(db: Session) -> None:
    step = InternalStep(key="leader", name="分管领导签发")
    context = opened(
        db, changed(with_places(), recommend=recommend_stage(internal=(step,), confirms_no_secrets=True))
    )
    case, upper = passed(db, context, PROVINCE, 1), unit(db, PROVINCE)

    with pytest.raises(Invalid) as refused:
        send(db, case)
    assert [problem.path for problem in refused.value.problems] == ["internal.leader", "confirms_no_secrets"]

    done = StepDone("leader", "李处长", local("2023-03-10 09:00").date())
    record_step(db, InternalPlace(context.batch.id, "recommend", upper.id), done, actor=person(db, PROVINCE), now=NOW)
    send(db, case, confirms_no_secrets=True)
    assert case.state is CaseState.FORWARDED


def test_a_unit_forwards_until_midnight_and_not_a_second_later(db: Session) -> None:
    """S000-44, S003-41: at 00:00 of the next day single and bulk are refused; the cases stay as not forwarded."""
    context = opened(db)
    first, *late = passed_many(db, context, PROVINCE, 3)
    before_opening = OPENED - timedelta(seconds=1)

    with pytest.raises(TooEarly, match="尚未开放"):
        send(db, first, received_at=before_opening)
    send(db, first, received_at=DUE - timedelta(seconds=1))
    with pytest.raises(TooLate, match=r"2023-05-31 周三 24:00.*如需补报，请联系某司（李敏 010-68205191）"):
        send(db, late[0], received_at=DUE)
    many = forward_many(db, [case.id for case in late], received_at=DUE, actor=person(db, PROVINCE))

    assert many.done == ()
    assert [(item.title, item.refusal.code) for item in many.failed] == [(case.title, "too_late") for case in late]
    assert {case.state for case in late} == {CaseState.PASSED}


def test_more_time_or_leave_for_one_unit_is_for_that_unit_alone(db: Session) -> None:
    """S003-42, S000-56: an extension with reason and person; a permit marks what comes by it as late."""
    context = opened(db)
    mine, other, third = (passed(db, context, code, n) for n, code in enumerate((PROVINCE, OTHER, CORPS), start=1))
    more = MoreTime(stage="recommend", due_at=DUE + timedelta(days=2), reason="来函", unit_id=unit(db, PROVINCE).id)
    extend(db, context.batch.id, more, actor=COORDINATOR, now=NOW)
    leave = LateLeave(
        stage="recommend",
        unit_id=unit(db, CORPS).id,
        until=DUE + timedelta(days=1),
        reason="来函",
        approver="张处长",
    )
    accept_late(db, context.batch.id, leave, actor=COORDINATOR, now=DUE)

    assert send(db, mine, received_at=DUE + timedelta(days=1)).is_late
    with pytest.raises(TooLate):
        send(db, other, received_at=DUE)
    assert send(db, third, received_at=DUE + timedelta(hours=1)).is_late
    logged = db.execute(select(AuditEntry.actor, AuditEntry.reason).where(AuditEntry.action == "extend")).one()
    assert tuple(logged) == (COORDINATOR.name, "来函")
