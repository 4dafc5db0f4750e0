"""The office lifts a rule for one case, also before it is submitted; it needs a reason and the definition's leave."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from domain.access import Role
from domain.definition import Programme, Waiver
from models import ActKind, Case, CaseAct, CaseState, RuleDecision
from models.scope import Scope
from models.session import Database
from tests.support.backoffice import Browser, make_app, signed_in
from tests.support.batches import local
from tests.support.case_rows import organisation
from tests.support.cases import SHARE
from tests.support.coordinating import PAGES, office_batch, office_definition, out
from tests.support.progress import set_clock
from tests.support.progress_pages import SINCE


def site(database: Database, **changes: object) -> Flask:
    """Return the app over a batch with a draft (1) and a submitted case (2) whose share is too low."""
    with database.write(Scope()) as session:
        context = office_batch(session, office_definition(**changes))
        low = {"share": "12.5"}
        out(session, context, organisation(session, 1), "000001", values=low, title="甲项目")
        state = CaseState.SUBMITTED
        out(session, context, organisation(session, 2), "000001", values=low, state=state, title="乙项目")
    set_clock(database, local("2023-03-14 10:00"))
    return make_app(database)


@pytest.fixture
def app(database: Database) -> Flask:
    return site(database)


@pytest.fixture
def coordinator(app: Flask, database: Database) -> Browser:
    return signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)


def case_id(database: Database, title: str) -> int:
    with database.read(Scope()) as session:
        return session.scalars(select(Case.id).where(Case.title == title)).one()


def test_a_rule_is_lifted_with_a_reason(coordinator: Browser, database: Database) -> None:
    """豁免: the page shows how the rule was judged; the reason stands in the case's history."""
    rules = f"{PAGES}/cases/{case_id(database, '乙项目')}/rules"
    page = coordinator.text(rules)
    assert "12.5" in page
    assert "不符合" in page
    assert "条件</a>" in coordinator.text(f"{PAGES}/cases")

    refused = coordinator.post(f"{rules}/share/waive", {"reason": " "})
    done = coordinator.post(f"{rules}/share/waive", {"reason": "集团合并口径达到要求"})

    assert (refused.status_code, done.status_code) == (422, 303)
    assert "集团合并口径达到要求" in coordinator.text(rules)
    with database.read(Scope()) as session:
        assert session.scalars(select(RuleDecision.reason)).one() == "集团合并口径达到要求"
        assert session.scalars(select(CaseAct.kind).where(CaseAct.kind == ActKind.WAIVED)).one()


def test_a_draft_is_helped_without_being_read(coordinator: Browser, database: Database) -> None:
    """S003-68: a rule may be lifted before the case is submitted, and nothing that is typed there is told."""
    rules = f"{PAGES}/cases/{case_id(database, '甲项目')}/rules"
    page = coordinator.text(rules)
    form = coordinator.text(f"{rules}/share/waive")

    assert "12.5" not in page
    assert "甲项目" not in page + form
    assert coordinator.post(f"{rules}/share/waive", {"reason": "已说明情况"}).status_code == 303
    assert "已说明情况" in coordinator.text(rules)


@pytest.mark.parametrize("waiver", [Waiver.NOBODY, Waiver.UNIT])
def test_a_rule_that_the_office_may_not_lift_is_not_offered(database: Database, waiver: Waiver) -> None:
    app = site(database, rules=(replace(SHARE, waiver=waiver),))
    browser = signed_in(app, database, Role.COORDINATOR, valid_from=SINCE)
    rules = f"{PAGES}/cases/{case_id(database, '乙项目')}/rules"

    assert "没有可由主办处室豁免的条件" in browser.text(rules)
    assert browser.post(f"{rules}/share/waive", {"reason": "请豁免"}).status_code == 404
    assert "条件</a>" not in browser.text(f"{PAGES}/cases")


def test_an_auditor_sees_and_does_not_decide(app: Flask, database: Database) -> None:
    auditor = signed_in(app, database, Role.AUDITOR, valid_from=SINCE)
    rules = f"{PAGES}/cases/{case_id(database, '乙项目')}/rules"

    assert "豁免</a>" not in auditor.text(rules)
    assert auditor.get(f"{rules}/share/waive").status_code == 403


def test_a_case_of_another_batch_or_programme_is_not_found(
    app: Flask, coordinator: Browser, database: Database
) -> None:
    """S003-69: neither the case nor its rules are there."""
    with database.write(Scope()) as session:
        other = office_batch(
            session, replace(office_definition(), code="other-2023", programme=Programme(key="other", name="另一个"))
        )
        case = out(session, other, organisation(session, 5), "000002", state=CaseState.SUBMITTED, title="丙项目")
        foreign = case.id
    stranger = signed_in(app, database, Role.COORDINATOR, "stranger", programmes=["other"], valid_from=SINCE)

    assert coordinator.get(f"{PAGES}/cases/{foreign}/rules").status_code == 404
    assert coordinator.get(f"{PAGES}/cases/x/rules").status_code == 404
    assert stranger.get(f"{PAGES}/cases/{case_id(database, '乙项目')}/rules").status_code == 404
