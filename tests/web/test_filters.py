"""Instants and states in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, g

from domain.access import Role
from domain.duties import DutyState, Settlement
from models import BatchState, MailState, Post
from models.session import Database
from tests.support.batches import local
from tests.web.conftest import make_app
from web import filters

DUE = local("2023-03-21 00:00")
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def page() -> Iterator[Flask]:
    app = make_app(Database("sqlite://"))
    with app.test_request_context("/public"):
        g.now = local("2023-03-15 09:00")
        yield app


def test_a_deadline_at_midnight_is_shown_as_the_end_of_its_day() -> None:
    """R1"""
    assert (filters.moment(DUE), filters.day(DUE)) == ("2023-03-20 周一 24:00", "3月20日 周一")


def test_an_opening_at_midnight_is_shown_as_the_beginning_of_its_day() -> None:
    opens_at = local("2023-03-06 00:00")

    assert (filters.opening(opens_at), filters.opening_day(opens_at)) == ("2023-03-06 周一 00:00", "3月6日 周一")


def test_any_other_instant_and_a_plain_date_are_shown_as_they_are() -> None:
    at = local("2023-03-20 17:30")

    assert (filters.moment(at), filters.opening(at)) == ("2023-03-20 周一 17:30", "2023-03-20 周一 17:30")
    assert filters.day(date(2023, 3, 20)) == "3月20日 周一"


def test_instants_are_shown_in_the_zone_of_the_batch() -> None:
    """F11"""
    g.zone = ZoneInfo("Asia/Tokyo")

    assert filters.moment(DUE) == "2023-03-21 周二 01:00"


@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2023-03-15 09:00", 5),
        ("2023-03-19 23:59", 1),
        ("2023-03-20 00:00", 0),
        ("2023-03-20 23:59", 0),
        ("2023-03-21 00:00", -1),
        ("2023-03-21 23:59", -1),
        ("2023-03-22 00:00", -2),
    ],
)
def test_days_left_are_none_on_the_last_day_and_minus_one_when_it_is_over(now: str, left: int) -> None:
    """F12"""
    assert filters.days_left(DUE, local(now)) == left


def test_a_deadline_during_the_day_is_over_from_its_very_moment() -> None:
    due_at = local("2023-03-20 18:00")

    assert [filters.days_left(due_at, due_at + step) for step in (-SECOND, 0 * SECOND, timedelta(days=1))] == [
        0,
        -1,
        -2,
    ]


def test_days_left_go_by_the_moment_of_the_request() -> None:
    assert filters.days_left(DUE) == 5


@pytest.mark.parametrize("states", [DutyState, Settlement, BatchState, MailState, Post, Role])
def test_every_state_has_a_word(states: type[StrEnum]) -> None:
    words = [filters.state_label(state) for state in states]

    assert all((word and not word.isascii()) or word in {"A 岗", "B 岗"} for word in words)


def test_states_of_different_things_with_the_same_value_have_their_own_words() -> None:
    assert (filters.state_label(DutyState.DONE), filters.state_label(Role.ADMIN)) == ("已完成", "系统管理员")
    assert filters.state_label(None) == "—"


def test_templates_have_every_filter(page: Flask) -> None:
    shown = page.jinja_env.from_string(
        "{{ at|day }} {{ at|moment }} {{ at|deadline }} {{ at|opening }} {{ at|opening_day }} {{ at|days_left }} "
        "{{ state|state_label }}"
    ).render(at=DUE, state=BatchState.RUNNING)

    assert shown == (
        "3月20日 周一 2023-03-20 周一 24:00 2023-03-20 周一 24:00 2023-03-21 周二 00:00 3月21日 周二 5 进行中"
    )


def test_zones_agree_whatever_zone_the_instant_is_written_in() -> None:
    """F11"""
    same = datetime.fromisoformat("2023-03-20T09:00:00-07:00")

    assert filters.moment(same) == filters.moment(DUE)
