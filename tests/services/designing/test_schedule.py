"""The stages of a working copy on the calendar, and what it takes to move them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.definition import Completion, Definition, Due, Opening, StageKind
from domain.errors import Invalid, NotFound
from services.calendar import official_calendar
from services.designing.edits import Move, Remove, SetValues, edited
from services.designing.tables.schedule import (
    Given,
    Wanted,
    added,
    moved,
    removed,
    reordered,
    spans,
    wanted_of,
    written,
)
from tests.support.batches import contacts_stage, definition

CALENDAR = official_calendar()


def stages() -> Definition:
    """Return three stages: dated, counted in working days after it, by hand."""
    second = contacts_stage(
        key="second", title="第二", opens=Opening(after=("contacts",)), due=Due(working_days=5), ladder=None
    )
    third = contacts_stage(
        key="third", title="第三", opens=Opening(), due=None, completes=Completion.BY_HAND, ladder=None
    )
    return replace(definition(), stages=(contacts_stage(), second, third))


def test_days_are_written_computed_or_open() -> None:
    first, second, third = spans(stages(), CALENDAR)

    assert (first.opens, first.due, first.opening, first.ending) == (
        *(date(2023, 3, 6), date(2023, 3, 20), Given.WRITTEN, Given.WRITTEN),
    )
    assert (second.opens, second.due, second.opening, second.ending) == (
        *(date(2023, 3, 21), date(2023, 3, 28), Given.COMPUTED, Given.COMPUTED),
    )
    assert second.because == "“反馈联系人”结束后开放；开放后第 5 个工作日截止"
    assert (third.opens, third.due, third.opening, third.ending) == (None, None, Given.OPEN, Given.OPEN)
    assert third.because == "由人工开放，日期未定；没有截止日期，由人工结束"
    assert (first.may_move_opening, second.may_move_opening, second.may_move_due, third.may_move_due) == (
        *(True, False, True, False),
    )


def test_stages_whose_order_makes_no_sense_show_their_written_days() -> None:
    circle = replace(stages(), stages=(contacts_stage(opens=Opening(on=date(2023, 3, 6), after=("contacts",))),))

    (span,) = spans(circle, CALENDAR)

    assert (span.opens, span.due) == (date(2023, 3, 6), date(2023, 3, 20))
    assert spans(replace(definition(), stages=()), CALENDAR) == []


def test_a_moved_end_is_one_value() -> None:
    assert moved(stages(), "contacts", None, date(2023, 3, 22), CALENDAR) == [
        SetValues("stages.contacts.due", {"on": "2023-03-22"})
    ]
    assert moved(stages(), "contacts", date(2023, 3, 7), None, CALENDAR) == [
        SetValues("stages.contacts.opens", {"on": "2023-03-07"})
    ]
    assert moved(stages(), "contacts", None, date(2023, 3, 20), CALENDAR) == []


def test_a_counted_deadline_stays_counted() -> None:
    assert moved(stages(), "second", None, date(2023, 3, 31), CALENDAR) == [
        SetValues("stages.second.due", {"working_days": 8})
    ]


def test_a_move_that_makes_no_sense_is_refused() -> None:
    late = contacts_stage(key="late", title="之后", opens=Opening(after=("contacts",)), due=Due(on=date(2023, 4, 3)))
    two = replace(definition(), stages=(contacts_stage(), late))

    for key, opens, due, said in (
        ("contacts", None, date(2023, 3, 3), "截止要晚于开放"),
        ("late", None, date(2023, 3, 17), "之前截止"),
        ("late", date(2023, 3, 30), None, "不能直接移动"),
    ):
        with pytest.raises(Invalid, match=said):
            moved(two, key, opens, due, CALENDAR)
    with pytest.raises(NotFound):
        moved(two, "gone", None, None, CALENDAR)


def test_an_error_that_was_there_before_keeps_nobody_from_moving() -> None:
    wrong = replace(definition(), stages=(contacts_stage(ladder="nothing"),))

    assert len(moved(wrong, "contacts", None, date(2023, 3, 22), CALENDAR)) == 1


def test_the_table_gives_takes_and_changes_deadlines() -> None:
    old = stages()
    wanted = {
        "contacts": Wanted(date(2023, 3, 6), None, 10),
        "second": Wanted(None, None),
        "third": Wanted(date(2023, 5, 4), date(2023, 5, 31)),
    }

    new = edited(old, written(old, wanted))

    assert {stage.key: wanted_of(stage) for stage in new.stages} == wanted
    assert written(new, wanted) == []


def test_stages_are_added_removed_and_put_in_order() -> None:
    old = stages()
    new = edited(old, added(edited(old, added(old, StageKind.COLLECT, "又一个")), StageKind.PUBLISH, "公示"))

    assert [stage.key for stage in edited(old, added(old, StageKind.COLLECT, " 又一个 ")).stages][-1] == "collect"
    assert new.stages[-1].title == "公示"
    assert removed(old, "contacts") == [SetValues("stages.second.opens", {"after": []}), Remove("stages.contacts")]
    assert reordered(old, "third", -1) == [Move("stages.third", before="second")]
    assert reordered(old, "contacts", 9) == [Move("stages.contacts", before="")]
    assert reordered(old, "contacts", -1) == []
    with pytest.raises(Invalid):
        added(old, StageKind.COLLECT, " ")
    with pytest.raises(NotFound):
        removed(old, "gone")


@pytest.mark.parametrize("kind", list(StageKind))
def test_a_new_stage_of_each_kind_has_its_own_part(kind: StageKind) -> None:
    stage = edited(stages(), added(stages(), kind, "新的")).stages[-1]

    assert stage.kind is kind
    parts = {name: getattr(stage, name) is not None for name in ("collect", "declare", "review", "recommend")}
    assert parts == {name: name == kind.value for name in parts}
