"""The papers of a case."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.definition import Seal
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import ActKind, Case, CaseAct, CaseFile, CaseState, CaseVersion, StoredFile
from models.scope import Scope
from models.session import Database
from services.batches.context import BatchContext
from services.cases.access import get_case
from services.cases.papers import (
    Attached,
    Incoming,
    SlotShown,
    attach,
    may_print_for_seal,
    missing_scans,
    open_paper,
    print_code,
    remove,
    require_current_print,
    slots,
    small_picture,
)
from services.cases.submitting import NotSubmitted, problems_of, submit
from services.files import Place, Store
from tests.support.batches import COORDINATOR, officer, running
from tests.support.case_rows import applicant, organisation
from tests.support.cases import (
    DUE,
    FORMS,
    LICENCE,
    NOW,
    PICTURES,
    STATEMENTS,
    case_definition,
    fill,
    in_hand,
    opened,
    send,
    send_back,
    type_in,
)
from tests.support.pictures import PDF_BYTES, pdf, picture


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.at(tmp_path / "files")


@pytest.fixture
def context(db: Session) -> BatchContext:
    diagnosis = replace(
        LICENCE,
        key="diagnosis",
        label="诊断报告",
        required=False,
        link="https://diagnosis.example",
        steps="注册、填写问卷、下载",
    )
    materials = (
        *FORMS[0].materials,
        PICTURES,
        diagnosis,
        replace(PICTURES, key="shots", required=False, min_count=1),
    )
    forms = (replace(FORMS[0], materials=materials), *FORMS[1:])
    return running(db, case_definition(forms=forms))


def add(
    session: Session,
    case: Case,
    slot: str,
    content: bytes,
    store: Place,
    *,
    actor: Actor | None = None,
    replaces: int | None = None,
    code: str = "",
) -> Attached:
    incoming = Incoming(slot, "材料", io.BytesIO(content), replaces, code)
    return attach(session, case.id, incoming, store=store, actor=actor or applicant(case.organisation), now=NOW)


def slot_of(session: Session, case: Case, key: str) -> SlotShown:
    return next(slot for slot in slots(in_hand(session, case)) if slot.material.key == key)


def missing(session: Session, case: Case) -> list[str]:
    result = submit(session, case.id, statements=STATEMENTS, received_at=NOW, actor=applicant(case.organisation))
    return [problem.sentence for problem in problems_of(result)] if isinstance(result, NotSubmitted) else []


def passed(session: Session, context: BatchContext, store: Place) -> Case:
    """Return a case that its unit has passed."""
    case = fill(session, opened(session, context))
    for number in range(10):
        add(session, case, "pictures", picture(shade=number), store)
    send(session, case)
    case.state = CaseState.PASSED
    session.flush()
    return case


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


def test_the_sealed_copy_is_asked_for_after_the_check_has_passed(
    db: Session, context: BatchContext, store: Store
) -> None:
    """S003-35: before that neither printing nor uploading is offered."""
    case = opened(db, context)
    assert not may_print_for_seal(in_hand(db, case))
    assert (slot_of(db, case, "sealed").is_open, slot_of(db, case, "sealed").sentence) == (
        False,
        "审核通过后，下载打印、盖章，再上传扫描件",
    )
    with pytest.raises(Conflict, match="审核通过后"):
        add(db, case, "sealed", PDF_BYTES, store)

    case.state, case.version_no = CaseState.PASSED, 1
    db.flush()

    assert may_print_for_seal(in_hand(db, case))
    assert slot_of(db, case, "sealed").is_open


def test_changed_data_invalidate_the_sealed_copy(db: Session, context: BatchContext, store: Store) -> None:
    """S003-36, S003-37, S004-31: the copy belongs to one version, and the case is complete only with it."""
    case = passed(db, context, store)
    assert [problem.sentence for problem in missing_scans(in_hand(db, case))] == [
        "请上传当前版本的“盖章申报书扫描件”（加盖申报单位公章）"
    ]
    first = add(db, case, "sealed", PDF_BYTES, store).row
    assert (first.version_no, missing_scans(in_hand(db, case))) == (1, ())
    assert db.scalars(select(CaseAct).where(CaseAct.kind == ActKind.SEALED)).one().detail["seal"] == "申报单位公章"

    send_back(db, case, due_at=DUE)
    type_in(db, case, {"share": "60"})
    send(db, case)
    case.state = CaseState.PASSED
    db.flush()

    assert [paper.is_current for paper in slot_of(db, case, "sealed").papers] == [False]
    assert len(missing_scans(in_hand(db, case))) == 1
    add(db, case, "sealed", PDF_BYTES, store)
    assert missing_scans(in_hand(db, case)) == ()
    assert [paper.version_no for paper in slot_of(db, case, "sealed").papers] == [2]


def test_a_city_form_bears_the_seal_of_its_government(db: Session) -> None:
    """S003-36"""
    context = running(db, case_definition())
    form = context.definition.form("city")

    assert [material.seal for material in form.materials] == [Seal.GOVERNMENT]


def test_the_code_on_the_print_tells_its_version(db: Session, context: BatchContext, store: Store) -> None:
    """S004-33: the printed code is compared with the stored version."""
    case = passed(db, context, store)
    version = db.scalars(select(CaseVersion)).one()
    code = print_code(version.fingerprint)
    assert len(code) == 14

    add(db, case, "sealed", PDF_BYTES, store, code=f" {code.lower()} ")
    with pytest.raises(Conflict, match="都不一致"):
        require_current_print(in_hand(db, case), "0000-0000-0000")

    send_back(db, case, due_at=DUE)
    type_in(db, case, {"share": "60"})
    send(db, case)
    case.state = CaseState.PASSED
    db.flush()
    db.expire(case, ["versions"])
    with pytest.raises(Conflict, match="印的是第 1 版，数据已改为第 2 版"):
        add(db, case, "sealed", pdf("二"), store, code=code)


def test_the_unit_that_has_the_case_may_scan_the_sealed_copy(
    db: Session, context: BatchContext, store: Store
) -> None:
    case = passed(db, context, store)

    row = add(db, case, "sealed", PDF_BYTES, store, actor=officer(db, 1)).row

    assert row.added_by == "经办人1"
    for actor in (officer(db, 2), applicant(organisation(db, 2))):
        with pytest.raises(NotAllowed):
            add(db, case, "sealed", pdf("x"), store, actor=actor)
    with pytest.raises(NotAllowed):
        add(db, case, "licence", pdf("x"), store, actor=officer(db, 1))


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
