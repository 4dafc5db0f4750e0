"""Finding cases by words: exact, in the list's order, whatever is frequent, and never what may not be read."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor
from models import Case, CaseState, Source
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.cases.reading import CasePage, Filter, Order, case_list, lists, searching
from services.cases.reading.asking import lowered
from tests.support.batches import COORDINATOR, officer, running
from tests.support.case_rows import case_row, credit_code, organisation
from tests.support.cases import NOW, case_definition
from tests.support.lists import asked, many, read_through

TITLES = (
    *("智能制造共享工厂", "智能装备运维", "制造智能化", "远程运维平台", "纺织机械", "纺织智造", "AI质检Line2"),
    *("100%国产_替代", "它的'引号'\"和\"*星号", "两个 词 之间", "A", "厂", "𠀀𠀁稀见字", "50%_'\"*"),
)
WORDS = (
    *(
        "智能",
        "制造",
        "运维",
        "纺织",
        "不在",
        "智",
        "厂",
        "A",
        "a",
        "ai",
        "LINE2",
        "智能制造",
        "能制",
        "装备运",
        "𠀀𠀁",
    ),
    *("智能 制造", "制造 智能", "纺织 智能", "%", "_", "'", '"', "*", "%国", "_替", "词 之", '和"*', "公司", "第3"),
    *("\x00智能", " ", "智" * 60, "智能 制造 运维 纺织 机械 平台", "造有", "司"),
)


@pytest.fixture
def context(db: Session) -> BatchContext:
    found = running(db, case_definition())
    for number, title in enumerate(TITLES * 2, 1):
        state = (CaseState.SUBMITTED, CaseState.PASSED, CaseState.DRAFT)[number % 3]
        code = ("000001", "000004", "000002")[number % 3]
        case_row(db, found, organisation(db, number, code), code, title=title, state=state)
    return found


@pytest.fixture(params=["few", "many", "both"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every word be rare, or every word and filter frequent, or a walk end early."""
    if request.param != "few":
        for module in (lists, searching):
            monkeypatch.setattr(module, "FEW", 1 if request.param == "many" else 3)
    if request.param == "both":
        monkeypatch.setattr(searching, "NEAR", 2)
        monkeypatch.setattr(lists, "NEAR", 2)
        monkeypatch.setattr(searching, "FARTHEST", 3)
    for kept in (searching._counted, searching._led):
        kept.cache_clear()
    return str(request.param)


def expected(session: Session, text: str, **filters: Any) -> set[int]:
    """Return what a plain look at every case gives."""
    words = [lowered(word) for word in "".join(char for char in text if char != "\x00").split()][:5]
    found = set()
    for case in session.scalars(select(Case).where(Case.version_no > 0)):
        names = lowered(f"{case.title}\n{case.organisation.name}\n")
        code = lowered(case.organisation.credit_code or "")

        def has(word: str, names: str = names, code: str = code) -> bool:
            is_code = len(word) >= 4 and word.isascii() and word.isalnum()
            in_code = code.startswith(word) or code.endswith(word) or code[8:].startswith(word)
            return (word in names and len(word) != 18) or (is_code and in_code)

        if all(has(word) for word in words) and all(getattr(case, name) == value for name, value in filters.items()):
            found.add(case.id)
    return found


def found_all(session: Session, context: BatchContext, text: str, **filters: Any) -> list[int]:
    pages = read_through(session, Filter(context.batch.id, text=text, size=3, **filters), COORDINATOR)
    return [line.id for page in pages for line in page.lines]


@pytest.mark.parametrize("text", WORDS, ids=lambda text: ascii(text)[:20])
def test_a_search_finds_exactly_what_has_all_words(db: Session, context: BatchContext, size: str, text: str) -> None:
    if not text.strip() or len(text.split()) > 5:
        return
    found = found_all(db, context, text)

    assert len(found) == len(set(found))
    assert set(found) == expected(db, text)


@pytest.mark.parametrize("part", [slice(None), slice(-6, None), slice(0, 12), slice(8, None), slice(8, 15)], ids=str)
def test_a_credit_code_is_found_by_its_beginning_its_end_and_its_organisation_code(
    db: Session, context: BatchContext, size: str, part: slice
) -> None:
    word = credit_code(7)[part].lower()

    assert set(found_all(db, context, word)) == expected(db, word)


def test_words_and_filters_together(db: Session, context: BatchContext, size: str) -> None:
    for filters in ({"state": CaseState.PASSED}, {"state": CaseState.DRAFT}, {"at_unit_id": 2}):
        for text in ("智能", "制造 共享", "公司", "厂"):
            assert set(found_all(db, context, text, **filters)) == expected(db, text, **filters)


def test_results_come_in_the_order_of_the_list(db: Session, context: BatchContext) -> None:
    titles = [
        line.title
        for line in case_list(
            db,
            Filter(context.batch.id, text="智能", order=Order.TITLE, is_descending=False),
            actor=COORDINATOR,
            now=NOW,
        ).lines
    ]

    assert titles == sorted(titles)
    assert len(titles) > 2


def test_a_search_with_very_many_results_offers_the_order_of_submission_alone(
    db: Session, context: BatchContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (lists, searching):
        monkeypatch.setattr(module, "FEW", 0)
    searching._counted.cache_clear()

    page: CasePage = case_list(
        db, Filter(context.batch.id, text="公司", order=Order.TITLE), actor=COORDINATOR, now=NOW
    )

    assert (page.order, page.orders, page.total) == (Order.SUBMITTED, (Order.SUBMITTED,), None)
    searching._counted.cache_clear()


def test_what_an_officer_types_is_found_by_the_office_or_unit_that_types_it(database: Database) -> None:
    """S003-68: and by nobody else; not even its number is told."""
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        declarer = organisation(db, 1, "000004")
        typed = {"source": Source.OFFICER, "state": CaseState.DRAFT, "title": "代填的项目"}
        case_row(db, context, declarer, "000004", created_by="王主任", **typed)
        case_row(db, context, declarer, "000004", state=CaseState.DRAFT, title="自填的项目")
        county, city = officer(db, 4), officer(db, 1)

    def found(actor: Actor) -> tuple[int, int | None]:
        with database.read(Scope.of(actor)) as db:
            page = case_list(db, Filter(context.batch.id, text="的项目"), actor=actor, now=NOW)
            return len(page.lines), page.total

    assert found(COORDINATOR) == (1, 1)
    assert found(Actor("李主任", COORDINATOR.role, user_id=2)) == (0, 0)
    assert found(county) == (1, 1)
    assert found(city) == (0, 0)


def test_a_search_shows_nothing_beyond_the_own_branch_or_programme(database: Database) -> None:
    """S003-69"""
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        many(db, context, 12, state=CaseState.SUBMITTED, title="共享工厂")
        county = officer(db, 4)
        own = len(list(db.scalars(select(Case.id).where(Case.unit_id == 5))))

    with database.read(Scope.of(county)) as db:
        page = case_list(db, Filter(context.batch.id, text="共享"), actor=county, now=NOW)

    assert (len(page.lines), page.total) == (own, own)
    assert 0 < own < 12


def test_more_cases_need_no_more_questions(db: Session, context: BatchContext) -> None:
    def count(text: str) -> int:
        with asked(db) as found:
            case_list(db, Filter(context.batch.id, text=text), actor=COORDINATOR, now=NOW)
        return len(found)

    before = [count(text) for text in ("智能", "不在", "智能 制造", credit_code(3))]
    many(db, context, 40, first=100, title="智能制造不同")

    assert [count(text) for text in ("智能", "不在此", "智能 制造", credit_code(3))] == before
