"""A new batch in the database, and a file taken into one that is there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor, Role
from domain.definition import Issuer, Level, Programme
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import BatchState
from presets import FOLDER
from services.batches.context import definition_of, load
from services.batches.drafts import store_draft
from services.calendar import official_calendar
from services.definitions.writing import dump
from services.designing.beginning.basics import Basics, basics_of, blank
from services.designing.beginning.cloning import Anchor, cloned
from services.designing.beginning.starting import (
    begin,
    check_basics,
    contents,
    earlier,
    read_upload,
    take_in,
    template,
    templates,
)
from services.designing.working import undo, working_copy
from tests.support.batches import COORDINATOR, PUBLISHED, definition, running


def basics(**changes: Any) -> Basics:
    base = Basics(
        code="first-2023",
        title="第一批遴选的通知",
        year=2023,
        programme=Programme(key="first", name="第一个项目"),
        issuer=Issuer(name="某市局", level=Level.CITY),
        office="某科",
        number="某工信〔2023〕1号",
    )
    return replace(base, **changes)


def test_an_empty_batch_is_a_draft_with_its_head(db: Session) -> None:
    check_basics(db, basics(), actor=COORDINATOR)

    batch = begin(db, blank(basics()), actor=COORDINATOR, now=PUBLISHED)

    assert (batch.state, batch.revision, batch.number) == (BatchState.DRAFT, 1, "某工信〔2023〕1号")
    assert load(db, batch.id).stages == {}
    assert working_copy(db, batch.id, actor=COORDINATOR).definition == blank(basics())


def test_every_slip_of_the_basics_is_told_at_once(db: Session) -> None:
    wrong = basics(
        code="1st", title=" ", year=1000, programme=Programme(key="", name=""), office="某" * 121, number="1" * 81
    )

    with pytest.raises(Invalid) as refused:
        check_basics(db, wrong, actor=COORDINATOR)

    assert {problem.path for problem in refused.value.problems} == {
        *("code", "title", "year", "programme.key", "programme.name", "office.name", "number")
    }


@pytest.mark.parametrize("code", ["batch-2023", "new"])
def test_a_code_that_is_taken_is_refused(db: Session, code: str) -> None:
    """`new` is the address on which batches begin."""
    store_draft(db, definition(), actor=SYSTEM, now=PUBLISHED)

    with pytest.raises(Invalid, match="已有批次"):
        check_basics(db, basics(code=code), actor=COORDINATOR)


def test_a_code_taken_meanwhile_is_refused_at_the_end(db: Session) -> None:
    begin(db, blank(basics()), actor=COORDINATOR, now=PUBLISHED)

    with pytest.raises(Invalid, match="已有批次"):
        begin(db, blank(basics(title="另一个")), actor=COORDINATOR, now=PUBLISHED)


def test_who_has_certain_programmes_begins_no_batch_elsewhere(db: Session) -> None:
    own = store_draft(db, definition(), actor=SYSTEM, now=PUBLISHED).programme_id
    limited = replace(COORDINATOR, programmes=frozenset({own}))

    check_basics(db, basics(programme=Programme(key="fwxzz", name="服务型制造示范")), actor=limited)
    with pytest.raises(Invalid, match="不在您负责的范围内"):
        check_basics(db, basics(), actor=limited)
    with pytest.raises(NotAllowed):
        check_basics(db, basics(), actor=Actor("申报人", Role.APPLICANT))


def test_a_clone_becomes_a_draft_beside_the_batch_it_follows(db: Session) -> None:
    """S4-3: last year's batch, with its units, in another year."""
    old = running(db).definition
    found = cloned(old, basics_of(old, "batch-2024", 2024), Anchor.OPENS, date(2024, 3, 4), official_calendar())

    batch = begin(db, found.definition, actor=COORDINATOR, now=PUBLISHED)

    assert [one.code for one in earlier(db, actor=COORDINATOR)] == ["batch-2024", "batch-2023"]
    assert definition_of(db, batch).units == old.units
    assert batch.title == "示范遴选 2023"  # a year without 年 is left to the coordinator


def test_the_notices_are_templates() -> None:
    """S4-3: the notices to start from, each with what it holds."""
    found = templates(FOLDER)

    assert [one.key for one in found] == ["luoyang-2023", "miit-2023", "shanxi-2021", "zhejiang-2020"]
    assert template(FOLDER, "miit-2023").contains.startswith("3 个类别、37 个推荐单位、10 项推荐名额")
    assert contents(blank(basics())) == "没有内容"
    with pytest.raises(NotFound):
        template(FOLDER, "nothing")


def test_a_file_becomes_a_step_that_can_be_undone(db: Session) -> None:
    """S4-3: errors of sense are allowed; code and programme stay the batch's own."""
    batch = store_draft(db, definition(), actor=SYSTEM, now=PUBLISHED)
    other = replace(definition(), code="other", programme=Programme(key="o", name="别的"), title="换过的", ladders=())

    taken = take_in(db, batch.id, dump(other).encode(), actor=COORDINATOR, now=PUBLISHED)

    assert (taken.definition.title, taken.definition.code, taken.definition.programme.key) == (
        "换过的",
        "batch-2023",
        "fwxzz",
    )
    assert undo(db, batch.id, actor=COORDINATOR).definition == definition()
    assert batch.revision == 1


def test_what_is_taken_out_comes_in_unchanged(db: Session) -> None:
    batch = store_draft(db, definition(), actor=SYSTEM, now=PUBLISHED)

    taken = take_in(db, batch.id, dump(definition()).encode("utf-8-sig"), actor=COORDINATOR, now=PUBLISHED)

    assert not taken.is_changed


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"code: a\nstagez: []\n", "没有这一项"),
        ("标题".encode("gbk"), "UTF-8"),
        (b"x" * 60_000_000, "文件过大"),
        (b"units_file: units.yaml\ncode: a\n", "这里不能引用文件"),
    ],
)
def test_a_file_of_the_wrong_shape_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        read_upload(content)


def test_a_unit_of_another_name_is_refused_and_nothing_is_left(db: Session) -> None:
    store_draft(db, definition(), actor=SYSTEM, now=PUBLISHED)
    clash = replace(definition(), code="second", units=(replace(definition().units[0], code="999999"),))

    with pytest.raises((Invalid, Conflict)):
        begin(db, clash, actor=COORDINATOR, now=PUBLISHED)

    assert [one.code for one in earlier(db, actor=COORDINATOR)] == ["batch-2023"]
