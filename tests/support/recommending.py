"""A ministry's batch with places, in which cases stand checked and ready to be forwarded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from domain.access import Actor
from domain.definition import (
    Category,
    Definition,
    Due,
    Opening,
    Quota,
    Recommend,
    Review,
    Stage,
    StageKind,
    Subtype,
    UnitClass,
    UnitEntry,
)
from models import Case, CaseState, Opinion, Organisation, Outcome, Unit
from services.batches.advancing import advance
from services.batches.context import BatchContext, load
from services.recommending.forwarding import Forwarded, forward
from tests.support.batches import definition, local, officer, running
from tests.support.case_rows import case_row, organisation, unit_of

OPENED = local("2023-03-06 09:00")
NOW = local("2023-03-13 10:00")
DUE = local("2023-06-01 00:00")
"""Units recommend from OPENED until DUE; NOW lies between them."""

PROVINCE, OTHER, PLAN_CITY, CORPS = "000001", "000002", "000003", "000004"
CITY_A, CITY_B, COUNTY = "000011", "000012", "000111"
NO_MORE_THAN_TEN = "省级推荐示范企业不超过10个"
CORPS_NONE = "每个省、自治区、直辖市推荐示范城市，计划单列市可申报"

UNITS = (
    *((PROVINCE, "第1省", "province", None), (OTHER, "第2省", "province", None)),
    *((PLAN_CITY, "计划单列市", "plan_city", PROVINCE), (CORPS, "兵团", "corps", None)),
    *((CITY_A, "甲市", "city", PROVINCE), (CITY_B, "乙市", "city", PROVINCE), (COUNTY, "甲县", "city", CITY_A)),
)
"""Two provinces, two cities and a county below the first; a planned city that lies in it and stands by itself."""


def recommend_stage(**changes: Any) -> Stage:
    """Return the recommend stage: 6 March to 31 May 2023; `changes` are those of its block."""
    classes = ("province", "plan_city", "corps")
    return Stage(
        key="recommend",
        kind=StageKind.RECOMMEND,
        title="推荐报送",
        opens=Opening(on=date(2023, 3, 6)),
        due=Due(on=date(2023, 5, 31)),
        recommend=Recommend(**{"classes": classes, "none_label": "本单位无推荐", **changes}),
    )


def review_stage(**changes: Any) -> Stage:
    return Stage(
        key="review",
        kind=StageKind.REVIEW,
        title="初审",
        opens=Opening(on=date(2023, 3, 6)),
        due=Due(on=date(2023, 5, 31)),
        review=Review(**changes),
    )


def declare_stage() -> Stage:
    return Stage(
        key="declare",
        kind=StageKind.DECLARE,
        title="申报",
        opens=Opening(on=date(2023, 3, 6)),
        due=Due(on=date(2023, 4, 28)),
        form="contact",
    )


QUOTAS = (
    Quota(key="enterprise", classes=("province", "corps"), category="enterprise", limit=10, clause=NO_MORE_THAN_TEN),
    Quota(key="enterprise-plan", classes=("plan_city",), category="enterprise", limit=3),
    Quota(
        key="sharing",
        classes=("province", "plan_city", "corps"),
        category="platform",
        subtypes=("sharing",),
        limit=1,
        clause="共享制造类不超过1个",
    ),
    Quota(key="other", classes=("province", "corps"), category="platform", subtypes=("other",), limit=3),
    Quota(key="comprehensive", classes=("province",), category="city", subtypes=("comprehensive",), limit=1),
    Quota(key="design", classes=("province",), category="city", subtypes=("design",), limit=1),
    Quota(key="city-plan", classes=("plan_city",), category="city", subtypes=("comprehensive", "design"), limit=1),
    Quota(key="city-corps", classes=("corps",), category="city", limit=0, clause=CORPS_NONE),
)


def with_places(**changes: Any) -> Definition:
    """Return a batch with the ministry's places: ten enterprises a province, three a planned city, and so on."""
    values: dict[str, Any] = {
        "unit_classes": tuple(
            UnitClass(key=key, name=name)
            for key, name in (
                ("province", "省级"),
                ("plan_city", "计划单列市"),
                ("corps", "兵团"),
                ("city", "设区市"),
            )
        ),
        "units": tuple(
            UnitEntry(code=code, name=name, unit_class=kind, upper=upper, email=f"u{code}@units.example")
            for code, name, kind, upper in UNITS
        ),
        "categories": (
            Category(key="enterprise", name="示范企业"),
            Category(
                key="platform",
                name="示范平台",
                subtypes=(Subtype(key="sharing", name="共享制造类"), Subtype(key="other", name="其他类")),
            ),
            Category(
                key="city",
                name="示范城市",
                subtypes=(Subtype(key="comprehensive", name="综合类"), Subtype(key="design", name="工业设计特色类")),
            ),
        ),
        "quotas": QUOTAS,
        "ladders": (),
        "stages": (declare_stage(), review_stage(), recommend_stage()),
        **changes,
    }
    return replace(definition(0), **values)


def opened(session: Session, wanted: Definition | None = None) -> BatchContext:
    """Publish a batch with places and open its stages; return its context."""
    batch = running(session, wanted or with_places()).batch
    advance(session, batch.id, OPENED)
    return load(session, batch.id)


def changed(wanted: Definition, **stages: Stage) -> Definition:
    """Return the definition with stages of these keys in place of its own."""
    return replace(wanted, stages=tuple(stages.get(stage.key, stage) for stage in wanted.stages))


_FIRST = 100


def applicants(session: Session, count: int, unit_code: str, first: int = _FIRST) -> list[Organisation]:
    return [organisation(session, number, unit_code) for number in range(first, first + count)]


def passed(session: Session, context: BatchContext, unit_code: str, number: int, **changes: Any) -> Case:
    """Return a case of the n-th applicant that a unit has checked and passed, with its opinion."""
    declarer = organisation(session, number, unit_code)
    case = case_row(session, context, declarer, unit_code, **{"state": CaseState.PASSED, **changes})
    give_opinion(session, case)
    return case


def passed_many(
    session: Session, context: BatchContext, unit_code: str, count: int, first: int = _FIRST, **changes: Any
) -> list[Case]:
    return [passed(session, context, unit_code, number, **changes) for number in range(first, first + count)]


def give_opinion(session: Session, case: Case) -> None:
    """Let the unit that a case is with have passed its present version."""
    case.state = CaseState.PASSED
    session.add(
        Opinion(
            batch_id=case.batch_id,
            unit_id=case.unit_id,
            case_id=case.id,
            by_unit_id=case.at_unit_id,
            outcome=Outcome.PASSED,
            text="同意推荐",
            version_no=case.version_no,
            given_at=NOW,
            given_by="经办人",
        )
    )
    session.flush()


def unit(session: Session, code: str) -> Unit:
    return unit_of(session, code)


def person(session: Session, code: str) -> Actor:
    """Return an officer of the unit with this code."""
    return officer(session, int(code))


def send(session: Session, case: Case, **how: Any) -> Forwarded:
    """Forward a case as the unit that it is with."""
    actor = person(session, case.at_unit.code)
    return forward(session, case.id, **{"received_at": NOW, "actor": actor, **how})
