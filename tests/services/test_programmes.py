"""Programmes are added by those who see all of them, and renamed by those who work in them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from domain.access import Actor, Role
from domain.errors import Invalid, NotAllowed, NotFound
from services.programmes import add_programme, rename_programme
from tests.support.batches import COORDINATOR
from tests.support.people import NOW
from tests.support.people import programme as programme_row

OFFICER = Actor("经办人", Role.OFFICER, branch="/410000/")


def test_a_programme_has_a_key_for_good_and_a_name(db: Session) -> None:
    made = add_programme(db, " gysj ", " 工业设计中心 ", actor=COORDINATOR, now=NOW)

    renamed = rename_programme(db, made.id, "国家级工业设计中心", actor=COORDINATOR, now=NOW)

    assert (renamed.key, renamed.name) == ("gysj", "国家级工业设计中心")


def test_every_problem_is_told_at_once(db: Session) -> None:
    with pytest.raises(Invalid) as refused:
        add_programme(db, "9", "", actor=COORDINATOR, now=NOW)

    assert [problem.path for problem in refused.value.problems] == ["key", "name"]


def test_a_key_is_given_once(db: Session) -> None:
    programme_row(db, "gysj")

    with pytest.raises(Invalid, match="已属于另一个项目"):
        add_programme(db, "gysj", "另一个", actor=COORDINATOR, now=NOW)


def test_a_name_is_given_once_and_may_be_kept(db: Session) -> None:
    made = add_programme(db, "a", "甲", actor=COORDINATOR, now=NOW)
    add_programme(db, "b", "乙", actor=COORDINATOR, now=NOW)

    assert rename_programme(db, made.id, "甲", actor=COORDINATOR, now=NOW).name == "甲"
    with pytest.raises(Invalid, match="已有同名的项目"):
        rename_programme(db, made.id, "乙", actor=COORDINATOR, now=NOW)


def test_who_works_in_some_programmes_renames_those_and_adds_none(db: Session) -> None:
    own, other = programme_row(db, "own"), programme_row(db, "other")
    bound = replace(COORDINATOR, programmes=frozenset({own.id}))

    assert rename_programme(db, own.id, "自己的", actor=bound, now=NOW).name == "自己的"
    with pytest.raises(NotAllowed):
        rename_programme(db, other.id, "别人的", actor=bound, now=NOW)
    with pytest.raises(NotAllowed):
        add_programme(db, "new", "新的", actor=bound, now=NOW)


def test_an_officer_does_neither(db: Session) -> None:
    made = programme_row(db)

    with pytest.raises(NotAllowed):
        add_programme(db, "new", "新的", actor=OFFICER, now=NOW)
    with pytest.raises(NotAllowed):
        rename_programme(db, made.id, "新的", actor=OFFICER, now=NOW)


def test_what_is_not_there_is_not_renamed(db: Session) -> None:
    with pytest.raises(NotFound):
        rename_programme(db, 99, "新的", actor=COORDINATOR, now=NOW)
