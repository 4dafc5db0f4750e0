"""The screen on which a case is checked, without any script: list, site, credit, steps, rules, the opinion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from domain.access import Role
from domain.definition import Criterion
from models import CaseState, CheckAnswer, CreditCheck, CreditResult, InternalAct, Opinion, SiteCheck
from models.scope import Scope
from models.session import Database
from tests.support.case_batch import MODES, NOW
from tests.support.case_portal import pdf
from tests.support.officer_acts import YES, act, review, rows
from tests.support.officer_portal import (
    CITY,
    COUNTY,
    OTHER_CITY,
    OfficerPortal,
    demanding,
    officer_definition,
    officer_portal,
)


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> OfficerPortal:
    return officer_portal(database, tmp_path)


@pytest.fixture
def strict(database: Database, tmp_path: Path) -> OfficerPortal:
    """Return a batch in which everything is asked before an opinion."""
    return officer_portal(database, tmp_path, demanding())


def test_a_case_is_checked_and_passed_with_the_proposed_sentence(portal: OfficerPortal) -> None:
    """S000-41, S003-34: a check list per case, then the opinion; what blocks it is always named."""
    case_id = portal.submitted()
    browser = portal.officer()
    assert "通过前还须办理 2 项" in review(browser, case_id)

    act(browser, case_id, "checks", YES)
    assert "可以出具通过意见" in review(browser, case_id)
    act(browser, case_id, "opinion", {"outcome": "pass", "text": "经初审和现场核查，同意推荐。"})

    assert portal.case(case_id).state is CaseState.PASSED
    (opinion,) = rows(portal, Opinion)
    assert opinion.text == "经初审和现场核查，同意推荐。"
    assert "本单位已审核通过" in review(browser, case_id)


def test_passing_before_the_check_list_is_refused_with_all_that_is_missing(portal: OfficerPortal) -> None:
    """S000-41."""
    case_id = portal.submitted()
    browser = portal.officer()

    page = act(browser, case_id, "opinion", {"outcome": "pass", "text": "我写的意见"}, 422)

    assert page.count("审核要点“申报材料完整”尚未填写") == 2, "above and beside the opinion"
    assert "我写的意见" in page
    assert portal.case(case_id).state is CaseState.SUBMITTED


def test_a_no_needs_its_remark_and_nothing_typed_is_lost(portal: OfficerPortal) -> None:
    """S000-41."""
    case_id = portal.submitted()
    browser = portal.officer()
    browser.get(f"/cases/{case_id}/review")

    answer = browser.post(
        f"/cases/{case_id}/review/checks",
        {"result.check.complete": "no", "result.check.genuine": "yes", "remark.check.genuine": "已核对原件"},
    )

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "“申报材料完整”为不符合时，请填写说明" in page
    assert 'value="已核对原件"' in page
    assert rows(portal, CheckAnswer) == []


def test_a_remark_without_a_choice_is_told(portal: OfficerPortal) -> None:
    case_id = portal.submitted()

    page = act(portal.officer(), case_id, "checks", {"remark.check.complete": "看过"}, 422)

    assert "“申报材料完整”只填了说明" in page


def test_only_what_changed_is_answered_again(portal: OfficerPortal) -> None:
    case_id = portal.submitted()
    first, second = portal.officer(), portal.of_unit(Role.OFFICER, "second", CITY)
    act(first, case_id, "checks", YES)

    act(second, case_id, "checks", {**YES, "remark.check.genuine": "原件无误"})

    by = {row.item_key: row.answered_by for row in rows(portal, CheckAnswer)}
    assert by["check.complete"].startswith("officer")
    assert by["check.genuine"].startswith("second")


def test_the_opinion_waits_for_the_site_check(strict: OfficerPortal) -> None:
    """S000-25, S000-42: date, persons and findings; the opinion is locked without them."""
    case_id = strict.submitted()
    browser = strict.officer()
    assert "尚未登记现场核查" in review(browser, case_id)

    refused = act(browser, case_id, "site", {"held_on": "2023-03-12", "persons": "", "findings": "运行正常"}, 422)
    assert "请填写核查人员" in refused
    assert "运行正常" in refused

    report = pdf("核查报告.pdf")
    form = {"held_on": "2023-03-12", "persons": "张三、李四", "findings": "运行正常", "file": report}
    act(browser, case_id, "site", form)

    (visit,) = rows(strict, SiteCheck)
    assert (visit.held_on, visit.persons) == (date(2023, 3, 12), "张三、李四")
    page = review(browser, case_id)
    assert "尚未登记现场核查" not in page
    assert "核查报告.pdf" in page
    assert browser.get(f"/files/{visit.file_id}").status_code == 200


def test_a_report_is_kept_when_the_rest_is_refused(strict: OfficerPortal) -> None:
    case_id = strict.submitted()
    browser = strict.officer()

    act(browser, case_id, "site", {"held_on": "", "persons": "张三", "findings": "好", "file": pdf("报告.pdf")}, 422)
    answer = browser.post(
        f"/cases/{case_id}/review/site", {"held_on": "2023-03-12", "persons": "张三", "findings": "好"}
    )

    assert answer.status_code == 303
    (visit,) = rows(strict, SiteCheck)
    assert visit.file_id is not None


def test_internal_steps_come_in_their_order_with_number_and_date(strict: OfficerPortal) -> None:
    case_id = strict.submitted()
    browser = strict.officer()

    out_of_order = act(
        browser, case_id, "internal", {"step": "meeting", "person": "王五", "held_on": "2023-03-13"}, 409
    )
    assert "先登记“经办”" in out_of_order
    act(browser, case_id, "internal", {"step": "draft", "person": "王五", "held_on": "2023-03-13"})
    meeting = {"step": "meeting", "person": "王五", "held_on": "2023-03-13"}
    assert "文号或纪要编号" in act(browser, case_id, "internal", meeting, 422)
    act(browser, case_id, "internal", {**meeting, "number": "纪要3号"})
    assert [row.number for row in rows(strict, InternalAct)] == ["", "纪要3号"]
    act(browser, case_id, "internal", {"step": "meeting", "strike": "1"})
    assert len(rows(strict, InternalAct)) == 1


def test_a_hit_is_decided_with_a_reason(strict: OfficerPortal) -> None:
    case_id = strict.submitted()
    case = strict.case(case_id)
    with strict.database.write(Scope()) as session:
        row = CreditCheck(
            case_id=case_id,
            batch_id=case.batch_id,
            unit_id=case.unit_id,
            department="税务局",
            result=CreditResult.HIT,
            note="欠税",
            replied_on=date(2023, 3, 10),
            recorded_at=NOW,
            recorded_by="张三",
        )
        session.add(row)
    browser = strict.officer()
    assert "“税务局”反馈有记录，尚未处理" in review(browser, case_id)

    assert "请选择是否影响推荐" in act(browser, case_id, "credit", {"department": "税务局", "reason": "已缴清"}, 422)
    act(browser, case_id, "credit", {"department": "税务局", "is_cleared": "yes", "reason": "已缴清"})

    assert "“税务局”反馈有记录" not in review(browser, case_id)


def test_a_soft_rule_is_explained_and_a_hard_one_is_lifted_only_where_that_is_allowed(strict: OfficerPortal) -> None:
    case_id = strict.submitted()
    browser = strict.officer()
    assert "说明推荐理由" in review(browser, case_id)

    assert "请写明理由" in act(browser, case_id, "rules/promising", {"act": "explain", "reason": " "}, 422)
    act(browser, case_id, "rules/promising", {"act": "explain", "reason": "增长很快"})

    assert "增长很快" in review(browser, case_id)
    browser.get(f"/cases/{case_id}/review")
    nobody = browser.post(f"/cases/{case_id}/review/rules/honest", {"act": "waive", "reason": "x"})
    assert nobody.status_code == 403


def test_a_paper_act_keeps_its_own_day_and_person(portal: OfficerPortal) -> None:
    """补录: the day and person of the paper stand beside the moment and person of the entry."""
    case_id = portal.submitted()
    browser = portal.officer()
    act(browser, case_id, "checks", YES)
    form = {"outcome": "pass", "text": "同意", "on_paper.on": "2023-03-10", "on_paper.person": "赵六"}

    early = act(browser, case_id, "opinion", form, 422)
    assert "实际办理日期不能早于申报件提交" in early
    act(browser, case_id, "opinion", {**form, "on_paper.on": "2023-03-13"})

    (opinion,) = rows(portal, Opinion)
    assert opinion.given_by == "赵六"
    assert "补录于 2023-03-13" in browser.text(f"/cases/{case_id}")


def test_the_next_case_follows_and_only_the_holder_may_act(portal: OfficerPortal) -> None:
    first, second = portal.submitted(1), portal.submitted(2)
    below = portal.submitted(3, COUNTY)
    browser = portal.officer()

    assert f"/cases/{second}/review" in browser.get(f"/cases/{first}/review").get_data(as_text=True)
    assert "此处只供查阅" in review(browser, below)
    refused = browser.post(f"/cases/{below}/review/checks", YES)
    assert refused.status_code in {403, 404}
    assert portal.officer(OTHER_CITY).get(f"/cases/{first}/review").status_code == 404
    assert portal.applicant(1).get(f"/cases/{first}/review").status_code == 403
    assert "此处只供查阅" in review(portal.office(), first)


def test_the_criteria_of_the_chosen_modes_stand_beside_what_is_answered(database: Database, tmp_path: Path) -> None:
    """S002-06: the officer answers each criterion with its very text beside it, and only of modes that are chosen."""
    text = "面向产业链上下游开放制造资源，订单匹配率不低于60%。"
    chosen, other = (
        replace(mode, criteria=(Criterion(key="match", label=f"{mode.name}能力", text=f"{mode.name}：{text}"),))
        for mode in MODES
    )
    wanted = officer_definition({"criteria_as_checks": True}, modes=(chosen, other))
    portal = officer_portal(database, tmp_path, wanted)

    page = review(portal.officer(), portal.submitted())

    assert f"{chosen.name}：{text}" in page
    assert f"{other.name}：{text}" not in page
    assert "通过前还须办理 3 项" in page
