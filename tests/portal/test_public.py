"""What anybody may read: the list of batches, a batch's page, and its dates for a calendar."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domain.access import SYSTEM
from domain.definition import Category, Document, Evidence, Mark, Quota, StageKind
from models.scope import Scope
from models.session import Database
from services.batches.advancing import advance
from services.batches.context import get_batch
from services.batches.drafts import store_draft
from services.batches.extending import MoreTime, extend
from services.batches.publishing import publish, set_paused
from tests.support.batches import COORDINATOR, PUBLISHED, contacts_stage, definition, local
from tests.support.evaluation import evaluation
from tests.support.portal import Browser, Portal, make_app, set_time, words

QUOTE = "各省可推荐企业不超过10个"
DUE_QUOTE = "于2023年3月20日前反馈"


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Portal:
    """One published batch with a number, places and evidence; one draft; before the first deadline."""
    base = evaluation()
    declare = contacts_stage(key="declare", title="申报", kind=StageKind.DECLARE, due=None, ladder=None, collect=None)
    wanted = replace(
        base,
        document=Document(number="某厅函〔2023〕42号", bases=("关于促进发展的指导意见",)),
        categories=(Category(key="enterprise", name="示范企业"), Category(key="city", name="示范城市")),
        quotas=(
            Quota(key="enterprise", classes=("province",), category="enterprise", limit=10),
            Quota(key="city", classes=("province",), category="city", limit=0),
        ),
        stages=(*base.stages, declare),
        evidence=(
            Evidence(path="quotas.enterprise.limit", mark=Mark.STATED, quote=QUOTE),
            Evidence(path="stages.contacts.due.on", mark=Mark.STATED, quote=DUE_QUOTE),
        ),
    )
    with database.write(Scope()) as session:
        batch = store_draft(session, wanted, actor=SYSTEM, now=PUBLISHED)
        publish(session, batch, actor=SYSTEM, now=PUBLISHED)
        advance(session, batch.id, local("2023-03-06 09:00"))
        draft = replace(definition(), code="draft-2024", title="下一年草稿")
        store_draft(session, draft, actor=SYSTEM, now=PUBLISHED)
    set_time(database, "2023-03-13 10:00")
    return Portal(make_app(database, tmp_path / "data"), database, tmp_path / "data" / "files")


def test_the_first_page_lists_published_batches_and_what_comes_next(site: Portal) -> None:
    """S003-01, S003-02"""
    page = Browser(site.app).text("/")

    assert "示范遴选 2023" in page and "某厅函〔2023〕42号" in page and "进行中" in page
    assert "反馈联系人截止 2023-03-20 周一 24:00 还剩 7 天" in page
    assert "下一年草稿" not in page


def test_a_batch_shows_its_notice_dates_places_and_contacts(site: Portal) -> None:
    """S003-02, S003-61, S003-62, S003-73"""
    page = Browser(site.app).text("/batches/batch-2023")

    for words_of_it in (
        "某部办公厅",
        "某厅函〔2023〕42号",
        "关于促进发展的指导意见",
        "示范企业",
        QUOTE,
        DUE_QUOTE,
        "≤ 10",
        "不推荐",
        "李敏",
        "010-68205191",
        "反馈联系人",
        "推荐计划",
        "评估评价",
        "2023-05-31 周三 24:00",
    ):
        assert words_of_it in page, words_of_it
    assert "省级 （3 个单位）" in page


def test_the_dates_are_told_in_words_without_the_picture(site: Portal) -> None:
    """S003-62: the text behind the chart uses the words of the table, never a mark of the design."""
    answer = Browser(site.app).get("/batches/batch-2023")
    page = answer.get_data(as_text=True)

    table = page.partition('<table class="visually-hidden">')[2].partition("</table>")[0]
    assert "<td>未开放</td>" in table and "<td>进行中</td>" in table
    assert "upcoming" not in words(answer) and "，upcoming" not in page and "，进行中" in page


def test_a_draft_and_a_batch_that_is_none_look_alike(site: Portal) -> None:
    browser = Browser(site.app)

    answers = [browser.get(f"/batches/{code}") for code in ("draft-2024", "none", "%00", "a" * 300)]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.get_data() for answer in answers}) == 1


def test_public_pages_are_the_same_for_an_officer(site: Portal) -> None:
    anonymous, officer = Browser(site.app), site.officer(1)

    assert "登录" in anonymous.text("/") and "进入工作台" in officer.text("/")
    assert "（3 个单位）" in officer.text("/batches/batch-2023")


def test_nobodys_delay_is_public(site: Portal) -> None:
    """S003-68: what units owe is for those who work in the batch."""
    set_time(site.database, "2023-03-22 10:00")

    page = Browser(site.app).text("/batches/batch-2023")

    assert "已截止" in page and "逾期" not in page


def test_milestones_of_one_day_stay_apart(site: Portal) -> None:
    """S003-62: on the first page, in the table and in the calendar."""
    set_time(site.database, "2023-03-22 10:00")
    browser = Browser(site.app)

    assert "推荐计划、评估评价截止 2023-05-31 周三 24:00" in browser.text("/")
    calendar = browser.get("/batches/batch-2023/calendar.ics")
    assert calendar.mimetype == "text/calendar"
    body = calendar.data.decode()
    assert body.count("BEGIN:VEVENT") == 3
    assert body.count("DTSTART;VALUE=DATE:20230531") == 2
    assert "UID:contacts.batch-2023@linxuan" in body and "DTSTART;VALUE=DATE:20230320" in body
    assert all(len(line.encode()) <= 75 for line in body.split("\r\n"))
    unfolded = body.replace("\r\n ", "")
    assert "SUMMARY:反馈联系人：24:00 截止" in unfolded
    assert "联系：某司（李敏 010-68205191）" in unfolded
    assert "URL:http://127.0.0.1:8000/batches/batch-2023" in unfolded


def test_an_extension_for_all_is_shown(site: Portal) -> None:
    """S003-42"""
    more = MoreTime(stage="contacts", due_at=local("2023-03-25 00:00"), reason="节假日")
    with site.database.write(Scope()) as session:
        batch_id = get_batch(session, "batch-2023").id
        extend(session, batch_id, more, actor=COORDINATOR, now=local("2023-03-13 09:00"))

    page = Browser(site.app).text("/batches/batch-2023")

    assert "2023-03-24 周五 24:00 还剩 11 天 已延期" in page


def test_a_paused_batch_says_so_and_promises_no_date(site: Portal) -> None:
    with site.database.write(Scope()) as session:
        batch = get_batch(session, "batch-2023")
        set_paused(session, batch, is_paused=True, reason="核对", actor=COORDINATOR, now=local("2023-03-13 09:00"))

    page = Browser(site.app).text("/")

    assert "已暂停" in page and "没有未到的时间节点" in page


def test_an_address_of_the_notice_is_a_link_only_when_it_is_one(database: Database, tmp_path: Path) -> None:
    """S12"""
    base = definition(units=1)
    with database.write(Scope()) as session:
        for code, address in (("good", "https://selection.example"), ("bad", "javascript:alert(1)")):
            wanted = replace(base, code=code, office=replace(base.office, site=address))
            publish(session, store_draft(session, wanted, actor=SYSTEM, now=PUBLISHED), actor=SYSTEM, now=PUBLISHED)
    browser = Browser(make_app(database, tmp_path / "data"))

    good, bad = (browser.get(f"/batches/{code}").get_data(as_text=True) for code in ("good", "bad"))

    assert 'href="https://selection.example"' in good
    assert "javascript:alert(1)" in bad and 'href="javascript' not in bad


def test_an_empty_site_says_so(database: Database, tmp_path: Path) -> None:
    page = words(Browser(make_app(database, tmp_path / "data")).get("/"))

    assert "目前没有公开的批次" in page


def test_many_batches_come_in_pages(site: Portal) -> None:
    """S63"""
    with site.database.write(Scope()) as session:
        for number in range(21):
            other = replace(definition(units=1), code=f"more-{number}", title=f"另一批次 {number}")
            batch = store_draft(session, other, actor=SYSTEM, now=PUBLISHED)
            publish(session, batch, actor=SYSTEM, now=PUBLISHED)
    browser = Browser(site.app)

    pages = [browser.get(path).get_data(as_text=True) for path in ("/", "/?page=2", "/?page=99999999999999999999")]

    assert [page.count('class="lx-batch"') for page in pages] == [20, 2, 2]
    assert words(browser.get("/?page=x")) == words(browser.get("/"))
