"""What is done on the coordinator's pages: each through its service, refused in words beside the field."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from domain.access import SYSTEM, Role
from domain.definition import Completion, Evidence, Mark
from models import (
    AuditEntry,
    Batch,
    BatchStage,
    BatchState,
    CallNote,
    Extension,
    LatePermit,
    Mail,
    MailState,
    Membership,
    PhoneDuty,
    StoredFile,
    Unit,
)
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.drafts import store_draft
from tests.support.backoffice import Browser, make_app, signed_in
from tests.support.batches import PUBLISHED, contacts_stage, definition, local
from tests.support.people import member, user
from tests.support.progress import rich, set_clock

SINCE = local("2023-01-01 00:00")
OPENING = local("2023-03-06 09:00")
NOW = local("2023-03-21 10:00")
BASE = "/admin/progress/batch-2023"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def app(database: Database, tmp_path: Path) -> Flask:
    """Return the backoffice over a batch whose first stage is overdue for three units; it is 21 March 2023."""
    with database.write(Scope()) as session:
        batch = rich(session, units=3, titles=2).batch
        advance(session, batch.id, OPENING)
        advance(session, batch.id, NOW)
    set_clock(database, NOW)
    made = make_app(database)
    made.config["LINXUAN_FILES"] = tmp_path / "files"
    return made


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def unit_id(database: Database, number: int = 1) -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(Unit.id).where(Unit.code == f"{number:06d}")).one()


def rows(database: Database, table: type[Any]) -> list[Any]:
    with database.read(Scope()) as session:
        return list(session.scalars(select(table).order_by(table.id)))


def do(browser: Browser, act: str, form: dict[str, Any], **query: object) -> tuple[int, str]:
    """Open an act's page and send its form; return the status, and the page or where it leads."""
    browser.get(f"{BASE}/{act}", **query)
    answer = browser.post(f"{BASE}/{act}", form, **query)
    return answer.status_code, answer.headers.get("Location", "") or answer.get_data(as_text=True)


def test_an_extension_for_all_says_who_will_be_told_and_tells_them(coordinator: Browser, database: Database) -> None:
    """S003-42, F17: the consequence stands on the page; the stage is open again and each unit gets one mail."""
    page = coordinator.text(f"{BASE}/extend", stage="contacts")

    status, _ = do(coordinator, "extend", {"on": "2023-03-24", "at": "24:00", "reason": "统一延长"}, stage="contacts")

    assert "3 个单位尚未报送，确定后发出 3 封延期通知" in page and "2023-03-20 周一 24:00" in page
    assert status == 303
    extension = rows(database, Extension)[0]
    assert (extension.due_at, extension.unit_id, extension.reason) == (local("2023-03-25 00:00"), None, "统一延长")
    assert extension.granted_by == rows(database, AuditEntry)[-1].actor == "coordinator-1先生"
    told = [mail for mail in rows(database, Mail) if mail.kind.value == "extension"]
    assert len(told) == 3 and {mail.state for mail in told} == {MailState.PENDING}
    assert "已延期至 2023-03-24 周五 24:00" in coordinator.text(BASE)


def test_a_day_off_is_asked_about_and_never_moved_silently(coordinator: Browser, database: Database) -> None:
    """T1: warn, and offer the working days around; do not move it silently."""
    form = {"on": "2023-03-25", "at": "24:00", "reason": "延长"}

    status, page = do(coordinator, "extend", form, stage="contacts")
    assert status == 422
    assert "2023-03-25 周六 是休息日（周末）" in page
    assert all(f'value="{day}"' in page for day in ("2023-03-24", "2023-03-27", "2023-03-25"))
    assert rows(database, Extension) == []

    assert do(coordinator, "extend", {**form, "day_off": "2023-03-27"}, stage="contacts")[0] == 303
    assert (
        do(coordinator, "extend", {**form, "on": "2023-04-01", "day_off": "2023-03-27"}, stage="contacts")[0] == 422
    )
    assert (
        do(coordinator, "extend", {**form, "on": "2023-04-01", "day_off": "2023-04-01"}, stage="contacts")[0] == 303
    )
    assert [extension.due_at for extension in rows(database, Extension)] == [
        local("2023-03-28 00:00"),
        local("2023-04-02 00:00"),
    ]


def test_a_make_up_day_is_a_working_day(coordinator: Browser, database: Database) -> None:
    """T2, T13: 23 April 2023 is a Sunday on which offices work; there is nothing to ask."""
    form = {"on": "2023-04-23", "at": "17:00", "reason": "延长"}

    assert do(coordinator, "extend", form, stage="contacts")[0] == 303
    assert rows(database, Extension)[0].due_at == local("2023-04-23 17:00")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": " "}, "请填写延期原因"),
        ({"at": "25:00"}, "请填写时刻"),
        ({"at": "9:00"}, "请填写时刻"),
        ({"on": ""}, "请填写日期"),
        ({"on": "0001-01-01"}, "请填写日期"),
        ({"on": "2023-02-30"}, "请填写日期"),
        ({"on": "202303241234"}, "请填写日期"),
        ({"on": "2023-03-20"}, "新的截止时间须晚于现在的"),
        ({"on": "2023-03-21", "at": "09:00"}, "新的截止时间已经过去"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    coordinator: Browser, database: Database, changes: dict[str, str], sentence: str
) -> None:
    """F12, S22: a form error, never a fault, and what was typed stays."""
    form = {"on": "2023-03-24", "at": "24:00", "reason": "延长", **changes}

    status, page = do(coordinator, "extend", form, stage="contacts")

    assert status == 422 and sentence in page and "内容尚未提交" in page
    assert rows(database, Extension) == []


def test_more_time_for_one_unit_keeps_the_document_it_rests_on(coordinator: Browser, database: Database) -> None:
    """S003-42: for this unit only, with reason, person and document."""
    unit = unit_id(database)
    form = {
        "on": "2023-03-24",
        "at": "24:00",
        "reason": "地震",
        "file": (BytesIO(PDF), "延期申请.pdf"),
        "url": f"/admin/units/{unit}/in/batch-2023",
    }

    status, place = do(coordinator, "extend", form, stage="contacts", unit=unit)

    assert (status, place) == (303, f"/admin/units/{unit}/in/batch-2023")
    extension, file = rows(database, Extension)[0], rows(database, StoredFile)[0]
    assert (extension.unit_id, extension.title_id, extension.file_id) == (unit, None, file.id)
    assert (file.name, file.unit_id) == ("延期申请.pdf", unit)
    assert [mail.unit_id for mail in rows(database, Mail) if mail.kind.value == "extension"] == [unit]
    assert "依据文件" in coordinator.text(place)


def test_a_document_that_is_none_is_refused_beside_its_field(coordinator: Browser, database: Database) -> None:
    """S42: the content decides, and nothing is extended."""
    form = {"on": "2023-03-24", "at": "24:00", "reason": "地震", "file": (BytesIO(b"<html>"), "申请.pdf")}

    status, page = do(coordinator, "extend", form, stage="contacts", unit=unit_id(database))

    assert status == 422 and "不是可以接收的格式" in page and "请重新选择" in page
    assert rows(database, Extension) == []


def test_more_time_for_one_title_leaves_the_others(coordinator: Browser, database: Database) -> None:
    unit = unit_id(database)
    form = {"on": "2023-06-05", "at": "24:00", "reason": "改制中"}

    status, _ = do(coordinator, "extend", form, stage="evaluation", unit=unit, title=1)

    assert status == 303
    assert [(row.unit_id, row.title_id) for row in rows(database, Extension)] == [(unit, 1)]
    assert do(coordinator, "extend", form, stage="evaluation", unit=unit, title=3)[0] == 404
    assert do(coordinator, "extend", form, stage="contacts", unit=unit, title=1)[0] == 404


def test_a_unit_may_be_let_answer_late(coordinator: Browser, database: Database) -> None:
    """S003-42: the deadline stays; permission, person and reason are kept."""
    unit = unit_id(database)
    form = {"on": "2023-03-24", "at": "17:00", "reason": "断网", "approver": "张司长"}

    status, place = do(coordinator, "late", form, stage="contacts", unit=unit)

    assert status == 303 and place.startswith(f"{BASE}/missing")
    permit = rows(database, LatePermit)[0]
    assert (permit.unit_id, permit.until, permit.approver) == (unit, local("2023-03-24 17:00"), "张司长")
    assert do(coordinator, "late", {**form, "approver": ""}, stage="contacts", unit=unit)[0] == 422
    refused = do(coordinator, "late", form, stage="evaluation", unit=unit)
    assert refused[0] == 409 and "无需补报" in refused[1]


def test_a_call_is_noted_and_settles_the_reminder_that_waited_for_it(
    coordinator: Browser, database: Database
) -> None:
    """Design 9: 催办记录 with who, how, when and what came of it."""
    unit = unit_id(database)
    with database.write(Scope()) as session:
        batch_id = session.scalars(select(Batch.id)).one()
        place = {"batch_id": batch_id, "unit_id": unit, "stage_key": "contacts"}
        session.add(PhoneDuty(**place, key="tel/1", at=OPENING, person="李四", number="1"))
    page = coordinator.text(f"{BASE}/call", stage="contacts", unit=unit)
    form = {"channel": "wechat", "person": "李四", "called_at": "2023-03-21T09:58", "result": "明天报"}

    status, _ = do(coordinator, "call", form, stage="contacts", unit=unit)

    assert re.search(r'value="2023-03-21[ T]10:0', page) and "u1@units.example" in page
    assert status == 303
    note, waited = rows(database, CallNote)[0], rows(database, PhoneDuty)[0]
    assert (note.channel.value, note.person, note.called_at) == ("wechat", "李四", local("2023-03-21 09:58"))
    assert waited.done_by == note.noted_by
    late = do(coordinator, "call", {**form, "called_at": "2023-03-22T09:00"}, stage="contacts", unit=unit)
    assert late[0] == 422 and "催办时间不能晚于现在" in late[1]
    assert do(coordinator, "call", {**form, "channel": "pigeon"}, stage="contacts", unit=unit)[0] == 422


def test_a_stage_is_ended_by_hand_with_a_reason(coordinator: Browser, database: Database) -> None:
    """T8: the page says who still owes and what opens."""
    page = coordinator.text(f"{BASE}/close", stage="evaluation")

    assert "还有 3 个单位未办结" in page
    assert do(coordinator, "close", {"reason": ""}, stage="evaluation")[0] == 422
    assert do(coordinator, "close", {"reason": "已收齐"}, stage="evaluation")[0] == 303
    again = do(coordinator, "close", {"reason": "已收齐"}, stage="evaluation")
    assert again[0] == 409 and "不在进行中" in again[1]
    closed = {stage.key: stage.closed_at for stage in rows(database, BatchStage)}
    assert closed["evaluation"] is not None and closed["evaluation"] - NOW < timedelta(minutes=5)


def test_a_batch_is_paused_and_runs_again(coordinator: Browser, database: Database) -> None:
    assert do(coordinator, "pause", {"reason": ""})[0] == 422
    assert do(coordinator, "pause", {"reason": "通知修订"})[0] == 303
    assert rows(database, Batch)[0].state is BatchState.PAUSED
    assert "批次已暂停" in coordinator.text(BASE)
    refused = do(coordinator, "extend", {"on": "2023-03-24", "at": "24:00", "reason": "x"}, stage="contacts")
    assert refused[0] == 409 and "不能延期" in refused[1]

    assert do(coordinator, "pause", {"reason": "修订完成"})[0] == 303
    assert rows(database, Batch)[0].state is BatchState.RUNNING


def test_a_draft_is_published_once_every_inferred_value_is_confirmed(
    coordinator: Browser, database: Database
) -> None:
    """Design 2.10: it cannot be published while an inferred value is unconfirmed."""
    evidence = (
        Evidence(path="stages.contacts.due.at", mark=Mark.INFERRED, note="没有时刻"),
        Evidence(path="units", mark=Mark.INFERRED, note="没有名单"),
    )
    stage = contacts_stage(completes=Completion.AT_DUE)
    with database.write(Scope()) as session:
        draft = definition(2, code="draft", evidence=evidence, stages=(stage,))
        store_draft(session, draft, actor=SYSTEM, now=PUBLISHED)
    place = "/admin/progress/draft"
    coordinator.get(f"{place}/definition")

    nothing = coordinator.post(f"{place}/confirm")
    coordinator.post(f"{place}/publish")
    assert "推定值尚未确认" in coordinator.text(f"{place}/definition") and nothing.status_code == 303
    coordinator.post(f"{place}/confirm", {"path": ["units"]})
    coordinator.post(f"{place}/confirm", {"path": ["stages.contacts.due.at", "title"]})
    assert "没有需要确认的推断值" in coordinator.text(f"{place}/definition")
    coordinator.post(f"{place}/confirm", {"path": ["stages.contacts.due.at"]})
    ready = coordinator.text(f"{place}/definition")
    answer = coordinator.post(f"{place}/publish")

    assert "截止时间已过，不发通知" in ready and "共 2 个单位" in ready
    assert (answer.status_code, answer.headers["Location"]) == (303, place)
    states = {batch.code: batch.state for batch in rows(database, Batch)}
    assert states["draft"] is BatchState.RUNNING
    confirmed = [entry.what for entry in rows(database, AuditEntry) if entry.action == "confirm_value"]
    assert confirmed == ["推定值 units", "推定值 stages.contacts.due.at"]


ACTS = {
    "extend": {"on": "2023-03-24", "at": "24:00", "reason": "x"},
    "late": {"on": "2023-03-24", "at": "24:00", "reason": "x", "approver": "y"},
    "call": {"channel": "phone", "person": "x", "called_at": "2023-03-21T09:00", "result": "y"},
    "close": {"reason": "x"},
    "pause": {"reason": "x"},
}


@pytest.mark.parametrize("act", ACTS)
def test_who_may_only_look_can_do_nothing(app: Flask, database: Database, act: str) -> None:
    """S01, S07: auditors and officers are refused, whatever they send, and nothing is changed."""
    before = len(rows(database, AuditEntry))
    query = {"stage": "contacts", "unit": unit_id(database)}

    for role in (Role.AUDITOR, Role.OFFICER):
        browser = signed_in(app, database, role, valid_from=SINCE, **({"unit_id": 1} if role is Role.OFFICER else {}))
        browser.get("/membership")
        assert browser.get(f"{BASE}/{act}", **query).status_code == 403
        assert browser.post(f"{BASE}/{act}", ACTS[act], **query).status_code == 403

    assert len(rows(database, AuditEntry)) == before


@pytest.mark.parametrize("act", [*ACTS, "confirm", "publish"])
def test_a_form_without_its_token_does_nothing(coordinator: Browser, database: Database, act: str) -> None:
    """S10."""
    before = len(rows(database, AuditEntry))
    query = {"stage": "contacts", "unit": unit_id(database)}
    coordinator.get(f"{BASE}/extend", **query)

    answer = coordinator.post(f"{BASE}/{act}", {**ACTS.get(act, {}), "csrf_token": ""}, **query)

    assert answer.status_code == 400
    assert len(rows(database, AuditEntry)) == before


@pytest.mark.parametrize("act", ["extend", "late", "call"])
def test_a_unit_out_of_reach_is_not_found(app: Flask, database: Database, act: str) -> None:
    """S02, S05: a coordinator of one branch cannot act on another's unit, nor learn that it is there."""
    own, foreign = unit_id(database, 2), unit_id(database, 1)
    browser = signed_in(app, database, Role.COORDINATOR, "branch", valid_from=SINCE, unit_id=own)

    statuses = [do(browser, act, ACTS[act], stage="contacts", unit=unit)[0] for unit in (foreign, 10**6, own)]

    assert statuses == [404, 404, 303]


@pytest.mark.parametrize("query", [{}, {"stage": "nothing"}, {"stage": "contacts", "unit": "x"}])
def test_an_act_on_nothing_is_not_found(coordinator: Browser, query: dict[str, str]) -> None:
    """S22."""
    assert coordinator.get(f"{BASE}/late", **query).status_code == 404


def test_after_an_act_one_is_never_led_away_from_the_site(coordinator: Browser, database: Database) -> None:
    """S16."""
    form = {**ACTS["call"], "url": "https://evil.example/"}

    assert do(coordinator, "call", form, stage="contacts", unit=unit_id(database))[1].startswith(f"{BASE}/missing")


def test_a_post_is_handed_over_from_the_page(coordinator: Browser, database: Database) -> None:
    """Design 9: a successor is named by account; the former officer's term ends at the instant."""
    with database.write(Scope()) as session:
        former = member(session, user(session, "zhang"), unit_id=1, valid_from=SINCE)
        user(session, "li")
        former_id, applicant = former.id, member(session, user(session, "he"), Role.APPLICANT, valid_from=SINCE).id

    found = coordinator.text("/admin/hand-over/", search="zhang")
    unknown = _hand_over(coordinator, former_id, to="nobody", reason="轮岗")
    missing = _hand_over(coordinator, former_id, to="li", reason="")
    done = _hand_over(coordinator, former_id, to="li", reason="轮岗")

    assert f"/admin/hand-over/{former_id}" in found and "he先生" not in found
    assert (unknown[0], missing[0], done[0]) == (422, 422, 303)
    assert "没有这个账号" in unknown[1] and "请填写原因" in missing[1]
    posts = {row.user_id: (row.valid_from, row.valid_until) for row in rows(database, Membership) if row.unit_id == 1}
    assert len(posts) == 2 and [until is None for _, until in posts.values()] == [False, True]
    assert coordinator.get(f"/admin/hand-over/{applicant}").status_code == 404


def test_posts_of_other_branches_and_programmes_are_not_offered(app: Flask, database: Database) -> None:
    """S03: neither in the list nor by number."""
    with database.write(Scope()) as session:
        own = member(session, user(session, "own"), unit_id=2, valid_from=SINCE, programmes=["fwxzz"]).id
        foreign = member(session, user(session, "foreign"), unit_id=1, valid_from=SINCE, programmes=["fwxzz"]).id
        wider = member(session, user(session, "wider"), unit_id=2, valid_from=SINCE).id
    browser = signed_in(app, database, Role.COORDINATOR, "limited", valid_from=SINCE, unit_id=2, programmes=["fwxzz"])

    found = browser.text("/admin/hand-over/")
    statuses = [browser.get(f"/admin/hand-over/{post}").status_code for post in (own, foreign, wider, 10**6)]

    assert "own先生" in found and "foreign先生" not in found and "wider先生" not in found
    assert statuses == [200, 404, 404, 404]


def _hand_over(browser: Browser, post: int, **form: str) -> tuple[int, str]:
    browser.get(f"/admin/hand-over/{post}")
    answer = browser.post(f"/admin/hand-over/{post}", form)
    return answer.status_code, answer.get_data(as_text=True)
