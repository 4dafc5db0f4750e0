"""Stages as bars on a time axis."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Completion, Opening, Stage, StageKind
from services.batches.advancing import advance
from services.batches.closing import close_by_hand
from services.batches.context import BatchContext, load
from services.batches.drafts import store_draft
from services.batches.extending import MoreTime, extend
from services.duties.answers import file_answer
from services.progress.grid import totals
from services.progress.timeline import Bar, Phase, bars, next_milestone
from tests.support.batches import (
    ANSWER,
    COORDINATOR,
    PUBLISHED,
    contacts_stage,
    definition,
    duty_of,
    local,
    officer,
    running,
)
from tests.support.progress import rich

OPENS, DUE = local("2023-03-06 09:00"), local("2023-03-21 00:00")


def shown(session: Session, context: BatchContext, at: str) -> list[Bar]:
    now = local(at)
    return bars(context, now, totals(session, context, now))


def test_a_bar_follows_its_stage_from_plan_to_end(db: Session) -> None:
    """Design 7: planned, open, overdue while somebody still owes, closed once nobody does."""
    batch = running(db, definition(1)).batch
    phases = []
    for at in ("2023-03-06 08:59", "2023-03-06 09:00", "2023-03-21 00:10"):
        advance(db, batch.id, local(at))
        phases.append(shown(db, load(db, batch.id), at)[0].phase)

    more = MoreTime(stage="contacts", due_at=local("2023-03-23 00:00"), reason="补报")
    extend(db, batch.id, more, actor=COORDINATOR, now=local("2023-03-21 09:00"))
    at = local("2023-03-21 10:00")
    file_answer(db, duty_of(db, batch, 1).id, ANSWER, received_at=at, actor=officer(db, 1))
    advance(db, batch.id, local("2023-03-23 00:10"))

    assert phases == [Phase.PLANNED, Phase.OPEN, Phase.OVERDUE]
    assert shown(db, load(db, batch.id), "2023-03-23 00:10")[0].phase is Phase.CLOSED


def test_three_milestones_are_three_bars_although_two_end_on_one_day(db: Session) -> None:
    """S003-62: same-day ones stay separate."""
    found = shown(db, rich(db), "2023-03-10 10:00")

    assert [(bar.title, bar.due_at) for bar in found] == [
        ("反馈联系人", DUE),
        ("评估评价", local("2023-06-01 00:00")),
        ("推荐报送", local("2023-06-01 00:00")),
    ]
    assert found[0].kind_name == "收集" and found[0].opens_at == OPENS


def test_extensions_show_in_the_bar(db: Session) -> None:
    """S003-42: one for all moves the bar's end, one for a unit is marked beyond it."""
    context = running(db)
    now, unit_id = local("2023-03-10 10:00"), duty_of(db, context.batch, 1).unit_id
    for due_at, unit in (("2023-03-25 00:00", None), ("2023-03-28 00:00", unit_id)):
        more = MoreTime(stage="contacts", due_at=local(due_at), reason="地震", unit_id=unit)
        extend(db, context.batch.id, more, actor=COORDINATOR, now=now)

    bar = shown(db, load(db, context.batch.id), "2023-03-10 10:00")[0]

    assert (bar.due_at, bar.extended_at, list(bar.special)) == (
        local("2023-03-25 00:00"),
        now,
        [local("2023-03-28 00:00")],
    )


def test_a_stage_without_a_date_is_open_until_it_is_ended_by_hand(db: Session) -> None:
    """T8: stages without dates must be allowed."""
    stage = contacts_stage(due=None, completes=Completion.BY_HAND, ladder=None)
    batch = running(db, definition(1, stages=(stage,))).batch
    advance(db, batch.id, OPENS)
    before = shown(db, load(db, batch.id), "2023-05-01 09:00")[0]

    at = local("2023-05-02 09:00")
    close_by_hand(db, batch.id, "contacts", reason="已收齐", actor=COORDINATOR, now=at)
    after = shown(db, load(db, batch.id), "2023-05-02 09:00")[0]

    assert (before.phase, before.ends_at) == (Phase.OPEN, None)
    assert (after.phase, after.ends_at) == (Phase.CLOSED, at)


def test_a_stage_that_lacks_its_form_says_why_it_cannot_open(db: Session) -> None:
    """S003-33: the declare stage cannot open, the others run."""
    declare = Stage(key="declare", kind=StageKind.DECLARE, title="申报", opens=Opening(on=date(2023, 3, 6)))
    declare = replace(declare, completes=Completion.BY_HAND)
    context = running(db, definition(1, stages=(contacts_stage(), declare)))

    contacts, blocked = shown(db, context, "2023-03-10 10:00")

    assert (contacts.phase, blocked.phase) == (Phase.OPEN, Phase.BLOCKED)
    assert "附" in blocked.because


def test_the_stages_of_a_draft_have_not_begun_whatever_their_dates(db: Session) -> None:
    batch = store_draft(db, definition(1), actor=SYSTEM, now=PUBLISHED)

    assert shown(db, load(db, batch.id), "2023-03-10 10:00")[0].phase is Phase.PLANNED


def test_the_next_milestone_is_an_opening_or_a_deadline(db: Session) -> None:
    context = rich(db)

    def at(text: str) -> tuple[str, object] | None:
        found = next_milestone(shown(db, context, text), local(text))
        return (found[0].key, found[1]) if found else None

    assert at("2023-03-01 09:00") == ("contacts", OPENS)
    assert at("2023-03-10 09:00") == ("contacts", DUE)
    assert at("2023-03-22 09:00") == ("evaluation", local("2023-06-01 00:00"))
    assert at("2023-06-02 09:00") is None
