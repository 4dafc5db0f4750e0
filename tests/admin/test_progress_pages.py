"""The coordinator's pages: what they show, to whom, and at what cost."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from domain.access import SYSTEM, Role
from domain.definition import Evidence, Mark, Programme
from models import Batch, BatchState, Mail, PhoneDuty, Unit
from models.contacts import Channel
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.drafts import store_draft
from services.calls import Call, note_call
from services.duties.answers import file_answer
from tests.support.backoffice import Browser, counted, signed_in
from tests.support.batches import ANSWER, COORDINATOR, PUBLISHED, definition, duty_of, local, officer, running
from tests.support.mailing import send_all
from tests.support.progress import rich, rich_definition, set_clock

SINCE = local("2023-01-01 00:00")
OPENING = local("2023-03-06 09:00")
NOW = local("2023-03-21 10:00")
BASE = "/admin/progress/batch-2023"
TABS = ("", "/missing", "/mails", "/planned", "/acts", "/definition")


def fill(database: Database, units: int = 3) -> int:
    """Publish a batch, open it, let the first unit answer, call the second, close; it is 21 March. Return its id."""
    with database.write(Scope()) as session:
        batch = rich(session, units=units).batch
        advance(session, batch.id, OPENING)
        send_all(session, OPENING)
        at = local("2023-03-08 10:00")
        file_answer(session, duty_of(session, batch, 1).id, ANSWER, received_at=at, actor=officer(session, 1))
        call = Call(
            stage="contacts",
            unit_id=duty_of(session, batch, 2).unit_id,
            channel=Channel.PHONE,
            person="王五",
            result="明天报",
            called_at=at,
        )
        note_call(session, batch.id, call, actor=COORDINATOR, now=at)
        advance(session, batch.id, NOW)
    set_clock(database, NOW)
    return batch.id


def visitor(app: Flask, database: Database, role: Role = Role.COORDINATOR, **membership: object) -> Browser:
    name = f"{role.value}{len(membership)}"
    return signed_in(app, database, role, name, valid_from=SINCE, **membership)


def unit_id(database: Database, number: int) -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(Unit.id).where(Unit.code == f"{number:06d}")).one()


def test_the_home_shows_what_comes_next_and_what_waits(app: Flask, database: Database) -> None:
    """Design 7: the first screen answers what must be done next, by when."""
    batch_id = fill(database)
    with database.write(Scope()) as session:
        number = {"key": "tel/1", "person": "李四", "number": "13812345678", "because": "没有可用的电子邮箱"}
        session.add(PhoneDuty(batch_id=batch_id, unit_id=1, stage_key="contacts", at=NOW, **number))

    page = visitor(app, database).text("/admin/")

    assert "示范遴选 2023" in page and "评估评价" in page and "2023-05-31 周三 24:00" in page
    assert "13812345678" in page and "/admin/progress/batch-2023/call?stage=contacts" in page
    assert re.search(r"逾期</span>\s*<span class=\"lx-stat-value\">2<", page)


def test_every_tab_shows_its_part_of_the_batch(app: Flask, database: Database) -> None:
    """Design 7.1: grid, missing list with the last 催办, mails, plan and record."""
    fill(database)
    browser = visitor(app, database)
    pages = {tab: browser.text(BASE + tab) for tab in TABS}

    assert "第2单位，反馈联系人：逾期" in pages[""] and "第1单位，反馈联系人：已完成" in pages[""]
    assert "还有 2 个单位未报送" in pages["/missing"] and "2023-03-08 周三 10:00" in pages["/missing"]
    assert "u3@units.example" in pages["/mails"] and "已发送" in pages["/mails"]
    assert "2023-05-24" in browser.text(BASE + "/planned", days=90) and "提醒" in pages["/planned"]
    assert "电话催办 王五：明天报" in pages["/acts"] and "2 个单位未报" in pages["/acts"]
    assert "原文依据" in pages["/definition"]


def test_the_grid_is_searched_and_filtered(app: Flask, database: Database) -> None:
    fill(database)
    browser = visitor(app, database)

    found = browser.text(BASE, state="overdue", stage="contacts", name="单位")
    none = browser.text(BASE, name="第9")

    assert "第2单位，" in found and "第1单位，" not in found
    assert "没有符合条件的单位" in none


def test_a_unit_is_shown_with_all_that_concerns_it(app: Flask, database: Database) -> None:
    """S003-51, S003-53, S003-72: one page per unit."""
    fill(database)

    page = visitor(app, database).text(f"/admin/units/{unit_id(database, 1)}/in/batch-2023")

    assert "zhangsan@units.example" in page and "张三" in page
    assert "000001号企业1" in page and "推荐报送材料" in page
    assert "不需要纸质材料：反馈联系人、评估评价" in page


@pytest.mark.parametrize("tab", TABS)
def test_who_may_not_see_progress_is_refused(app: Flask, database: Database, tab: str) -> None:
    """S01: officers, applicants and experts have no business here; anybody else signs in first."""
    fill(database)
    roles = (Role.OFFICER, Role.APPLICANT, Role.EXPERT, Role.AUDITOR, Role.ADMIN)

    statuses = [visitor(app, database, role).get(BASE + tab).status_code for role in roles]

    assert statuses == [403, 403, 403, 200, 200]
    assert Browser(app, None).get(BASE + tab).status_code == 303


def test_another_programmes_coordinator_sees_nothing_anywhere(app: Flask, database: Database) -> None:
    """S02, S03: a foreign batch looks exactly like one that does not exist."""
    fill(database)
    with database.write(Scope()) as session:
        store_draft(
            session,
            definition(1, code="other", title="别的批次", programme=Programme(key="other", name="另一项目")),
            actor=SYSTEM,
            now=PUBLISHED,
        )
    stranger = visitor(app, database, programmes=["other"])
    foreign = unit_id(database, 1)

    answers = [stranger.get(BASE + tab) for tab in TABS]
    answers += [stranger.get(f"/admin/units/{foreign}/in/batch-2023"), stranger.get(f"{BASE}/extend?stage=contacts")]
    unknown = stranger.get("/admin/progress/nothing")

    assert {answer.status_code for answer in answers} == {404}
    assert {re.sub(r'value="[^"]+"', "", answer.get_data(as_text=True)) for answer in answers} == {
        re.sub(r'value="[^"]+"', "", unknown.get_data(as_text=True))
    }
    home = stranger.text("/admin/")
    assert "别的批次" in home and "示范遴选 2023" not in home and "第1单位" not in home


def test_a_coordinator_of_one_branch_sees_that_branch_alone(app: Flask, database: Database) -> None:
    """S03: no row, no count, no name of another unit on any tab."""
    fill(database)
    browser = visitor(app, database, unit_id=unit_id(database, 2))

    pages = [browser.text(BASE + tab) for tab in TABS]
    pages += [browser.text("/admin/"), browser.text(f"{BASE}/planned", days=90)]

    assert all("第1单位" not in page and "第3单位" not in page for page in pages)
    assert all("u1@" not in page and "u3@" not in page and "office@" not in page for page in pages)
    assert "还有 1 个单位未报送" in pages[1]
    assert browser.get(f"/admin/units/{unit_id(database, 1)}/in/batch-2023").status_code == 404


def test_an_auditor_looks_and_has_nothing_to_press(app: Flask, database: Database) -> None:
    """S01: no page offers an auditor what would be refused."""
    fill(database)
    auditor = visitor(app, database, Role.AUDITOR)
    paths = [*(BASE + tab for tab in TABS), f"/admin/units/{unit_id(database, 2)}/in/batch-2023"]

    pages = "".join(auditor.text(path) for path in paths)
    offered = {word for word in ("/extend?", "/late?", "/call?", "/close?", "/pause") if word in pages}

    assert offered == set()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("?page=99999999999999999999", 400),
        ("?page=999", 200),
        ("?page=-1", 400),
        ("?state=nothing&stage=nothing&name=%25", 200),
        ("?name=%00", 200),
        ("/missing?stage=nothing", 404),
        ("/missing?page=1e9", 400),
        ("/mails?before=99999999999999999999", 400),
        ("/mails?unit=2&state=nothing", 200),
        ("/mails?stage=nothing", 404),
        ("/planned?days=100000", 200),
        ("/acts?before=%27%3B--", 200),
        ("%00", 404),
        ("%27%20or%201=1", 404),
    ],
)
def test_addresses_changed_by_hand_are_never_a_fault(app: Flask, database: Database, path: str, status: int) -> None:
    """S20, S22, S63."""
    fill(database, units=2)

    assert visitor(app, database).get(BASE + path).status_code == status


@pytest.mark.parametrize("number", ["0", "99999999999999999999", "1,2", "x", "１"])
def test_a_units_number_that_is_none_is_not_found(app: Flask, database: Database, number: str) -> None:
    """S22."""
    fill(database, units=2)

    assert visitor(app, database).get(f"/admin/units/{number}/in/batch-2023").status_code == 404


def test_what_people_typed_is_shown_as_text(app: Flask, database: Database) -> None:
    """S11: names, answers, subjects and reasons are inert."""
    fill(database)
    evil = "<script>alert(1)</script>"
    with database.write(Scope()) as session:
        session.scalars(select(Unit).where(Unit.code == "000002")).one().name = evil
        for mail in session.scalars(select(Mail)):
            mail.subject = mail.because = mail.body = evil
    browser = visitor(app, database)

    pages = [browser.get(BASE + tab).get_data(as_text=True) for tab in TABS]
    pages += [browser.get(f"/admin/units/{unit_id(database, 2)}/in/batch-2023").get_data(as_text=True)]

    assert not any(evil in page for page in pages)
    assert sum("&lt;script&gt;alert(1)" in page for page in pages) >= 5


def test_a_page_costs_the_same_for_three_units_and_three_hundred(app: Flask, database: Database) -> None:
    """G-G1, S63: the number of queries does not grow with units."""
    with database.write(Scope()) as session:
        for code, units, titles in (("small", 3, 2), ("large", 300, 1)):
            batch = rich(session, titles=titles, wanted=rich_definition(units, code=code)).batch
            advance(session, batch.id, OPENING)
    set_clock(database, local("2023-03-10 10:00"))
    browser = visitor(app, database)
    browser.get("/admin/progress/small")
    costs = {}
    for tab in TABS:
        for code in ("small", "large"):
            with counted() as seen:
                assert browser.get(f"/admin/progress/{code}{tab}").status_code == 200
            costs[tab, code] = sum(statement.startswith("SELECT") for statement in seen)

    assert {tab: costs[tab, "small"] for tab in TABS} == {tab: costs[tab, "large"] for tab in TABS}
    assert max(costs.values()) <= 25


def test_a_draft_shows_what_must_be_confirmed_with_its_sentence(app: Flask, database: Database) -> None:
    """Design 2.10: quote and note beside each inferred value, and what blocks publishing."""
    evidence = (
        Evidence(path="stages.contacts.due.on", mark=Mark.STATED, quote="于2023年3月20日前反馈"),
        Evidence(path="stages.contacts.due.at", mark=Mark.INFERRED, note="通知没有写截止时刻"),
        Evidence(path="units", mark=Mark.INFERRED, quote="各省、自治区、直辖市"),
    )
    with database.write(Scope()) as session:
        store_draft(session, definition(2, code="draft", evidence=evidence), actor=SYSTEM, now=PUBLISHED)
    set_clock(database, NOW)

    page = visitor(app, database).text("/admin/progress/draft/definition")

    assert "环节 › “反馈联系人” › 截止 › 时刻" in page and "通知没有写截止时刻" in page
    assert "各省、自治区、直辖市" in page and "2 项" in page
    assert "还有 2 处推定值没有确认" in page and "2023-03-20 周一" in page
    assert "/draft/publish" not in page


def test_the_pages_of_a_finished_batch_still_read(app: Flask, database: Database) -> None:
    fill(database)
    with database.write(Scope()) as session:
        session.scalars(select(Batch)).one().state = BatchState.FINISHED

    page = visitor(app, database).text(BASE)

    assert "已结束" in page and "/extend?" not in page and "/pause" not in page


def test_a_stage_that_has_not_opened_has_no_missing_units(app: Flask, database: Database) -> None:
    """Nobody is done with what has not begun, either: the page says so instead of counting."""
    with database.write(Scope()) as session:
        code = running(session, definition(code="ahead")).batch.code
    set_clock(database, local("2023-03-01 10:00"))

    page = visitor(app, database).text(f"/admin/progress/{code}/missing", stage="contacts")

    assert "「反馈联系人」尚未开放。" in page
    assert "没有单位未报送" not in page and "尚未到期" not in page
