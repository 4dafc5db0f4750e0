"""申报单位 in the backoffice: the office decides about one or many, and reads every change in the log."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from domain.access import Role
from models import Approval, Organisation
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, beside, last_act, said, signed_in
from tests.support.case_rows import credit_code
from tests.support.filled import World

PATH = "/admin/organisations/"


def states(database: Database) -> dict[int, Approval]:
    with database.read(Scope()) as session:
        return dict(session.execute(select(Organisation.id, Organisation.approval).order_by(Organisation.id)).all())


def test_one_is_approved_and_another_refused_with_a_reason(
    database: Database, world: World, coordinator: Browser
) -> None:
    """S000-39"""
    coordinator.get(PATH)
    assert coordinator.post(f"{PATH}do/approve/", id=1).status_code == 303
    assert coordinator.post(f"{PATH}do/refuse/", {"reason": ""}, id=2).status_code == 422
    assert coordinator.post(f"{PATH}do/refuse/", {"reason": "名称不符"}, id=2).status_code == 303
    assert coordinator.post(f"{PATH}do/approve/", id=2).status_code == 404

    assert list(states(database).values()) == [Approval.APPROVED, Approval.REFUSED, Approval.PENDING]
    assert (last_act(database).reason, last_act(database).action) == ("名称不符", "approve_applicant")
    assert "名称不符" in coordinator.text(f"{PATH}details/", id=2)


def test_many_are_approved_and_each_that_cannot_be_is_named(
    database: Database, world: World, coordinator: Browser
) -> None:
    coordinator.get(PATH)
    coordinator.post(f"{PATH}do/approve/", id=1)

    response = coordinator.post(f"{PATH}action/", {"action": "approve", "rowid": ["1", "2", "3"]})
    page = said(response)

    assert response.status_code == 200
    assert "已办理 2 条，1 条未办理" in page
    assert f'<a href="{PATH}details/?id=1">第1制造公司</a>' in page
    assert "“第1制造公司”已认证" in page
    assert set(states(database).values()) == {Approval.APPROVED}


def test_data_are_changed_under_the_rules_of_the_service(
    database: Database, world: World, coordinator: Browser
) -> None:
    form = {
        "credit_code": credit_code(1),
        "name": "更名公司",
        "kind": "企业",
        "legal_person": "赵六",
        "address": "甲市乙路1号",
        "region": "甲市",
        "founded_on": "2010-01-01",
        "industry": "制造业",
    }
    wrong = coordinator.post(f"{PATH}edit/", {**form, "credit_code": "x"}, id=1)
    assert wrong.status_code == 422
    assert beside("统一社会信用代码应为 18 位", wrong)

    answer = coordinator.post(f"{PATH}edit/", form, id=1)

    assert answer.status_code == 302, said(answer)
    assert last_act(database).changes["after"]["name"] == "更名公司"


def test_officers_and_auditors_have_no_business_here(
    app: Flask, database: Database, world: World, officer: Browser, auditor: Browser
) -> None:
    """Officers decide on their own pages."""
    assert {browser.get(PATH).status_code for browser in (officer, auditor)} == {403}
    applicant = signed_in(app, database, Role.APPLICANT, "applicant", organisation_id=1)
    assert applicant.get(PATH).status_code == 403
