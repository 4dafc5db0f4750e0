"""A case from its first word to the office, with a correction on the way, through the services of every part."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from models import CaseState
from services.cases.drafts import Typed, save
from services.cases.opening import NewCase, open_case
from services.cases.submitting import Receipt, submit
from services.recommending.forwarding import forward
from services.reviewing.checks import items
from services.reviewing.deciding import pass_case
from services.reviewing.returning import Return, give_back
from tests.support.batches import officer, running
from tests.support.case_rows import applicant, organisation, unit_of
from tests.support.mailing import send_all
from tests.support.reviewing import NOW, World, answer_everything, county_and_city


def test_a_case_is_filled_checked_corrected_passed_twice_and_received(db: Session) -> None:
    """S004-18, S004-22, S000-41, S000-57"""
    wanted = county_and_city()
    form = wanted.form("application")
    context = running(db, replace(wanted, forms=(wanted.forms[0], replace(form, materials=()))))
    owner = organisation(db, 1, "000002", email="firm1@firms.example")
    actor = applicant(owner)
    new = NewCase(context.batch.id, "enterprise", "", unit_of(db, "000002").id, "第1制造公司")
    case = open_case(db, new, actor=actor, now=NOW)
    found = World(context, case, owner, officer(db, 2), officer(db, 1), officer(db, 3))

    typed = {"name": "第1制造", "modes": "lifecycle"}
    save(db, case.id, Typed(typed, {}, case.revision), actor=actor, now=NOW)
    assert isinstance(submit(db, case.id, statements={}, received_at=NOW, actor=actor), Receipt)
    answer_everything(db, found, found.county)
    give_back(db, case.id, Return("", {"name": "与营业执照不一致"}), actor=found.county, now=NOW)
    save(db, case.id, Typed({"name": "第1制造公司"}, {"name": "第1制造"}, case.revision), actor=actor, now=NOW)
    assert isinstance(submit(db, case.id, statements={}, received_at=NOW, actor=actor), Receipt)
    assert items(db, case.id, actor=found.county).changed == ("name",)
    answer_everything(db, found, found.county)
    pass_case(db, case.id, "", actor=found.county, now=NOW)
    forward(db, case.id, received_at=NOW, actor=found.county)
    answer_everything(db, found, found.city)
    pass_case(db, case.id, "", actor=found.city, now=NOW)
    forward(db, case.id, received_at=NOW, actor=found.city)

    assert (case.state, case.version_no, case.forwarded_at) == (CaseState.FORWARDED, 2, NOW)
    assert [mail.subject.rpartition("：")[2] for mail in send_all(db, NOW)] == ["初审通过", "初审通过"]
