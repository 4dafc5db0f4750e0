"""Keeping rehearsals: played without a trace, read again, signed off while the definition stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Action, Actor, Role
from domain.definition import Due
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import AuditEntry, Base, Batch, RehearsalRun
from services.batches.advancing import advance
from services.batches.context import load
from services.batches.drafts import store_draft
from services.batches.publishing import publish
from services.designing.edits import SetValues
from services.designing.working import Change, Working, apply, save_revision
from services.progress.acts import acts
from services.rehearsal import Period, keeping
from services.rehearsal.keeping import (
    Source,
    Standing,
    Wanted,
    advice,
    get_run,
    keep,
    play_wanted,
    run_before,
    runs,
    sign,
)
from tests.support.batches import COORDINATOR, contacts_stage, definition, local, running

NOW = local("2023-02-20 10:00")
AUDITOR = Actor("审计员", Role.AUDITOR, user_id=9)
ACT = {"at": "2023-03-08T10:00", "stage": "contacts", "do": "answer", "units": "all"}


def draft(session: Session) -> Batch:
    return store_draft(session, definition(units=2), actor=SYSTEM, now=NOW)


def ran(session: Session, batch: Batch, wanted: Wanted | None = None) -> RehearsalRun:
    played = play_wanted(session, batch.id, wanted or Wanted(), actor=COORDINATOR, now=NOW)
    return keep(session, played, actor=COORDINATOR, now=NOW)


def rows_of(session: Session) -> dict[str, int]:
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def test_playing_leaves_no_trace(db: Session) -> None:
    """Issue 4.5: the batch is played on a copy; nothing is sent, nothing is written."""
    batch = draft(db)
    before = rows_of(db)

    found = play_wanted(db, batch.id, Wanted(), actor=COORDINATOR, now=NOW).found

    assert rows_of(db) == before
    assert sum(1 for event in found.events if event.to) == 10


def test_a_kept_rehearsal_reads_as_it_was_played(db: Session) -> None:
    batch = draft(db)
    played = play_wanted(db, batch.id, Wanted(scenario=[ACT]), actor=COORDINATOR, now=NOW)
    run = keep(db, played, actor=COORDINATOR, now=NOW)
    db.flush()
    db.expire_all()

    kept = get_run(db, batch.id, run.id, actor=AUDITOR)

    assert kept.result.events == played.found.events
    assert kept.result.remarks == played.found.remarks
    assert kept.result.courses == played.found.courses
    assert (kept.run.revision, kept.is_current, kept.run.scenario) == (1, True, [ACT])
    assert kept.run.counts["mails"] == len([event for event in kept.result.events if event.to])


def test_the_newest_come_first_and_the_oldest_unsigned_go(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_UNSIGNED", 2)
    batch = draft(db)
    first = ran(db, batch)
    sign(db, first.id, "", actor=COORDINATOR, now=NOW)
    others = [ran(db, batch) for _ in range(4)]

    found = runs(db, batch.id, actor=AUDITOR)

    assert [run.id for run in found.runs] == [others[3].id, others[2].id, first.id]
    assert found.page.total == 3
    before = run_before(db, others[2])
    assert before is not None and before.id == first.id
    with pytest.raises(NotFound):
        get_run(db, batch.id, others[0].id, actor=AUDITOR)


def test_signing_is_recorded_and_happens_once(db: Session) -> None:
    batch = draft(db)
    run = ran(db, batch)

    sign(db, run.id, " 同意发布 ", actor=COORDINATOR, now=NOW)

    assert (run.signed_by, run.signed_at, run.note) == ("王主任", NOW, "同意发布")
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    assert (entry.action, entry.reason) == (Action.SIGN_REHEARSAL, "同意发布")
    assert entry.what == "签认批次“示范遴选 2023”第 1 稿的模拟运行"
    assert acts(db, load(db, batch.id)).acts[0].kind == "签认模拟"
    with pytest.raises(Conflict, match="已由 王主任 签认"):
        sign(db, run.id, "", actor=COORDINATOR, now=NOW)


def test_what_was_changed_since_cannot_be_signed(db: Session) -> None:
    """Issue 4.5: only the newest definition's rehearsal, as another would be agreed to something else."""
    batch = draft(db)
    run = ran(db, batch)
    later = contacts_stage(due=Due(on=date(2023, 3, 27)))
    store_draft(db, definition(units=2, stages=(later,)), actor=SYSTEM, now=NOW, revision=1)

    with pytest.raises(Conflict, match="不是最新的第 2 稿"):
        sign(db, run.id, "", actor=COORDINATOR, now=NOW)

    assert not get_run(db, batch.id, run.id, actor=AUDITOR).is_current


def test_what_runs_already_is_not_signed_any_more(db: Session) -> None:
    """Signing says that the batch may run like this: nobody agrees to it after the fact."""
    batch = draft(db)
    run = ran(db, batch)
    publish(db, batch, actor=COORDINATOR, now=NOW)
    of_running = ran(db, batch)

    for one in (run, of_running):
        with pytest.raises(Conflict, match=r"已经发布.*发布之前签认"):
            sign(db, one.id, "", actor=COORDINATOR, now=NOW)

    assert run.signed_at is None


def test_a_note_has_an_end(db: Session) -> None:
    run = ran(db, draft(db))

    with pytest.raises(Invalid, match="不超过 2000 字"):
        sign(db, run.id, "好" * 2001, actor=COORDINATOR, now=NOW)


def test_the_working_copy_is_played_and_becomes_signable_when_saved(db: Session) -> None:
    """What counts is what was played, whichever way it became the newest revision."""
    batch = draft(db)
    edit = SetValues("stages.contacts.due", {"on": "2023-03-27"})
    apply(db, batch.id, Change(edits=[edit], seen=0, what="截止日"), actor=COORDINATOR, now=NOW)

    run = ran(db, batch, Wanted(Source.WORKING))

    assert run.revision is None
    closes = [event for event in get_run(db, batch.id, run.id, actor=AUDITOR).result.events if event.to]
    assert max(event.at for event in closes) == local("2023-03-28 09:00")
    with pytest.raises(Conflict, match="存为新一稿"):
        sign(db, run.id, "", actor=COORDINATOR, now=NOW)
    later = contacts_stage(due=Due(on=date(2023, 3, 27)))
    store_draft(db, definition(units=2, stages=(later,)), actor=SYSTEM, now=NOW, revision=1)
    assert sign(db, run.id, "", actor=COORDINATOR, now=NOW).signed_at == NOW


def test_an_erroneous_working_copy_says_what_must_be_mended(db: Session) -> None:
    batch = draft(db)
    edit = SetValues("stages.contacts", {"ladder": "missing"})
    apply(db, batch.id, Change(edits=[edit], seen=0, what="提醒规则"), actor=COORDINATOR, now=NOW)

    with pytest.raises(Invalid) as refused:
        play_wanted(db, batch.id, Wanted(Source.WORKING), actor=COORDINATOR, now=NOW)

    assert refused.value.problems[0].path.startswith("stages.contacts")


def test_a_running_batch_is_played_from_now_on(db: Session) -> None:
    """What has happened stands: no event before now, and deeds of the past are left out with a remark."""
    batch = running(db, definition(units=2)).batch
    opened, now = local("2023-03-06 09:00"), local("2023-03-15 10:00")
    advance(db, batch.id, opened)
    past = {"at": "2023-03-08T10:00", "stage": "contacts", "do": "answer", "units": "odd"}
    coming = {"at": "2023-03-16T10:00", "stage": "contacts", "do": "answer", "units": "even"}

    found = play_wanted(db, batch.id, Wanted(scenario=[past, coming]), actor=COORDINATOR, now=now).found

    assert min(event.at for event in found.events) >= now
    reminded = {
        event.unit for event in found.events if event.kind == "reminder" and event.at > now + timedelta(days=1)
    }
    assert reminded == {"000001"}
    assert "情景中有 1 个动作早于现在，没有模拟" in found.warnings


def test_what_is_too_large_for_a_page_is_refused_with_the_command(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_PARTS", 1)

    with pytest.raises(Invalid, match="linxuan rehearse"):
        play_wanted(db, draft(db).id, Wanted(), actor=COORDINATOR, now=NOW)


def test_too_many_deeds_are_refused(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_ACTS", 1)

    with pytest.raises(Invalid, match="情景超过 1 个动作"):
        play_wanted(db, draft(db).id, Wanted(scenario=[ACT]), actor=COORDINATOR, now=NOW)


def test_auditors_read_and_do_not_run_and_officers_neither(db: Session) -> None:
    batch = draft(db)
    run = ran(db, batch)
    officer = Actor("经办人", Role.OFFICER, user_id=5, branch="/000001/")

    for act in (
        lambda: play_wanted(db, batch.id, Wanted(), actor=AUDITOR, now=NOW),
        lambda: sign(db, run.id, "", actor=AUDITOR, now=NOW),
        lambda: runs(db, batch.id, actor=officer),
        lambda: get_run(db, batch.id, run.id, actor=officer),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_rehearsal_is_found_in_its_own_batch_alone(db: Session) -> None:
    one = ran(db, draft(db))
    other = store_draft(db, replace(definition(), code="batch-2024"), actor=SYSTEM, now=NOW)

    with pytest.raises(NotFound):
        get_run(db, other.id, one.id, actor=AUDITOR)


def test_who_publishes_is_told_how_it_stands(db: Session) -> None:
    """Issue 4.5: advice, no block."""
    batch = draft(db)
    said = [advice(db, load(db, batch.id))]
    run = ran(db, batch, Wanted(period=Period(until=local("2023-04-01 00:00"))))
    said.append(advice(db, load(db, batch.id)))
    sign(db, run.id, "", actor=COORDINATOR, now=NOW)
    said.append(advice(db, load(db, batch.id)))
    later = contacts_stage(due=Due(on=date(2023, 3, 27)))
    store_draft(db, definition(units=2, stages=(later,)), actor=SYSTEM, now=NOW, revision=1)
    said.append(advice(db, load(db, batch.id)))

    assert said == [
        "当前这一稿还没有模拟运行过。",
        "当前这一稿已模拟运行，但还没有人签认。",
        "",
        "此前模拟的不是当前这一稿，当前这一稿还没有模拟。",
    ]


def test_a_run_of_the_working_copy_stands_until_the_copy_is_changed(db: Session) -> None:
    """Unsaved is not changed: it may be signed as soon as the copy, as it was played, is saved as a revision."""
    batch = draft(db)

    def change(day: str, seen: int = 0) -> Working:
        edit = SetValues("stages.contacts", {"due": {"on": day}})
        return apply(db, batch.id, Change(edits=[edit], seen=seen, what="截止"), actor=COORDINATOR, now=NOW)

    def standings() -> list[Standing]:
        kept = [get_run(db, batch.id, run.id, actor=AUDITOR).standing for run in (saved, first, second)]
        listed = runs(db, batch.id, actor=AUDITOR)
        assert [listed.standing(run) for run in (saved, first, second)] == kept
        return kept

    saved = ran(db, batch)
    step = change("2023-03-27").step
    first = ran(db, batch, Wanted(source=Source.WORKING))
    second = first
    assert standings() == [Standing.CURRENT, Standing.UNSAVED, Standing.UNSAVED]
    step = change("2023-03-28", step).step
    second = ran(db, batch, Wanted(source=Source.WORKING))
    assert standings() == [Standing.CURRENT, Standing.CHANGED, Standing.UNSAVED]
    save_revision(db, batch.id, seen=step, actor=COORDINATOR, now=NOW)
    assert standings() == [Standing.CHANGED, Standing.CHANGED, Standing.CURRENT]
    assert sign(db, second.id, "", actor=COORDINATOR, now=NOW).signed_at == NOW
