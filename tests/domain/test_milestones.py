"""The window of time in which an act is accepted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import TooEarly, TooLate
from domain.milestones import Milestone, require_in_time
from tests.support.batches import definition, local

WINDOW = Milestone(local("2023-03-06 09:00"), local("2023-03-21 00:00"), timedelta(minutes=5))
SECOND = timedelta(seconds=1)


def test_the_last_moment_is_in_time_and_the_deadline_itself_is_not() -> None:
    """R1, F16: in time means received before the exclusive instant."""
    assert WINDOW.due_at is not None
    require_in_time(definition(), WINDOW, WINDOW.due_at - timedelta(milliseconds=1))
    with pytest.raises(TooLate):
        require_in_time(definition(), WINDOW, WINDOW.due_at)


def test_a_late_act_is_told_the_deadline_the_arrival_and_whom_to_ask() -> None:
    """The refusal names date, time and the office's people; what was typed is kept."""
    with pytest.raises(TooLate) as refused:
        require_in_time(definition(), WINDOW, local("2023-03-21 00:00") + SECOND)

    sentence = refused.value.sentence
    assert "已于 2023-03-20 周一 24:00（北京时间）截止" in sentence
    assert "到达时间为 2023-03-21 00:00:01" in sentence
    assert "某司（李敏 010-68205191）" in sentence
    assert "已存为草稿" in sentence


def test_an_early_act_is_told_the_opening() -> None:
    with pytest.raises(TooEarly, match="2023-03-06 周一 09:00 开放"):
        require_in_time(definition(), WINDOW, local("2023-03-06 08:59"))


def test_a_stage_without_a_deadline_accepts_at_any_time_after_its_opening() -> None:
    """T8: stages without dates are allowed."""
    endless = Milestone(WINDOW.opens_at, None, WINDOW.grace)

    require_in_time(definition(), endless, local("2030-01-01 00:00"))
    with pytest.raises(TooEarly):
        require_in_time(definition(), endless, local("2023-03-01 00:00"))
