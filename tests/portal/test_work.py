"""The first screen of who is signed in."""

from __future__ import annotations

from domain.access import Role
from models.scope import Scope
from services.titles import add_titles
from tests.support.batches import ANSWER, COORDINATOR, local
from tests.support.evaluation import winner
from tests.support.portal import Browser, Portal, set_time


def test_it_says_what_must_be_done_next_and_by_when(portal: Portal, officer: Browser) -> None:
    """S003-62: same-day milestones stay separate."""
    page = officer.text("/work")

    assert "共 4 项待办，最近的截止时间是 2023-03-20 周一 24:00 （还剩 7 天）" in page
    assert page.index("反馈联系人") < page.index("推荐计划") < page.index("评估评价")
    assert "甲公司" in page and "乙市" in page
    assert "丙平台" not in page and "第2单位" not in page


def test_the_page_follows_what_is_done(portal: Portal, officer: Browser) -> None:
    duty = portal.duty()
    officer.get(f"/duties/{duty}")
    officer.post(f"/duties/{duty}/draft", {"name": "张三"})
    assert "有草稿，未报送" in officer.text("/work") and "继续填写" in officer.text("/work")
    officer.get(f"/duties/{duty}")
    officer.post(f"/duties/{duty}", ANSWER)

    page = officer.text("/work")

    assert "最近办结" in page and "共 3 项待办" in page


def test_what_is_overdue_comes_first_with_whom_to_ask(portal: Portal, officer: Browser) -> None:
    """S003-28"""
    set_time(portal.database, "2023-03-22 10:00")

    page = officer.text("/work")

    assert "有 1 项已逾期" in page and "逾期 2 天" in page and "查看并联系补报" in page


def test_an_empty_list_says_so(portal: Portal) -> None:
    officer = portal.officer(3)
    for stage in ("contacts", "plan"):
        duty = portal.duty(3, stage)
        officer.get(f"/duties/{duty}")
        officer.post(*(f"/duties/{duty}", ANSWER) if stage == "contacts" else (f"/duties/{duty}/none",))

    assert "没有待办事项。" in officer.text("/work")


def test_stages_to_come_are_announced(portal: Portal, officer: Browser) -> None:
    set_time(portal.database, "2023-03-05 10:00")

    page = officer.text("/work")

    assert "即将开放" in page and "2023-03-06 周一 09:00" in page


def test_the_office_is_sent_to_the_backoffice(portal: Portal) -> None:
    for role in (Role.ADMIN, Role.COORDINATOR, Role.AUDITOR):
        answer = portal.person(role, role.value).get("/work")
        assert (answer.status_code, answer.location) == (303, "/admin/")


def test_who_has_nothing_to_do_is_led_to_the_batches(portal: Portal) -> None:
    for role, sentence in ((Role.APPLICANT, "目前没有需要办理的申报件"), (Role.EXPERT, "目前没有需要您办理的事项")):
        assert sentence in portal.person(role, role.value).text("/work")


def test_nobody_is_sent_to_sign_in(portal: Portal) -> None:
    answer = Browser(portal.app).get("/work")

    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/work")


def test_a_stage_with_hundreds_of_winners_comes_in_pages(portal: Portal, officer: Browser) -> None:
    """S003-48, S003-50, S63"""
    many = [winner(f"第{number:03d}家") for number in range(1, 121)]
    with portal.database.write(Scope()) as session:
        add_titles(session, many, actor=COORDINATOR, now=local("2023-03-13 09:00"))

    first = officer.text("/work/batch-2023/evaluation")
    last = officer.text("/work/batch-2023/evaluation?page=99999999999999999999")

    assert "第 1 / 3 页，共 122 条" in first and "第 3 / 3 页" in last
    assert "还有 117 项，查看全部" in officer.text("/work")
    found = officer.text("/work/batch-2023/evaluation?q=077&state=open")
    assert "第077家" in found and "第076家" not in found
    assert "没有符合条件的事项" in officer.text("/work/batch-2023/evaluation?q=%25&state=nonsense&page=-1")


def test_a_stage_of_others_is_not_found(portal: Portal) -> None:
    """S003-69"""
    stranger = portal.officer(3)

    for path in ("/work/batch-2023/evaluation", "/work/batch-2023/none", "/work/none/contacts", "/work/%00/x"):
        assert stranger.get(path).status_code == 404
