"""Duties: what is owed, by whom, until when, from the facts alone."""

from __future__ import annotations

from datetime import datetime

import pytest

from domain.definition import Collect, OwedBy, TitleFilter
from domain.duties import DutyState, Settlement, Window, expected_duties, state_of
from domain.facts import DutyKey, ExtensionRef, TitleRef, UnitRef
from domain.milestones import BatchState, milestones
from domain.stages import Facts
from tests.domain.test_plan import CALENDAR
from tests.support.batches import contacts_stage, definition, local

UNITS = [UnitRef(1, "province"), UnitRef(2, "province"), UnitRef(3, "corps")]
OPENS, DUE = local("2023-03-06 09:00"), local("2023-03-21 00:00")


def evaluation() -> Collect:
    wanted = TitleFilter(programme="fwxzz", batches=(1, 2, 3, 4), categories=("enterprise", "platform", "city"))
    return Collect(owed_by=OwedBy.TITLES, titles=wanted, form="contact")


def duties(
    collect: Collect, titles: list[TitleRef] | None = None, extensions: list[ExtensionRef] | None = None
) -> dict[DutyKey, Window]:
    wanted = definition(stages=(contacts_stage(collect=collect),))
    dates = milestones(wanted, BatchState(), CALENDAR)
    return expected_duties(wanted, dates, Facts(UNITS, titles or []), extensions or [])


def title(
    id_: int, unit_id: int, category: str = "enterprise", batch_no: int = 1, *, is_valid: bool = True
) -> TitleRef:
    return TitleRef(id_, unit_id, "fwxzz", batch_no, category, is_valid)


@pytest.mark.parametrize(
    ("now", "settled", "expected"),
    [
        ("2023-03-06 08:59", None, DutyState.PLANNED),
        ("2023-03-06 09:00", None, DutyState.OPEN),
        ("2023-03-20 23:59", None, DutyState.OPEN),
        ("2023-03-21 00:00", None, DutyState.OVERDUE),
        ("2023-03-21 00:00", Settlement.DONE, DutyState.DONE),
        ("2023-03-07 00:00", Settlement.EXEMPT, DutyState.EXEMPT),
    ],
)
def test_the_state_of_a_duty_follows_from_now(now: str, settled: Settlement | None, expected: DutyState) -> None:
    """S003-28: without an answer after the cut-off the unit is overdue, whether or not a job ran."""
    assert state_of(Window(OPENS, DUE), settled, local(now)) is expected


def test_a_duty_of_a_stage_whose_opening_is_unknown_is_planned() -> None:
    assert state_of(Window(None, None), None, local("2030-01-01 00:00")) is DutyState.PLANNED


def test_every_unit_owes_unless_classes_are_named() -> None:
    """S003-04: the group addressed reaches every unit."""
    everyone = duties(Collect(owed_by=OwedBy.UNITS, form="contact"))
    corps = duties(Collect(owed_by=OwedBy.UNITS, form="contact", classes=("corps",)))

    assert [key.unit_id for key in everyone] == [1, 2, 3]
    assert corps == {DutyKey("contacts", 3): Window(OPENS, DUE)}


def test_titles_of_the_asked_batches_and_categories_owe_through_their_unit() -> None:
    """S003-48, S003-49, S003-60: projects are not asked, withdrawn titles owe nothing."""
    titles = [
        title(1, 1),
        title(2, 2, "city", 4),
        title(3, 1, "project"),
        title(4, 1, batch_no=5),
        title(5, 2, is_valid=False),
    ]

    assert list(duties(evaluation(), titles)) == [DutyKey("contacts", 1, 1), DutyKey("contacts", 2, 2)]


def extension(due: datetime, unit_id: int | None = None, title_id: int | None = None) -> ExtensionRef:
    return ExtensionRef("contacts", due, local("2023-03-10 09:00"), unit_id, title_id)


def test_an_extension_reaches_only_whom_it_names() -> None:
    """S000-56, S003-42: one unit, or one title of it, has more time; the others do not."""
    later = local("2023-03-28 00:00")
    titles = [title(1, 1), title(2, 1), title(3, 2)]

    for_unit = duties(evaluation(), titles, [extension(later, 1)])
    for_title = duties(evaluation(), titles, [extension(later, 1, 2)])

    assert [window.due_at for window in for_unit.values()] == [later, later, DUE]
    assert [window.due_at for window in for_title.values()] == [DUE, later, DUE]


def test_of_several_deadlines_the_latest_holds() -> None:
    earlier, later = local("2023-03-25 00:00"), local("2023-03-28 00:00")
    found = duties(Collect(owed_by=OwedBy.UNITS, form="contact"), [], [extension(later, 1), extension(earlier, 1)])

    assert found[DutyKey("contacts", 1)].due_at == later


def test_a_moved_title_is_owed_by_its_new_unit() -> None:
    """S003-57: the duty follows the registry."""
    assert list(duties(evaluation(), [title(1, 2)])) == [DutyKey("contacts", 2, 1)]
