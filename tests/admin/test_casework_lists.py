"""The list of cases as a page: places instead of pages, orders, filters as chips, ways out, what is typed wrongly."""

from __future__ import annotations

import io
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from domain.access import Role
from models import CaseState
from models.scope import Scope
from models.session import Database
from services.cases.reading import lists
from services.sheets import read_sheet
from tests.support.backoffice import Browser, counted, make_app, signed_in
from tests.support.batches import local
from tests.support.coordinating import PAGES, office_batch
from tests.support.lists import many
from tests.support.progress import set_clock
from tests.support.progress_pages import SINCE

ADDRESS = f"{PAGES}/cases"


@pytest.fixture
def app(database: Database) -> Flask:
    with database.write(Scope()) as session:
        many(session, office_batch(session), 120, state=CaseState.SUBMITTED)
    set_clock(database, local("2023-03-14 10:00"))
    return make_app(database)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


@pytest.fixture
def no_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the list be a long one."""
    monkeypatch.setattr(lists, "FEW", 1)


def shown(page: str) -> list[int]:
    """Return the ids of the cases of a page."""
    return [int(number) for number in re.findall(r'<td data-label="编号">(\d+)</td>', page)]


def step(page: str, label: str) -> str:
    """Return the address behind a step of the pager; "" where there is none."""
    found = re.search(rf'<a class="page-link" href="([^"]+)"[^>]*><i[^>]*></i><span>{label}</span>', page)
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize("is_long", [False, True], ids=["short", "long"])
@pytest.mark.parametrize("asked", [{}, {"sort": "title"}, {"sort": "id", "desc": "1"}, {"text": "制造"}], ids=str)
def test_steps_lead_through_the_list_and_back(
    coordinator: Browser, monkeypatch: pytest.MonkeyPatch, is_long: bool, asked: dict[str, str]
) -> None:
    if is_long:
        monkeypatch.setattr(lists, "FEW", 1)
    first = coordinator.text(ADDRESS, **asked)
    pages = [shown(first)]
    page = first
    while address := step(page, "下一页"):
        page = coordinator.text(address)
        pages.append(shown(page))

    assert [len(found) for found in pages] == [50, 50, 20]
    assert len({number for found in pages for number in found}) == 120
    assert shown(coordinator.text(step(page, "上一页"))) == pages[1]
    assert shown(coordinator.text(step(page, "首页"))) == pages[0]
    last = shown(coordinator.text(step(first, "末页")))
    assert last == [number for found in pages for number in found][-50:]
    assert not step(first, "上一页")
    assert not step(page, "下一页")
    assert all(parse_qs(urlsplit(step(first, "下一页")).query).get(name) == [value] for name, value in asked.items())


def test_orders_are_told_and_turned_around(coordinator: Browser) -> None:
    page = coordinator.text(ADDRESS)

    assert re.findall(r'aria-sort="(\w+)"><a[^>]*>(\w+)<', page) == [("descending", "提交")]
    turned = coordinator.text(f"{ADDRESS}?sort=submitted&desc=0")
    assert 'aria-sort="ascending"' in turned
    assert shown(turned)[0] != shown(page)[0]
    by_id = coordinator.text(f"{ADDRESS}?sort=id&desc=0")
    assert shown(by_id) == sorted(shown(by_id))


def test_filters_are_chips_each_with_a_way_to_drop_it(coordinator: Browser) -> None:
    page = coordinator.text(ADDRESS, text="制造 公司", state="submitted", category="enterprise", sort="id", desc="0")
    chips = dict(
        re.findall(r'<li>([^<]+)<a href="([^"]+)"', page.split('aria-label="当前条件"')[1].split("</ul>")[0])
    )

    assert set(chips) == {"含“制造 公司”", "类别：示范企业", "状态：待审核"}
    without = parse_qs(urlsplit(unescape(chips["状态：待审核"])).query)
    assert without == {
        **{"text": ["制造 公司"], "category": ["enterprise"]},
        **{"sort": ["id"], "desc": ["0"]},
    }


def test_an_empty_list_has_a_way_out(coordinator: Browser) -> None:
    nothing = coordinator.text(ADDRESS, text="量子")
    behind = coordinator.text(ADDRESS, sort="id", desc="1", after="1")

    assert "没有符合条件的申报件" in nothing
    assert re.search(rf'href="{ADDRESS}(\?view=0)?">查看全部申报件', nothing)
    assert "这里之后没有申报件了" in behind
    assert "从头查看" in behind


@pytest.mark.parametrize(
    "query",
    [
        *("sort=name", "sort=", "desc=2", "sort=id&desc=x", "end=0", "after=x", "after=", "after=1.x", "before=-1"),
        *(
            "after=1.99999999999999999",
            "sort=id&after=1.5",
            "sort=id&after=99999999999",
            f"sort=title&after=1.{'a' * 201}",
        ),
        "sort=title&after=1.%00",
    ],
)
def test_what_no_page_of_ours_asks_for_is_refused(coordinator: Browser, query: str) -> None:
    """S20-S22: a place is typed and bounded like everything in an address."""
    assert coordinator.http.get(f"{ADDRESS}?{query}").status_code == 400


def test_a_typed_start_jumps_there(coordinator: Browser, no_few: None) -> None:
    by_id = coordinator.text(ADDRESS, sort="id", desc="0", start="37")
    falling = coordinator.text(ADDRESS, sort="id", desc="1", start="37")
    by_day = coordinator.text(ADDRESS, start="2023-03-10")
    before = coordinator.text(ADDRESS, start="2023-03-09")
    by_title = coordinator.text(ADDRESS, sort="title", desc="0", start="项目5")

    assert (shown(by_id)[0], shown(falling)[0]) == (37, 37)
    assert len(shown(by_day)) == 50
    assert "这里之后没有申报件了" in before
    titles = re.findall(r'<a href="/cases/\d+">(项目\d+)</a>', by_title)
    assert titles == sorted(titles)
    assert titles[0] >= "项目5"


@pytest.mark.parametrize(
    ("sort", "start"), [("submitted", "三月"), ("submitted", "9999-12-31"), ("id", "x"), ("title", "长" * 300)]
)
def test_a_start_that_is_none_is_told_and_nothing_is_lost(coordinator: Browser, sort: str, start: str) -> None:
    page = coordinator.text(ADDRESS, sort=sort, desc="1", start=start)

    assert len(shown(page)) == 50
    assert "列表从头显示" in page or start == "9999-12-31"


def test_a_short_list_counts_its_lines_and_a_long_one_does_not_pretend_to(
    coordinator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = coordinator.text(step(coordinator.text(ADDRESS), "下一页"))
    monkeypatch.setattr(lists, "FEW", 1)
    monkeypatch.setattr(lists, "MOST_COUNTED", 100)
    long = coordinator.text(ADDRESS)

    assert "第 51–100 件，共 120 件" in short
    assert "超过 5,000 件" in long
    assert "120 件" not in long


def test_a_search_with_many_results_says_how_it_is_ordered(coordinator: Browser, no_few: None) -> None:
    from services.cases.reading import searching

    searching._counted.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "FEW", 1)
        page = coordinator.text(ADDRESS, text="制造", sort="title", desc="0")
    searching._counted.cache_clear()

    assert "按提交时间排列" in page
    assert re.findall(r'aria-sort="(\w+)"><a[^>]*>(\w+)<', page) == [("descending", "提交")]
    assert "件数较多" in page


def test_the_workbook_has_the_order_and_the_filters_of_the_page(coordinator: Browser) -> None:
    address = f"{PAGES}/cases.xlsx?text=%E5%88%B6%E9%80%A0&sort=id&desc=0&category=platform"
    page = coordinator.text(ADDRESS, text="制造", sort="id", desc="0", category="platform")

    sheet = read_sheet(io.BytesIO(coordinator.post(address).data))

    assert [int(row["编号"]) for _, row in sheet.rows] == shown(page)


def test_a_title_never_becomes_a_formula(database: Database) -> None:
    with database.write(Scope()) as session:
        many(
            session, office_batch(session), 1, state=CaseState.SUBMITTED, title='=HYPERLINK("http://x.example","点")'
        )
    set_clock(database, local("2023-03-14 10:00"))
    browser = signed_in(make_app(database), database, Role.COORDINATOR, valid_from=SINCE)

    content = browser.post(f"{PAGES}/cases.xlsx").data

    (row,) = [row for _, row in read_sheet(io.BytesIO(content)).rows]
    assert row["名称"].startswith("=HYPERLINK")
    assert b"<f>" not in content


def test_a_deep_page_asks_no_more_questions_than_the_first(coordinator: Browser, no_few: None) -> None:
    first = coordinator.text(ADDRESS)
    with counted() as shallow:
        coordinator.text(ADDRESS)
    with counted() as deep:
        coordinator.text(step(first, "末页"))

    assert len(deep) == len(shallow) <= 20
