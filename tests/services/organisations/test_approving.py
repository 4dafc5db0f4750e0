"""认证, joining and the organisation's data: who decides, what is kept, what is asked again."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import Admission, Approval, AuditEntry, Mail, Organisation, PhoneDuty
from models.scope import Scope, set_scope
from services.identity import sign_in
from services.identity.memberships import choices
from services.identity.sign_in import Attempt
from services.organisations.approving import approve, refuse
from services.organisations.finding import by_credit_code, people_of
from services.organisations.forms import ORGANISATION_FORM, values_of
from services.organisations.joining import let_in, requests_of, turn_away
from services.organisations.profile import change
from services.organisations.queue import Wanted, all_applicants, applicants, count_waiting
from tests.support.accounts import NOW, acting, answers, open_batch, organisation_of, person, registered, unit
from tests.support.batches import COORDINATOR, officer
from tests.support.case_rows import applicant, credit_code
from tests.support.people import PASSWORD


def last_entry(session: Session) -> AuditEntry:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()


def test_approval_keeps_officer_and_moment_and_tells_the_person(db: Session) -> None:
    """S000-39: officer and time are logged, on the row and in the audit log."""
    done = registered(db, open_batch(db))

    found = approve(db, done.organisation_id or 0, actor=officer(db, 1), now=NOW)

    assert (found.approval, found.decided_by, found.decided_at) == (Approval.APPROVED, "经办人1", NOW)
    entry = last_entry(db)
    assert (entry.actor, entry.at, entry.action) == ("经办人1", NOW, "approve_applicant")
    assert entry.changes == {"before": {"approval": "pending"}, "after": {"approval": "approved"}}
    mail = db.scalars(select(Mail)).one()
    assert (mail.address, mail.facts["headline"]) == ("p1@applicants.example", "单位账号已认证：第1制造公司")


def test_who_has_no_address_is_called_by_the_unit(db: Session) -> None:
    done = registered(db, open_batch(db), who=person(1, email=""))

    approve(db, done.organisation_id or 0, actor=officer(db, 1), now=NOW)

    assert db.scalars(select(Mail)).all() == []
    assert [call.number for call in db.scalars(select(PhoneDuty))] == ["13800000001"]


def test_a_decision_is_made_once(db: Session) -> None:
    done = registered(db, open_batch(db))
    approve(db, done.organisation_id or 0, actor=officer(db, 1), now=NOW)

    for actor in (officer(db, 1), COORDINATOR):
        with pytest.raises(Conflict, match="已认证（由经办人1办理）"):
            approve(db, done.organisation_id or 0, actor=actor, now=NOW)
        with pytest.raises(Conflict):
            refuse(db, done.organisation_id or 0, "重复", actor=actor, now=NOW)


def test_another_units_officer_and_the_applicant_decide_nothing(db: Session) -> None:
    """S003-69, S000-39"""
    done = registered(db, open_batch(db))

    for actor in (officer(db, 2), acting(done)):
        with pytest.raises(NotAllowed):
            approve(db, done.organisation_id or 0, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            refuse(db, done.organisation_id or 0, "不符", actor=actor, now=NOW)
    set_scope(db, Scope.of(officer(db, 2)))
    with pytest.raises(NotFound):
        approve(db, done.organisation_id or 0, actor=officer(db, 2), now=NOW)


def test_a_refusal_has_a_reason_and_is_asked_again_after_a_correction(db: Session) -> None:
    done = registered(db, open_batch(db))
    with pytest.raises(Invalid, match="请填写不予认证的原因"):
        refuse(db, done.organisation_id or 0, " ", actor=officer(db, 1), now=NOW)
    refuse(db, done.organisation_id or 0, "营业执照名称不符", actor=officer(db, 1), now=NOW)
    assert organisation_of(db, done).reason == "营业执照名称不符"

    change(db, done.organisation_id or 0, answers(name="第一制造公司"), actor=acting(done), now=NOW)

    assert organisation_of(db, done).approval is Approval.PENDING
    assert approve(db, done.organisation_id or 0, actor=officer(db, 1), now=NOW).approval is Approval.APPROVED


def test_a_new_name_keeps_code_and_approval_and_both_names_are_kept(db: Session) -> None:
    done = registered(db, open_batch(db))
    approve(db, done.organisation_id or 0, actor=officer(db, 1), now=NOW)

    change(db, done.organisation_id or 0, answers(name="更名后公司"), actor=acting(done), now=NOW)

    found = organisation_of(db, done)
    assert (found.name, found.credit_code, found.approval) == ("更名后公司", credit_code(), Approval.APPROVED)
    assert last_entry(db).changes == {
        "before": {"approval": "approved", "name": "第1制造公司"},
        "after": {"approval": "approved", "name": "更名后公司"},
    }


@pytest.mark.parametrize("changes", [{"kind": "高等院校"}, {"credit_code": credit_code(7)}])
def test_another_kind_or_code_is_asked_to_be_approved_again(db: Session, changes: dict[str, str]) -> None:
    done = registered(db, open_batch(db))
    approve(db, done.organisation_id or 0, actor=officer(db, 1), now=NOW)

    change(db, done.organisation_id or 0, answers(**changes), actor=acting(done), now=NOW)

    found = organisation_of(db, done)
    assert (found.approval, found.decided_at, found.decided_by) == (Approval.PENDING, None, "")


def test_a_change_is_checked_and_stays_ones_own(db: Session) -> None:
    context = open_batch(db)
    done, other = registered(db, context), registered(db, context, 2)

    for values, sentence in (
        (answers(), "没有改动"),
        (answers(credit_code=credit_code(2)), "不能改为这个统一社会信用代码"),
        (answers(credit_code="91410300MA40000000"), "校验位不对"),
        (answers(founded_on="2010-13-01"), "日期"),
    ):
        with pytest.raises(Invalid, match=sentence):
            change(db, done.organisation_id or 0, values, actor=acting(done), now=NOW)
    with pytest.raises(NotAllowed):
        change(db, done.organisation_id or 0, answers(name="他人"), actor=acting(other), now=NOW)
    with pytest.raises(NotAllowed):
        change(db, done.organisation_id or 0, answers(name="他人"), actor=officer(db, 2), now=NOW)
    assert values_of(organisation_of(db, done), ORGANISATION_FORM) == answers()


def ask(db: Session, *, is_approved: bool = True) -> tuple[Admission, Organisation]:
    context = open_batch(db)
    first = registered(db, context)
    if is_approved:
        approve(db, first.organisation_id or 0, actor=officer(db, 1), now=NOW)
    registered(db, context, who=person(2))
    return db.scalars(select(Admission)).one(), organisation_of(db, first)


def test_a_colleague_or_the_unit_lets_a_second_person_in(db: Session) -> None:
    asked, organisation = ask(db)

    membership = let_in(db, asked.id, actor=applicant(organisation), now=NOW)

    assert (membership.user_id, membership.organisation_id) == (asked.user_id, organisation.id)
    assert [user.name for user in people_of(db, organisation, now=NOW)] == ["申报人1", "申报人2"]
    with pytest.raises(Conflict):
        let_in(db, asked.id, actor=officer(db, 1), now=NOW)


def test_before_approval_only_the_unit_lets_a_person_in(db: Session) -> None:
    """Whoever registered a code first may be the wrong one."""
    asked, organisation = ask(db, is_approved=False)

    with pytest.raises(NotAllowed, match="由推荐单位办理"):
        let_in(db, asked.id, actor=applicant(organisation), now=NOW)
    with pytest.raises(NotAllowed):
        let_in(db, asked.id, actor=officer(db, 2), now=NOW)
    assert let_in(db, asked.id, actor=officer(db, 1), now=NOW).user_id == asked.user_id


def try_to_sign_in(db: Session, mobile: str) -> str:
    candidate = sign_in.begin(db, Attempt(mobile, "192.0.2.1"), now=NOW)
    try:
        return sign_in.finish(db, sign_in.prove(candidate, PASSWORD), now=NOW, effective_now=NOW).user.name
    except NotAllowed as refusal:
        return refusal.sentence


def test_who_waits_learns_at_sign_in_how_it_stands(db: Session) -> None:
    asked, _ = ask(db)
    assert "还在等待" in try_to_sign_in(db, "13800000002")

    turn_away(db, asked.id, "不是本单位人员", actor=officer(db, 1), now=NOW)

    assert "不是本单位人员" in try_to_sign_in(db, "13800000002")
    assert choices(db, asked.user_id or 0, now=NOW) == []
    assert requests_of(db) == []
    assert try_to_sign_in(db, "13800000001") == "申报人1"


def test_lists_counts_and_files_hold_the_own_branch_alone(db: Session) -> None:
    """S003-69, S004-56: list, search, count and export of one unit never hold another's."""
    context = open_batch(db)
    registered(db, context, 1)
    registered(db, context, 2, code="000002")
    registered(db, context, 1, who=person(3))
    expected = {1: ("第1制造公司", 2), 2: ("第2制造公司", 1)}

    for number, (name, waiting) in expected.items():
        set_scope(db, Scope())
        actor = officer(db, number)
        set_scope(db, Scope.of(actor))
        shown, page = applicants(db, Wanted())
        assert ([one.name for one in shown], page.total) == ([name], 1)
        assert [one.name for one in all_applicants(db, Wanted(words="制造"))] == [name]
        assert applicants(db, Wanted(approval=Approval.APPROVED))[0] == []
        assert count_waiting(db) == waiting
        assert (by_credit_code(db, credit_code(3 - number)), by_credit_code(db, "x")) == (None, None)
        found = by_credit_code(db, credit_code(number).lower())
        assert found is not None


def test_a_county_sees_its_own_a_city_its_counties_and_the_office_all(db: Session) -> None:
    """S004-56: in list, search, count, file and decision alike."""
    context = open_batch(db)
    county = unit(db, "000002")
    county.path, county.upper_id = "/000001/000002/", unit(db).id
    registered(db, context, 1)
    registered(db, context, 2, code="000002")
    registered(db, context, 3, who=person(3), code="000001")
    expected = {officer(db, 1): {1, 2, 3}, officer(db, 2): {2}, COORDINATOR: {1, 2, 3}}

    for actor, numbers in expected.items():
        set_scope(db, Scope.of(actor))
        names = {f"第{number}制造公司" for number in numbers}
        assert {one.name for one in applicants(db, Wanted(words="制造"))[0]} == names
        assert {one.name for one in all_applicants(db, Wanted())} == names
        assert count_waiting(db) == len(numbers)
        assert {number for number in (1, 2, 3) if by_credit_code(db, credit_code(number))} == numbers
