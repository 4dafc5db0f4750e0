"""Invitations work once, for a week, for one organisation or unit; and every unit gets a person."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import Admission, AuditEntry, User
from services.identity.memberships import actor_of, choices
from services.organisations.inviting import (
    VALID,
    Invitation,
    accept,
    find_invitation,
    invite,
    open_invitations,
    units_without_officer,
    withdraw,
)
from tests.support.accounts import NOW, acting, open_batch, person, registered, unit
from tests.support.batches import COORDINATOR, definition, officer, running


def test_a_colleague_comes_in_by_a_link_once(db: Session) -> None:
    done = registered(db, open_batch(db))
    wanted = Invitation(name="钱七", organisation_id=done.organisation_id)
    token = invite(db, wanted, actor=acting(done), now=NOW)
    assert [one.name for one in open_invitations(db, done.organisation_id or 0, now=NOW)] == ["钱七"]

    membership = accept(db, token, person(5), now=NOW + timedelta(days=6))

    assert (membership.role, membership.organisation_id) == (Role.APPLICANT, done.organisation_id)
    assert token not in str([vars(row) for row in db.scalars(select(Admission))])
    for again in (person(6), membership.user_id):
        with pytest.raises(NotFound, match="只能用一次"):
            accept(db, token, again, now=NOW)
    assert open_invitations(db, done.organisation_id or 0, now=NOW) == []


def test_a_link_that_is_old_withdrawn_or_made_up_says_the_same(db: Session) -> None:
    done = registered(db, open_batch(db))
    wanted = Invitation(name="钱七", organisation_id=done.organisation_id)
    old, gone = (invite(db, wanted, actor=acting(done), now=NOW) for _ in range(2))
    first, second = db.scalars(select(Admission.id).order_by(Admission.id)).all()
    withdraw(db, second, actor=acting(done), now=NOW)

    sentences = set()
    for token in (old, gone, "x" * 32, ""):
        with pytest.raises(NotFound) as refused:
            find_invitation(db, token, now=NOW + VALID)
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1
    with pytest.raises(Conflict):
        withdraw(db, second, actor=acting(done), now=NOW)
    with pytest.raises(NotAllowed):
        withdraw(db, first, actor=officer(db, 2), now=NOW)


def test_an_invitation_reaches_no_further_than_who_made_it(db: Session) -> None:
    """S003-69: nobody invites into another's organisation or unit."""
    context = open_batch(db)
    done, other = registered(db, context), registered(db, context, 2, who=person(2), code="000002")
    foreign = Invitation(name="钱七", organisation_id=other.organisation_id)

    for actor in (acting(done), officer(db, 1)):
        with pytest.raises(NotAllowed):
            invite(db, foreign, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            invite(db, Invitation(name="钱七", unit_id=unit(db, "000002").id), actor=actor, now=NOW)
    with pytest.raises(Invalid, match="姓名"):
        invite(db, Invitation(name=" ", organisation_id=done.organisation_id), actor=acting(done), now=NOW)
    assert db.scalars(select(Admission)).all() == []


def test_a_number_with_an_account_signs_in_first_and_takes_the_invitation_then(db: Session) -> None:
    context = open_batch(db)
    done, other = registered(db, context), registered(db, context, 2, who=person(2))
    token = invite(db, Invitation(name="钱七", organisation_id=done.organisation_id), actor=acting(done), now=NOW)
    with pytest.raises(Invalid, match="请先登录"):
        accept(db, token, person(2), now=NOW)

    accept(db, token, other.user_id or 0, now=NOW)

    held = {one.organisation_id for one in choices(db, other.user_id or 0, now=NOW)}
    assert held == {done.organisation_id, other.organisation_id}
    again = invite(db, Invitation(name="钱七", organisation_id=done.organisation_id), actor=acting(done), now=NOW)
    with pytest.raises(Conflict, match="已经有这个身份"):
        accept(db, again, other.user_id or 0, now=NOW)


def test_every_unit_of_a_batch_gets_a_person_by_invitation(db: Session) -> None:
    """S000-04, S001-02: nine units, or thirteen, each with at least one account in the end."""
    context = running(db, definition(9))
    silent = units_without_officer(db, context.batch.id, now=NOW)
    assert len(silent) == 9

    for number, one in enumerate(silent):
        token = invite(db, Invitation(name=f"经办{number}", unit_id=one.id), actor=COORDINATOR, now=NOW)
        membership = accept(db, token, person(number), now=NOW)
        actor = actor_of(db, membership, now=NOW)
        assert (actor.role, actor.branch) == (Role.OFFICER, one.path)

    assert units_without_officer(db, context.batch.id, now=NOW) == []
    assert len(set(db.scalars(select(User.mobile)))) == 9
    log = list(db.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert all(later.previous == earlier.digest for earlier, later in pairwise(log))


def test_an_officer_of_a_city_invites_officers_of_its_counties_alone(db: Session) -> None:
    """S004-56: rights go down the own branch, never sideways."""
    open_batch(db)
    county = unit(db, "000002")
    county.path = "/000001/000002/"
    db.flush()

    assert invite(db, Invitation(name="县经办", unit_id=county.id), actor=officer(db, 1), now=NOW)
    with pytest.raises(NotAllowed):
        invite(db, Invitation(name="市经办", unit_id=unit(db).id), actor=officer(db, 2), now=NOW)
