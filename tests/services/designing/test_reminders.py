"""The usual set of reminders, as a proposal that a person changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from domain.definition import Audience, Ladder, Mark, Stage, Step
from domain.errors import NotFound
from domain.lint.naming import ladder_names
from presets import FOLDER
from services.calendar import official_calendar
from services.definitions.names import Names
from services.definitions.reading import load_file
from services.definitions.writing import dump
from services.designing.asking.describing import field_of
from services.designing.asking.options import options
from services.designing.asking.rows import table
from services.designing.asking.sheets import lists
from services.designing.asking.spots import find
from services.designing.beginning.reminders import NAME, USUAL, lacking, moment, usual_ladder, usual_steps
from services.designing.edits import edited, plain_of
from services.designing.parts import findings
from tests.support.batches import definition


def test_the_usual_set_is_what_most_notices_were_given() -> None:
    """S4-3: a rung that most of the presets have is in it, and no other."""
    presets = [load_file(path) for path in sorted(FOLDER.glob("*.yaml"))]
    counted = Counter(
        found for wanted in presets for found in {moment(step) for one in wanted.ladders for step in one.steps}
    )
    most = {found for found, count in counted.items() if count * 2 > len(presets)}

    assert {moment(step) for step in USUAL.steps} == most
    assert all(step == replace(Step(key=step.key, days=step.days), to=step.to) for step in USUAL.steps)
    assert {one.ceiling_per_week for wanted in presets for one in wanted.ladders} - {None} == {USUAL.ceiling_per_week}


def test_a_usual_ladder_is_inferred_rung_by_rung() -> None:
    once = edited(definition(ladders=()), usual_ladder(definition(ladders=())))
    twice = edited(once, usual_ladder(once))

    assert [(one.key, one.name) for one in twice.ladders] == [("ladder-1", NAME), ("ladder-2", f"{NAME} 2")]
    assert twice.ladders[0].steps == USUAL.steps
    marked = {item.path: item for item in once.evidence if item.path.startswith("ladders.")}
    assert set(marked) == {
        *(f"ladders.ladder-1.steps.{step.key}" for step in USUAL.steps),
        "ladders.ladder-1.ceiling_per_week",
    }
    assert all(item.mark is Mark.INFERRED and item.note and not item.quote for item in marked.values())
    assert not [one for one in findings(once, official_calendar()) if one.path == "ladders.ladder-1.steps"]


def test_a_ladder_gets_the_usual_rungs_that_it_lacks_in_their_order() -> None:
    own = Ladder(
        key="own",
        steps=(
            Step(key="before-5", days=-10),
            Step(key="two", days=-2),
            Step(key="after", days=3, to=Audience.UPPER),
        ),
    )
    before = definition(ladders=(own,))
    becomes = edited(before, usual_steps(before, "own"))

    assert [step.key for step in lacking(own)] == ["before-5", "before-1", "on-day", "after-1"]
    assert [(step.key, step.days) for step in becomes.ladders[0].steps] == [
        ("before-5", -10),
        ("before-5-2", -5),
        ("two", -2),
        ("before-1", -1),
        ("on-day", 0),
        ("after-1", 1),
        ("after", 3),
    ]
    assert usual_steps(becomes, "own") == []
    with pytest.raises(NotFound):
        usual_steps(before, "gone")


def test_a_ladder_goes_by_its_name_else_by_its_stages_else_by_its_key(tmp_path: Path) -> None:
    named, idle = Ladder(key="named", name="加密提醒", steps=USUAL.steps), Ladder(key="idle", steps=USUAL.steps)
    wanted = replace(definition(), ladders=(*definition().ladders, named, idle))
    names = Names(wanted)
    field = field_of(Stage, "ladder")
    assert field is not None

    offered = {one.value: one.label for one in options(names, field, (wanted, wanted.stages[0]), None)}
    assert offered == {"contacts": "反馈联系人", "named": "加密提醒", "idle": "idle"}
    assert ladder_names(wanted) == {"contacts": "「反馈联系人」所用的一套", "named": "加密提醒", "idle": "第 3 套"}
    listed = next(one for one in lists(type(wanted), plain_of(wanted)) if one.anchor == "ladders")
    rows = table(names, find(wanted, ""), listed).rows
    assert [row.label for row in rows] == ["反馈联系人", "加密提醒", "第 3 项"]
    assert dump(wanted).count("name: 加密提醒") == 1 and "name: ''" not in dump(wanted)
    (tmp_path / "batch.yaml").write_text(dump(wanted), encoding="utf-8")
    assert load_file(tmp_path / "batch.yaml") == wanted
