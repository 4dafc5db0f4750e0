"""The papers of a case."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import CaseFile, CaseVersion, StoredFile
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.cases.access import get_case
from services.cases.papers import (
    open_paper,
    remove,
    small_picture,
)
from services.files import Store
from tests.support.batches import COORDINATOR, officer, running
from tests.support.case_rows import applicant, organisation
from tests.support.cases import (
    DUE,
    NOW,
    case_definition,
    fill,
    opened,
    send,
    send_back,
)
from tests.support.papers import add, missing, paper_definition, passed, slot_of
from tests.support.pictures import PDF_BYTES, pdf, picture


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.at(tmp_path / "files")


@pytest.fixture
def context(db: Session) -> BatchContext:
    return running(db, paper_definition())


def test_nine_pictures_block_and_ten_pass(db: Session, context: BatchContext, store: Store) -> None:
    """S000-28, S000-29, S000-38: compulsory slots block, screenshots are counted apart."""
    case = fill(db, opened(db, context))
    for number in range(9):
        add(db, case, "pictures", picture(shade=number), store)
    add(db, case, "shots", picture(shade=99), store)

    assert missing(db, case) == ["“现场及成效图片”至少 10 个，现有 9 个，还差 1 个"]
    assert (slot_of(db, case, "pictures").missing, slot_of(db, case, "shots").missing) == (1, 0)

    add(db, case, "pictures", picture("JPEG", shade=9), store)

    assert missing(db, case) == []
    files = db.scalars(select(CaseVersion)).one().files
    assert sorted({item["slot"] for item in files}) == ["licence", "pictures", "shots"]
    assert len(files) == 12


def test_a_slot_shows_where_the_paper_comes_from(db: Session, context: BatchContext) -> None:
    """S000-31"""
    slot = slot_of(db, opened(db, context), "diagnosis")

    assert (slot.material.link, slot.material.steps) == ("https://diagnosis.example", "注册、填写问卷、下载")


@pytest.mark.parametrize(
    ("slot", "content", "told"),
    [
        ("licence", b"MZ\x90\x00" + b"\0" * 100, "改扩展名无效"),
        ("licence", b"", "0 字节"),
        ("pictures", PDF_BYTES, "不接收PDF"),
        ("summary", PDF_BYTES, "不接收PDF"),
    ],
)
def test_a_slot_takes_its_kinds_by_their_content(
    db: Session, context: BatchContext, store: Store, slot: str, content: bytes, told: str
) -> None:
    """S001-44, S004-31, S004-50"""
    case = opened(db, context)

    with pytest.raises(Invalid, match=told) as refusal:
        add(db, case, slot, content, store)

    assert [problem.path for problem in refusal.value.problems] == [f"materials.{slot}"]
    assert db.scalar(select(func.count(StoredFile.id))) == 0


def test_the_summary_is_a_table(db: Session, context: BatchContext, store: Store) -> None:
    """S004-31"""
    from xlsxwriter import Workbook

    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as made:
        made.add_worksheet("汇总")

    row = add(db, opened(db, context), "summary", target.getvalue(), store).row

    assert row.file.name == "材料.xlsx"


def test_sending_the_same_file_again_keeps_one_row(db: Session, context: BatchContext, store: Store) -> None:
    case = opened(db, context)

    first, again = (add(db, case, "licence", PDF_BYTES, store).row for _ in range(2))
    other = add(db, case, "certificate", PDF_BYTES, store).row

    assert (first.id == again.id, other.id != first.id, other.file.sha256 == first.file.sha256) == (True, True, True)
    assert db.scalar(select(func.count(CaseFile.id))) == db.scalar(select(func.count(StoredFile.id))) == 2


def test_replacing_keeps_what_was_submitted_before(db: Session, context: BatchContext, store: Store) -> None:
    case = fill(db, opened(db, context))
    for number in range(10):
        add(db, case, "pictures", picture(shade=number), store)
    old = add(db, case, "certificate", pdf("旧"), store).row
    send(db, case)
    send_back(db, case, due_at=DUE)

    new = add(db, case, "certificate", pdf("新"), store, replaces=old.id).row
    send(db, case)

    assert [paper.id for paper in slot_of(db, case, "certificate").papers] == [new.id]
    first, second = db.scalars(select(CaseVersion).order_by(CaseVersion.number))
    assert old.file_id in {item["file_id"] for item in first.files}
    assert old.file_id not in {item["file_id"] for item in second.files}
    with open_paper(db, case.id, old.id, store=store, actor=officer(db, 1))[1] as stream:
        assert stream.read() == pdf("旧")


def test_a_removed_file_leaves_its_slot(db: Session, context: BatchContext, store: Store) -> None:
    case = opened(db, context)
    row = add(db, case, "licence", PDF_BYTES, store).row

    for _ in range(2):
        remove(db, case.id, row.id, actor=applicant(case.organisation), now=NOW)

    assert (slot_of(db, case, "licence").papers, slot_of(db, case, "licence").missing) == ((), 1)
    with pytest.raises(Conflict, match="已经不在"):
        add(db, case, "licence", pdf("新"), store, replaces=row.id)


def test_a_slot_has_room_for_so_many(db: Session, context: BatchContext, store: Store) -> None:
    case = opened(db, context)
    for number in range(20):
        add(db, case, "licence", pdf(str(number)), store)

    with pytest.raises(Invalid, match="最多 20 个文件"):
        add(db, case, "licence", pdf("more"), store)


def test_papers_of_a_submitted_case_are_not_changed(db: Session, context: BatchContext, store: Store) -> None:
    case = passed(db, context, store)
    row = slot_of(db, case, "licence").papers[0]

    with pytest.raises(Conflict, match="内容不能再改"):
        add(db, case, "licence", PDF_BYTES, store)
    with pytest.raises(Conflict):
        remove(db, case.id, row.id, actor=applicant(case.organisation), now=NOW)


def test_who_may_see_a_paper_follows_the_case(database: Database, store: Store) -> None:
    """S003-68, S003-69: before submission the applicant alone, then its units, never another's."""
    with database.write(Scope()) as db:
        context = running(db, case_definition())
        case = fill(db, opened(db, context, unit_code="000004"))
        own, other = applicant(case.organisation), applicant(organisation(db, 2))
        county, city, foreign = officer(db, 4), officer(db, 1), officer(db, 2)
        paper = add(db, case, "certificate", picture(), store).row.id
        case_id = case.id

    def can_read(actor: Actor) -> bool:
        with database.read(Scope.of(actor)) as db:
            try:
                open_paper(db, case_id, paper, store=store, actor=actor)[1].close()
            except (NotFound, NotAllowed):
                return False
            return small_picture(db, case_id, paper, store=store, actor=actor) is not None

    readers = (own, county, city, COORDINATOR, other, foreign)
    assert [can_read(actor) for actor in readers] == [True, False, False, False, False, False]
    with database.write(Scope.of(own)) as db:
        send(db, get_case(db, case_id, actor=own, action=Action.DECLARE).case)
    assert [can_read(actor) for actor in readers] == [True, True, True, True, False, False]


def test_a_file_that_waits_for_its_scan_fills_the_slot_and_cannot_be_opened(
    db: Session, context: BatchContext, tmp_path: Path
) -> None:
    store = Store.at(tmp_path / "files", f"{sys.executable} -c 'raise SystemExit(2)'")
    case = opened(db, context)

    attached = add(db, case, "licence", PDF_BYTES, store)

    assert (attached.is_unscanned, slot_of(db, case, "licence").missing) == (True, 0)
    with pytest.raises(Exception, match="尚未完成病毒扫描"):
        open_paper(db, case.id, attached.row.id, store=store, actor=applicant(case.organisation))


def test_a_file_of_another_case_is_not_there(db: Session, context: BatchContext, store: Store) -> None:
    case, other = opened(db, context), opened(db, context, organisation(db, 2))
    row = add(db, case, "licence", PDF_BYTES, store).row

    with pytest.raises(NotFound):
        remove(db, other.id, row.id, actor=applicant(other.organisation), now=NOW)
    with pytest.raises(NotFound, match="没有这一项材料"):
        add(db, case, "nothing", PDF_BYTES, store)
