"""An officer fills in a case for an applicant (代填): who did what is kept apart, the deadline stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from models import CaseAct, CaseState, Organisation, Source
from models.scope import Scope
from models.session import Database
from tests.support.case_portal import CasePortal, case_portal, pdf
from tests.support.cases import STATEMENTS, VALUES
from tests.support.portal import set_time


@pytest.fixture
def portal(database: Database, tmp_path: Path) -> CasePortal:
    return case_portal(database, tmp_path)


def entered(portal: CasePortal) -> tuple[int, int]:
    """Begin and fill a case for the first applicant as its officer; return the ids of case and applicant."""
    portal.applicant()
    with portal.database.read(Scope()) as session:
        named = session.scalars(select(Organisation.id)).one()
    officer = portal.officer()
    assert "代填申报" in officer.text(f"/applicants/{named}")
    assert "代 第1制造公司 填报" in officer.text(f"/batches/batch-2023/declare?organisation={named}")
    sent = {"kind": "enterprise/", "unit": portal.unit(), "title": "代填的项目", "organisation": named}
    answer = officer.post("/batches/batch-2023/declare", sent)
    case_id = int(answer.headers["Location"].split("/")[2])
    officer.get(f"/cases/{case_id}/edit")
    officer.post(f"/cases/{case_id}/edit", {**portal.case(case_id).values, **VALUES["enterprise"]})
    officer.post(f"/cases/{case_id}/papers/licence", {"file": pdf()})
    return case_id, named


def test_a_paper_application_is_entered_with_its_own_date(portal: CasePortal) -> None:
    """代填: the day on paper, the moment of recording and who entered it stand apart."""
    case_id, named = entered(portal)
    officer = portal.of_unit_again()
    officer.get(f"/cases/{case_id}/submit")

    answer = officer.post(f"/cases/{case_id}/submit", {**STATEMENTS, "paper_on": "2023-03-10"})

    assert answer.status_code == 303
    case = portal.case(case_id)
    assert (case.state, case.source, case.organisation_id) == (CaseState.SUBMITTED, Source.OFFICER, named)
    with portal.database.read(Scope()) as session:
        act = session.scalars(select(CaseAct).where(CaseAct.case_id == case_id).order_by(CaseAct.id.desc())).first()
    assert act is not None
    assert act.at < act.recorded_at
    assert "补录于" in officer.text(f"/cases/{case_id}")


def test_a_paper_that_came_in_time_does_not_move_the_deadline(portal: CasePortal) -> None:
    case_id, _ = entered(portal)
    set_time(portal.database, "2023-03-28 00:00:01")

    officer = portal.of_unit_again()
    officer.get(f"/cases/{case_id}/submit")

    answer = officer.post(f"/cases/{case_id}/submit", {**STATEMENTS, "paper_on": "2023-03-10"})

    assert answer.status_code == 409
    assert portal.case(case_id).version_no == 0


def test_an_applicant_cannot_begin_a_case_for_another(portal: CasePortal) -> None:
    portal.applicant(1)
    with portal.database.read(Scope()) as session:
        other = session.scalars(select(Organisation.id)).one()
    browser = portal.applicant(2)
    browser.get("/batches/batch-2023/declare")

    sent = {"kind": "enterprise/", "unit": portal.unit(), "title": "冒名", "organisation": other}
    answer = browser.post("/batches/batch-2023/declare", sent)

    case = portal.case(int(answer.headers["Location"].split("/")[2]))
    assert case.organisation_id != other
