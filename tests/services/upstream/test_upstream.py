"""A province's batch under a ministry's: bound, told of changes, counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM
from domain.definition import Definition, Due, MailKind
from domain.errors import Conflict, Invalid, NotAllowed
from domain.instants import due_day
from models import Answered, BatchLink, CaseState, Mail, UpstreamChange
from services.batches.context import BatchContext, definition_of, get_batch, load
from services.batches.drafts import store_draft
from services.batches.extending import MoreTime, extend
from services.batches.publishing import confirm_values, publish
from services.changing.forcing import Order, put_in_force
from services.designing.edits import SetValues
from services.designing.working import Change, apply
from services.upstream import answering, counting, revisions
from services.upstream.linking import upper_of
from services.upstream.passing_on import NewChild, draft_below
from tests.support.batches import COORDINATOR, PUBLISHED, local, officer, running
from tests.support.case_rows import case_row, organisation
from tests.support.copies import step_of
from tests.support.definitions import changed
from tests.support.tree import ministry, province

LATER = datetime(2023, 6, 9, 16, tzinfo=UTC)
"""24:00 of 9 June 2023."""


def below(session: Session, new: NewChild | None = None) -> BatchContext:
    """Publish the province's batch as it was drafted."""
    batch = draft_below(session, "ministry-2023", new or province(), actor=COORDINATOR, now=PUBLISHED)
    paths = [item.path for item in definition_of(session, batch).unconfirmed]
    confirm_values(session, batch, paths, actor=COORDINATOR, now=PUBLISHED)
    return publish(session, batch, actor=COORDINATOR, now=PUBLISHED)


def due(context: BatchContext) -> date:
    due_at = context.milestones()["recommend"].due_at
    assert due_at is not None
    return due_day(due_at, context.definition.zone)


def test_a_batch_is_passed_on_with_its_categories_rules_and_form(db: Session) -> None:
    """S003-65, S000-02: the child copies what binds, its dates are earlier, the parent is known by its number."""
    upper = running(db, ministry())

    child = below(db)

    assert child.definition.rules == upper.definition.rules
    assert due(child) == date(2023, 5, 24)
    above = upper_of(db, child)
    assert above is not None
    assert above.batch.id == upper.batch.id


def test_a_child_that_loosens_is_not_published(db: Session) -> None:
    """S003-66."""
    running(db, ministry())
    batch = draft_below(db, "ministry-2023", province(), actor=COORDINATOR, now=PUBLISHED)
    later: Definition = changed(definition_of(db, batch), "stages.recommend", due=Due(on=date(2023, 6, 1)))
    batch = store_draft(db, replace(later, evidence=()), actor=COORDINATOR, now=PUBLISHED)

    with pytest.raises(Invalid, match="转发只能提前") as refused:
        publish(db, batch, actor=COORDINATOR, now=PUBLISHED)

    assert [problem.path for problem in refused.value.problems] == ["stages.recommend.due"]


def test_more_time_below_ends_with_the_deadline_above(db: Session) -> None:
    """S003-66, by the act of extending."""
    running(db, ministry())
    child = below(db)

    with pytest.raises(Invalid, match="晚于上级通知"):
        extend(
            db,
            child.batch.id,
            MoreTime(stage="recommend", due_at=LATER, reason="材料多"),
            actor=COORDINATOR,
            now=PUBLISHED,
        )


def moved(db: Session) -> tuple[BatchContext, UpstreamChange]:
    upper = running(db, ministry())
    child = below(db)
    extend(
        db,
        upper.batch.id,
        MoreTime(stage="recommend", due_at=LATER, reason="节假日"),
        actor=SYSTEM,
        now=local("2023-05-10 10:00"),
    )
    change = db.scalars(select(UpstreamChange).where(UpstreamChange.batch_id == child.batch.id)).one()
    return child, change


def test_a_deadline_moved_above_is_told_below_with_the_difference(db: Session) -> None:
    """S003-67: ministry changes 5-31; the child sees before, after, its own and what is proposed, and gets a mail."""
    child, change = moved(db)

    (difference,) = change.differences
    assert difference["before"].startswith("2023-05-31")
    assert difference["after"].startswith("2023-06-09")
    assert difference["own"].startswith("2023-05-24")
    mail = db.scalars(select(Mail).where(Mail.batch_id == child.batch.id, Mail.kind == MailKind.UPSTREAM)).one()
    assert mail.address == "office@province.example"


def test_a_change_that_is_accepted_keeps_the_distance_of_five_working_days(db: Session) -> None:
    """S003-67: accepted."""
    child, change = moved(db)

    answering.accept(db, change.id, actor=COORDINATOR, now=local("2023-05-11 10:00"))

    assert change.answered is Answered.ACCEPTED
    assert due(load(db, child.batch.id)) == date(2023, 6, 2)
    with pytest.raises(Conflict, match="已经处理过"):
        answering.keep(db, change.id, "再想想", actor=COORDINATOR, now=local("2023-05-11 11:00"))


def test_a_change_that_is_kept_out_needs_a_reason_and_moves_nothing(db: Session) -> None:
    """S003-67: kept."""
    child, change = moved(db)

    with pytest.raises(Invalid, match="原因"):
        answering.keep(db, change.id, " ", actor=COORDINATOR, now=local("2023-05-11 10:00"))
    answering.keep(db, change.id, "本省时间充足", actor=COORDINATOR, now=local("2023-05-11 10:00"))

    assert due(load(db, child.batch.id)) == date(2023, 5, 24)
    waiting = answering.waiting(db, child.batch.id, actor=COORDINATOR)
    assert waiting is not None
    assert [item.answered for item in waiting.changes] == [Answered.KEPT]


def forced(db: Session, *edits: SetValues) -> tuple[BatchContext, BatchContext]:
    """Put a change of the running ministry's batch into force; return it and the batch below."""
    upper, now = running(db, ministry()), local("2023-05-10 10:00")
    child = below(db)
    change = Change(edits, step_of(db, upper.batch.id), "改期")
    step = apply(db, upper.batch.id, change, actor=COORDINATOR, now=now).step
    put_in_force(db, upper.batch.id, Order(reason="部署调整", seen=step), actor=COORDINATOR, now=now)
    return load(db, upper.batch.id), load(db, child.batch.id)


@pytest.mark.parametrize(("on", "proposed"), [("2023-05-26", "2023-05-19"), ("2023-06-09", "2023-06-02")])
def test_a_change_in_force_above_is_told_below_whichever_way_the_date_moves(
    db: Session, on: str, proposed: str
) -> None:
    """S003-67: a deadline that was put earlier hurts more than one put later; both are told, once, with a mail."""
    upper, child = forced(db, SetValues("stages.recommend.due", {"on": on}))

    change = db.scalars(select(UpstreamChange).where(UpstreamChange.batch_id == child.batch.id)).one()
    (difference,) = change.differences
    assert difference["before"].startswith("2023-05-31") and difference["after"].startswith(on)
    assert difference["own"].startswith("2023-05-24") and difference["proposed_words"].startswith(proposed)
    assert (change.upper_revision, change.cause) == (upper.batch.revision, f"revision:{upper.batch.revision}")
    (mail,) = db.scalars(select(Mail).where(Mail.batch_id == child.batch.id, Mail.kind == MailKind.UPSTREAM))
    assert mail.address == "office@province.example"
    assert mail.facts["changes"] == [f"上级「推荐报送」截止时间：{difference['before']} 改为 {difference['after']}"]


def test_a_change_in_force_that_moves_no_deadline_is_not_told_below(db: Session) -> None:
    _, child = forced(db, SetValues("stages.recommend", {"title": "推荐"}))

    assert db.scalars(select(UpstreamChange)).all() == []
    assert db.scalars(select(Mail).where(Mail.batch_id == child.batch.id, Mail.kind == MailKind.UPSTREAM)).all() == []


def test_an_earlier_date_above_is_accepted_after_the_own_one_was_put_earlier(db: Session) -> None:
    """An extension gives more time only; less is a change of the definition whose consequences are looked at."""
    now = local("2023-05-11 10:00")
    _, child = forced(db, SetValues("stages.recommend.due", {"on": "2023-05-26"}))
    change = db.scalars(select(UpstreamChange)).one()

    with pytest.raises(Conflict, match=r"「推荐报送」改为 2023-05-19.*变更生效后再接受"):
        answering.accept(db, change.id, actor=COORDINATOR, now=now)
    waiting = answering.waiting(db, child.batch.id, actor=COORDINATOR)
    assert waiting is not None and [one.answered for one in waiting.changes] == [None]

    edit = SetValues("stages.recommend.due", {"on": "2023-05-19"})
    own = Change([edit], step_of(db, child.batch.id), "随上级提前")
    step = apply(db, child.batch.id, own, actor=COORDINATOR, now=now).step
    put_in_force(db, child.batch.id, Order(reason="上级提前", seen=step), actor=COORDINATOR, now=now)
    answering.accept(db, change.id, actor=COORDINATOR, now=now)

    assert change.answered is Answered.ACCEPTED
    assert due(load(db, child.batch.id)) == date(2023, 5, 19)


def test_an_officer_answers_nothing_for_the_office(db: Session) -> None:
    _, change = moved(db)

    with pytest.raises(NotAllowed):
        answering.accept(db, change.id, actor=officer(db, 1), now=local("2023-05-11 10:00"))


def test_a_draft_takes_over_what_changed_above_and_keeps_what_is_its_own(db: Session) -> None:
    """S003-67 before publishing: a stricter rule above arrives as a difference; the child's own title stays."""
    upper = store_draft(db, ministry(), actor=SYSTEM, now=PUBLISHED)
    child = draft_below(db, "ministry-2023", province(), actor=COORDINATOR, now=PUBLISHED)
    store_draft(db, changed(ministry(title="新标题"), "rules.share", value="35"), actor=SYSTEM, now=PUBLISHED)

    (change,) = revisions.pending(db, child.id, actor=COORDINATOR)
    assert (change.path, change.before, change.after, change.is_followed) == ("rules.share.value", "30", "35", True)

    revisions.take(db, child.id, [change.path], actor=COORDINATOR, now=PUBLISHED)

    assert definition_of(db, get_batch(db, child.code)).rules[0].value == "35"
    assert get_batch(db, child.code).title == province().title
    assert revisions.pending(db, child.id, actor=COORDINATOR) == []
    assert db.scalars(select(BatchLink.seen_revision)).one() == upper.revision


def test_counts_flow_up_and_drafts_do_not(db: Session) -> None:
    """S003-68: the ministry sees how many cases a province has and where they stand, never a draft."""
    upper = running(db, ministry())
    child = below(db)
    states = [CaseState.DRAFT, CaseState.SUBMITTED, CaseState.SUBMITTED, CaseState.FORWARDED]
    for number, state in enumerate(states, start=1):
        case_row(db, child, organisation(db, number, "100001"), "100001", state=state)

    (found,) = counting.below(db, upper.batch.id, actor=COORDINATOR)

    assert found.counts == {("enterprise", CaseState.SUBMITTED): 2, ("enterprise", CaseState.FORWARDED): 1}
    assert (found.total, found.of(CaseState.SUBMITTED), found.of(CaseState.DRAFT)) == (3, 2, 0)
    with pytest.raises(NotAllowed):
        counting.below(db, upper.batch.id, actor=officer(db, 1))
