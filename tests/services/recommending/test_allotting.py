"""Dividing places out, letting lower units compete, moving unused places, and a limit switched on later."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Quota
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.quota import QuotaFull
from models import AllotmentMove, AuditEntry
from services.batches.context import BatchContext
from services.recommending.allotting import Shares, allot
from services.recommending.moving import Move, cap, move
from services.recommending.places import remaining, remaining_of
from tests.support.batches import COORDINATOR
from tests.support.recommending import (
    CITY_A,
    CITY_B,
    CORPS,
    COUNTY,
    NOW,
    OTHER,
    PLAN_CITY,
    PROVINCE,
    give_opinion,
    opened,
    passed_many,
    person,
    send,
    unit,
    with_places,
)


def shares(db: Session, places: dict[str, int], upper: str = PROVINCE, quota: str = "enterprise") -> Shares:
    return Shares(quota, unit(db, upper).id, {unit(db, code).id: count for code, count in places.items()})


def divide(db: Session, context: BatchContext, places: dict[str, int], upper: str = PROVINCE) -> None:
    allot(db, context, shares(db, places, upper), actor=person(db, upper), now=NOW)


def stands(db: Session, context: BatchContext, code: str) -> dict[str, tuple[int | None, int]]:
    return {item.quota.key: (item.limit, item.used) for item in remaining(db, context, unit(db, code).id)}


def test_shares_bind_the_lower_units_and_sum_to_no_more_than_the_uppers(db: Session) -> None:
    """S003-27, allocated: 6 + 4 of ten; the seventh of the first city is refused; 6 + 5 are too many."""
    context = opened(db)
    with pytest.raises(Invalid) as refused:
        divide(db, context, {CITY_A: 6, CITY_B: 5})
    assert (
        refused.value.problems[0].sentence == "分配合计 11 个，超过“第1省”的名额 10 个（省级推荐示范企业不超过10个）"
    )
    assert refused.value.problems[0].allowed == "合计不超过 10 个"

    divide(db, context, {CITY_A: 6, CITY_B: 4})

    assert (stands(db, context, CITY_A), stands(db, context, CITY_B)) == (
        {"enterprise": (6, 0)},
        {"enterprise": (4, 0)},
    )
    cases = passed_many(db, context, CITY_A, 7)
    for case in cases[:6]:
        assert send(db, case).upper == "第1省"
    with pytest.raises(QuotaFull, match="推荐名额 6 个，已用 6 个"):
        send(db, cases[6])


def test_without_shares_lower_units_compete_and_only_the_uppers_own_forwarding_is_capped(db: Session) -> None:
    """S003-27, competitive (差额推荐): 22 city recommendations pass, the province's eleventh is refused."""
    context = opened(db)
    cases = [*passed_many(db, context, CITY_A, 11), *passed_many(db, context, CITY_B, 11, first=300)]
    for case in cases:
        send(db, case)
        give_opinion(db, case)

    for case in cases[:10]:
        send(db, case)
    with pytest.raises(QuotaFull, match="推荐名额 10 个，已用 10 个"):
        send(db, cases[10])


def test_who_is_not_named_gets_none_and_no_shares_at_all_end_the_dividing(db: Session) -> None:
    context = opened(db)
    divide(db, context, {CITY_A: 6})
    assert stands(db, context, CITY_B) == {"enterprise": (0, 0)}

    divide(db, context, {})

    assert stands(db, context, CITY_B) == {} == stands(db, context, CITY_A)


def test_a_city_divides_its_share_on_and_the_share_then_stays(db: Session) -> None:
    context = opened(db)
    divide(db, context, {CITY_A: 6, CITY_B: 4})
    divide(db, context, {COUNTY: 5}, CITY_A)

    with pytest.raises(Invalid, match="“甲市”已使用或已向下分配 5 个"):
        divide(db, context, {CITY_A: 4, CITY_B: 4})
    with pytest.raises(Invalid, match="该单位不是“第1省”的下级推荐单位"):
        divide(db, context, {CITY_A: 5, OTHER: 1})
    with pytest.raises(Invalid, match="不能为负"):
        divide(db, context, {CITY_A: 5, CITY_B: -1})


def test_only_the_upper_unit_and_the_office_divide(db: Session) -> None:
    context = opened(db)
    wanted = shares(db, {CITY_A: 6, CITY_B: 4})

    for code in (CITY_A, OTHER):
        with pytest.raises(NotAllowed):
            allot(db, context, wanted, actor=person(db, code), now=NOW)
    with pytest.raises(NotFound, match="没有这项推荐名额"):
        allot(db, context, shares(db, {}, quota="none"), actor=COORDINATOR, now=NOW)
    allot(db, context, wanted, actor=COORDINATOR, now=NOW)


def test_unused_places_move_and_the_total_stays(db: Session) -> None:
    """名额调剂: with a reason; used places cannot move."""
    context = opened(db)
    for case in passed_many(db, context, PROVINCE, 8):
        send(db, case)
    ids = (unit(db, PROVINCE).id, unit(db, OTHER).id)

    def change(count: int, reason: str = "第2省申报踊跃") -> None:
        move(db, context, Move("enterprise", *ids, count, reason), actor=COORDINATOR, now=NOW)

    with pytest.raises(Invalid, match=r"名额 10 个，已用 8 个，已向下分配 0 个.*最多可调出 2 个"):
        change(3)
    with pytest.raises(Invalid, match="请填写调剂原因"):
        change(1, " ")
    with pytest.raises(Invalid, match="至少为 1"):
        change(0)
    change(2)

    assert stands(db, context, PROVINCE)["enterprise"] == (8, 8)
    assert stands(db, context, OTHER)["enterprise"] == (12, 0)
    row = db.scalars(select(AllotmentMove)).one()
    assert (row.count, row.reason, row.moved_by) == (2, "第2省申报踊跃", COORDINATOR.name)
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and entry.what == "名额调剂：示范企业 2 个，第1省 调至 第2省"


def test_places_move_between_units_of_one_giver_by_the_giver(db: Session) -> None:
    context = opened(db)
    divide(db, context, {CITY_A: 6, CITY_B: 4})
    a, b, other = (unit(db, code).id for code in (CITY_A, CITY_B, OTHER))

    move(db, context, Move("enterprise", a, b, 1, "乙市较多"), actor=person(db, PROVINCE), now=NOW)
    assert (stands(db, context, CITY_A), stands(db, context, CITY_B)) == (
        {"enterprise": (5, 0)},
        {"enterprise": (5, 0)},
    )
    with pytest.raises(NotAllowed):
        move(db, context, Move("enterprise", a, b, 1, "自己调"), actor=person(db, CITY_A), now=NOW)
    with pytest.raises(Conflict, match="不是由同一个单位分配"):
        move(db, context, Move("enterprise", a, other, 1, "跨省"), actor=COORDINATOR, now=NOW)
    with pytest.raises(Conflict, match="不能是同一个单位"):
        move(db, context, Move("enterprise", a, a, 1, "原地"), actor=COORDINATOR, now=NOW)
    plan = unit(db, PLAN_CITY).id
    with pytest.raises(Conflict, match="同一项有上限的推荐名额"):
        move(db, context, Move("enterprise", other, plan, 1, "不同类"), actor=COORDINATOR, now=NOW)


def test_a_limit_is_switched_on_later_and_off_again(db: Session) -> None:
    """S000-43: by merit without a number; a cap may come later, not below what is used."""
    free = Quota(key="free", classes=("province",), category="enterprise")
    context = opened(db, with_places(quotas=(free,)))
    cases = passed_many(db, context, PROVINCE, 4)
    for case in cases[:3]:
        send(db, case)

    with pytest.raises(Invalid, match="已有单位报送 3 件"):
        cap(db, context, "free", 2, actor=COORDINATOR, now=NOW)
    cap(db, context, "free", 3, actor=COORDINATOR, now=NOW)
    with pytest.raises(QuotaFull):
        send(db, cases[3])
    with pytest.raises(NotAllowed):
        cap(db, context, "free", None, actor=person(db, PROVINCE), now=NOW)
    cap(db, context, "free", None, actor=COORDINATOR, now=NOW)
    send(db, cases[3])


def test_a_limit_of_the_notice_is_not_replaced(db: Session) -> None:
    context = opened(db)

    with pytest.raises(Conflict, match="通知已规定该项推荐名额为 10 个"):
        cap(db, context, "enterprise", 5, actor=COORDINATOR, now=NOW)


def test_what_is_left_is_known_for_every_unit_at_once(db: Session) -> None:
    """S001-62: unit and owner read the same numbers."""
    context = opened(db)
    for case in passed_many(db, context, PROVINCE, 2):
        send(db, case)

    found = remaining_of(db, context)

    left = {
        (code, item.quota.key): item.left
        for code in (PROVINCE, PLAN_CITY, CORPS)
        for item in found[unit(db, code).id]
    }
    assert left == {
        (PROVINCE, "enterprise"): 8,
        (PROVINCE, "sharing"): 1,
        (PROVINCE, "other"): 3,
        (PROVINCE, "comprehensive"): 1,
        (PROVINCE, "design"): 1,
        (PLAN_CITY, "enterprise-plan"): 3,
        (PLAN_CITY, "sharing"): 1,
        (PLAN_CITY, "city-plan"): 1,
        (CORPS, "enterprise"): 10,
        (CORPS, "sharing"): 1,
        (CORPS, "other"): 3,
        (CORPS, "city-corps"): 0,
    }
