"""Sessions are rows that the server can end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import WebSession
from services.identity import sessions
from tests.support.people import NOW, member, user

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def row(db: Session) -> WebSession:
    return db.scalars(select(WebSession).order_by(WebSession.id.desc())).first() or pytest.fail("no session")


def test_a_token_is_long_new_each_time_and_stored_only_as_its_hash(db: Session) -> None:
    """S59"""
    membership = member(db, user(db))

    tokens = {sessions.start(db, membership, now=NOW) for _ in range(4)}

    stored = {found.token_hash for found in db.scalars(select(WebSession))}
    assert len(tokens) == len(stored) == 4
    assert not tokens & stored
    assert all(len(token) >= 43 for token in tokens)


def test_a_session_is_found_by_its_token_with_person_and_unit(db: Session) -> None:
    membership = member(db, user(db))
    token = sessions.start(db, membership, now=NOW)

    found = sessions.resume(db, token, now=NOW + MINUTE)

    assert found is not None
    assert (found.user.account, found.membership, found.started_at) == ("zhang", membership, NOW)


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 10_000, "令牌", "a\x00b"])
def test_any_other_token_finds_nothing(db: Session, token: str) -> None:
    """S59"""
    sessions.start(db, member(db, user(db)), now=NOW)

    assert sessions.resume(db, token, now=NOW) is None


def test_a_session_ends_after_half_an_hour_without_use(db: Session) -> None:
    """S61"""
    token = sessions.start(db, member(db, user(db)), now=NOW)

    assert sessions.resume(db, token, now=NOW + 29 * MINUTE) is not None
    assert sessions.resume(db, token, now=NOW + 30 * MINUTE) is None


def test_a_session_in_use_lasts_twelve_hours_and_no_longer(db: Session) -> None:
    """S61"""
    token = sessions.start(db, member(db, user(db)), now=NOW)
    for minutes in range(20, 12 * 60, 20):
        sessions.touch(db, row(db).id, now=NOW + minutes * MINUTE)

    assert sessions.resume(db, token, now=NOW + 12 * HOUR - MINUTE) is not None
    assert sessions.resume(db, token, now=NOW + 12 * HOUR) is None


def test_its_use_is_noted_once_a_minute_and_never_backwards(db: Session) -> None:
    """F10"""
    sessions.start(db, member(db, user(db)), now=NOW)
    found = row(db)

    assert not sessions.is_touch_due(found, now=NOW + MINUTE / 2)
    assert sessions.is_touch_due(found, now=NOW + MINUTE)
    sessions.touch(db, found.id, now=NOW - HOUR)
    assert found.seen_at == NOW


def test_a_session_that_was_signed_out_is_dead_on_the_server(db: Session) -> None:
    """S60"""
    membership = member(db, user(db))
    left, stays = sessions.start(db, membership, now=NOW), sessions.start(db, membership, now=NOW)

    sessions.sign_out(db, left, now=NOW)

    assert sessions.resume(db, left, now=NOW) is None
    assert sessions.resume(db, stays, now=NOW) is not None


def test_a_sixth_session_ends_the_one_unused_for_longest(db: Session) -> None:
    """S61"""
    membership = member(db, user(db))
    tokens = [sessions.start(db, membership, now=NOW + number * MINUTE) for number in range(sessions.AT_ONCE)]
    now = NOW + sessions.AT_ONCE * MINUTE

    tokens.append(sessions.start(db, membership, now=now))

    alive = [sessions.resume(db, token, now=now) is not None for token in tokens]
    assert alive == [False, *[True] * sessions.AT_ONCE]


def test_another_membership_gets_another_token_and_no_more_time(db: Session) -> None:
    """S59"""
    person = user(db)
    first, second = member(db, person), member(db, person)
    old = sessions.start(db, first, now=NOW)

    new = sessions.change(db, old, second, now=NOW + MINUTE)

    found = sessions.resume(db, new, now=NOW + MINUTE)
    assert sessions.resume(db, old, now=NOW + MINUTE) is None
    assert found is not None
    assert (found.membership, found.started_at) == (second, NOW)


def test_all_sessions_of_a_person_end_and_no_others(db: Session) -> None:
    person, other = user(db), user(db, "li")
    ended = [sessions.start(db, member(db, person), now=NOW) for _ in range(2)]
    kept = sessions.start(db, member(db, other), now=NOW)

    sessions.end_sessions_of(db, person.id, now=NOW)

    assert [sessions.resume(db, token, now=NOW) for token in ended] == [None, None]
    assert sessions.resume(db, kept, now=NOW) is not None
