"""Registering an organisation: new, known, of a known person; the answer tells nobody which."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import Admission, Approval, AuditEntry, Batch, BatchState, Mail, Membership, Organisation, User
from models.scope import Scope, set_scope
from models.session import Database
from services.identity.memberships import actor_of, choices
from services.organisations.forms import Passwords, check_person
from services.organisations.listing import Listed, list_applicant
from services.organisations.registering import Outcome, enter
from tests.support.accounts import (
    DIRECT,
    NOW,
    acting,
    answers,
    open_batch,
    organisation_of,
    person,
    registered,
    unit,
)
from tests.support.batches import COORDINATOR, officer
from tests.support.case_rows import credit_code


def count(session: Session, table: type[object]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_an_organisation_registers_with_its_first_person(db: Session) -> None:
    """S003-31: the account, its person and the unit that must approve it; the actor is that of the organisation."""
    done = registered(db, open_batch(db))

    found = organisation_of(db, done)
    assert done.outcome is Outcome.NEW
    assert (found.approval, found.unit.code, found.credit_code) == (Approval.PENDING, "000001", credit_code())
    membership = choices(db, done.user_id or 0, now=NOW)[0]
    actor = actor_of(db, membership, now=NOW)
    assert (actor.role, actor.organisation_id, actor.branch) == (Role.APPLICANT, found.id, None)
    assert Scope.of(actor) == Scope(organisation=found.id)
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.unit_id, entry.changes["after"]["name"]) == (found.unit_id, "第1制造公司")


@pytest.mark.parametrize("kind", ["企业", "高等院校", "科研院所", "行业协会", "其他"])
def test_every_kind_that_may_declare_registers(db: Session, kind: str) -> None:
    """S001-20, S004-16: an enterprise, a university, an institute, an association."""
    done = registered(db, open_batch(db), kind=kind)

    assert organisation_of(db, done).kind.value in {"enterprise", "university", "institute", "association", "other"}


def test_a_known_code_becomes_a_request_and_changes_nothing(db: Session) -> None:
    """S000-40: one organisation for a code, whose approval and data stay as they were."""
    context = open_batch(db)
    first = registered(db, context)
    organisation_of(db, first).approval = Approval.APPROVED
    organisation_of(db, first).decided_at = NOW

    second = registered(db, context, who=person(2), name="冒名公司", legal_person="某人", code="000002")

    found = organisation_of(db, first)
    assert (second.outcome, second.organisation_id) == (Outcome.JOINING, found.id)
    assert (count(db, Organisation), found.name, found.unit.code) == (1, "第1制造公司", "000001")
    assert found.approval is Approval.APPROVED
    assert choices(db, second.user_id or 0, now=NOW) == []
    assert db.scalars(select(Admission.user_id)).all() == [second.user_id]


def test_asking_twice_is_one_request(db: Session) -> None:
    context = open_batch(db)
    registered(db, context)
    asked = registered(db, context, who=person(2))

    registered(db, context, who=asked.user_id)

    assert count(db, Admission) == 1


def test_a_member_who_registers_again_gets_nothing_new(db: Session) -> None:
    """S000-40: the earlier account is the one to use."""
    context = open_batch(db)
    first = registered(db, context)

    again = registered(db, context, who=first.user_id)

    assert again.outcome is Outcome.MEMBER
    assert (count(db, Organisation), count(db, Membership), count(db, Admission)) == (1, 1, 0)


def test_who_has_an_account_registers_another_organisation_with_it(db: Session) -> None:
    context = open_batch(db)
    first = registered(db, context)

    other = registered(db, context, 2, who=first.user_id)

    assert (other.outcome, other.user_id, count(db, User)) == (Outcome.NEW, first.user_id, 1)
    assert len(choices(db, first.user_id or 0, now=NOW)) == 2


@pytest.mark.parametrize("same", [{"mobile": "13800000001"}, {"email": "p1@applicants.example"}])
def test_a_number_or_address_with_an_account_makes_nothing_and_tells_its_holder(
    db: Session, same: dict[str, str]
) -> None:
    """No enumeration: whoever typed it learns nothing, who holds it is told once a day."""
    context = open_batch(db)
    registered(db, context)

    outcomes = [registered(db, context, 2, who=person(2, **same)).outcome for _ in range(2)]

    assert outcomes == [Outcome.KNOWN_PERSON] * 2
    assert (count(db, Organisation), count(db, User)) == (1, 1)
    assert [mail.address for mail in db.scalars(select(Mail))] == ["p1@applicants.example"]


def test_a_unit_for_listed_applicants_is_for_these_alone(db: Session) -> None:
    """S004-21: nobody claims to be a 省属企业; the province's list says who is."""
    context = open_batch(db)

    with pytest.raises(Invalid, match="只受理名单内的单位"):
        registered(db, context, code=DIRECT)
    direct = unit(db, DIRECT)
    rows = [Listed(credit_code(), "第1制造公司")]
    list_applicant(db, context.batch.id, direct.id, rows, actor=COORDINATOR, now=NOW)

    assert registered(db, context, code=DIRECT).outcome is Outcome.NEW


def test_a_batch_that_is_over_takes_no_registration(db: Session) -> None:
    context = open_batch(db)
    db.get_one(Batch, context.batch.id).state = BatchState.FINISHED

    with pytest.raises(Conflict, match="已有账号的单位可直接登录"):
        registered(db, context)


def test_a_registration_needs_no_scope_and_leaves_none(db: Session) -> None:
    """Whoever registers is nobody yet; the session sees as little afterwards as before."""
    context = open_batch(db)
    nobody = Scope(branch="//", organisation=0)
    area = unit(db)
    db.flush()
    set_scope(db, nobody)

    from services.organisations.registering import NewOrganisation, register

    new = NewOrganisation(batch_id=context.batch.id, unit_id=area.id, values=answers())
    register(db, new, person(), now=NOW)

    assert count(db, Organisation) == 0
    set_scope(db, Scope())
    assert count(db, Organisation) == 1


def test_two_registrations_of_one_code_at_once_make_one_organisation(database: Database) -> None:
    """Whoever comes second is a request to join, never a fault."""
    with database.write(Scope()) as session:
        context = open_batch(session)
    start, outcomes = Barrier(2), []

    def run(number: int) -> None:
        start.wait()
        with database.write(Scope()) as session:
            outcomes.append(registered(session, context, who=person(number)).outcome)

    threads = [Thread(target=run, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == [Outcome.JOINING, Outcome.NEW]
    with database.read(Scope()) as session:
        assert (count(session, Organisation), count(session, Membership), count(session, Admission)) == (1, 1, 1)


PROBLEMS = [
    ({"person_mobile": "123"}, Passwords("Xy-12345-z", "Xy-12345-z"), "手机号应为 11 位"),
    ({"person_name": ""}, Passwords("Xy-12345-z", "Xy-12345-z"), "请填写姓名"),
    ({}, Passwords("short", "short"), "密码至少 8 个字符"),
    ({}, Passwords("Xy-12345-z", "Xy-12345-y"), "两次输入的密码不一致"),
]


@pytest.mark.parametrize(("changes", "chosen", "sentence"), PROBLEMS)
def test_a_person_is_checked_before_anything_is_asked(
    changes: dict[str, str], chosen: Passwords, sentence: str
) -> None:
    typed = {"person_name": "张三", "person_mobile": "13800000000", "person_email": "", **changes}

    with pytest.raises(Invalid, match=sentence):
        check_person(typed, chosen)


def test_an_officer_enters_a_city_without_a_code(db: Session) -> None:
    """A city government is created by the officer, who knows it: approved at once."""
    open_batch(db)
    area = unit(db)

    made = enter(
        db, area.id, {"name": "甲市人民政府", "region": "甲市"}, actor=officer(db, 1), now=NOW, is_place=True
    )

    assert (made.kind.value, made.credit_code, made.approval) == ("government", None, Approval.APPROVED)
    assert (made.decided_by, made.decided_at) == ("经办人1", NOW)


def test_an_officer_enters_nothing_in_a_foreign_area_nor_a_code_twice(db: Session) -> None:
    """S003-69"""
    context = open_batch(db)
    registered(db, context)
    own, foreign = unit(db), unit(db, "000002")

    with pytest.raises(NotAllowed):
        enter(db, foreign.id, answers(2), actor=officer(db, 1), now=NOW)
    with pytest.raises(Invalid, match="已经登记"):
        enter(db, own.id, answers(1), actor=officer(db, 1), now=NOW)
    with pytest.raises(NotAllowed):
        enter(db, own.id, answers(2), actor=acting(registered(db, context, 3)), now=NOW)
    with pytest.raises(NotFound):
        enter(db, 999, answers(2), actor=officer(db, 1), now=NOW)
    assert enter(db, own.id, answers(4), actor=officer(db, 1), now=NOW).name == "第4制造公司"


def test_a_stranger_is_no_actor_of_an_organisation(db: Session) -> None:
    """An applicant's membership without an organisation sees no unit's rows."""
    assert Scope.of(Actor("某人", Role.APPLICANT, user_id=1)).organisation == 0
