"""Signing in, failing to, and being slowed down without ever being locked out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Role
from domain.errors import NotAllowed
from models import SignInFailure
from services.identity import passwords, sessions, sign_in, throttle
from services.identity.sign_in import Attempt, SignedIn
from services.identity.throttle import TryLater
from tests.support.people import NOW, PASSWORD, member, user

SECOND = timedelta(seconds=1)
HERE, THERE = "192.0.2.1", "198.51.100.7"


def enter(
    db: Session, name: str, password: str = PASSWORD, *, now: datetime = NOW, attempt: Attempt | None = None
) -> SignedIn:
    """Go through the three steps as the page does; the try stays counted when a later step refuses."""
    candidate = sign_in.begin(db, attempt or Attempt(name, HERE), now=now)
    proof = sign_in.prove(candidate, password)
    return sign_in.finish(db, proof, now=now, effective_now=now)


def fail(db: Session, name: str, times: int, *, address: str = HERE, now: datetime = NOW) -> None:
    for _ in range(times):
        candidate = sign_in.begin(db, Attempt(name, address), now=now)
        with pytest.raises(NotAllowed):
            sign_in.prove(candidate, "wrong")


def failures(db: Session) -> int:
    return db.scalars(select(func.count(SignInFailure.id))).one()


@pytest.mark.parametrize("name", ["zhang", "13812345678", "Z@gov.example"])
def test_a_person_signs_in_by_any_of_three_names(db: Session, name: str) -> None:
    person = user(db, mobile="13812345678", email="z@gov.example")
    membership = member(db, person)

    signed_in = enter(db, name)

    found = sessions.resume(db, signed_in.token, now=NOW)
    assert found is not None
    assert (found.user, found.membership, signed_in.choices) == (person, membership, (membership,))
    assert failures(db) == 0


def test_an_unknown_name_a_wrong_password_and_a_closed_account_are_refused_alike(db: Session) -> None:
    """S52"""
    member(db, user(db))
    member(db, user(db, "closed", is_active=False))

    refusals = []
    for name, password in (("nobody", PASSWORD), ("zhang", "wrong"), ("closed", PASSWORD)):
        with pytest.raises(NotAllowed) as refusal:
            enter(db, name, password)
        refusals.append((refusal.value.sentence, refusal.value.code))

    assert refusals == [(sign_in.WRONG, "wrong_password")] * 3


def test_after_five_failures_each_further_one_doubles_the_wait(db: Session) -> None:
    """S51"""
    member(db, user(db))
    fail(db, "zhang", 5)
    now, waits = NOW, []

    for _ in range(8):
        with pytest.raises(TryLater) as refusal:
            sign_in.begin(db, Attempt("zhang", HERE), now=now)
        waits.append(refusal.value.retry_after_s)
        assert refusal.value.sentence == f"尝试次数过多，请 {waits[-1]} 秒后再试。"
        now += waits[-1] * SECOND
        fail(db, "zhang", 1, now=now)

    assert waits == [5, 10, 20, 40, 80, 160, 300, 300]


def test_the_right_password_is_accepted_after_the_wait_and_clears_it(db: Session) -> None:
    """S51: nobody is locked out for good."""
    member(db, user(db))
    fail(db, "zhang", 5)

    with pytest.raises(TryLater):
        enter(db, "zhang")
    enter(db, "zhang", now=NOW + 5 * SECOND)
    fail(db, "zhang", 4, now=NOW + 6 * SECOND)

    assert enter(db, "zhang", now=NOW + 7 * SECOND).token


def test_an_unknown_name_waits_just_as_long(db: Session) -> None:
    """S52"""
    fail(db, "nobody", 5)

    with pytest.raises(TryLater) as refusal:
        sign_in.begin(db, Attempt("NOBODY ", HERE), now=NOW)

    assert refusal.value.retry_after_s == 5


def test_failures_older_than_a_quarter_of_an_hour_do_not_count_and_are_swept_away(db: Session) -> None:
    member(db, user(db))
    fail(db, "zhang", 5)
    fail(db, "nobody", 1)

    enter(db, "zhang", now=NOW + throttle.WINDOW)

    assert failures(db) == 0


def test_a_strangers_failures_elsewhere_do_not_keep_the_owner_waiting(db: Session) -> None:
    """S51"""
    member(db, user(db))
    fail(db, "zhang", 5, address=THERE)

    assert enter(db, "zhang").token


def test_one_name_tried_from_everywhere_must_wait_except_in_a_known_browser(db: Session) -> None:
    """S51"""
    person = user(db)
    member(db, person)
    for number in range(throttle.FREE_OF_NAME):
        fail(db, "zhang", 1, address=f"203.0.113.{number}")

    with pytest.raises(TryLater):
        enter(db, "zhang")
    known = Attempt("zhang", HERE, {person.id: "mark"})
    assert enter(db, "zhang", attempt=known).token


def test_a_browser_known_for_one_person_is_not_known_for_another(db: Session) -> None:
    """S51"""
    person, other = user(db), user(db, "li")
    member(db, person)
    fail(db, "zhang", 5)

    with pytest.raises(TryLater):
        enter(db, "zhang", attempt=Attempt("zhang", HERE, {other.id: "mark"}))


def test_guessing_in_a_known_browser_is_slowed_down_too(db: Session) -> None:
    """S51"""
    person = user(db)
    member(db, person)
    known = Attempt("zhang", HERE, {person.id: "mark"})
    for _ in range(5):
        with pytest.raises(NotAllowed):
            enter(db, "zhang", "wrong", attempt=known)

    with pytest.raises(TryLater):
        enter(db, "zhang", attempt=known)


def test_one_address_that_tries_many_names_must_wait(db: Session) -> None:
    """S51: one try each on many accounts."""
    member(db, user(db))
    for number in range(throttle.FREE_OF_ADDRESS):
        fail(db, f"name{number}", 1)

    with pytest.raises(TryLater):
        enter(db, "zhang")
    assert enter(db, "zhang", attempt=Attempt("zhang", THERE)).token


def test_what_was_typed_as_a_name_is_not_stored(db: Session) -> None:
    fail(db, PASSWORD, 1)

    assert all(PASSWORD.casefold() not in row.subject for row in db.scalars(select(SignInFailure)))


def test_an_account_without_a_membership_is_told_so_and_gets_no_session(db: Session) -> None:
    person = user(db)
    member(db, person, valid_until=NOW)

    with pytest.raises(NotAllowed) as refusal:
        enter(db, "zhang")

    assert refusal.value.code == "no_membership"


def test_a_password_changed_between_the_steps_opens_nothing(db: Session) -> None:
    person = user(db)
    member(db, person)
    proof = sign_in.prove(sign_in.begin(db, Attempt("zhang", HERE), now=NOW), PASSWORD)
    person.password_hash = passwords.hash_password("Other-9876")
    db.flush()

    with pytest.raises(NotAllowed):
        sign_in.finish(db, proof, now=NOW, effective_now=NOW)


def test_a_hash_of_old_costs_is_replaced_at_the_next_sign_in(db: Session) -> None:
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    person = user(db, password_hash=old)
    member(db, person)

    enter(db, "zhang")

    assert passwords.needs_rehash(old)
    assert not passwords.needs_rehash(person.password_hash)
    assert passwords.is_right(person.password_hash, PASSWORD)


def test_terms_of_office_go_by_the_effective_time_and_sessions_by_the_wall(db: Session) -> None:
    person = user(db)
    past = NOW - timedelta(days=1000)
    membership = member(db, person, Role.COORDINATOR, valid_from=past, valid_until=past + timedelta(days=1))
    proof = sign_in.prove(sign_in.begin(db, Attempt("zhang", HERE), now=NOW), PASSWORD)

    signed_in = sign_in.finish(db, proof, now=NOW, effective_now=past)

    found = sessions.resume(db, signed_in.token, now=NOW)
    assert found is not None
    assert (found.membership, found.started_at) == (membership, NOW)
