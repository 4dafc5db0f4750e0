"""The office's list of direct applicants: nobody else writes it, and it says who may go that way."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from services.organisations.listing import Listed, Taken, list_applicant, list_of, unlist
from tests.support.accounts import DIRECT, NOW, acting, open_batch, registered, unit
from tests.support.batches import COORDINATOR, officer
from tests.support.case_rows import credit_code


def rows(*numbers: int) -> list[Listed]:
    return [Listed(credit_code(number).lower(), f" 第{number}集团 ") for number in numbers]


def test_the_office_adds_once_and_takes_off_with_a_reason(db: Session) -> None:
    """S004-21"""
    context = open_batch(db)
    batch_id, direct = context.batch.id, unit(db, DIRECT).id

    first = list_applicant(db, batch_id, direct, rows(1, 2), actor=COORDINATOR, now=NOW)
    second = list_applicant(db, batch_id, direct, rows(2, 3, 3), actor=COORDINATOR, now=NOW)

    assert (first, second) == (Taken(2, 0), Taken(1, 1))
    listed = list_of(db, batch_id, direct)
    assert [(one.credit_code, one.name) for one in listed] == [
        (credit_code(number), f"第{number}集团") for number in (1, 2, 3)
    ]
    with pytest.raises(Invalid, match="原因"):
        unlist(db, listed[0].id, " ", actor=COORDINATOR, now=NOW)
    unlist(db, listed[0].id, "已改制", actor=COORDINATOR, now=NOW)
    assert [one.name for one in list_of(db, batch_id, direct)] == ["第2集团", "第3集团"]


def test_nobody_but_the_office_writes_the_list(db: Session) -> None:
    """S004-21: the applicant cannot claim it alone, nor its unit for it."""
    context = open_batch(db)
    done = registered(db, context)
    direct = unit(db, DIRECT).id
    list_applicant(db, context.batch.id, direct, rows(2), actor=COORDINATOR, now=NOW)
    listed = list_of(db, context.batch.id, direct)[0]

    for actor in (acting(done), officer(db, 1), officer(db, 9)):
        with pytest.raises(NotAllowed):
            list_applicant(db, context.batch.id, direct, rows(1), actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            unlist(db, listed.id, "无", actor=actor, now=NOW)


def test_wrong_rows_are_all_named_and_none_is_taken(db: Session) -> None:
    context = open_batch(db)
    direct = unit(db, DIRECT).id
    wrong = [*rows(1), Listed("91410300MA40000000", "甲"), Listed(credit_code(3), " ")]

    with pytest.raises(Invalid) as refused:
        list_applicant(db, context.batch.id, direct, wrong, actor=COORDINATOR, now=NOW)

    assert [problem.path for problem in refused.value.problems] == ["rows.2.credit_code", "rows.3.name"]
    assert list_of(db, context.batch.id, direct) == []
    with pytest.raises(Invalid):
        list_applicant(db, context.batch.id, direct, [], actor=COORDINATOR, now=NOW)


def test_a_unit_that_takes_anybody_has_no_list(db: Session) -> None:
    context = open_batch(db)

    with pytest.raises(Conflict, match="不使用名单"):
        list_applicant(db, context.batch.id, unit(db).id, rows(1), actor=COORDINATOR, now=NOW)
    with pytest.raises(NotFound):
        list_applicant(db, context.batch.id, 999, rows(1), actor=COORDINATOR, now=NOW)
    with pytest.raises(NotFound):
        unlist(db, 999, "无", actor=COORDINATOR, now=NOW)
