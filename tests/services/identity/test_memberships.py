"""Memberships give rights, within their dates and within what the giver holds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor, Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import AuditEntry, Post, Unit
from models.scope import Scope, set_scope
from services.identity import memberships, sessions
from services.identity.memberships import Grant, actor_of, choices, end, grant
from tests.support.case_rows import organisation
from tests.support.people import ADMIN, COORDINATOR, NOW, member, programme, unit, user

DAY = timedelta(days=1)


def test_an_officer_sees_the_branch_of_the_unit_and_the_programmes_of_the_membership(db: Session) -> None:
    """S03"""
    known = programme(db, "fwxzz")
    programme(db, "other")
    membership = member(db, user(db), programmes=["fwxzz"])

    actor = actor_of(db, membership, now=NOW)

    assert actor == Actor("zhang先生", Role.OFFICER, membership.user_id, "/410000/", frozenset({known.id}))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.COORDINATOR, Role.AUDITOR])
def test_the_office_without_a_unit_sees_every_unit(db: Session, role: Role) -> None:
    actor = actor_of(db, member(db, user(db), role), now=NOW)

    assert (actor.branch, actor.programmes) == (None, None)


@pytest.mark.parametrize("role", [Role.APPLICANT, Role.EXPERT])
def test_others_without_a_unit_see_no_unit_rather_than_every_one(db: Session, role: Role) -> None:
    """S03"""
    unit(db)
    actor = actor_of(db, member(db, user(db), role), now=NOW)

    set_scope(db, Scope.of(actor))

    assert db.scalars(select(Unit)).all() == []


def test_a_coordinator_of_a_unit_sees_its_branch_only(db: Session) -> None:
    membership = member(db, user(db), Role.COORDINATOR, unit_id=unit(db, "410000").id)

    assert actor_of(db, membership, now=NOW).branch == "/410000/"


def test_a_programme_that_is_gone_opens_nothing(db: Session) -> None:
    membership = member(db, user(db), programmes=["gone"])

    assert actor_of(db, membership, now=NOW).programmes == frozenset()


@pytest.mark.parametrize("at", [NOW - DAY, NOW + DAY, NOW + 2 * DAY])
def test_a_membership_gives_rights_only_within_its_dates(db: Session, at: datetime) -> None:
    """S09"""
    person = user(db)
    membership = member(db, person, valid_from=NOW, valid_until=NOW + DAY)

    assert choices(db, person.id, now=NOW) == [membership]
    with pytest.raises(NotAllowed) as refusal:
        actor_of(db, membership, now=at)
    assert refusal.value.code == "membership_ended"


def test_choices_are_valid_ones_with_a_posts_first(db: Session) -> None:
    person = user(db)
    second = member(db, person, Role.COORDINATOR, post=Post.B)
    first = member(db, person, unit_id=unit(db, "410000").id)
    member(db, person, unit_id=unit(db, "140000").id, valid_from=NOW - 2 * DAY, valid_until=NOW - DAY)
    member(db, person, unit_id=unit(db, "330000").id, valid_from=NOW + DAY)

    assert choices(db, person.id, now=NOW) == [first, second]


def test_a_grant_is_recorded_with_what_it_gives(db: Session) -> None:
    """I8"""
    person, home = user(db), unit(db)
    programme(db, "fwxzz")

    membership = grant(
        db,
        Grant(user_id=person.id, role=Role.OFFICER, unit_id=home.id, programmes=("fwxzz",), post=Post.B),
        actor=ADMIN,
        now=NOW,
    )

    assert (membership.valid_from, membership.valid_until, membership.post) == (NOW, None, Post.B)
    entry = db.scalars(select(AuditEntry)).one()
    assert entry.what == "zhang先生：经办人（B 岗） · 410000工信厅"
    assert entry.changes["after"]["programmes"] == ["fwxzz"]


def test_everything_wrong_with_a_grant_is_said_at_once(db: Session) -> None:
    wrong = Grant(
        user_id=user(db).id, role=Role.OFFICER, programmes=("gone", "lost"), valid_from=NOW, valid_until=NOW - DAY
    )

    with pytest.raises(Invalid) as refusal:
        grant(db, wrong, actor=ADMIN, now=NOW)

    assert [problem.path for problem in refusal.value.problems] == [
        "unit_id",
        "programmes",
        "programmes",
        "valid_until",
    ]


def test_nobody_is_made_the_system(db: Session) -> None:
    with pytest.raises(Invalid):
        grant(db, Grant(user_id=user(db).id, role=Role.SYSTEM), actor=SYSTEM, now=NOW)


@pytest.mark.parametrize(("held", "wanted"), [(Role.ADMIN, Role.AUDITOR), (Role.AUDITOR, Role.ADMIN)])
def test_who_manages_the_system_does_not_judge_its_log(db: Session, held: Role, wanted: Role) -> None:
    """三员分立 of GB/T 22239-2019 8.1.5"""
    person = user(db)
    member(db, person, held)

    with pytest.raises(Conflict):
        grant(db, Grant(user_id=person.id, role=wanted), actor=ADMIN, now=NOW)

    assert grant(db, Grant(user_id=person.id, role=Role.COORDINATOR), actor=ADMIN, now=NOW).id


def test_a_coordinator_grants_nothing(db: Session) -> None:
    with pytest.raises(NotAllowed):
        grant(db, Grant(user_id=user(db).id, role=Role.COORDINATOR), actor=COORDINATOR, now=NOW)


def test_nobody_gives_more_than_they_hold(db: Session) -> None:
    """S05"""
    person, home, foreign = user(db), unit(db, "410000"), unit(db, "140000")
    own, other = programme(db, "own"), programme(db, "other")
    giver = Actor("省管理员", Role.ADMIN, 1, branch=home.path, programmes=frozenset({own.id}))

    def wanted(unit_id: int | None, *keys: str) -> Grant:
        return Grant(user_id=person.id, role=Role.COORDINATOR, unit_id=unit_id, programmes=keys)

    for refused in (wanted(None, "own"), wanted(foreign.id, "own"), wanted(home.id), wanted(home.id, other.key)):
        with pytest.raises(NotAllowed) as refusal:
            grant(db, refused, actor=giver, now=NOW)
        assert refusal.value.params["action"] == "manage_users"

    assert grant(db, wanted(home.id, "own"), actor=giver, now=NOW).unit_id == home.id


def test_an_ended_membership_takes_its_sessions_along(db: Session) -> None:
    """S09 S60"""
    person = user(db)
    kept, ended = member(db, person, Role.COORDINATOR), member(db, person)
    kept_token = sessions.start(db, kept, now=NOW)
    ended_token = sessions.start(db, ended, now=NOW)

    end(db, ended.id, actor=ADMIN, now=NOW + DAY / 100, reason="调离")

    assert ended.valid_until == NOW + DAY / 100
    assert sessions.resume(db, ended_token, now=NOW) is None
    assert sessions.resume(db, kept_token, now=NOW) is not None
    with pytest.raises(Conflict):
        end(db, ended.id, actor=ADMIN, now=NOW + DAY)
    with pytest.raises(NotFound):
        end(db, 999, actor=ADMIN, now=NOW)


def test_a_membership_that_has_not_begun_ends_where_it_would_begin(db: Session) -> None:
    membership = member(db, user(db), valid_from=NOW + DAY)

    end(db, membership.id, actor=ADMIN, now=NOW)

    assert membership.valid_until == membership.valid_from
    assert memberships.choices(db, membership.user_id, now=NOW + DAY) == []


def test_an_applicants_membership_names_its_organisation_and_no_other_role_has_one(db: Session) -> None:
    """S003-31: the actor is that of the organisation, and sees its rows instead of a branch."""
    unit(db, "000001")
    company = organisation(db)
    wanted = Grant(user_id=user(db).id, role=Role.APPLICANT, organisation_id=company.id)

    membership = grant(db, wanted, actor=ADMIN, now=NOW)
    actor = actor_of(db, membership, now=NOW)

    assert (actor.organisation_id, actor.branch) == (company.id, None)
    assert Scope.of(actor) == Scope(organisation=company.id)
    assert memberships.title_of(membership) == "申报单位 · 第1制造公司"
    for role, key in ((Role.EXPERT, company.id), (Role.APPLICANT, 999)):
        with pytest.raises(Invalid, match="申报单位"):
            grant(db, Grant(user_id=membership.user_id, role=role, organisation_id=key), actor=ADMIN, now=NOW)
