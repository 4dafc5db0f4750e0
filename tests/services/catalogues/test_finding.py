"""Who chose a mode, across batches that call it by different names."""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.orm import Session

from domain.definition import Catalogue, Category, Mode
from models import CaseState
from services.catalogues import cases_of_standard
from tests.support.batches import definition, running
from tests.support.case_rows import case_row, organisation

PLATFORM = (Category(key="platform", name="平台", modes=("sharing", "share")),)
OLD = definition(
    1,
    code="batch-2021",
    title="示范遴选 2021",
    year=2021,
    categories=PLATFORM,
    modes=(Mode(key="share", name="制造能力共享", standard="sharing"), Mode(key="sharing", name="别的")),
)
NEW = definition(
    1,
    categories=(Category(key="platform", name="平台", modes=("sharing",)),),
    catalogue=Catalogue(key="c", title="模式", modes=(Mode(key="sharing", name="共享制造", standard="sharing"),)),
)


def filled(db: Session) -> None:
    old, new = running(db, OLD), running(db, NEW)
    first, second, third = (organisation(db, number) for number in (1, 2, 3))
    case_row(db, old, first, modes=["share"], state=CaseState.SUBMITTED)
    case_row(db, old, second, modes=["sharing"], state=CaseState.SUBMITTED)
    case_row(db, new, second, modes=["sharing"], state=CaseState.PASSED)
    case_row(db, new, third, modes=["sharing"], state=CaseState.DRAFT)


def test_cases_are_found_by_the_common_name_newest_first(db: Session) -> None:
    """S002-12: a key that means something else elsewhere is not mistaken, and drafts are nobody's business."""
    filled(db)

    found = cases_of_standard(db, "sharing")

    assert [(case.title, case.year, case.mode) for case in found] == [
        ("第2制造公司", 2023, "共享制造"),
        ("第1制造公司", 2021, "制造能力共享"),
    ]
    assert [case.state for case in found] == [CaseState.PASSED, CaseState.SUBMITTED]
    assert cases_of_standard(db, "sharing", limit=1) == found[:1]
    assert cases_of_standard(db, "finance") == []


def test_it_takes_two_queries_however_many_batches_there_are(db: Session) -> None:
    filled(db)
    db.flush()
    asked: list[str] = []
    bind = db.get_bind()
    event.listen(bind, "before_cursor_execute", lambda *call: asked.append(call[2]))

    cases_of_standard(db, "sharing")

    assert len([statement for statement in asked if statement.lstrip().upper().startswith("SELECT")]) == 2
