"""The applicant's pages, from the self-check to the receipt, as a browser without scripts uses them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models import CaseFile, CaseState
from models.scope import Scope
from models.session import Database
from tests.support.case_portal import CasePortal, begun, case_portal, pdf
from tests.support.cases import STATEMENTS, VALUES
from tests.support.portal import Browser, set_time
from tests.support.portal import words as words_of


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> CasePortal:
    return case_portal(database, tmp_path)


@pytest.fixture
def browser(portal: CasePortal) -> Browser:
    return portal.applicant()


def filled(portal: CasePortal, browser: Browser, **values: str) -> int:
    """Begin and fill a case through its pages, with its paper."""
    case_id = begun(portal, browser)
    browser.get(f"/cases/{case_id}/edit")
    typed = {**portal.case(case_id).values, **VALUES["enterprise"], **values}
    assert browser.post(f"/cases/{case_id}/edit", typed).status_code == 303
    assert browser.post(f"/cases/{case_id}/papers/licence", {"file": pdf()}).status_code == 303
    return case_id


def test_a_case_is_played_from_the_self_check_to_the_receipt(portal: CasePortal, browser: Browser) -> None:
    """S003-31, S001-43: begun, filled, papers put in, handed in, with a receipt to print."""
    assert "近三年无严重违法失信行为" in browser.text("/batches/batch-2023/check/enterprise")
    case_id = filled(portal, browser)

    browser.get(f"/cases/{case_id}/submit")
    answer = browser.post(f"/cases/{case_id}/submit", dict(STATEMENTS))

    assert answer.status_code == 303
    receipt = browser.text(answer.headers["Location"])
    assert "服务器收到时间 2023-03-13 周一 09:00" in receipt
    case = portal.case(case_id)
    assert (case.state, case.version_no) == (CaseState.SUBMITTED, 1)
    page = browser.text(f"/cases/{case_id}")
    assert "第1单位正在审核" in page
    assert "第 1 版" in page
    assert "示范项目" in browser.text("/cases")


def test_the_self_check_names_the_clause_that_is_not_met(portal: CasePortal, browser: Browser) -> None:
    browser.get("/batches/batch-2023/check/enterprise")

    page = browser.post("/batches/batch-2023/check/enterprise", {"share": "29"}).get_data(as_text=True)

    assert "不符合申报条件" in page
    assert "服务收入占比不低于30%" in page


def test_an_unreadable_number_is_told_as_such(portal: CasePortal, browser: Browser) -> None:
    """S003-31: "3成" is an answer, though none that a condition can be held against; the unit stands beside."""
    page = browser.text("/batches/batch-2023/check/enterprise")
    assert "请填写数字" not in page and "%" in page

    page = words_of(browser.post("/batches/batch-2023/check/enterprise", {"share": "3成"}))

    assert "有 1 项填写的不是数字，请改正后再看结果。" in page
    assert "请填写数字，单位为%" in page
    assert "未见不符合申报条件" not in page


def test_a_refused_submission_tells_everything_and_keeps_what_was_typed(portal: CasePortal, browser: Browser) -> None:
    case_id = begun(portal, browser)
    browser.get(f"/cases/{case_id}/edit")
    browser.post(f"/cases/{case_id}/edit", {**VALUES["enterprise"], "share": "29"})

    answer = browser.post(f"/cases/{case_id}/submit", {})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("没有提交成功", "营业执照", "服务收入占比", "近三年无严重违法失信行为"):
        assert words in page
    assert portal.case(case_id).values["share"] == "29"
    assert portal.case(case_id).state is CaseState.DRAFT


def test_one_second_after_the_deadline_the_case_is_refused_and_kept(portal: CasePortal, browser: Browser) -> None:
    """S003-41 by form: the sentence names the deadline, the moment of arrival and whom to ask."""
    case_id = filled(portal, browser)
    set_time(portal.database, "2023-03-28 00:00:01")

    answer = browser.post(f"/cases/{case_id}/submit", dict(STATEMENTS))

    assert answer.status_code == 409
    assert "截止" in answer.get_data(as_text=True)
    assert portal.case(case_id).version_no == 0
    browser.get(f"/cases/{case_id}/edit")
    assert browser.post(f"/cases/{case_id}/edit", {"share": "36"}).status_code == 303
    assert portal.case(case_id).values["share"] == "36"


def test_the_script_saves_leaves_and_hears_of_another_editor(portal: CasePortal, browser: Browser) -> None:
    """Two windows: another leaf merges, the same leaf is a conflict that tells both values."""
    case_id = begun(portal, browser)
    browser.get(f"/cases/{case_id}/edit")
    revision = portal.case(case_id).revision
    json = {"Accept": "application/json"}

    def save(**leaves: str) -> Any:
        body = {"csrf_token": browser.hidden["csrf_token"], "_revision": str(revision)}
        body |= {f"_mine.{path}": text for path, text in leaves.items()}
        body |= {f"_base.{path}": "" for path in leaves}
        return browser.http.post(f"/cases/{case_id}/edit", data=body, headers=json).get_json()

    first = save(share="35")
    other = save(summary="简介")
    clash = save(share="40")

    assert first["conflicts"] == other["conflicts"] == []
    (told,) = clash["conflicts"]
    assert (told["mine"], told["theirs"]) == ("40", "35")
    assert portal.case(case_id).values["share"] == "35"
    assert portal.case(case_id).values["summary"] == "简介"


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [(b"", "扫描件.pdf", "0 字节"), (b"MZ\x90\x00" + b"\0" * 100, "扫描件.pdf", "不是可以接收的格式")],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_is_stored(
    portal: CasePortal, browser: Browser, content: bytes, name: str, sentence: str
) -> None:
    """An .exe named .pdf and a scan of 0 bytes."""
    case_id = begun(portal, browser)
    browser.get(f"/cases/{case_id}/papers")

    answer = browser.post(f"/cases/{case_id}/papers/licence", {"file": pdf(name, content)})

    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    with portal.database.read(Scope()) as session:
        assert session.scalars(select(CaseFile.id)).all() == []


def test_a_paper_is_given_to_who_may_read_the_case_and_to_nobody_else(portal: CasePortal, browser: Browser) -> None:
    """S003-69 for files."""
    case_id = filled(portal, browser)
    with portal.database.read(Scope()) as session:
        paper = session.scalars(select(CaseFile.id)).one()
    address = f"/cases/{case_id}/papers/{paper}"

    assert browser.get(address).headers["Content-Disposition"].startswith("attachment")
    assert portal.applicant(2).get(address).status_code == 404
    assert portal.officer("000002").get(address).status_code == 404
    assert portal.officer("000001").get(address).status_code == 404, "a draft is its writer's alone"


def test_a_draft_shows_the_officer_only_that_it_exists(portal: CasePortal, browser: Browser) -> None:
    """S003-68."""
    case_id = filled(portal, browser, summary="机密的做法")

    page = portal.officer().text(f"/cases/{case_id}")

    assert "填写中的申报件" in page
    assert "机密的做法" not in page


def test_a_case_is_taken_back_with_a_reason(portal: CasePortal, browser: Browser) -> None:
    """S004-58."""
    case_id = filled(portal, browser)
    browser.post(f"/cases/{case_id}/submit", dict(STATEMENTS))
    browser.get(f"/cases/{case_id}")

    browser.post(f"/cases/{case_id}/withdraw", {"reason": ""})
    assert portal.case(case_id).state is CaseState.SUBMITTED
    browser.post(f"/cases/{case_id}/withdraw", {"reason": "改报另一类别"})

    assert portal.case(case_id).state is CaseState.WITHDRAWN
    assert "改报另一类别" in browser.text(f"/cases/{case_id}")


def test_the_printed_form_bears_the_code_of_its_version_and_a_draft_says_it_is_one(
    portal: CasePortal, browser: Browser
) -> None:
    """S003-35: the copy to be sealed comes after the check."""
    case_id = filled(portal, browser)
    assert "草稿，仅供核对" in browser.text(f"/cases/{case_id}/print")
    browser.post(f"/cases/{case_id}/submit", dict(STATEMENTS))

    page = browser.text(f"/cases/{case_id}/print")

    assert "校验码" in page
    assert "审核通过后打印的才可盖章报送" in page


def test_a_beginning_without_a_category_or_by_a_unit_for_listed_ones_is_refused(
    portal: CasePortal, browser: Browser
) -> None:
    """S004-21: nobody claims the direct way alone; what was chosen stays on the page."""
    browser.get("/batches/batch-2023/declare")
    address = "/batches/batch-2023/declare"

    nothing = browser.post(address, {"kind": "", "unit": portal.unit(), "title": "甲"})
    direct = browser.post(address, {"kind": "enterprise/", "unit": portal.unit("000006"), "title": "我的项目名"})

    assert nothing.status_code == 422
    assert "请选择一个申报类别" in nothing.get_data(as_text=True)
    assert direct.status_code == 409
    assert "只受理名单内的单位" in direct.get_data(as_text=True)
    assert "我的项目名" in direct.get_data(as_text=True)
