"""The order of cases, the waiting line, the special mark."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Conflict, NotAllowed, NotFound
from models import AuditEntry, Case
from services.batches.context import BatchContext
from services.recommending.board import board
from services.recommending.ranking import Order, listed, mark_special, rank
from tests.support.recommending import (
    CITY_A,
    NOW,
    OTHER,
    PROVINCE,
    changed,
    opened,
    passed,
    passed_many,
    person,
    recommend_stage,
    send,
    unit,
    with_places,
)


def put(
    db: Session, context: BatchContext, cases: list[Case], seen: list[Case] | None = None, category: str = "platform"
) -> None:
    ids = [case.id for case in cases]
    before = None if seen is None else [case.id for case in seen]
    order = Order(unit(db, PROVINCE).id, category, ids, before)
    rank(db, context, order, actor=person(db, PROVINCE), now=NOW)


def shown(db: Session, context: BatchContext) -> list[int]:
    return [row.Case.id for row in db.execute(listed(context, unit(db, PROVINCE).id))]


def platforms(db: Session, context: BatchContext, count: int, first: int = 100) -> list[Case]:
    return passed_many(db, context, PROVINCE, count, first, category_key="platform", subtype_key="sharing")


def test_the_order_is_kept_and_who_is_beyond_the_places_waits(db: Session) -> None:
    """S003-34: three for one place; forwarding the second in line leaves nobody before the line."""
    context = opened(db)
    a, b, c = platforms(db, context, 3)

    put(db, context, [c, a, b], seen=[a, b, c])

    assert shown(db, context) == [c.id, a.id, b.id]
    page = board(db, context.batch, unit(db, PROVINCE).id, actor=person(db, PROVINCE), now=NOW)
    rows = next(group.rows for group in page.groups if group.category.key == "platform")
    assert [(row.case.id, row.rank, row.is_waiting) for row in rows] == [
        (c.id, 1, False),
        (a.id, 2, True),
        (b.id, 3, True),
    ]
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and entry.changes["after"] == {"order": [c.title, a.title, b.title]}


def test_an_order_made_before_something_changed_is_refused(db: Session) -> None:
    """Two officers: a case that came or went, or another's order, must be seen first."""
    context = opened(db)
    a, b = platforms(db, context, 2)
    c = platforms(db, context, 1, first=300)[0]

    with pytest.raises(Conflict, match=f"新增 1 件（{c.title}），请刷新"):
        put(db, context, [b, a])
    with pytest.raises(Conflict, match="移出 1 件"):
        put(db, context, [a, b, c, passed(db, context, OTHER, 400)])
    with pytest.raises(Conflict, match="重复"):
        put(db, context, [a, b, c, c])
    put(db, context, [c, b, a], seen=[a, b, c])
    with pytest.raises(Conflict, match="其他经办人刚刚调整过排序"):
        put(db, context, [b, c, a], seen=[a, b, c])
    assert shown(db, context) == [c.id, b.id, a.id]


def test_a_forwarded_case_keeps_its_rank(db: Session) -> None:
    context = opened(db)
    a, b = platforms(db, context, 2)
    put(db, context, [b, a])
    send(db, b)

    assert shown(db, context) == [b.id, a.id]
    put(db, context, [a, b])
    assert shown(db, context) == [a.id, b.id]


def test_only_the_unit_itself_ranks_and_only_where_the_order_matters(db: Session) -> None:
    context = opened(db)
    case = passed(db, context, CITY_A, 1)
    order = Order(unit(db, CITY_A).id, "enterprise", [case.id])
    with pytest.raises(NotAllowed, match="由“甲市”办理"):
        rank(db, context, order, actor=person(db, PROVINCE), now=NOW)
    with pytest.raises(NotAllowed):
        rank(db, context, order, actor=person(db, OTHER), now=NOW)


def test_a_batch_may_not_rank(db: Session) -> None:
    context = opened(db, changed(with_places(), recommend=recommend_stage(is_ranked=False)))

    with pytest.raises(NotFound, match="不要求排序"):
        put(db, context, [])


def test_the_special_mark_is_shown(db: Session) -> None:
    wanted = changed(with_places(), recommend=recommend_stage(special_label="特色优先"))
    context = opened(db, wanted)
    case = passed(db, context, PROVINCE, 1)
    actor = person(db, PROVINCE)

    mark_special(db, case.id, is_special=True, actor=actor, now=NOW)

    page = board(db, context.batch, unit(db, PROVINCE).id, actor=actor, now=NOW)
    assert [row.is_special for group in page.groups for row in group.rows] == [True]
    send(db, case)
    with pytest.raises(Conflict, match="尚未报送的申报件才能标记"):
        mark_special(db, case.id, is_special=False, actor=actor, now=NOW)


def test_a_batch_may_have_no_mark(db: Session) -> None:
    context = opened(db)
    case = passed(db, context, PROVINCE, 1)

    with pytest.raises(NotFound, match="没有特别标记"):
        mark_special(db, case.id, is_special=True, actor=person(db, PROVINCE), now=NOW)
