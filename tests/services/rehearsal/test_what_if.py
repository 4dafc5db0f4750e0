"""What-if scenarios: groups of units, places of a quota, ready scenarios, and how each stage goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Due
from domain.errors import Invalid
from models import Mail, MailState, UnitDate
from services.calendar import official_calendar
from services.mail.notify import News, notify_applicant
from services.rehearsal import Event, Period, Rehearsal, read_scenario, rehearse_batch, rehearse_definition
from services.rehearsal.courses import StageState
from services.rehearsal.presets import Preset, preset_rows
from services.rehearsal.scenario import read_rows
from tests.support.batches import contacts_stage, definition, local
from tests.support.recommending import NOW, OTHER, PROVINCE, opened, passed, send, unit, with_places

EVER = Period()


def refused(found: Rehearsal) -> list[Event]:
    return [event for event in found.events if event.kind == "refused"]


def reminded(found: Rehearsal) -> list[tuple[str, str | None]]:
    return [(f"{event.at:%m-%d}", event.unit) for event in found.events if event.kind in {"reminder", "digest"}]


def test_a_group_of_units_acts_at_once() -> None:
    """Issue 4.5: "every second unit", a class, or all, in the order of the definition."""
    wanted = definition(units=3)
    odd = read_scenario("- {at: 2023-03-08T10:00, stage: contacts, do: answer, units: odd}", wanted)
    every = read_scenario("- {at: 2023-03-08T10:00, stage: contacts, do: answer, units: 'class:province'}", wanted)

    assert [happening.unit for happening in odd] == ["000001", "000003"]
    assert [happening.unit for happening in every] == ["000001", "000002", "000003"]
    assert {unit for _, unit in reminded(rehearse_definition(wanted, EVER, odd))} == {"000002"}


def test_a_group_that_there_is_not_and_two_names_at_once_are_refused() -> None:
    text = """
    - {at: 2023-03-08T10:00, stage: contacts, do: answer, units: some}
    - {at: 2023-03-08T10:00, stage: contacts, do: answer, units: [all]}
    - {at: 2023-03-08T10:00, stage: contacts, do: answer, units: "class:none"}
    - {at: 2023-03-08T10:00, stage: contacts, do: [answer], units: all}
    - {at: 2023-03-08T10:00, stage: contacts, do: answer, units: all, unit: "000001"}
    """
    with pytest.raises(Invalid) as caught:
        read_scenario(text, definition())

    assert [problem.path for problem in caught.value.problems] == [
        "[0].units",
        "[1].units",
        "[2].units",
        "[3].do",
        "[4].units",
    ]
    assert "class:province" in str(caught.value)


def test_who_files_late_is_told_so_among_the_events() -> None:
    """Issue 4.5: every refusal is in the list, and in the contract a thing that was not done."""
    wanted = definition(units=2)
    late = read_scenario("- {at: 2023-03-21T10:00, stage: contacts, do: answer, units: all}", wanted)

    found = rehearse_definition(wanted, EVER, late)

    assert [(event.at, event.unit) for event in refused(found)] == [
        (local("2023-03-21 10:00"), "000001"),
        (local("2023-03-21 10:00"), "000002"),
    ]
    assert "报送未受理。已于 2023-03-20 周一 24:00" in refused(found)[0].subject
    assert [event["kind"] for event in found.as_json()["events"] if ":refused." in str(event["key"])] == [  # type: ignore[attr-defined]  # plain JSON
        "missed",
        "missed",
    ]
    assert len(found.warnings) == 2
    assert found.remarks == []


def test_the_case_that_is_one_too_many_is_refused_with_the_clause() -> None:
    """S003-57: a rehearsal takes real places of real quotas."""
    wanted = with_places()
    scenario = read_rows(
        [
            {
                "at": "2023-03-10T10:00",
                "stage": "recommend",
                "do": "answer",
                "unit": OTHER,
                "values": {"enterprise": 10},
            },
            {
                "at": "2023-03-11T10:00",
                "stage": "recommend",
                "do": "answer",
                "unit": PROVINCE,
                "values": {"enterprise": 11},
            },
        ],
        wanted,
    )

    found = rehearse_definition(wanted, EVER, scenario)

    assert [event.unit for event in refused(found)] == [PROVINCE]
    assert "推荐名额 10 个，已用 10 个" in refused(found)[0].subject
    owing = next(course for course in found.courses if course.key == "recommend").owed(local("2023-03-12 10:00"))
    assert (owing.open, owing.total) == (3, 4)


def test_a_unit_that_recommends_nothing_owes_nothing() -> None:
    """S003-64, S001-61: 零报告 in a recommend stage; a category is for cases alone."""
    wanted = with_places()
    none = read_scenario("- {at: 2023-03-10T10:00, stage: recommend, do: none, units: all}", wanted)

    course = rehearse_definition(wanted, EVER, none).courses

    recommend = next(one for one in course if one.key == "recommend")
    assert recommend.owed(local("2023-03-12 10:00")).open == 0
    with pytest.raises(Invalid, match="没有这个类别"):
        read_scenario("- {at: 2023-03-10T10:00, stage: recommend, do: answer, units: all, values: {x: 1}}", wanted)
    with pytest.raises(Invalid, match="应为件数"):
        read_scenario(
            "- {at: 2023-03-10T10:00, stage: recommend, do: answer, units: all, values: {enterprise: many}}", wanted
        )


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        (Preset.NOBODY, {}),
        (Preset.IN_TIME, {"2023-03-13T10:00": "all"}),
        (Preset.HALF, {"2023-03-13T10:00": "odd", "2023-03-21T10:00": "even"}),
        (Preset.LAST_DAY, {"2023-03-20T16:00": "all"}),
    ],
)
def test_ready_scenarios_follow_the_dates_of_the_stages(preset: Preset, expected: dict[str, str]) -> None:
    """Issue 4.5: no YAML for the questions that everybody asks."""
    rows = preset_rows(preset, definition(), official_calendar())

    assert {row["at"]: row["units"] for row in rows} == expected
    assert read_rows(rows, definition()) is not None


def test_a_ready_scenario_of_a_running_batch_begins_now() -> None:
    wanted, now = definition(), local("2023-03-18 10:30")

    assert [row["at"] for row in preset_rows(Preset.IN_TIME, wanted, official_calendar(), now)] == [
        "2023-03-19T10:00"
    ]
    assert preset_rows(Preset.LAST_DAY, wanted, official_calendar(), local("2023-03-21 00:00")) == []


def test_half_of_them_in_time_and_half_too_late() -> None:
    wanted = definition(units=4)
    scenario = read_rows(preset_rows(Preset.HALF, wanted, official_calendar()), wanted)

    found = rehearse_definition(wanted, EVER, scenario)

    assert [event.unit for event in refused(found)] == ["000002", "000004"]
    assert {unit for day, unit in reminded(found) if day != "03-13"} == {"000002", "000004"}


def test_the_state_of_a_stage_at_every_instant() -> None:
    """Issue 4.5: the clock shows what each stage is and who owes."""
    text = """
    - {at: 2023-03-10T10:00, stage: contacts, do: answer, unit: "000001"}
    - {at: 2023-03-22T10:00, stage: contacts, do: extend, values: {due_at: "2023-03-28T00:00"}}
    """
    wanted = definition(units=2)
    (course,) = rehearse_definition(wanted, EVER, read_scenario(text, wanted)).courses

    shown = {
        day: (course.state(local(day)), course.owed(local(day)).open, course.due_at(local(day)))
        for day in (
            "2023-03-01 00:00",
            "2023-03-06 09:00",
            "2023-03-10 10:00",
            "2023-03-21 00:00",
            "2023-03-22 10:00",
        )
    }
    first, second = local("2023-03-21 00:00"), local("2023-03-28 00:00")
    assert list(shown.values()) == [
        (StageState.PLANNED, 0, first),
        (StageState.OPEN, 2, first),
        (StageState.OPEN, 1, first),
        (StageState.OVERDUE, 1, first),
        (StageState.OPEN, 1, second),
    ]
    assert course.state(local("2023-03-29 00:00")) is StageState.OVERDUE


def test_cases_that_are_there_stay_there(db: Session) -> None:
    """A running batch with cases, places, returns and mails about them is played on a whole copy."""
    context = opened(db)
    for number in (1, 2):
        send(db, passed(db, context, OTHER, number))
    case = passed(db, context, PROVINCE, 3)
    db.add(
        UnitDate(
            batch_id=context.batch.id,
            unit_id=unit(db, PROVINCE).id,
            stage_key="recommend",
            due_at=local("2023-05-01 00:00"),
            set_at=NOW,
            set_by="经办人",
        )
    )
    case.organisation.email = "applicant@units.example"
    notify_applicant(db, context, case, News(key="return.1", headline="退回补正"), at=NOW)
    db.flush()
    nine = [
        {"at": "2023-04-10T10:00", "stage": "recommend", "do": "answer", "unit": OTHER, "values": {"enterprise": 9}}
    ]

    found = rehearse_batch(
        db, context.batch.id, NOW + timedelta(minutes=1), EVER, read_rows(nine, context.definition)
    )

    assert "推荐名额 10 个，已用 10 个" in refused(found)[0].subject
    assert "另有 1 封单件通知正在排队" in found.warnings[0]
    assert db.scalars(select(Mail.state).where(Mail.key.contains("return.1"))).all() == [MailState.PENDING]


def test_a_stage_without_dates_has_no_deadline() -> None:
    (course,) = rehearse_definition(
        definition(stages=(replace(contacts_stage(), due=Due(on=date(2023, 3, 20))),)), EVER
    ).courses

    assert course.owed(local("2023-03-01 00:00")).total == 0
    assert course.state(local("2023-03-20 23:59")) is StageState.OPEN
