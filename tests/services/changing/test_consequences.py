"""The consequences of a change are those that come: the ministry's deadline moved, shown, and then really moved."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.definition import Definition
from domain.errors import Conflict, Invalid
from models import BatchStage, Duty, Extension, Mail
from models.scope import Scope
from models.session import Database
from presets import FOLDER
from services.batches.context import load
from services.changing.consequences import Proposal, propose
from services.changing.corrections import Told
from services.changing.forcing import Order, put_in_force
from services.definitions import load_file
from services.designing.edits import Edit, SetValues
from services.designing.working import Change, apply, working_copy
from services.rehearsal import Event, Period, rehearse_batch
from services.rehearsal.comparing import compare
from tests.support.batches import COORDINATOR, definition, local
from tests.support.copies import step_of
from tests.support.in_force import published, run_until

NOW = local("2023-04-10 10:00")
REASON = "材料准备时间不足"


def miit() -> Definition:
    return load_file(FOLDER / "miit-2023.yaml")


def moved_stages() -> tuple[Edit, ...]:
    """Return the edits that move every deadline of 31 May to 9 June."""
    day = date(2023, 5, 31)
    stages = [stage for stage in miit().stages if stage.due is not None and stage.due.on == day]
    assert len(stages) >= 2
    return tuple(SetValues(f"stages.{stage.key}.due", {"on": "2023-06-09"}) for stage in stages)


def proposed(database: Database, batch_id: int, *edits: Edit) -> Proposal:
    """Make edits in the working copy of a running batch, and look at what they would set off."""
    with database.write(Scope()) as session:
        step = working_copy(session, batch_id, actor=COORDINATOR).step
        apply(session, batch_id, Change(edits, step, "改动"), actor=COORDINATOR, now=NOW)
    with database.read(Scope()) as session:
        return propose(session, batch_id, actor=COORDINATOR, now=NOW)


def put(database: Database, batch_id: int, *told: Told) -> None:
    with database.write(Scope()) as session:
        into_force(session, batch_id, NOW, *told)


def prepare(session: Session, batch_id: int, now: datetime, *edits: Edit) -> None:
    change = Change(edits, step_of(session, batch_id), "改期")
    apply(session, batch_id, change, actor=COORDINATOR, now=now)


def into_force(
    session: Session, batch_id: int, now: datetime, *told: Told, reason: str = REASON, behind: int = 0
) -> None:
    order = Order(reason=reason, seen=step_of(session, batch_id) - behind, corrections=told)
    put_in_force(session, batch_id, order, actor=COORDINATOR, now=now)


def rest(database: Database, batch_id: int) -> list[Event]:
    with database.read(Scope()) as session:
        return rehearse_batch(session, batch_id, NOW, Period()).events


def test_what_is_shown_is_the_difference_of_two_rehearsals(database: Database) -> None:
    """Issue's bar: from 31 May to 9 June; the second rehearsal is that of a batch really changed."""
    batch_id = published(database, miit(), local("2023-03-01 09:00"))
    run_until(database, batch_id, NOW)
    before = rest(database, batch_id)

    shown = proposed(database, batch_id, *moved_stages())
    put(database, batch_id)

    after = rest(database, batch_id)
    wanted = compare(before, after)
    assert shown.problems == ()
    assert (shown.effects.moved, shown.effects.added, shown.effects.dropped, shown.effects.reworded) == (
        wanted.moved,
        wanted.added,
        wanted.dropped,
        wanted.reworded,
    )
    closings = [pair for pair in shown.effects.moved if pair.before.kind == "stage_closes"]
    assert {(f"{pair.before.at:%m-%d}", f"{pair.after.at:%m-%d}") for pair in closings} == {("06-01", "06-10")}
    assert shown.units == 37


def test_nothing_is_written_by_looking(database: Database) -> None:
    batch_id = published(database, miit(), local("2023-03-01 09:00"))
    run_until(database, batch_id, NOW)
    before = rest(database, batch_id)

    proposed(database, batch_id, *moved_stages())

    assert rest(database, batch_id) == before


def test_who_was_told_the_old_date_is_told_the_new_one_once(database: Database) -> None:
    batch_id = published(database, definition(3), local("2023-03-01 09:00"))
    run_until(database, batch_id, local("2023-03-14 00:00"))
    now = local("2023-03-14 10:00")
    with database.write(Scope()) as session:
        edits = [SetValues("stages.contacts.due", {"on": "2023-03-24"})]
        prepare(session, batch_id, now, *edits)
        (drafted,) = propose(session, batch_id, actor=COORDINATOR, now=now).corrections
        told = [Told(drafted.key, drafted.headline, "请以此为准。")]
        into_force(session, batch_id, now, *told)

    assert len(drafted.readers) == 3
    assert "2023-03-20" in drafted.sample
    with database.read(Scope()) as session:
        written = [mail for mail in session.scalars(select(Mail)) if mail.kind.value == "correction"]
        row = session.scalars(select(BatchStage)).one()
        duties = {duty.due_at for duty in session.scalars(select(Duty))}
        extension = session.scalars(select(Extension)).one()
    assert sorted(mail.address for mail in written) == [f"u{number}@units.example" for number in (1, 2, 3)]
    due = local("2023-03-25 00:00")
    assert (row.due_at, duties, extension.due_at, extension.reason) == (due, {due}, due, REASON)
    run_until(database, batch_id, local("2023-03-15 00:00"))
    with database.read(Scope()) as session:
        body = session.scalars(select(Mail.body).where(Mail.kind == "correction").limit(1)).one()
    assert "2023-03-20 周一 24:00" in body
    assert "2023-03-24 周五 24:00" in body
    assert "请以此为准。" in body


def test_a_mail_that_told_of_several_stages_is_corrected_for_each(database: Database) -> None:
    """The opening of all stages is one mail to a reader: a later deadline stands in it, too."""
    batch_id = published(database, miit(), local("2023-03-01 09:00"))
    run_until(database, batch_id, local("2023-03-10 10:00"))

    shown = proposed(database, batch_id, SetValues("stages.recommend.due", {"on": "2023-06-09"}))

    (drafted,) = shown.corrections
    assert (drafted.key, len(drafted.readers)) == ("recommend.due", 37)
    assert "2023-05-31 周三 24:00" in drafted.sample


def test_what_runs_on_is_what_was_rehearsed(database: Database) -> None:
    """After the change the batch does exactly what the rehearsal of the change foretold."""
    batch_id = published(database, definition(3), local("2023-03-01 09:00"))
    now = local("2023-03-10 10:00")
    run_until(database, batch_id, now)
    with database.write(Scope()) as session:
        edits = [SetValues("stages.contacts.due", {"on": "2023-03-27"})]
        prepare(session, batch_id, now, *edits)
        into_force(session, batch_id, now)
        foretold = rehearse_batch(session, batch_id, now, Period()).events
    sent_before = _keys(database)

    run_until(database, batch_id, local("2023-05-01 00:00"))

    happened = Counter(_keys(database)) - Counter(sent_before)
    assert happened == Counter(event.key for event in foretold if event.to)
    assert happened


def _keys(database: Database) -> list[str]:
    with database.read(Scope()) as session:
        return list(session.scalars(select(Mail.key).where(Mail.sent_at.is_not(None))))


def test_an_earlier_date_moves_back_and_reminds_by_it(database: Database) -> None:
    batch_id = published(database, definition(2), local("2023-03-01 09:00"))
    now = local("2023-03-10 10:00")
    run_until(database, batch_id, now)
    with database.write(Scope()) as session:
        edits = [SetValues("stages.contacts.due", {"on": "2023-03-15"})]
        prepare(session, batch_id, now, *edits)
        into_force(session, batch_id, now)
        events = rehearse_batch(session, batch_id, now, Period()).events
        duties = {duty.due_at for duty in session.scalars(select(Duty))}

    assert duties == {local("2023-03-16 00:00")}
    assert {f"{event.at:%m-%d %H:%M}" for event in events if event.kind == "reminder"} == {
        "03-14 09:00",
        "03-15 09:00",
    }


def test_a_rung_added_for_a_day_that_has_passed_is_not_sent_late(database: Database) -> None:
    batch_id = published(database, definition(2), local("2023-03-01 09:00"))
    now = local("2023-03-16 10:00")
    run_until(database, batch_id, now)
    with database.write(Scope()) as session:
        steps = [{"key": "d8", "days": -8}, {"key": "d1", "days": -1}]
        apply(
            session,
            batch_id,
            Change([SetValues("ladders.contacts", {"steps": steps})], step_of(session, batch_id), "加"),
            actor=COORDINATOR,
            now=now,
        )
        into_force(session, batch_id, now)
        events = rehearse_batch(session, batch_id, now, Period()).events

    assert [f"{event.at:%m-%d}" for event in events if event.kind in {"reminder", "missed"}] == ["03-17", "03-17"]


def test_a_new_unit_owes_what_is_open_and_a_unit_without_answers_may_leave(database: Database) -> None:
    batch_id = published(database, definition(3), local("2023-03-01 09:00"))
    now = local("2023-03-10 10:00")
    run_until(database, batch_id, now)
    units = [
        {"code": "000001", "name": "第1单位", "unit_class": "province", "email": "u1@units.example"},
        {"code": "000009", "name": "第9单位", "unit_class": "province", "email": "u9@units.example"},
    ]
    with database.write(Scope()) as session:
        prepare(session, batch_id, now, SetValues("", {"units": units}))
        into_force(session, batch_id, now)
        context = load(session, batch_id)
        owing = {duty.unit.code for duty in session.scalars(select(Duty))}

    assert owing == {"000001", "000009"}
    assert [unit.code for unit in context.definition.units] == ["000001", "000009"]


@pytest.mark.parametrize(
    ("edit", "path"),
    [
        (SetValues("stages.contacts.due", {"on": "2023-03-15"}), "stages.contacts.due"),
        (SetValues("stages.contacts.opens", {"on": "2023-03-07"}), "stages.contacts.opens"),
        (SetValues("forms.contact.fields.name", {"max_chars": 10}), "forms.contact.fields.name.max_chars"),
        (SetValues("", {"timezone": "Asia/Urumqi"}), "timezone"),
        (SetValues("stages.contacts", {"ladder": "nothing"}), "stages.contacts.ladder"),
    ],
)
def test_what_would_take_something_away_is_refused_with_what_is_allowed(
    database: Database, edit: Edit, path: str
) -> None:
    batch_id = published(database, definition(2), local("2023-03-01 09:00"))
    now = local("2023-03-16 10:00")
    run_until(database, batch_id, now)
    with database.write(Scope()) as session:
        prepare(session, batch_id, now, edit)
        shown = propose(session, batch_id, actor=COORDINATOR, now=now)
        with pytest.raises(Invalid) as refused:
            into_force(session, batch_id, now)

    assert path in [problem.path for problem in shown.problems]
    assert [problem.path for problem in refused.value.problems] == [problem.path for problem in shown.problems]
    assert shown.effects.is_empty


def test_only_a_changed_copy_that_was_looked_at_comes_into_force(database: Database) -> None:
    batch_id = published(database, definition(2), local("2023-03-01 09:00"))
    now = local("2023-03-10 10:00")
    edit = SetValues("stages.contacts.due", {"on": "2023-03-27"})
    with database.write(Scope()) as session:
        with pytest.raises(Conflict, match="没有需要生效的改动"):
            into_force(session, batch_id, now)
        prepare(session, batch_id, now, edit)
        with pytest.raises(Conflict, match="他人改动"):
            into_force(session, batch_id, now, behind=1)
        with pytest.raises(Invalid, match="原因"):
            into_force(session, batch_id, now, reason=" ")
        into_force(session, batch_id, now)
        assert not working_copy(session, batch_id, actor=COORDINATOR).is_changed
