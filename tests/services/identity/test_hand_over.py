"""交接: one instant at which a successor is in and the former officer is out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import AuditEntry, Batch, BatchState, Contact, Membership, Post
from services.identity import sessions
from services.identity.hand_over import HandOver, hand_over
from services.identity.memberships import actor_of, choices
from tests.support.people import COORDINATOR, NOW, member, programme, unit, user

DAY = timedelta(days=1)
FORMER = "former@gov.example"


def former(db: Session, **changes: Any) -> Membership:
    person = user(db, "former", email=FORMER, mobile="13812345678")
    return member(db, person, valid_from=NOW - DAY, **changes)


def wanted(membership: Membership, to_user_id: int, at: datetime = NOW, reason: str = "轮岗") -> HandOver:
    return HandOver(from_membership_id=membership.id, to_user_id=to_user_id, at=at, reason=reason)


def batch(db: Session, code: str, state: BatchState = BatchState.RUNNING, key: str = "fwxzz") -> Batch:
    made = Batch(
        code=code, programme_id=programme(db, key).id, title=code, year=2026, issuer="部", level="ministry",
        timezone="Asia/Shanghai", state=state, published_at=NOW,
    )  # fmt: skip
    db.add(made)
    db.flush()
    return made


def contact(db: Session, of: Batch | None, **changes: Any) -> Contact:
    values: dict[str, Any] = {"email": "Former@gov.example", "valid_from": NOW - DAY, **changes}
    made = Contact(
        batch_id=of.id if of else None, unit_id=unit(db).id, name="former先生", post="处长", phone="0371-65953693",
        **values,
    )  # fmt: skip
    db.add(made)
    db.flush()
    return made


def test_the_successor_takes_the_post_as_it_was_and_the_former_officer_is_out(db: Session) -> None:
    """S09"""
    programme(db, "fwxzz")
    ends_at = NOW + 100 * DAY
    old = former(db, programmes=["fwxzz"], post=Post.B, valid_until=ends_at)
    successor = user(db, "successor", email="new@gov.example")
    token = sessions.start(db, old, now=NOW)

    new = hand_over(db, wanted(old, successor.id), actor=COORDINATOR, now=NOW)

    assert (new.role, new.unit_id, new.programmes, new.post) == (Role.OFFICER, old.unit_id, ["fwxzz"], Post.B)
    assert (old.valid_until, new.valid_from, new.valid_until) == (NOW, NOW, ends_at)
    assert sessions.resume(db, token, now=NOW) is None
    assert choices(db, old.user_id, now=NOW) == []
    assert actor_of(db, new, now=NOW).branch == "/410000/"


def test_a_hand_over_in_the_future_takes_effect_by_its_date(db: Session) -> None:
    old = former(db)
    successor = user(db, "successor", email="new@gov.example")
    token = sessions.start(db, old, now=NOW)

    new = hand_over(db, wanted(old, successor.id, NOW + DAY), actor=COORDINATOR, now=NOW)

    assert sessions.resume(db, token, now=NOW) is not None
    assert actor_of(db, old, now=NOW + DAY - timedelta(seconds=1)).user_id == old.user_id
    for membership, now in ((new, NOW), (old, NOW + DAY)):
        with pytest.raises(NotAllowed):
            actor_of(db, membership, now=now)
    assert actor_of(db, new, now=NOW + DAY).user_id == successor.id


def test_the_former_officer_is_replaced_as_contact_of_running_batches_and_history_stays(db: Session) -> None:
    """S003-30"""
    old = former(db)
    successor = user(db, "successor", email="new@gov.example", mobile="13912345678")
    running, paused = batch(db, "running"), batch(db, "paused", BatchState.PAUSED)
    finished = batch(db, "finished", BatchState.FINISHED)
    replaced = [contact(db, running), contact(db, paused), contact(db, None)]
    kept = [
        contact(db, finished),
        contact(db, running, email="somebody@gov.example"),
        contact(db, running, valid_until=NOW - DAY / 2),
    ]
    before = [each.valid_until for each in kept]

    hand_over(db, wanted(old, successor.id, NOW + DAY), actor=COORDINATOR, now=NOW)

    new = db.scalars(select(Contact).where(Contact.email == "new@gov.example").order_by(Contact.id)).all()
    assert [each.valid_until for each in replaced] == [NOW + DAY] * 3
    assert [each.valid_until for each in kept] == before
    assert [each.batch_id for each in new] == [running.id, paused.id, None]
    assert {(each.name, each.mobile, each.phone, each.post, each.valid_from, each.valid_until) for each in new} == {
        ("successor先生", "13912345678", "0371-65953693", "处长", NOW + DAY, None)
    }


def test_only_contacts_of_the_programmes_of_the_post_are_replaced(db: Session) -> None:
    programme(db, "fwxzz")
    old = former(db, programmes=["fwxzz"])
    successor = user(db, "successor", email="new@gov.example")
    own = contact(db, batch(db, "own"))
    others = [contact(db, batch(db, "foreign", key="other")), contact(db, None)]

    hand_over(db, wanted(old, successor.id), actor=COORDINATOR, now=NOW)

    assert own.valid_until == NOW
    assert [each.valid_until for each in others] == [None, None]


def test_a_contact_without_an_address_is_known_by_the_mobile_number(db: Session) -> None:
    person = user(db, "former", mobile="13812345678")
    old = member(db, person)
    successor = user(db, "successor", mobile="13912345678")
    known = contact(db, batch(db, "running"), email=None, mobile="13812345678")

    hand_over(db, wanted(old, successor.id), actor=COORDINATOR, now=NOW)

    assert known.valid_until == NOW


def test_a_contact_that_begins_later_is_replaced_from_its_beginning(db: Session) -> None:
    old = former(db)
    successor = user(db, "successor", email="new@gov.example")
    later = contact(db, batch(db, "running"), valid_from=NOW + 5 * DAY)

    hand_over(db, wanted(old, successor.id), actor=COORDINATOR, now=NOW)

    new = db.scalars(select(Contact).where(Contact.email == "new@gov.example")).one()
    assert (later.valid_until, new.valid_from) == (NOW + 5 * DAY, NOW + 5 * DAY)


def test_a_hand_over_is_recorded_with_both_people_and_the_reason(db: Session) -> None:
    """I8"""
    old = former(db)
    successor = user(db, "successor")

    new = hand_over(db, wanted(old, successor.id, reason=" 轮岗 "), actor=COORDINATOR, now=NOW)

    entry = db.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.reason, entry.unit_id) == ("hand_over", "轮岗", old.unit_id)
    assert entry.what == "former先生 交接给 successor先生：经办人 · 410000工信厅"
    assert (entry.changes["before"]["user_id"], entry.changes["after"]["user_id"]) == (old.user_id, new.user_id)


def test_everything_wrong_with_a_hand_over_is_said_at_once(db: Session) -> None:
    old = former(db)

    with pytest.raises(Invalid) as refusal:
        hand_over(db, wanted(old, old.user_id, NOW - timedelta(seconds=1), " "), actor=COORDINATOR, now=NOW)

    assert [problem.path for problem in refusal.value.problems] == ["at", "reason", "to_user_id"]
    assert old.valid_until is None


@pytest.mark.parametrize("changes", [{"is_active": False}, {"email": None, "mobile": None}])
def test_a_successor_must_be_active_and_reachable(db: Session, changes: dict[str, Any]) -> None:
    old = former(db)
    known = contact(db, batch(db, "running"))
    known.phone = None
    successor = user(db, "successor", **{"email": "new@gov.example", **changes})

    with pytest.raises(Invalid) as refusal:
        hand_over(db, wanted(old, successor.id), actor=COORDINATOR, now=NOW)

    assert [problem.path for problem in refusal.value.problems] == ["to_user_id"]


def test_a_post_that_ends_before_cannot_be_handed_over(db: Session) -> None:
    old = former(db, valid_until=NOW + DAY)
    successor = user(db, "successor")

    with pytest.raises(Conflict):
        hand_over(db, wanted(old, successor.id, NOW + 2 * DAY), actor=COORDINATOR, now=NOW)
    with pytest.raises(NotFound):
        hand_over(db, HandOver(from_membership_id=999, to_user_id=1, at=NOW, reason="x"), actor=COORDINATOR, now=NOW)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.EXPERT, Role.APPLICANT])
def test_only_posts_of_an_office_are_handed_over(db: Session, role: Role) -> None:
    """S05: nobody becomes an administrator by way of a hand-over."""
    old = member(db, user(db), role)

    with pytest.raises(NotAllowed):
        hand_over(db, wanted(old, user(db, "successor").id), actor=COORDINATOR, now=NOW)


@pytest.mark.parametrize(
    "actor",
    [
        Actor("经办人", Role.OFFICER, 1, branch="/410000/"),
        Actor("外省", Role.COORDINATOR, 1, branch="/140000/"),
        Actor("别的项目", Role.COORDINATOR, 1, programmes=frozenset({999})),
        Actor("审计", Role.AUDITOR, 1),
    ],
)
def test_nobody_hands_over_what_is_not_theirs_to_manage(db: Session, actor: Actor) -> None:
    """S01 S05"""
    old = former(db)

    with pytest.raises(NotAllowed):
        hand_over(db, wanted(old, user(db, "successor").id), actor=actor, now=NOW)

    assert old.valid_until is None
