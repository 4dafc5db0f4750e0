"""Credit checks by other departments (信用联审): the list that goes out, the replies, what a hit means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor, may, require
from domain.definition import StageKind
from domain.errors import Invalid, Problem
from domain.instants import local_day
from models import ActKind, Case, CaseAct, CaseState, CreditCheck, CreditResult, Organisation
from models.scope import seeing_all
from services import audit
from services.batches.context import BatchContext, load
from services.reviewing.credit.sheet import CODE, NAME, NOTE, RESULT, RESULTS, Matched, Said, match
from services.reviewing.desk import require_office
from services.sheets import read_sheet, write_sheet

MOST = 20_000
LONGEST = 120
HEADINGS = ("序号", NAME, CODE, "申报类别", "推荐单位", RESULT, NOTE)
IN_PLAY = (CaseState.SUBMITTED, CaseState.RETURNED, CaseState.PASSED, CaseState.FORWARDED)


@dataclass(frozen=True, slots=True)
class Reply:
    """A department's answer: which one, on which day, and its workbook."""

    department: str
    replied_on: date
    stream: IO[bytes]


@dataclass(frozen=True, slots=True)
class Imported:
    """What a reply brought.

    changed: cases about which it says something new. unchanged: those about which it says what was known.
    hits: of these two, how many have something. silent: cases that it does not name (未反馈).
    unknown: (row, name and code) that fit no case. problems: rows that cannot be read, each with its number.
    """

    changed: int
    unchanged: int
    hits: int
    silent: int
    unknown: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]


def export(session: Session, batch_id: int, *, actor: Actor) -> bytes:
    """Return an .xlsx of every case in the actor's scope, with empty columns for the reply.

    Raises NotFound, NotAllowed; Invalid when there are more than MOST.
    """
    context = load(session, batch_id)
    require(actor, Action.VIEW_CASE, context.subject)
    require_office(actor)
    cases = _cases(session, context)
    owners = _owners(session, cases)
    names = {category.key: category.name for category in context.definition.categories}
    rows = [
        (number, owner.name, owner.credit_code or "", names.get(case.category_key, ""), case.unit.name, "", "")
        for number, case in enumerate(cases, start=1)
        for owner in (owners[case.organisation_id],)
    ]
    return write_sheet("信用联审", HEADINGS, rows)


def _cases(session: Session, context: BatchContext) -> Sequence[Case]:
    """Return the cases in play that the reader sees. Raises Invalid when they are too many for one sheet."""
    wanted = (
        select(Case)
        .where(Case.batch_id == context.batch.id, Case.state.in_(IN_PLAY))
        .options(joinedload(Case.unit))
        .order_by(Case.unit_id, Case.title, Case.id)
        .limit(MOST + 1)
    )
    cases = session.scalars(wanted).all()
    if len(cases) > MOST:
        raise Invalid([Problem("batch", "", "申报件过多，不能一次办理", f"最多 {MOST} 件，请由下级单位分别办理")])
    return cases


def _owners(session: Session, cases: Sequence[Case]) -> dict[int, Organisation]:
    """Return the applicants of these cases by id; one may be registered outside the reader's branch."""
    batches = sorted({case.batch_id for case in cases})
    of_batch = select(Case.organisation_id).where(Case.batch_id.in_(batches))
    wanted = {case.organisation_id for case in cases}
    with seeing_all(session):
        owners = session.scalars(select(Organisation).where(Organisation.id.in_(of_batch))).all()
    return {owner.id: owner for owner in owners if owner.id in wanted}


def import_reply(session: Session, batch_id: int, reply: Reply, *, actor: Actor, now: datetime) -> Imported:
    """Enter a department's reply for the cases in the actor's scope; the same reply again changes nothing.

    Applicants are found by credit code, else by name; who is not in the reply is marked 未反馈 unless the department
    has answered before. A changed result opens the decision about it again.
    Raises NotFound, NotAllowed; Invalid for an unknown department, a day to come, or a sheet without the columns.
    """
    context = load(session, batch_id)
    if not may(actor, Action.REVIEW, context.subject):
        require(actor, Action.WAIVE_RULE, context.subject)
    department = _checked_department(context, reply, now)
    cases = _cases(session, context)
    matched = match(read_sheet(reply.stream), _owners(session, cases).values())
    known = _known(session, batch_id, department)
    changed = 0
    for case in cases:
        said = matched.said.get(case.organisation_id)
        row = known.get(case.id)
        if said is None and row is not None:
            continue
        if row is None:
            row = _new_check(case, department)
            session.add(row)
        elif _says(row) == said:
            continue
        _enter(row, said or Said(CreditResult.NO_REPLY, ""), reply.replied_on, actor, now)
        if said is not None:
            changed += 1
            session.add(_act(case, department, said, actor, now))
    session.flush()
    done = _counted(cases, matched, changed)
    _log(session, context, f"{department}（{reply.replied_on.isoformat()}）", done, actor=actor, now=now)
    return done


def _counted(cases: Sequence[Case], matched: Matched, changed: int) -> Imported:
    said = [matched.said[case.organisation_id] for case in cases if case.organisation_id in matched.said]
    hits = sum(one.result is CreditResult.HIT for one in said)
    silent = len(cases) - len(said)
    return Imported(changed, len(said) - changed, hits, silent, matched.unknown, matched.problems)


def _checked_department(context: BatchContext, reply: Reply, now: datetime) -> str:
    department = reply.department.strip()
    stage = context.definition.stage_of(StageKind.REVIEW)
    allowed = stage.review.credit_departments if stage is not None and stage.review is not None else ()
    problems = []
    if not department or len(department) > LONGEST or (allowed and department not in allowed):
        choices = f"可选：{'、'.join(allowed)}" if allowed else f"最多 {LONGEST} 字"
        problems.append(Problem("department", department[:80], "请选择反馈的部门", choices))
    today = local_day(now, context.definition.zone)
    if reply.replied_on > today:
        shown = reply.replied_on.isoformat()
        problems.append(Problem("replied_on", shown, "反馈日期不能晚于今天", f"不晚于 {today}"))
    if problems:
        raise Invalid(problems)
    return department


def _known(session: Session, batch_id: int, department: str) -> dict[int, CreditCheck]:
    rows = select(CreditCheck).where(CreditCheck.batch_id == batch_id, CreditCheck.department == department)
    return {row.case_id: row for row in session.scalars(rows)}


def _new_check(case: Case, department: str) -> CreditCheck:
    return CreditCheck(case_id=case.id, batch_id=case.batch_id, unit_id=case.unit_id, department=department)


def _says(row: CreditCheck) -> Said:
    return Said(row.result, row.note)


def _enter(row: CreditCheck, said: Said, on: date, actor: Actor, now: datetime) -> None:
    row.result, row.note = said.result, said.note
    row.replied_on = on if said.result is not CreditResult.NO_REPLY else None
    row.recorded_at, row.recorded_by = now, actor.name
    row.is_cleared, row.reason, row.decided_at, row.decided_by = False, "", None, ""


def _act(case: Case, department: str, said: Said, actor: Actor, now: datetime) -> CaseAct:
    """Return a line of the case's history; the audit log has one entry for the whole reply."""
    return CaseAct(
        case_id=case.id,
        batch_id=case.batch_id,
        unit_id=case.unit_id,
        organisation_id=case.organisation_id,
        kind=ActKind.CREDIT,
        at=now,
        by=actor.name,
        recorded_at=now,
        recorded_by=actor.name,
        version_no=case.version_no,
        note=said.note,
        is_open=False,
        detail={"部门": department, "结果": RESULTS[said.result]},
    )


def _log(session: Session, context: BatchContext, what: str, done: Imported, *, actor: Actor, now: datetime) -> None:
    act = audit.Act(
        actor=actor,
        now=now,
        action=Action.REVIEW,
        what=f"导入信用联审反馈：{what}",
        batch_id=context.batch.id,
        after={
            "changed": done.changed,
            "unchanged": done.unchanged,
            "hits": done.hits,
            "silent": done.silent,
            "unknown": [name for _, name in done.unknown][:100],
        },
    )
    audit.record(session, act)
