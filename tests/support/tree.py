"""A ministry's batch and what it takes to pass it on, for tests of the tree of notices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from domain.definition import (
    Category,
    Definition,
    Due,
    Field,
    FieldKind,
    Force,
    Form,
    Issuer,
    Level,
    Office,
    Opening,
    Operator,
    Quota,
    Recommend,
    Review,
    Rule,
    Stage,
    StageKind,
    UnitClass,
    UnitEntry,
)
from services.upstream.passing_on import NewChild
from tests.support.batches import definition

SHARE = Rule(
    key="share",
    clause="服务收入占比原则上不低于30%",
    subject="share",
    operator=Operator.AT_LEAST,
    value="30",
    unit="%",
    force=Force.SOFT,
)
FORM = Form(
    key="enterprise", title="申报书", fields=(Field(key="share", label="服务收入占比", kind=FieldKind.PERCENT),)
)


def ministry(**changes: Any) -> Definition:
    """Return a ministry's batch: ten enterprises a unit, materials by 31 May 2023."""
    stages = (
        Stage(
            key="declare", kind=StageKind.DECLARE, title="申报", opens=Opening(on=date(2023, 3, 6)), form="enterprise"
        ),
        Stage(key="review", kind=StageKind.REVIEW, title="初审", opens=Opening(on=date(2023, 3, 6)), review=Review()),
        Stage(
            key="recommend",
            kind=StageKind.RECOMMEND,
            title="推荐报送",
            opens=Opening(on=date(2023, 3, 6)),
            due=Due(on=date(2023, 5, 31)),
            recommend=Recommend(none_label="本单位无推荐"),
        ),
    )
    wanted = definition(
        2,
        code="ministry-2023",
        title="某部 2023 年遴选",
        categories=(Category(key="enterprise", name="示范企业"),),
        quotas=(
            Quota(key="enterprise", classes=("province",), category="enterprise", limit=10, clause="不超过10个"),
        ),
        rules=(SHARE,),
        forms=(FORM,),
        ladders=(),
        stages=stages,
    )
    return replace(wanted, **changes)


def province(**changes: Any) -> NewChild:
    """Return the batch of the first unit above, with two cities of its own."""
    wanted = NewChild(
        code="province-2023",
        title="某省转发 2023 年遴选",
        issuer=Issuer(name="某省工信厅", level=Level.PROVINCE),
        office=Office(name="产业处", email="office@province.example"),
        unit="000001",
        unit_class=UnitClass(key="city", name="设区市"),
        units=tuple(
            UnitEntry(
                code=f"10000{number}", name=f"第{number}市", unit_class="city", email=f"c{number}@units.example"
            )
            for number in (1, 2)
        ),
    )
    return replace(wanted, **changes)
