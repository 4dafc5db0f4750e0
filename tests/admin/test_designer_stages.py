"""The page of the stages: the table without scripts, the moves that scripts send, adding and putting in order."""

from __future__ import annotations

import re
from datetime import date

import pytest

from admin.designer.tables.picture import picture
from domain.definition import Definition, Stage
from models.scope import Scope
from models.session import Database
from services.calendar import official_calendar
from services.designing.tables.schedule import spans
from services.designing.working import working_copy
from tests.support.backoffice import Browser, said
from tests.support.batches import COORDINATOR, definition
from tests.support.filled import World

PAGE = "/admin/progress/draft-2024/design"
STAGES = f"{PAGE}/part/stages"


def copy_of(database: Database, world: World) -> Definition:
    with database.read(Scope()) as session:
        return working_copy(session, world.draft, actor=COORDINATOR).definition


def stage_of(database: Database, world: World) -> Stage:
    return copy_of(database, world).stage("contacts")


def step(browser: Browser) -> str:
    found = re.search(r'name="step" value="(\d+)"', browser.text(STAGES))
    assert found is not None
    return found[1]


def send(browser: Browser, act: str, **form: str) -> tuple[int, str]:
    answer = browser.post(f"{PAGE}/stages/{act}", {"step": step(browser), **form})
    return answer.status_code, said(answer)


def test_the_page_says_each_day_in_words_and_as_a_picture(coordinator: Browser, world: World) -> None:
    """S4-1: bars over the calendar without a style in the page, and a table that says the same."""
    page = coordinator.text(STAGES)

    assert 'name="due.contacts" value="2023-03-20"' in page
    assert "2023-03-20 周一 24:00；共 15 天，开放后 10 个工作日" in page
    assert 'role="slider"' in page and 'aria-valuetext="2023-03-20 周一"' in page
    assert "style=" not in page


def test_the_table_changes_several_dates_as_one_step(coordinator: Browser, world: World, database: Database) -> None:
    """S4-1: without JavaScript the dates are typed."""
    dates = {"opens.contacts": "2023-03-07", "due.contacts": "", "days.contacts": "12"}

    status, _ = send(coordinator, "dates", **dates)

    stage = stage_of(database, world)
    assert status == 303
    assert stage.opens.on == date(2023, 3, 7)
    assert stage.due is not None and (stage.due.on, stage.due.working_days) == (None, 12)
    assert "可撤销：环节日期" in coordinator.text(STAGES)


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        ({"opens.contacts": "soon"}, "“soon”不是日期"),
        ({"due.contacts": "0001-01-01"}, "不是日期"),
        ({"days.contacts": "many"}, "工作日数应为整数"),
        ({"days.contacts": "5"}, "截止日期和工作日数只能填一个"),
    ],
)
def test_dates_that_cannot_be_are_refused_and_kept(
    coordinator: Browser, world: World, database: Database, dates: dict[str, str], sentence: str
) -> None:
    first = {"opens.contacts": "2023-03-06", "due.contacts": "2023-03-20", "days.contacts": ""}

    status, page = send(coordinator, "dates", **{**first, **dates})

    assert status == 422 and sentence in page
    assert all(f'value="{value}"' in page for value in dates.values())
    assert stage_of(database, world).opens.on == date(2023, 3, 6)


def test_a_drag_is_one_step_and_its_refusal_a_sentence(
    coordinator: Browser, world: World, database: Database
) -> None:
    """S4-1: dropped, it is stored; what makes no sense goes back with the reason."""
    asked = {"csrf_token": coordinator.csrf, "step": step(coordinator), "stage": "contacts", "opens": ""}
    asked["csrf_token"] = coordinator.csrf
    headers = {"Accept": "application/json"}

    done = coordinator.http.post(f"{PAGE}/stages/move", data={**asked, "due": "2023-03-22"}, headers=headers)
    back = coordinator.http.post(f"{PAGE}/stages/move", data={**asked, "due": "2023-03-03"}, headers=headers)
    odd = coordinator.http.post(f"{PAGE}/stages/move", data={**asked, "due": "x"}, headers=headers)

    assert done.status_code == 303
    assert (back.status_code, back.mimetype) == (422, "application/json")
    assert "截止要晚于开放" in back.get_json()["sentence"]
    assert "不是日期" in odd.get_json()["sentence"]
    due = stage_of(database, world).due
    assert due is not None and due.on == date(2023, 3, 22)


def test_two_coordinators_who_move_one_end_are_told(coordinator: Browser, world: World) -> None:
    old = step(coordinator)
    send(coordinator, "move", stage="contacts", due="2023-03-22")
    mine = {"csrf_token": coordinator.csrf, "step": old, "stage": "contacts", "due": "2023-03-24"}

    first = coordinator.http.post(f"{PAGE}/stages/move", data=mine, headers={"Accept": "application/json"})
    send(coordinator, "move", stage="contacts", due="2023-03-23")
    late = coordinator.http.post(
        f"{PAGE}/stages/move", data={**mine, "step": "1"}, headers={"Accept": "application/json"}
    )

    assert (first.status_code, late.status_code) == (409, 409)
    assert "2023-03-23" in late.get_json()["sentence"]


def test_stages_are_added_put_in_order_and_removed(coordinator: Browser, world: World, database: Database) -> None:
    added = send(coordinator, "add", kind="publish", title="公示公布")
    empty = send(coordinator, "add", kind="publish", title=" ")
    odd = send(coordinator, "add", kind="dance", title="跳舞")
    up = send(coordinator, "reorder", stage="publish", way="up")

    assert (added[0], empty[0], odd[0], up[0]) == (303, 422, 422, 303)
    assert [stage.key for stage in copy_of(database, world).stages] == ["publish", "contacts"]
    removed, gone = send(coordinator, "remove", stage="publish"), send(coordinator, "remove", stage="publish")
    assert (removed[0], gone[0]) == (303, 404)
    assert [stage.key for stage in copy_of(database, world).stages] == ["contacts"]


def test_the_picture_shades_days_off_and_names_make_up_days() -> None:
    found = picture(spans(definition(), official_calendar()), date(2023, 3, 10), official_calendar())

    assert found is not None and found.today is not None
    assert found.special["2023-04-05"] == (False, "清明")
    assert found.special["2023-04-23"] == (True, "劳动节调休")
    assert {shade.kind for shade in found.shades} >= {"off", "holiday"}
    (bar,) = found.bars
    assert (bar.text, bar.end_text) == ("2023-03-06 周一 至 2023-03-20 周一", "3月20日")
    far = picture(spans(definition(), official_calendar()), date(2030, 1, 1), official_calendar())
    assert far is not None and far.today is None
    assert picture([], date(2023, 3, 10), official_calendar()) is None
