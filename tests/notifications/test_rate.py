"""The pace towards a mail host."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.rate import (
    FAILURES_TO_OPEN,
    LONGEST_BACKOFF_SECONDS,
    PROBE_SECONDS,
    RECOVERY_SECONDS,
    SHORTEST_BACKOFF_SECONDS,
    HostBreaker,
    HostRate,
    backoff_seconds,
)

HOST = "mail.example"


def sent_between(rate: HostRate, start: float, seconds: float) -> int:
    """Return how many mails leave when each waits exactly as long as it is told to."""
    at, sent = start, 0
    while at < start + seconds:
        wait = rate.wait_for(HOST, at)
        sent += wait == 0
        at += wait + 1e-6 * (wait > 0)
    return sent


@pytest.mark.parametrize("per_minute", [6, 60, 600])
def test_a_minute_carries_what_is_allowed_and_one_second_more(per_minute: int) -> None:
    sent = sent_between(HostRate(per_minute), 1000.0, 60.0)

    assert per_minute <= sent <= per_minute + max(1, per_minute // 60)


def test_a_host_does_not_wait_for_another() -> None:
    rate = HostRate(1)

    assert rate.wait_for("one.example", 0.0) == 0
    assert rate.wait_for("one.example", 0.0) == 60
    assert rate.wait_for("two.example", 0.0) == 0


def test_a_long_silence_saves_up_one_second_only() -> None:
    rate = HostRate(600)
    rate.wait_for(HOST, 0.0)

    assert [rate.wait_for(HOST, 86400.0) == 0 for _ in range(11)] == [True] * 10 + [False]


def test_a_clock_that_steps_back_gives_nothing_away() -> None:
    rate = HostRate(60)
    rate.wait_for(HOST, 100.0)

    assert rate.wait_for(HOST, 50.0) == 1
    assert rate.wait_for(HOST, 100.5) == 0.5


def test_a_complaint_halves_the_pace_and_patience_restores_it() -> None:
    """F26."""
    rate = HostRate(600)
    rate.slow_down(HOST, 0.0)
    rate.slow_down(HOST, 0.0)

    assert 140 <= sent_between(rate, 0.0, 60.0) <= 160
    assert 290 <= sent_between(rate, RECOVERY_SECONDS, 60.0) <= 320
    assert 590 <= sent_between(rate, 3 * RECOVERY_SECONDS, 60.0) <= 620


def test_complaints_without_end_still_let_a_mail_through() -> None:
    rate = HostRate(60)
    for _ in range(1000):
        rate.slow_down(HOST, 0.0)

    assert rate.wait_for(HOST, 0.0) == 64


@pytest.mark.parametrize("per_minute", [0, -1, float("nan")])
def test_a_pace_of_nothing_is_refused(per_minute: float) -> None:
    with pytest.raises(ValueError, match="大于 0"):
        HostRate(per_minute)


@settings(deadline=None)
@given(attempt=st.integers(0, 10**6), random_unit=st.floats(0, 1, exclude_max=True))
def test_a_wait_is_between_a_minute_and_an_hour(attempt: int, random_unit: float) -> None:
    """F23."""
    assert SHORTEST_BACKOFF_SECONDS <= backoff_seconds(attempt, random_unit) <= LONGEST_BACKOFF_SECONDS


def test_waits_double_and_spread() -> None:
    assert [backoff_seconds(attempt, 0.0) for attempt in (1, 2, 3, 5, 6, 60)] == [60, 120, 240, 960, 1800, 1800]
    assert [backoff_seconds(attempt, 0.5) for attempt in (1, 2, 6)] == [90, 180, 2700]


def fail(breaker: HostBreaker, at: float, times: int = FAILURES_TO_OPEN) -> None:
    for _ in range(times):
        breaker.failed(HOST, at, 0.0)


def test_failures_in_a_row_open_the_circuit_of_one_host() -> None:
    """F23."""
    breaker = HostBreaker()

    fail(breaker, 0.0, FAILURES_TO_OPEN - 1)
    assert breaker.wait_for(HOST, 0.0) == 0
    fail(breaker, 0.0, 1)
    assert breaker.wait_for(HOST, 10.0) == 50
    assert breaker.wait_for("other.example", 10.0) == 0


def test_a_success_between_failures_keeps_the_circuit_closed() -> None:
    breaker = HostBreaker()

    for _ in range(5):
        fail(breaker, 0.0, FAILURES_TO_OPEN - 1)
        breaker.succeeded(HOST)

    assert breaker.wait_for(HOST, 0.0) == 0


def test_after_the_pause_one_mail_probes_and_the_others_wait() -> None:
    breaker = HostBreaker()
    fail(breaker, 0.0)

    assert [breaker.wait_for(HOST, 60.0) for _ in range(3)] == [0, PROBE_SECONDS, PROBE_SECONDS]
    breaker.succeeded(HOST)
    assert [breaker.wait_for(HOST, 61.0) for _ in range(3)] == [0, 0, 0]


def test_each_failed_probe_doubles_the_pause() -> None:
    breaker = HostBreaker()
    fail(breaker, 0.0)
    pauses = []
    at = 60.0
    for _ in range(7):
        assert breaker.wait_for(HOST, at) == 0
        breaker.failed(HOST, at, 0.0)
        pauses.append(breaker.wait_for(HOST, at))
        at += pauses[-1]

    assert pauses == [120, 240, 480, 960, 1800, 1800, 1800]


def test_a_lost_probe_is_replaced() -> None:
    """A process that was killed with the probe in hand does not close the host for ever."""
    breaker = HostBreaker()
    fail(breaker, 0.0)

    assert breaker.wait_for(HOST, 60.0) == 0
    assert breaker.wait_for(HOST, 60.0 + PROBE_SECONDS) == 0


def test_failures_of_mails_already_under_way_do_not_prolong_the_pause() -> None:
    breaker = HostBreaker()
    fail(breaker, 0.0)
    fail(breaker, 5.0, 8)

    assert breaker.wait_for(HOST, 5.0) == 55
