"""A draft is changed part by part, checked as a whole, and never behind the back of another writer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import SYSTEM, Actor, Role
from domain.definition import Completion, Due, Evidence, Mark, Office, OfficeContact, Strength
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import AuditEntry, Batch, BatchQuota, BatchStage, BatchState, BatchVersion
from services.batches.context import definition_of
from services.batches.drafts import store_draft
from services.batches.editing import (
    HeadChange,
    QuotaChange,
    StageChange,
    change_head,
    change_quota,
    change_stage,
    delete_draft,
    import_draft,
)
from services.batches.publishing import publish
from services.definitions.writing import dump
from tests.support.batches import COORDINATOR, definition
from tests.support.filled import with_quotas
from tests.support.people import NOW
from tests.support.people import programme as programme_row

OFFICER = Actor("经办人", Role.OFFICER, branch="/000001/")
STAGE = StageChange(
    stage="contacts",
    revision=1,
    title="报送联系人",
    opens_on=date(2023, 3, 6),
    opens_at="09:00",
    due=Due(on=date(2023, 3, 22)),
    grace_minutes=5,
    completes=Completion.AT_DUE,
    ladder="contacts",
)
OFFICE = Office(name="某司", contacts=(OfficeContact(name="朱丹", phone="010-58113937"),))
HEAD = HeadChange(revision=1, title="新标题", number="〔2023〕1号", issued_on=None, office=OFFICE)


def draft(session: Session, **changes: object) -> Batch:
    return store_draft(session, replace(with_quotas(definition(2)), **changes), actor=SYSTEM, now=NOW)  # type: ignore[arg-type]  # fields of a definition


def test_a_change_is_the_next_revision_and_the_tables_follow(db: Session) -> None:
    batch = draft(db)

    change_stage(db, batch.id, STAGE, actor=COORDINATOR, now=NOW)

    row = db.scalars(select(BatchStage).where(BatchStage.batch_id == batch.id)).one()
    assert (row.title, row.due_at.isoformat() if row.due_at else None) == ("报送联系人", "2023-03-22T16:00:00+00:00")
    assert [v.revision for v in db.scalars(select(BatchVersion).order_by(BatchVersion.revision))] == [1, 2]
    assert db.scalars(select(AuditEntry.what).order_by(AuditEntry.id.desc())).first() == "批次“示范遴选 2023”第 2 稿"


def test_what_a_change_does_not_name_stays(db: Session) -> None:
    batch = draft(db)
    before = definition_of(db, batch)

    change_quota(
        db,
        batch.id,
        QuotaChange(quota="enterprise", revision=1, limit=None, strength=Strength.SOFT),
        actor=COORDINATOR,
        now=NOW,
    )

    after = definition_of(db, batch)
    assert replace(after, quotas=before.quotas) == before
    quota = db.scalars(select(BatchQuota).where(BatchQuota.batch_id == batch.id)).one()
    assert (quota.limit, quota.strength) == (None, Strength.SOFT)


def test_the_head_is_changed_with_its_office(db: Session) -> None:
    batch = change_head(db, draft(db).id, HEAD, actor=COORDINATOR, now=NOW)

    assert (batch.title, batch.number) == ("新标题", "〔2023〕1号")
    assert definition_of(db, batch).office == OFFICE


@pytest.mark.parametrize("revision", [0, 2])
def test_another_revision_than_the_one_read_is_refused(db: Session, revision: int) -> None:
    """F34"""
    with pytest.raises(Conflict, match="草稿已被他人修改"):
        change_stage(db, draft(db).id, replace(STAGE, revision=revision), actor=COORDINATOR, now=NOW)


def test_a_published_batch_names_the_way_to_go(db: Session) -> None:
    """S07"""
    batch = draft(db)
    publish(db, batch, actor=SYSTEM, now=NOW)

    with pytest.raises(Conflict, match="请用延期"):
        change_stage(db, batch.id, STAGE, actor=COORDINATOR, now=NOW)
    with pytest.raises(Conflict, match="请用延期"):
        change_head(db, batch.id, HEAD, actor=COORDINATOR, now=NOW)
    with pytest.raises(Conflict, match="不能删除"):
        delete_draft(db, batch.id, actor=COORDINATOR, now=NOW)


def test_a_change_is_checked_as_strictly_as_a_file(db: Session) -> None:
    batch = draft(db)
    wrong = replace(STAGE, title="", opens_at="9", due=Due(), grace_minutes=-1, ladder="nobody")

    with pytest.raises(Invalid) as refused:
        change_stage(db, batch.id, wrong, actor=COORDINATOR, now=NOW)

    places = {problem.path.removeprefix("stages.contacts.") for problem in refused.value.problems}
    assert {"opens.at", "due", "grace_minutes", "ladder"} <= places
    assert batch.revision == 1


def test_what_is_not_there_is_not_changed(db: Session) -> None:
    batch = draft(db)

    with pytest.raises(NotFound):
        change_stage(db, batch.id, replace(STAGE, stage="nothing"), actor=COORDINATOR, now=NOW)
    with pytest.raises(NotFound):
        quota = QuotaChange(quota="nothing", revision=1, limit=1, strength=Strength.HARD)
        change_quota(db, batch.id, quota, actor=COORDINATOR, now=NOW)
    with pytest.raises(NotFound):
        change_head(db, 99, HEAD, actor=COORDINATOR, now=NOW)


def test_marks_of_changed_values_are_open_again_and_those_of_dropped_ones_gone(db: Session) -> None:
    marks = (
        Evidence(path="stages.contacts.due.on", mark=Mark.CONFIRMED, confirmed_by="王主任", note="按惯例"),
        Evidence(path="stages.contacts.title", mark=Mark.STATED, quote="反馈联系人"),
        Evidence(path="stages.contacts.opens.on", mark=Mark.INFERRED, note="未写明"),
    )
    batch = draft(db, evidence=marks)

    change_stage(db, batch.id, replace(STAGE, title="反馈联系人"), actor=COORDINATOR, now=NOW)
    changed = definition_of(db, batch).evidence
    change_stage(
        db,
        batch.id,
        replace(STAGE, revision=2, due=None, title="反馈联系人", completes=Completion.BY_HAND, ladder=None),
        actor=COORDINATOR,
        now=NOW,
    )

    assert changed[0] == Evidence(
        path="stages.contacts.due.on", mark=Mark.INFERRED, note="按惯例；后台改动，原为 2023-03-20"
    )
    assert changed[1:] == marks[1:]
    assert [item.path for item in definition_of(db, batch).evidence] == [mark.path for mark in marks[1:]]


def test_a_file_becomes_a_draft_or_its_next_revision(db: Session) -> None:
    first = import_draft(db, dump(definition(2), inline_units=True).encode(), actor=COORDINATOR, now=NOW)
    text = dump(definition(2, title="改了"), inline_units=True)

    second = import_draft(db, b"\xef\xbb\xbf" + text.encode(), actor=COORDINATOR, now=NOW)

    assert (second.id, second.revision, second.title, second.state) == (first.id, 2, "改了", BatchState.DRAFT)


def test_a_file_may_not_point_at_other_files(db: Session) -> None:
    """S41"""
    text = dump(definition(2), inline_units=True).partition("units:")[0] + "units_file: ../secret.yaml\n"

    with pytest.raises(Invalid, match="这里不能引用文件"):
        import_draft(db, text.encode(), actor=COORDINATOR, now=NOW)


def test_a_batch_does_not_change_its_programme_by_a_file(db: Session) -> None:
    """S05"""
    draft(db)
    text = dump(definition(2), inline_units=True).replace("key: fwxzz", "key: other")

    with pytest.raises(Conflict, match="请换一个编号"):
        import_draft(db, text.encode(), actor=COORDINATOR, now=NOW)


def test_a_deleted_draft_is_gone_and_told_of(db: Session) -> None:
    batch = draft(db)

    delete_draft(db, batch.id, actor=COORDINATOR, now=NOW)

    assert db.scalars(select(Batch)).all() == []
    assert db.scalars(select(BatchStage)).all() == []
    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.changes["before"] == {"code": "batch-2023", "title": "示范遴选 2023", "revision": 1}


def test_only_who_works_in_the_programme_changes_its_drafts(db: Session) -> None:
    batch, other = draft(db), programme_row(db, "other")
    bound = replace(COORDINATOR, programmes=frozenset({other.id}))

    for actor in (bound, OFFICER):
        with pytest.raises(NotAllowed):
            change_stage(db, batch.id, STAGE, actor=actor, now=NOW)
        with pytest.raises(NotAllowed):
            delete_draft(db, batch.id, actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        import_draft(db, b"", actor=OFFICER, now=NOW)
    with pytest.raises(Invalid, match="不在您负责的范围内"):
        import_draft(db, dump(definition(2), inline_units=True).encode(), actor=bound, now=NOW)
