"""Asking for a rehearsal without YAML, and reading one along the clock."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from domain.access import SYSTEM, Role
from models import Mail, RehearsalRun
from models.scope import Scope
from models.session import Database
from services.batches.drafts import store_draft
from services.definitions.yaml_text import read_yaml
from services.designing.edits import SetValues
from services.designing.working import Change, apply
from tests.support.backoffice import Browser, counted, make_app, said, signed_in
from tests.support.batches import COORDINATOR, definition
from tests.support.rehearsal_pages import BASE, NOW, ROW, SINCE, move_due, ran, run, stored_draft


@pytest.fixture
def draft(database: Database) -> int:
    return stored_draft(database)


@pytest.fixture
def coordinator(app: Flask, database: Database, draft: int) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def test_nothing_is_there_yet(coordinator: Browser, draft: int) -> None:
    """Issue 4.5: the page says what to do first, and no English key is shown."""
    text = coordinator.text(BASE)

    assert "还没有模拟运行过。" in text
    assert [label in text for label in ("无人响应", "全部按时", "一半按时一半拖延", "最后一天集中")] == [True] * 4


def test_a_run_is_kept_and_read(coordinator: Browser, draft: int, database: Database) -> None:
    """Issue 4.5: every mail with its recipient, minute and text; nothing is sent."""
    address = ran(coordinator, [ROW])

    text = coordinator.text(address)

    assert "2023-03-13 周一 09:00" in text
    assert "u2@units.example" in text
    assert "反馈联系人" in text
    assert re.search(r"class=\"lx-letter-text\">[^<]*第2单位", text)
    assert "2023-03-08 10:00 单数位单位报送“反馈联系人”" in text
    with database.read(Scope()) as session:
        assert session.scalar(select(func.count()).select_from(Mail)) == 0
        assert session.scalars(select(RehearsalRun.scenario)).one() == [
            {"at": "2023-03-08T10:00", "stage": "contacts", "do": "answer", "units": "odd"}
        ]


def test_links_of_its_mails_lead_where_those_of_real_ones_do(database: Database) -> None:
    stored_draft(database)
    served = make_app(database, "http://127.0.0.1:8123")
    browser = signed_in(served, database, Role.COORDINATOR, valid_from=SINCE)
    shown = browser.text(ran(browser))

    assert "http://127.0.0.1:8123/work" in shown
    assert "http://127.0.0.1/" not in shown


def test_the_clock_shows_any_instant(coordinator: Browser, draft: int) -> None:
    """Issue 4.5: state of every stage, who owes, how many mails have left; without scripts as an address."""
    address, shown = ran(coordinator, [ROW]), []
    for at in ("2023-03-01T00:00", "2023-03-08T10:00", "2023-03-21T00:00"):
        text = coordinator.text(address, at=at)
        clock = text[text.index('id="clock"') : text.index('id="events"')]
        state = re.search(r'lx-badge lx-is-\w+"><span aria-hidden="true">.</span>([^<]+)</span></div></td>', clock)
        owed = re.search(r"<div>(\d / \d 项)</div>", clock)
        mails = re.search(r"已发 <strong>(\d+)</strong> 封邮件", clock)
        shown.append((state and state[1], owed and owed[1], mails and mails[1]))

    assert shown == [
        ("未开始", None, "0"),
        ("进行中", "1 / 3 项", "3"),
        ("已截止，有未报", "1 / 3 项", "7"),
    ]


def test_the_buttons_go_from_event_to_event(coordinator: Browser, draft: int) -> None:
    address = ran(coordinator)

    first = coordinator.text(address)
    second = coordinator.text(address, step=1)

    assert "at=2023-03-13T09:00:00" in first
    assert "at=2023-03-06T09:00:00" in second
    assert "at=2023-03-17T09:00:00" in second
    assert '<span class="btn disabled"' in first.partition('id="clock"')[2].partition("下一事件")[0]


def test_the_list_is_filtered(coordinator: Browser, draft: int) -> None:
    """Issue 4.5: by kind, stage, unit and day; what there is not asks for all."""
    address, shown = ran(coordinator), []
    for asked in (
        {"kind": "escalation"},
        {"unit": "第2单位"},
        {"unit": "000003", "kind": "reminder"},
        {"day": "2023-03-13"},
        {"day": "2023-03-20", "kind": "closes"},
        {"minute": "2023-03-17T09:00:00"},
        {"stage": "none", "kind": "none", "day": "none", "minute": "none", "at": "none"},
    ):
        found = re.search(r'逐件列表 <span class="lx-count">(\d+) 件', coordinator.text(address, **asked))
        shown.append(found and int(found[1]))

    assert shown == [1, 4, 3, 3, 1, 3, 16]


def test_a_refusal_is_in_the_list(coordinator: Browser, draft: int) -> None:
    """Issue 4.5: who files late is refused as in life, with the moment and whom to ask."""
    text = coordinator.text(
        ran(coordinator, [{**ROW, "act_at": "2023-03-21T10:00", "act_who": "all"}]), kind="refused"
    )

    assert "报送未受理。已于 2023-03-20 周一 24:00" in text
    assert re.search(r'逐件列表 <span class="lx-count">3 件', text)


def test_what_is_wrong_is_said_and_what_was_typed_stays(coordinator: Browser, draft: int) -> None:
    """R7: 422 with every problem, nothing lost."""
    answer = run(coordinator, [{**ROW, "act_who": "unit", "act_unit": "999999"}], until="2023-03-30")

    assert answer.status_code == 422
    text = said(answer)
    assert "没有这个代码的单位" in text
    assert 'value="999999"' in text
    assert 'value="2023-03-30"' in text
    assert 'value="2023-03-08T10:00"' in text


def test_days_that_make_no_period_are_refused(coordinator: Browser, draft: int) -> None:
    asked = [("2023-03-10", "2023-03-01"), ("morgen", ""), ("", "0001-01-01")]
    answers = [run(coordinator, since=since, until=until) for since, until in asked]

    assert [answer.status_code for answer in answers] == [422] * 3
    sentences = ["结束日早于开始日", "请填写日期", "请填写日期"]
    assert [sentence in said(answer) for sentence, answer in zip(sentences, answers, strict=True)] == [True] * 3


def test_a_period_holds_its_last_day(coordinator: Browser, draft: int) -> None:
    text = coordinator.text(ran(coordinator, since="2023-03-13", until="2023-03-17"))

    assert re.search(r"逐件列表 <span class=\"lx-count\">6 件", text)


def test_a_scenario_file_is_taken_and_shown_as_rows(coordinator: Browser, draft: int, database: Database) -> None:
    """Issue 4.5: the command's file stays possible; its rows can be run again on the page."""
    text = '- {at: 2023-03-08T10:00+08:00, stage: contacts, do: answer, unit: "000002", values: {name: 李四}}\n'
    address = ran(coordinator, file=(io.BytesIO(text.encode()), "szenario.yaml"))
    number = int(address.rpartition("/")[2])

    again = coordinator.text(BASE, again=number)

    assert 'value="000002"' in again
    assert '{"name": "李四"}' in again
    with database.read(Scope()) as session:
        assert session.scalars(select(RehearsalRun.scenario)).one() == read_yaml(text)


def test_a_file_that_is_no_scenario_is_refused(coordinator: Browser, draft: int) -> None:
    contents = [b"\xff\xfe\x00", b"", b"a: 1", b"- [", b"- 1"]
    answers = [run(coordinator, file=(io.BytesIO(content), "x.yaml")) for content in contents]

    assert [answer.status_code for answer in answers] == [422] * 5


def test_the_working_copy_that_is_unfinished_says_what_to_mend(
    coordinator: Browser, draft: int, database: Database
) -> None:
    """Issue 4.5: each problem leads to its place in the designer."""
    with database.write(Scope()) as session:
        edit = SetValues("stages.contacts", {"ladder": "missing"})
        apply(session, draft, Change(edits=[edit], seen=0, what="提醒规则"), actor=COORDINATOR, now=NOW)

    answer = run(coordinator, source="working")

    assert answer.status_code == 422
    assert re.search(r'href="/admin/progress/batch-2023/design/at/stages\.contacts', said(answer))


def test_a_run_of_the_working_copy_says_that_it_is_unsaved(
    coordinator: Browser, draft: int, database: Database
) -> None:
    """Nothing changed in between: what is missing is a revision, not another run."""
    step = move_due(database, draft, "2023-03-15")
    address = ran(coordinator, source="working")
    at_first, listed = coordinator.text(address), coordinator.text(BASE)
    move_due(database, draft, "2023-03-16", step)
    later = coordinator.text(address)

    assert "工作稿，尚未存稿" in at_first and "工作稿，尚未存稿" in listed
    assert "请先把工作稿存为新一稿" in at_first
    assert "之后定义又有改动" not in at_first + listed
    assert "之后定义又有改动" in later and "尚未存稿" not in later


def test_presets_follow_the_definition_that_is_played(coordinator: Browser, draft: int, database: Database) -> None:
    """Who answers late in the newest revision is refused long before in the working copy, and the other way round."""
    unchanged = coordinator.text(BASE, preset="last_day", source="working")
    move_due(database, draft, "2023-03-15")

    saved = coordinator.text(BASE, preset="last_day")
    working = coordinator.text(BASE, preset="last_day", source="working")

    assert 'value="2023-03-20T16:00"' in unchanged and 'value="2023-03-20T16:00"' in saved
    assert 'value="2023-03-15T16:00"' in working and "2023-03-20T16:00" not in working
    chosen = '<input type="hidden" name="source" value="{}"'
    for page, own, other in ((saved, "saved", "working"), (working, "working", "saved")):
        assert re.search(rf'name="source" value="{own}" checked', page)
        visible, _, without_scripts = page.partition("<noscript data-other-source>")
        assert chosen.format(own) in visible and chosen.format(other) in without_scripts
    assert "data-other-source" not in unchanged


def test_a_rehearsal_that_there_is_not(coordinator: Browser, draft: int) -> None:
    found = [coordinator.get(f"{BASE}/{number}").status_code for number in ("0", "x", "99999999999", "77")]

    assert found == [404] * 4


def test_a_page_costs_the_same_however_many_units(coordinator: Browser, draft: int, database: Database) -> None:
    """No query in a loop."""
    costs = []
    for units in (2, 12):
        with database.write(Scope()) as session:
            store_draft(session, definition(units=units), actor=SYSTEM, now=NOW)
        address = ran(coordinator)
        with counted() as seen:
            coordinator.get(address)
        costs.append(len(seen))
    assert costs[0] == costs[1]


def test_a_period_in_which_nothing_happens_says_so(coordinator: Browser, draft: int) -> None:
    text = coordinator.text(ran(coordinator, since="2023-08-01", until="2023-08-31"))

    assert "这段时间里什么也不会发生" in text
