"""What anybody may read of batches, whatever units owe in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Due, Opening, StageKind
from domain.errors import NotFound
from models import BatchState
from models.scope import Scope
from models.session import Database
from services.batches.closing import close_by_hand
from services.batches.drafts import store_draft
from services.noticeboard import posted, posting
from services.progress.timeline import Phase
from tests.support.batches import COORDINATOR, contacts_stage, definition, local, running
from tests.support.evaluation import evaluating, evaluation
from tests.support.progress import counted

NOW = local("2023-03-13 10:00")


def test_drafts_are_not_posted(db: Session) -> None:
    running(db)
    store_draft(db, replace(definition(), code="draft-2024"), actor=SYSTEM, now=NOW)

    assert [one.batch.code for one in posted(db, now=NOW)[0]] == ["batch-2023"]
    for code in ("draft-2024", "none"):
        with pytest.raises(NotFound):
            posting(db, code, now=NOW)


def test_stages_of_one_instant_are_all_named_and_deadlines_go_before_openings(db: Session) -> None:
    """S003-62"""
    base = evaluation()
    last = base.stages[1].due
    assert last is not None
    assert last.on is not None
    midnight = Opening(on=last.on + timedelta(days=1), at="00:00")
    later = contacts_stage(key="later", opens=midnight, due=None, ladder=None)
    evaluating(db, wanted=replace(base, stages=(*base.stages, later)))
    after_contacts = local("2023-03-22 10:00")

    [one], _ = posted(db, now=after_contacts)
    page = posting(db, "batch-2023", now=after_contacts)

    expected = (["推荐计划", "评估评价"], local("2023-06-01 00:00"), False)
    assert (list(one.next_titles), one.next_at, one.is_opening) == expected
    assert (list(page.next_titles), page.next_at, page.is_opening) == expected


def test_a_closed_stage_is_waited_for_no_more_and_a_finished_batch_for_nothing(db: Session) -> None:
    context = evaluating(db)
    close_by_hand(db, context.batch.id, "contacts", reason="均已反馈", actor=COORDINATOR, now=NOW)

    assert list(posting(db, "batch-2023", now=NOW).next_titles) == ["推荐计划", "评估评价"]
    context.batch.state = BatchState.FINISHED
    db.flush()
    assert [one.next_at for one in posted(db, now=NOW)[0]] == [None]


def test_a_stage_without_its_form_says_why_it_does_not_open(db: Session) -> None:
    """S003-33"""
    declare = contacts_stage(key="declare", kind=StageKind.DECLARE, due=None, ladder=None, collect=None)
    running(db, definition(stages=(contacts_stage(), declare)))

    bars = posting(db, "batch-2023", now=NOW).bars

    assert [(bar.phase, bar.because != "") for bar in bars] == [(Phase.OPEN, False), (Phase.BLOCKED, True)]


def test_days_off_are_those_of_the_official_calendar(db: Session) -> None:
    """S003-71: 23 April and 6 May are worked."""
    running(db, definition(stages=(contacts_stage(due=Due(on=local("2023-05-31 09:00").date())),)))

    off = {day.isoformat() for day in posting(db, "batch-2023", now=NOW).days_off}

    assert "2023-05-01" in off and "2023-04-22" in off
    assert not off & {"2023-04-23", "2023-05-06", "2023-05-04"}


def test_many_batches_cost_as_many_queries_as_one(database: Database) -> None:
    with database.write(Scope()) as session:
        for number in range(5):
            running(session, replace(definition(units=1), code=f"batch-{number}"))

    with database.read(Scope()) as session, counted(database.reader) as found:
        batches, page = posted(session, now=NOW)

    assert (len(batches), page.total, found.queries) == (5, 5, 3)
