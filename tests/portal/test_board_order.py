"""The order of a board without scripts and as the script sends it: numbers, steps, and orders that are stale."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.definition import Quota
from models import Recommendation
from models.scope import Scope
from models.session import Database
from portal.recommending.ordering import by_numbers, moved
from tests.support.officer_portal import OfficerPortal, officer_definition, officer_portal
from tests.support.portal import Browser, words

ONE = (Quota(key="enterprise", classes=("city",), category="enterprise", limit=1),)


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> OfficerPortal:
    wanted = officer_definition(recommend={"special_label": "特色优先"}, quotas=ONE)
    return officer_portal(database, tmp_path, wanted)


@pytest.fixture
def ids(portal: OfficerPortal) -> list[int]:
    return [portal.passed(number) for number in (1, 2, 3)]


@pytest.fixture
def browser(portal: OfficerPortal) -> Browser:
    return portal.officer()


def address(portal: OfficerPortal) -> str:
    return f"/batches/batch-2023/recommend/{portal.unit()}"


def ranked(portal: OfficerPortal) -> list[int]:
    with portal.database.read(Scope()) as session:
        found = session.query(Recommendation).filter(Recommendation.rank.is_not(None)).order_by(Recommendation.rank)
        return [row.case_id for row in found]


def order(browser: Browser, portal: OfficerPortal, **form: str) -> object:
    browser.get(address(portal))
    return browser.post(f"{address(portal)}/order", {"category": "enterprise", **form})


def test_numbers_alone_keep_an_order(portal: OfficerPortal, browser: Browser, ids: list[int]) -> None:
    """By merit, with no script at all."""
    first, second, third = ids
    seen = ",".join(map(str, ids))

    order(browser, portal, seen=seen, **{f"rank.{third}": "1"})
    assert ranked(portal) == [third, first, second]
    order(browser, portal, seen=f"{third},{first},{second}", move=f"down:{third}")
    assert ranked(portal) == [first, third, second]
    refused = order(browser, portal, seen=f"{first},{third},{second}", **{f"rank.{first}": "甲"})
    assert refused.status_code == 422
    assert "序号须为正整数" in words(refused)


def test_the_waiting_line_follows_the_order(portal: OfficerPortal, browser: Browser, ids: list[int]) -> None:
    """S001-62: one place; whoever is not first waits."""
    browser.get(address(portal))
    form = {"category": "enterprise", "seen": ",".join(map(str, ids)), "order": ",".join(map(str, reversed(ids)))}

    answer = browser.post(f"{address(portal)}/order", form, headers={"Accept": "application/json"}).get_json()

    assert answer == {"ok": True, "order": ids[::-1], "waiting": ids[1::-1]}


def test_a_stale_order_is_refused_and_told(portal: OfficerPortal, browser: Browser, ids: list[int]) -> None:
    """Somebody else ordered, or a case came meanwhile: nothing is overwritten."""
    seen = ",".join(map(str, ids))
    order(browser, portal, seen=seen, move=f"down:{ids[0]}")

    stale = order(browser, portal, seen=seen, move=f"up:{ids[2]}")
    assert stale.status_code == 409
    assert "其他经办人刚刚调整过排序" in words(stale)
    portal.passed(4)
    json = {"Accept": "application/json"}
    form = {"category": "enterprise", "seen": seen, "order": seen}
    come = browser.post(f"{address(portal)}/order", form, headers=json)
    assert come.status_code == 409
    assert "新增 1 件（示范项目4）" in come.get_json()["sentence"]
    assert ranked(portal) == [ids[1], ids[0], ids[2]]


def test_marks_and_seals_of_one_case(portal: OfficerPortal, browser: Browser, ids: list[int]) -> None:
    browser.get(address(portal))
    browser.post(f"{address(portal)}/mark", {"case": ids[0], "is_special": "yes"})
    assert "示范项目1 特色优先" in browser.text(address(portal))

    late = browser.post(f"{address(portal)}/seal", {"case": ids[0], "held_on": "2023-03-14"})
    assert "盖章日期不能晚于今天" in words(late)
    browser.post(f"{address(portal)}/seal", {"case": ids[0], "held_on": "2023-03-13"})
    assert "本单位已盖章" in browser.text(address(portal))


@given(st.integers(1, 8), st.data())
def test_a_case_given_a_number_lies_on_that_very_place(count: int, data: st.DataObject) -> None:
    seen = data.draw(st.permutations(range(100, 100 + count)))
    case_id, place = data.draw(st.sampled_from(seen)), data.draw(st.integers(1, count))
    numbers = {one: str(number) for number, one in enumerate(seen, start=1)} | {case_id: str(place)}

    found = by_numbers(seen, numbers)

    assert sorted(found) == sorted(seen)
    assert found.index(case_id) == place - 1
    assert [one for one in found if one != case_id] == [one for one in seen if one != case_id]


@given(st.integers(1, 8), st.data())
def test_a_step_moves_one_case_by_one_place_and_never_out(count: int, data: st.DataObject) -> None:
    seen = list(range(count))
    case_id, step = data.draw(st.sampled_from(seen)), data.draw(st.sampled_from((-1, 1)))

    found = moved(seen, case_id, step)

    assert found.index(case_id) == min(max(0, case_id + step), count - 1)
    assert [one for one in found if one != case_id] == [one for one in seen if one != case_id]
