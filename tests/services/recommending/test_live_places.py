"""What is used and left over all units, and the totals of the notices."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from domain.errors import NotFound
from domain.quota import QuotaClosed
from services.batches.context import load
from services.batches.drafts import store_draft
from services.definitions.reading import load_file
from services.progress.quotas import live_places
from services.recommending.forwarding import recall
from services.recommending.moving import Move, move
from services.recommending.places import require_intake
from tests.support.batches import COORDINATOR, PUBLISHED
from tests.support.recommending import (
    CITY_A,
    CORPS,
    NOW,
    OTHER,
    PROVINCE,
    opened,
    passed,
    passed_many,
    person,
    send,
    unit,
    with_places,
)

PRESETS = Path(__file__).parents[3] / "presets"


@pytest.mark.parametrize(
    ("name", "totals"),
    [
        ("miit-2023", {"示范企业": 335, "示范平台（共享制造类）": 37, "示范平台（其他类）": 101}),
        ("shanxi-2021", {}),
    ],
)
def test_the_totals_are_those_of_the_notice(db: Session, name: str, totals: dict[str, int]) -> None:
    """S003-19, S003-20, S003-21, S003-22, S003-23: 335, 37, 101, 62 and 5; S001-10, S001-11, S001-12, S001-15."""
    batch = store_draft(db, load_file(PRESETS / f"{name}.yaml"), actor=COORDINATOR, now=PUBLISHED)

    found = live_places(db, load(db, batch.id))

    by_label: defaultdict[str, int] = defaultdict(int)
    for total in found.totals:
        by_label[total.label] += total.limit or 0
    if name == "miit-2023":
        cities = {
            "示范城市（综合类）": 31,
            "示范城市（工业设计特色类）": 31,
            "示范城市（综合类、工业设计特色类合计）": 5,
        }
        assert dict(by_label) == {**totals, **cities, "示范城市": 0}
    else:
        assert sorted(by_label.values()) == [13, 26, 26, 65]


def test_numbers_change_at_once_for_unit_and_owner(db: Session) -> None:
    """S001-62: after forwarding, recalling and moving places; the total stays."""
    context = opened(db)
    cases = passed_many(db, context, PROVINCE, 2)

    def enterprise() -> tuple[int | None, int]:
        total = next(item for item in live_places(db, context).totals if item.key == "enterprise")
        return total.limit, total.used

    assert enterprise() == (30, 0)
    for case in cases:
        send(db, case)
    assert enterprise() == (30, 2)
    recall(db, cases[0].id, reason="撤", received_at=NOW, actor=person(db, PROVINCE))
    ids = (unit(db, PROVINCE).id, unit(db, OTHER).id)
    move(db, context, Move("enterprise", *ids, 3, "调剂"), actor=COORDINATOR, now=NOW)
    assert enterprise() == (30, 1)
    left = {item.name: item.quotas[0].left for item in live_places(db, context).units if item.class_key == "province"}
    assert left == {"第1省": 6, "第2省": 13}


def test_an_intake_that_can_never_be_recommended_is_refused_at_the_door(db: Session) -> None:
    """S003-24: the city intake is closed for the corps, with its clause, before anybody has typed a word."""
    context = opened(db, with_places())

    with pytest.raises(QuotaClosed, match="不受理本单位推荐（推荐名额为 0）。依据：每个省"):
        require_intake(db, context, unit(db, CORPS), "city", "design")
    require_intake(db, context, unit(db, CORPS), "enterprise", "")
    require_intake(db, context, unit(db, CITY_A), "city", "design")


def test_a_unit_that_takes_no_part_has_no_way_up(db: Session) -> None:
    context = opened(db, with_places(units=with_places().units[:2]))
    opened_elsewhere = unit(db, PROVINCE)
    passed(db, context, PROVINCE, 1)

    other = type(opened_elsewhere)(code="999999", name="局外单位", path="/999999/")
    db.add(other)
    db.flush()
    with pytest.raises(NotFound, match="不在本批次中"):
        require_intake(db, context, other, "enterprise", "")
