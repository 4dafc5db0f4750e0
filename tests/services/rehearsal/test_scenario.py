"""What people do in a rehearsal: read whole or not at all, and refused as in life."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.definition import Definition, Due
from domain.errors import Invalid
from domain.instants import local_day
from services.rehearsal import Event, Period, read_scenario, rehearse_definition
from services.rehearsal.scenario import Deed, Happening
from tests.support.batches import contacts_stage, definition, local
from tests.support.evaluation import evaluation

EVER = Period()
ANSWERS = """
- {at: 2023-03-14T10:00, stage: contacts, do: answer, unit: "000001"}
- {at: 2023-03-08T10:00+09:00, stage: contacts, do: answer, unit: "000002", values: {name: 李四}}
"""


def played(text: str, wanted: Definition | None = None) -> tuple[list[Event], list[str]]:
    found = rehearse_definition(
        wanted or definition(units=2), EVER, read_scenario(text, wanted or definition(units=2))
    )
    return found.events, found.warnings


def reminded(events: list[Event]) -> list[tuple[str, str | None]]:
    return [(f"{event.at:%m-%d}", event.unit) for event in events if event.kind == "reminder"]


def test_deeds_are_read_in_the_order_of_their_time_in_the_batchs_zone() -> None:
    first, second = read_scenario(ANSWERS, definition(units=2))

    assert first.at == local("2023-03-08 09:00")
    assert first == replace(first, stage="contacts", deed=Deed.ANSWER, unit="000002", values={"name": "李四"})
    assert second == Happening(local("2023-03-14 10:00"), "contacts", Deed.ANSWER, "000001", {})


def test_who_has_answered_is_not_reminded_any_more() -> None:
    """S003-63: what is left out of an answer is filled with samples that the form takes."""
    events, warnings = played(ANSWERS)

    assert reminded(events) == [("03-13", "000001")]
    assert "全部报齐" in next(event.subject for event in events if event.kind == "stage_closes" and event.to)
    assert warnings == []


def test_more_time_for_all_moves_what_follows() -> None:
    """F17: the reminders of the old date are gone; all who owe are told."""
    events, _ = played('- {at: 2023-03-14T10:00, stage: contacts, do: extend, values: {due_at: "2023-03-28T00:00"}}')

    assert [day for day, unit in reminded(events) if unit == "000001"] == ["03-13", "03-20", "03-24", "03-27"]
    assert [event.unit for event in events if event.kind == "extension"] == ["000001", "000002"]
    assert {local_day(e.at, definition().zone).isoformat() for e in events if e.kind == "stage_closes"} == {
        "2023-03-28"
    }


def test_more_time_for_one_unit_is_for_that_unit() -> None:
    """S003-42, F19."""
    events, _ = played(
        '- {at: 2023-03-14T10:00, stage: contacts, do: extend, unit: "000002", values: {due_at: "2023-03-28T00:00"}}'
    )

    assert [day for day, unit in reminded(events) if unit == "000001"] == ["03-13", "03-17", "03-20"]
    assert [day for day, unit in reminded(events) if unit == "000002"] == ["03-13", "03-20", "03-24", "03-27"]


def test_nothing_to_report_settles_like_an_answer() -> None:
    """S003-64."""
    zero = contacts_stage(collect=replace(contacts_stage().collect, none_label="本单位无联系人"))  # type: ignore[type-var]  # a collect stage has its block
    events, warnings = played(
        '- {at: 2023-03-08T10:00, stage: contacts, do: none, unit: "000001"}', definition(units=1, stages=(zero,))
    )

    assert (reminded(events), warnings) == ([], [])


def test_a_deed_that_the_rules_refuse_is_a_warning_and_changes_nothing() -> None:
    """R1: refused as in life, with the reason; the rehearsal goes on."""
    events, warnings = played(
        """
        - {at: 2023-03-05T10:00, stage: contacts, do: answer, unit: "000001"}
        - {at: 2023-03-08T10:00, stage: contacts, do: answer, unit: "000001", values: {email: 不是邮箱}}
        - {at: 2023-03-08T10:00, stage: contacts, do: none, unit: "000001"}
        - {at: 2023-03-14T10:00, stage: contacts, do: extend, values: {due_at: "2023-03-01T00:00"}}
        - {at: 2023-03-21T00:06, stage: contacts, do: answer, unit: "000001"}
        """,
        definition(units=1),
    )

    assert reminded(events) == [("03-13", "000001"), ("03-17", "000001"), ("03-20", "000001")]
    assert [text.partition("：")[0] for text in warnings] == [
        "2023-03-05 10:00 000001“反馈联系人”",
        "2023-03-08 10:00 000001“反馈联系人”",
        "2023-03-08 10:00 000001“反馈联系人”",
        "2023-03-14 10:00 全部单位“反馈联系人”",
        "2023-03-21 00:06 000001“反馈联系人”",
    ]


def test_a_bad_scenario_is_refused_with_every_problem_and_what_would_do() -> None:
    """R7: all at once, each with its place."""
    text = """
    - 昨天
    - {at: 昨天, stage: contacts, do: answer, unit: "000001"}
    - {at: 2023-03-08T10:00, stage: nothing, do: answer, unit: "000001"}
    - {at: 2023-03-08T10:00, stage: contacts, do: dance, unit: "000001"}
    - {at: 2023-03-08T10:00, stage: contacts, do: answer}
    - {at: 2023-03-08T10:00, stage: contacts, do: answer, unit: "999999"}
    - {at: 2023-03-08T10:00, stage: contacts, do: extend, values: {due_at: bald}}
    - {at: 2023-03-08T10:00, stage: contacts, do: exempt, unit: "000001"}
    - {at: 2023-03-08T10:00, stage: contacts, do: answer, unit: "000001", why: x}
    - {at: 2023-03-08T10:00, stage: contacts, do: answer, unit: "000001", values: [x]}
    - {stage: contacts}
    """
    with pytest.raises(Invalid) as refused:
        read_scenario(text, definition(units=2))

    assert [problem.path for problem in refused.value.problems] == [
        "[0]",
        "[1].at",
        "[2].stage",
        "[3].do",
        "[4].unit",
        "[5].unit",
        "[6].values.due_at",
        "[7].do",
        "[8]",
        "[9].values",
        "[10].at",
        "[10].do",
    ]
    assert "answer、none、exempt、extend" in str(refused.value)


@pytest.mark.parametrize("text", ["", "at: 2023-03-08", "- [", "x" * 10])
def test_a_file_that_is_no_list_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_scenario(text, definition())


def test_an_explanation_is_given_for_each_title_of_the_unit() -> None:
    """S003-52: only where the stage knows explanations; here nobody holds a title."""
    wanted = evaluation(units=1)
    wanted = replace(wanted, stages=tuple(replace(s, due=Due(on=s.due.on)) if s.due else s for s in wanted.stages))

    _, warnings = played('- {at: 2023-03-08T10:00, stage: evaluation, do: exempt, unit: "000001"}', wanted)

    assert [text for text in warnings if "没有应报对象" not in text] == []
