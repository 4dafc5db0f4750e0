"""The list of applicants that file with the office directly (省属企业直报); the office alone keeps it (S004-21)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.credit_code import normal_credit_code
from domain.errors import Conflict, Invalid, NotFound, Problem
from domain.forms import FORBIDDEN
from models import BatchUnit, ListedApplicant, Unit
from services import audit
from services.batches.context import BatchContext, load

MOST_ROWS = 5_000
NAME_MAX = 200


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list."""

    credit_code: str
    name: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows: how many are new, and how many were on the list already."""

    added: int
    known: int


def listed_units(session: Session, context: BatchContext) -> list[Unit]:
    """Return the units of a batch that take listed applicants only."""
    classes = {one.key for one in context.definition.unit_classes if one.is_listed}
    found = (
        select(Unit)
        .join(BatchUnit, BatchUnit.unit_id == Unit.id)
        .where(BatchUnit.batch_id == context.batch.id, BatchUnit.class_key.in_(classes))
        .order_by(Unit.code)
    )
    return list(session.scalars(found))


def list_applicant(
    session: Session, batch_id: int, unit_id: int, rows: Sequence[Listed], *, actor: Actor, now: datetime
) -> Taken:
    """Put applicants on the list of a unit, one or many; who is on it already stays as it is.

    Raises NotFound, NotAllowed; Conflict for a unit that takes anybody; Invalid with every problem of every row (path
    "rows.<n>.<field>", n from 1).
    """
    _require_listed(session, batch_id, unit_id, actor)
    wanted = _checked(rows)
    known = set(
        session.scalars(
            select(ListedApplicant.credit_code).where(
                ListedApplicant.batch_id == batch_id, ListedApplicant.unit_id == unit_id
            )
        )
    )
    fresh = {code: name for code, name in wanted.items() if code not in known}
    session.add_all(
        ListedApplicant(
            batch_id=batch_id, unit_id=unit_id, credit_code=code, name=name, added_at=now, added_by=actor.name
        )
        for code, name in fresh.items()
    )
    if fresh:
        what = f"列入直报名单 {len(fresh)} 家"
        _record(session, (batch_id, unit_id), what, fresh, actor=actor, now=now)
    return Taken(len(fresh), len(wanted) - len(fresh))


def unlist(session: Session, listed_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take an applicant off the list; its cases stay where they are. Raises NotFound, NotAllowed, Invalid."""
    found = session.get(ListedApplicant, listed_id)
    if found is None:
        raise NotFound("名单中没有这一家。")
    place = found.batch_id, found.unit_id
    _require_listed(session, *place, actor)
    if not reason.strip():
        raise Invalid([Problem("reason", "", "请填写移出名单的原因")])
    code, name = found.credit_code, found.name
    session.delete(found)
    what = f"移出直报名单：{name}（{reason.strip()[:100]}）"
    _record(session, place, what, {code: name}, actor=actor, now=now)


def list_of(session: Session, batch_id: int, unit_id: int) -> list[ListedApplicant]:
    """Return the list of a unit within the session's scope, by name."""
    found = (
        select(ListedApplicant)
        .where(ListedApplicant.batch_id == batch_id, ListedApplicant.unit_id == unit_id)
        .order_by(ListedApplicant.name, ListedApplicant.id)
        .limit(MOST_ROWS)
    )
    return list(session.scalars(found))


def _require_listed(session: Session, batch_id: int, unit_id: int, actor: Actor) -> None:
    require(actor, Action.LIST_APPLICANT)
    context = load(session, batch_id)
    require(actor, Action.LIST_APPLICANT, context.of_unit(session, unit_id))
    if unit_id not in {unit.id for unit in listed_units(session, context)}:
        raise Conflict("该单位受理本区域的各申报单位，不使用名单；名单只用于直报类单位。")


def _checked(rows: Iterable[Listed]) -> dict[str, str]:
    """Return name by normal code. Raises Invalid with every problem."""
    problems: list[Problem] = []
    wanted: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        name = row.name.strip()
        if number > MOST_ROWS:
            problems.append(Problem("rows", str(number), f"一次最多 {MOST_ROWS} 行"))
            break
        if not name or len(name) > NAME_MAX or FORBIDDEN.search(name):
            problems.append(Problem(f"rows.{number}.name", name[:80], f"请填写单位名称，最多 {NAME_MAX} 字"))
        try:
            wanted.setdefault(normal_credit_code(row.credit_code), name)
        except ValueError as refusal:
            problems.append(Problem(f"rows.{number}.credit_code", row.credit_code[:80], str(refusal)))
    if not wanted and not problems:
        problems.append(Problem("rows", "", "没有可登记的行"))
    if problems:
        raise Invalid(problems)
    return wanted


def _record(
    session: Session, place: tuple[int, int], what: str, rows: dict[str, str], *, actor: Actor, now: datetime
) -> None:
    """Note a change of the list. place: batch and unit. rows: name by code."""
    session.flush()
    act = audit.Act(
        actor=actor,
        now=now,
        action=Action.LIST_APPLICANT,
        what=what,
        batch_id=place[0],
        unit_id=place[1],
        after=dict(rows),
    )
    audit.record(session, act)
