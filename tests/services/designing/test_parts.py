"""The parts of a definition with their states, and the part to go on with."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest

from domain.definition import Definition, Evidence, Issuer, Level, Mark, Programme
from domain.lint import Level as Gravity
from presets import FOLDER
from services.calendar import official_calendar
from services.definitions.linting import findings as linted
from services.definitions.reading import load_file
from services.designing.asking.describing import NOT_STORED
from services.designing.beginning.basics import Basics, blank
from services.designing.parts import (
    BY_KEY,
    NO_QUOTATION,
    PARTS,
    Outline,
    State,
    findings,
    mark_of,
    neighbours,
    outline,
    part_of,
)
from tests.support.batches import definition

EMPTY = blank(
    Basics(
        code="new-2024",
        title="新批次",
        year=2024,
        programme=Programme(key="new", name="新项目"),
        issuer=Issuer(name="某部", level=Level.MINISTRY),
        office="某司",
    )
)


def drawn(wanted: Definition) -> Outline:
    return outline(wanted, findings(wanted, official_calendar()))


def test_every_field_of_a_definition_lies_in_one_part() -> None:
    held = [name for part in PARTS for name in part.fields]
    stored = {field.name for field in fields(Definition)} - {name for _, name in NOT_STORED}

    assert sorted(held) == sorted(stored)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("", "basics"),
        ("office.email", "basics"),
        ("stages.contacts.due.on", "stages"),
        ("stages.contacts.review.checks.a", "routes"),
        ("stages.contacts.collect.form", "stages"),
        ("forms.contact.materials.licence", "materials"),
        ("forms.contact.fields.name", "forms"),
        ("evidence.3", "evidence"),
        ("nowhere", "basics"),
    ],
)
def test_a_place_lies_in_its_part(path: str, part: str) -> None:
    assert part_of(path) == part


def test_parts_stand_in_the_order_in_which_a_person_configures_them() -> None:
    """S4-1: a condition judges what a form asks, so that forms come before conditions."""
    order = [part.key for part in PARTS]

    assert order.index("forms") < order.index("materials") < order.index("rules") < order.index("stages")
    assert neighbours("basics") == (None, BY_KEY["categories"])
    assert neighbours("rules") == (BY_KEY["materials"], BY_KEY["stages"])
    assert neighbours("evidence") == (BY_KEY["mails"], None)


def test_a_newcomer_is_told_what_comes_next() -> None:
    """S4-1: the outline shows what is complete, what is missing, what is inferred."""
    first = drawn(EMPTY).next
    assert first is not None and first.part.key == "units" and first.is_empty

    open_one = replace(definition(), evidence=(Evidence(path="title", mark=Mark.INFERRED),))
    then = drawn(open_one)
    assert then.next is not None and (then.next.part.key, then.next.open) == ("basics", 1)
    assert then.open == 1 and then.errors == 0

    broken = replace(definition(), forms=())
    wrong = drawn(broken)
    assert wrong.next is not None and wrong.next.part.key == "stages" and wrong.errors == wrong.next.errors

    unpeopled = drawn(replace(definition(), units=()))
    assert unpeopled.next is not None and unpeopled.next.part.key == "units" and unpeopled.next.is_empty

    assert drawn(definition()).next is None


def test_a_finding_is_called_by_what_it_says() -> None:
    found = findings(replace(definition(), forms=()), official_calendar())

    assert len({mark_of(one) for one in found}) == len(found)
    assert mark_of(found[0]) == mark_of(findings(replace(definition(), forms=()), official_calendar())[0])


@pytest.mark.parametrize("name", ["miit-2023", "luoyang-2023"])
def test_the_states_of_a_notice_add_up(name: str) -> None:
    wanted = load_file(FOLDER / f"{name}.yaml")
    drawn_one = drawn(wanted)

    assert drawn_one.errors == 0 and drawn_one.open == len(wanted.unconfirmed)


def evidence_of(wanted: Definition) -> State:
    return next(state for state in drawn(wanted).states if state.part.key == "evidence")


NOTED = Evidence(path="title", mark=Mark.CONFIRMED, note="电话询问", confirmed_by="王主任")
QUOTED = Evidence(path="title", mark=Mark.STATED, quote="关于开展示范遴选的通知")


@pytest.mark.parametrize("evidence", [(), (NOTED,)])
def test_deadlines_without_any_quotation_are_pointed_out_and_do_not_block(evidence: tuple[Evidence, ...]) -> None:
    wanted = replace(definition(), evidence=evidence)
    own = [one for one in findings(wanted, official_calendar()) if one.path == "evidence"]
    state = evidence_of(wanted)

    assert [(one.level, one.sentence) for one in own] == [(Gravity.WARNING, NO_QUOTATION)]
    assert (state.warnings, state.errors, state.is_empty, state.is_done) == (1, 0, False, False)
    assert drawn(wanted).next is None
    # The linter itself, and with it publishing, says what it always said.
    assert not [one for one in linted(wanted, official_calendar()) if one.code == "no_quotations"]


@pytest.mark.parametrize("wanted", [EMPTY, replace(definition(), evidence=(QUOTED,))], ids=["blank", "quoted"])
def test_evidence_is_not_missed_where_nothing_needs_it_or_some_is_there(wanted: Definition) -> None:
    assert evidence_of(wanted).warnings == 0


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_evidence_of_a_notice_is_not_missed(path: Path) -> None:
    state = evidence_of(load_file(path))

    assert (state.is_empty, state.warnings) == (False, 0)
