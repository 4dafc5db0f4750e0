"""Credit checks by other departments: the list out, the replies in, the hits decided."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from models import ActKind, AuditEntry, CreditCheck, CreditResult
from models.scope import Scope
from models.session import Database
from services.reviewing.blocking import blocked
from services.reviewing.credit import Decision, Imported, Reply, credit_checks, decide, export, import_reply
from services.reviewing.deciding import pass_case
from services.sheets import read_sheet, write_sheet
from tests.support.batches import COORDINATOR
from tests.support.case_rows import credit_code, organisation
from tests.support.progress import counted
from tests.support.reviewing import NOW, World, acts, answer_everything, county_and_city, review, submitted, world

DAY = date(2023, 3, 12)
TAX, SAFETY = "税务部门", "应急管理部门"
WANTED = county_and_city(review(credit_departments=(TAX, SAFETY)))
HEADINGS = ("单位名称", "统一社会信用代码", "结果", "备注")


def reply(rows: Sequence[Sequence[str]], department: str = TAX, headings: Sequence[str] = HEADINGS) -> Reply:
    return Reply(department, DAY, io.BytesIO(write_sheet("反馈", headings, rows)))


def hit(session: Session, found: World) -> Imported:
    rows = [("随便", credit_code(1), "有", "欠税")]
    return import_reply(session, found.case.batch_id, reply(rows), actor=found.county, now=NOW)


def test_the_list_goes_out_as_text(db: Session) -> None:
    """信用联审: names that look like formulas stay text."""
    found = world(db, WANTED)
    for number, name in enumerate(("=1+1", "+甲", "-乙", "@丙"), start=2):
        owner = organisation(db, number, "000002", name=name)
        submitted(db, found.context, owner)
    hidden = organisation(db, 9, "000003", name="别县公司")
    submitted(db, found.context, hidden, unit_code="000003")

    sheet = read_sheet(io.BytesIO(export(db, found.case.batch_id, actor=COORDINATOR)))

    assert sheet.headings == ("序号", "申报单位", "统一社会信用代码", "申报类别", "推荐单位", "结果（有/无）", "说明")
    shown = [(cells["申报单位"], cells["统一社会信用代码"], cells["推荐单位"]) for _, cells in sheet.rows]
    assert sorted(shown) == sorted(
        [
            ("第1制造公司", credit_code(1), "乙县工信局"),
            *((name, credit_code(n), "乙县工信局") for n, name in enumerate(("=1+1", "+甲", "-乙", "@丙"), start=2)),
            ("别县公司", credit_code(9), "丙县工信局"),
        ]
    )


def test_the_list_holds_the_readers_own_branch(database: Database) -> None:
    with database.write(Scope()) as db:
        found = world(db, WANTED)
        submitted(db, found.context, organisation(db, 2, "000003"), unit_code="000003")
        batch_id, other, applicant = found.case.batch_id, found.other, found.applicant
    with database.read(Scope.of(other)) as db:
        sheet = read_sheet(io.BytesIO(export(db, batch_id, actor=other)))
    assert [cells["申报单位"] for _, cells in sheet.rows] == ["第2制造公司"]
    with database.read(Scope.of(applicant)) as db, pytest.raises(NotAllowed):
        export(db, batch_id, actor=applicant)


def test_a_reply_is_matched_by_code_else_by_name(db: Session) -> None:
    found = world(db, WANTED)
    cases = [
        submitted(db, found.context, organisation(db, n, "000002", name=f"（河南）第{n}公司")) for n in (2, 3, 4)
    ]
    rows = [
        ("改了名的公司", credit_code(1), "有", "欠税 3 万元"),
        ("(河南) 第2公司", "", "无", ""),
        ("不在其中", "91410300000000000X", "有", "某事"),
        ("（河南）第3公司", "", "不清楚", ""),
        ("", credit_code(4), "", ""),
    ]

    done = import_reply(db, found.case.batch_id, reply(rows), actor=found.county, now=NOW)

    assert (done.changed, done.unchanged, done.hits, done.silent) == (3, 0, 1, 1)
    assert done.unknown == ((4, "不在其中 91410300000000000X"),)
    assert [problem.sentence for problem in done.problems] == ["第 5 行：结果不明"]
    said = {row.case_id: (row.result, row.note, row.replied_on) for row in db.scalars(select(CreditCheck))}
    assert said == {
        found.case.id: (CreditResult.HIT, "欠税 3 万元", DAY),
        cases[0].id: (CreditResult.CLEAR, "", DAY),
        cases[1].id: (CreditResult.NO_REPLY, "", None),
        cases[2].id: (CreditResult.NO_REPLY, "", None),
    }
    (act,) = acts(db, found.case)
    assert (act.kind, act.is_open, act.note, act.detail) == (
        ActKind.CREDIT,
        False,
        "欠税 3 万元",
        {"部门": TAX, "结果": "有"},
    )


def test_the_same_reply_again_changes_nothing(db: Session) -> None:
    found = world(db, WANTED)
    submitted(db, found.context, organisation(db, 2, "000002"))
    hit(db, found)
    decide(db, found.case.id, Decision(TAX, True, "已补缴"), actor=found.county, now=NOW)
    before = [(row.id, row.result, row.recorded_at, row.is_cleared) for row in db.scalars(select(CreditCheck))]

    rows = [("随便", credit_code(1), "有", "欠税")]
    later = NOW + timedelta(hours=1)
    done = import_reply(db, found.case.batch_id, reply(rows), actor=found.county, now=later)

    db.expire_all()
    after = [(row.id, row.result, row.recorded_at, row.is_cleared) for row in db.scalars(select(CreditCheck))]
    assert (done.changed, done.unchanged, done.silent) == (0, 1, 1)
    assert after == before
    assert len(acts(db, found.case)) == 2


def test_a_later_reply_that_is_silent_keeps_what_was_said_and_another_opens_the_decision_again(db: Session) -> None:
    found = world(db, WANTED)
    hit(db, found)
    decide(db, found.case.id, Decision(TAX, True, "已补缴"), actor=found.county, now=NOW)

    import_reply(db, found.case.batch_id, reply([("不在其中", "", "有", "")]), actor=found.county, now=NOW)
    (row,) = credit_checks(db, found.case.id, actor=found.county)
    assert (row.result, row.is_cleared) == (CreditResult.HIT, True)
    rows = [("", credit_code(1), "有", "又欠税")]
    import_reply(db, found.case.batch_id, reply(rows), actor=found.county, now=NOW)

    db.refresh(row)
    assert (row.note, row.is_cleared, row.decided_at, row.reason) == ("又欠税", False, None, "")


def test_names_that_two_applicants_bear_and_contradictions_are_told(db: Session) -> None:
    found = world(db, WANTED)
    for number in (2, 3):
        submitted(db, found.context, organisation(db, number, "000002", name="同名公司"))
    rows = [("同名公司", "", "有", ""), ("", credit_code(1), "有", ""), ("", credit_code(1), "无", "")]

    done = import_reply(db, found.case.batch_id, reply(rows), actor=found.county, now=NOW)

    assert [problem.sentence for problem in done.problems] == [
        "第 2 行：有 2 个同名的申报单位",
        "第 4 行：与前面对同一单位的结果不一致",
    ]
    assert done.changed == 1


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        (reply([("甲", "", "无", "")], "公安部门"), "department"),
        (replace(reply([("甲", "", "无", "")]), replied_on=date(2023, 3, 14)), "replied_on"),
        (reply([("甲", "无")], headings=("单位名称", "意见")), "file"),
        (reply([("无", "")], headings=("结果", "备注")), "file"),
        (Reply(TAX, DAY, io.BytesIO(b"no sheet")), "file"),
    ],
)
def test_a_reply_that_cannot_be_read_is_refused(db: Session, wanted: Reply, path: str) -> None:
    found = world(db, WANTED)
    wanted.stream.seek(0)

    with pytest.raises(Invalid) as refused:
        import_reply(db, found.case.batch_id, wanted, actor=found.county, now=NOW)

    assert [problem.path for problem in refused.value.problems] == [path]
    assert db.scalars(select(CreditCheck)).all() == []


def test_a_hit_blocks_the_opinion_until_it_is_decided(db: Session) -> None:
    found = world(db, WANTED)
    answer_everything(db, found, found.county)
    hit(db, found)
    with pytest.raises(Invalid, match="“税务部门”反馈有记录，尚未处理"):
        pass_case(db, found.case.id, "", actor=found.county, now=NOW)
    with pytest.raises(Invalid, match="请填写处理意见的理由"):
        decide(db, found.case.id, Decision(TAX, True, " "), actor=found.county, now=NOW)

    decide(db, found.case.id, Decision(TAX, False, "情节严重"), actor=found.county, now=NOW)
    (problem,) = blocked(db, found.case.id, actor=found.county, now=NOW)
    assert (problem.path, problem.sentence) == (
        "credit.税务部门",
        "“税务部门”反馈有记录，经研究影响推荐（情节严重）",
    )
    row = decide(db, found.case.id, Decision(TAX, True, "已补缴"), actor=COORDINATOR, now=NOW)

    assert (row.is_cleared, row.decided_by, row.reason) == (True, "王主任", "已补缴")
    pass_case(db, found.case.id, "", actor=found.county, now=NOW)


def test_only_a_hit_is_decided_and_only_by_who_has_the_case_or_the_office(db: Session) -> None:
    found = world(db, WANTED)
    import_reply(db, found.case.batch_id, reply([("", credit_code(1), "无", "")]), actor=COORDINATOR, now=NOW)

    with pytest.raises(Conflict, match="的反馈为“无”，无需决定"):
        decide(db, found.case.id, Decision(TAX, True, "x"), actor=found.county, now=NOW)
    with pytest.raises(NotFound):
        decide(db, found.case.id, Decision(SAFETY, True, "x"), actor=found.county, now=NOW)
    for actor in (found.city, found.other, found.applicant):
        with pytest.raises(NotAllowed):
            decide(db, found.case.id, Decision(TAX, True, "x"), actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        credit_checks(db, found.case.id, actor=found.applicant)


def test_a_reply_is_one_entry_of_the_audit_log(db: Session) -> None:
    found = world(db, WANTED)
    hit(db, found)

    entry = db.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()

    assert entry is not None
    assert (entry.what, entry.changes["after"]["hits"]) == ("导入信用联审反馈：税务部门（2023-03-12）", 1)


def test_a_long_reply_costs_as_many_reads_as_a_short_one(database: Database) -> None:
    costs = []
    for code, count in (("few", 1), ("many", 40)):
        with database.write(Scope()) as db:
            found = world(db, replace(WANTED, code=code))
            for number in range(count):
                submitted(db, found.context, organisation(db, 1000 * count + number, "000002"))
            batch_id, actor = found.case.batch_id, found.county
        with database.read(Scope.of(actor)) as db, counted(database.reader) as queries:
            export(db, batch_id, actor=actor)
        costs.append(queries.queries)

    assert costs[0] == costs[1]
