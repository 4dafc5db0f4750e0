"""Shares and dates for those below, credit replies of all cases, the parcel and its label."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from domain.definition import Paper, Quota
from models import Allotment, CreditCheck, Dispatch, UnitDate
from models.session import Database
from services.sheets import read_sheet, write_sheet
from tests.support.batches import local
from tests.support.officer_acts import board_at, rows, send
from tests.support.officer_portal import (
    COUNTY,
    OTHER_COUNTY,
    OfficerPortal,
    demanding,
    officer_definition,
    officer_portal,
)
from tests.support.portal import words

LIMITED = (Quota(key="enterprise", classes=("city",), category="enterprise", limit=2, clause="示范企业不超过2个"),)


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> OfficerPortal:
    return officer_portal(database, tmp_path, officer_definition(quotas=LIMITED))


def test_places_are_divided_out_moved_and_let_go(portal: OfficerPortal) -> None:
    browser, address = portal.officer(), board_at(portal)
    first, second = portal.unit(COUNTY), portal.unit(OTHER_COUNTY)
    form = {"quota": "enterprise", f"places.{first}": "2", f"places.{second}": "1"}

    refused = send(browser, f"{address}/shares", form, 422)
    assert "分配合计 3 个，超过“第1单位”的名额 2 个" in refused
    assert "须为整数" in send(browser, f"{address}/shares", {**form, f"places.{second}": "一"}, 422)
    send(browser, f"{address}/shares", {**form, f"places.{second}": ""})
    assert {row.unit_id: row.limit for row in rows(portal, Allotment)} == {first: 2, second: 0}

    move = {"quota": "enterprise", "from": first, "to": second, "count": "1", "reason": "县里项目少"}
    assert "请填写调剂原因" in send(browser, f"{address}/shares/move", {**move, "reason": ""}, 422)
    send(browser, f"{address}/shares/move", move)
    assert {row.unit_id: row.limit for row in rows(portal, Allotment)} == {first: 1, second: 1}
    send(browser, f"{address}/shares", {"quota": "enterprise", "stop": "1"})
    assert rows(portal, Allotment) == []
    assert "差额推荐" in browser.text(f"{address}/shares")


def test_dates_are_proposed_counted_back_set_and_taken_away(portal: OfficerPortal) -> None:
    browser, address = portal.officer(), board_at(portal)
    page = browser.text(f"{address}/shares")
    assert "县级报送：5月26日 周五" in page

    late = send(browser, f"{address}/dates", {"stage": "recommend", "due_on": "2023-06-02", "at": "24:00"}, 422)
    assert "不能晚于上级规定的截止时间 2023-05-31 周三 24:00" in late
    send(browser, f"{address}/dates", {"stage": "recommend", "due_on": "2023-05-26", "at": "18:00"})
    assert [row.due_at for row in rows(portal, UnitDate)] == [local("2023-05-26 18:00")]
    county = portal.officer(COUNTY).text(board_at(portal, COUNTY))
    assert "2023-05-26 周五 18:00 截止（第1单位规定）" in county
    send(browser, f"{address}/dates", {"stage": "recommend", "clear": "1"})
    assert rows(portal, UnitDate) == []


def test_the_parcel_is_noted_with_copies_letter_and_courier(database: Database, tmp_path: Path) -> None:
    """S001-51, S003-39: three copies and an electronic version; what is missing is told beside its field."""
    paper = Paper(copies=3, electronic=True, rule="纸质材料一式三份")
    portal = officer_portal(database, tmp_path, officer_definition(recommend={"paper": paper}))
    case_id = portal.passed()
    browser = portal.officer()
    send(browser, f"{board_at(portal)}/forward", {"case": case_id})
    address = f"/batches/batch-2023/dispatch/{portal.unit()}"
    form = {"copies": "2", "letter_number": "一信函〔2023〕3号", "sent_on": "2023-03-12", "courier": "邮政快递"}

    browser.get(address)
    refused = words(browser.post(address, form))
    assert "通知要求一式 3 份（纸质材料一式三份）" in refused
    assert "请确认已附电子版" in refused
    answer = browser.post(address, {**form, "copies": "3", "has_electronic": "yes", "tracking": "EMS1"})

    assert answer.status_code == 303
    (row,) = rows(portal, Dispatch)
    assert (row.copies, row.has_electronic, row.sent_on, row.tracking) == (3, True, date(2023, 3, 12), "EMS1")
    page = browser.text(address)
    assert "已寄出，尚未收件" in page
    assert "示范项目1" in page


def test_the_label_bears_the_address_and_the_tracking_number(database: Database, tmp_path: Path) -> None:
    """S004-34."""
    portal = officer_portal(database, tmp_path, demanding())
    browser = portal.officer()
    address = f"/batches/batch-2023/dispatch/{portal.unit()}"
    browser.get(address)
    browser.post(address, {"copies": "3", "has_electronic": "yes", "courier": "邮政快递", "tracking": "EMS123"})

    label = browser.text(f"{address}/label")

    for text in ("模范路1号，310000", "省工业和信息化厅", "经办甲 0000-12345678", "第1单位", "EMS123"):
        assert text in label


def test_credit_goes_out_as_a_list_and_comes_back(database: Database, tmp_path: Path) -> None:
    portal = officer_portal(database, tmp_path, demanding())
    case_id = portal.submitted(1)
    browser = portal.officer()
    address = f"/batches/batch-2023/credit/{portal.unit()}"
    sheet = read_sheet(io.BytesIO(browser.get(f"{address}/export").get_data()))
    reply = write_sheet("x", sheet.headings, [(*list(row.values())[:5], "有", "欠税") for _, row in sheet.rows])

    browser.get(address)
    missing = browser.post(address, {"department": "税务局", "replied_on": "2023-03-12"})
    assert "请选择部门反馈的 Excel 文件" in words(missing)
    file = (io.BytesIO(reply), "反馈.xlsx")
    told = browser.post(address, {"department": "税务局", "replied_on": "2023-03-12", "file": file})

    assert "新增或变更 1 件" in words(told)
    assert [(row.case_id, row.note) for row in rows(portal, CreditCheck)] == [(case_id, "欠税")]
