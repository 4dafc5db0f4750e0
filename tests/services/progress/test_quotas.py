"""The table of places."""

from __future__ import annotations

from pathlib import Path

from domain.definition import Category, Quota, Strength, Subtype, UnitClass
from services.definitions.reading import load_file
from services.progress.quotas import Limit, quota_table
from tests.support.batches import definition

MIIT = Path(__file__).parents[3] / "presets" / "miit-2023.yaml"


def test_the_ministrys_table_has_the_notices_numbers() -> None:
    """S003-19, S003-20, S003-21, S003-22, S003-24: each class's limits, and the sum over all units."""
    table = quota_table(load_file(MIIT))

    assert table.units == {"province": 31, "plan_city": 5, "corps": 1}
    rows = {row.label: ({key: limit.places for key, limit in row.limits.items()}, row.most) for row in table.rows}
    assert rows == {
        "示范企业": ({"province": 10, "corps": 10, "plan_city": 3}, 335),
        "示范平台（共享制造类）": ({"province": 1, "corps": 1, "plan_city": 1}, 37),
        "示范平台（其他类）": ({"province": 3, "corps": 3, "plan_city": 1}, 101),
        "示范城市（综合类）": ({"province": 1}, 31),
        "示范城市（工业设计特色类）": ({"province": 1}, 31),
        "示范城市（综合类、工业设计特色类合计）": ({"plan_city": 1}, 5),
        "示范城市": ({"corps": 0}, 0),
    }


def test_a_soft_limit_and_none_at_all_are_told_apart() -> None:
    soft = Quota(key="soft", classes=("province",), category="city", subtypes=("a",), limit=2, strength=Strength.SOFT)
    wanted = definition(
        1,
        unit_classes=(UnitClass(key="province", name="省级"),),
        categories=(Category(key="city", name="城市", subtypes=(Subtype(key="a", name="甲类"),)),),
        quotas=(
            soft,
            Quota(key="free", classes=("province",), category="city"),
        ),
    )

    rows = {row.label: (row.limits["province"], row.most) for row in quota_table(wanted).rows}

    assert rows == {"城市（甲类）": (Limit(2, True), 2), "城市": (Limit(None, False), None)}
