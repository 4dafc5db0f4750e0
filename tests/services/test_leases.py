"""Roles that one process holds at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from models.session import Database
from services import leases

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def take(database: Database, owner: str, seconds: float = 0.0) -> int | None:
    """Take the role `seconds` later; return the fence, None when another holds it."""
    with database.mark() as session:
        wall_now, length = NOW + timedelta(seconds=seconds), timedelta(seconds=15)
        lease = leases.take(session, "clock", owner=owner, wall_now=wall_now, length=length)
        return lease.fence if lease is not None else None


def test_a_role_is_held_by_one_and_renewed_without_a_new_fence(database: Database) -> None:
    assert take(database, "a") == 1
    assert take(database, "b", seconds=14) is None
    assert take(database, "a", seconds=14) == 1
    assert take(database, "b", seconds=28) is None


def test_a_lapsed_role_goes_to_the_next_one_with_a_higher_fence(database: Database) -> None:
    """Pitfall 5 of the stack: a killed leader is replaced when its lease is over."""
    take(database, "a")

    assert take(database, "b", seconds=15) == 2
    assert take(database, "a", seconds=16) is None

    with database.read() as session:
        assert not leases.is_held(session, "clock", 1)
        assert leases.is_held(session, "clock", 2)


def test_a_role_that_is_given_back_is_free_at_once(database: Database) -> None:
    take(database, "a")

    with database.mark() as session:
        assert not leases.release(session, "clock", owner="b", wall_now=NOW)
        assert leases.release(session, "clock", owner="a", wall_now=NOW + timedelta(seconds=1))

    assert take(database, "b", seconds=1) == 2


def test_of_many_that_ask_at_once_one_gets_the_role(database: Database) -> None:
    """F07: five processes, one leader."""
    with ThreadPoolExecutor(5) as pool:
        fences = list(pool.map(lambda owner: take(database, owner), "abcde"))

    assert sorted(fence for fence in fences if fence is not None) == [1]
