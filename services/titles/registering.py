"""Adding earlier winners to the registry, many at once; adding the same ones again changes nothing (I13)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from domain.access import Action, Actor, Subject, may, require
from domain.credit_code import normal_credit_code
from domain.definition.strict import KEY_PATTERN
from domain.errors import Invalid, Problem
from models import Programme, Title, Unit
from services import audit
from services.titles.consequences import sync_running
from services.titles.names import checked_holder, folded

MOST_NAMES = 20
"""How many of the new names the audit entry tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTitle:
    """One earlier winner. programme, category: keys. unit: code of the unit in whose area the winner is.

    credit_code: "" where unknown. awarded_on: None where unknown.
    """

    programme: str
    batch_no: int
    category: str
    holder: str
    unit: str
    credit_code: str = ""
    awarded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the rows: how many titles are new, and how many were in the registry already."""

    added: int
    known: int


Key = tuple[int, int, str, str]
"""What makes a title one: programme, batch, category, and the folded name."""


@dataclass(slots=True)
class _Registry:
    """What the rows are checked against. taken: by each name, present or former, the unit that the title is in."""

    actor: Actor
    programmes: Mapping[str, Programme]
    units: Mapping[str, Unit]
    taken: Mapping[Key, int]
    seen: dict[Key, int] = field(default_factory=dict)
    known: int = 0


def add_titles(session: Session, rows: Sequence[NewTitle], *, actor: Actor, now: datetime) -> Added:
    """Add the rows that the registry does not have yet; running batches that ask these winners get their duties.

    Raises NotAllowed; Invalid with every problem of every row (path "rows.<n>.<field>", n from 1).
    """
    require(actor, Action.MANAGE_TITLES)
    registry = _registry(session, rows, actor)
    titles: list[Title] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, 1):
        try:
            title = _checked(registry, number, row)
        except Invalid as refusal:
            problems += (
                Problem(f"rows.{number}.{problem.path}", problem.value, problem.sentence, problem.allowed)
                for problem in refusal.problems
            )
            continue
        if title is not None:
            titles.append(title)
    if problems:
        raise Invalid(problems)
    session.add_all(titles)
    session.flush()
    if titles:
        _log(session, titles, actor, now)
        sync_running(session, {title.programme_id for title in titles}, now)
    return Added(len(titles), registry.known)


def _registry(session: Session, rows: Sequence[NewTitle], actor: Actor) -> _Registry:
    keys = {row.programme for row in rows}
    programmes = {found.key: found for found in session.scalars(select(Programme).where(Programme.key.in_(keys)))}
    ids = {found.id for found in programmes.values()}
    taken: dict[Key, int] = {}
    for title in session.scalars(
        select(Title).where(Title.programme_id.in_(ids)).options(selectinload(Title.aliases))
    ):
        for name in (title.holder, *(alias.name for alias in title.aliases)):
            taken[title.programme_id, title.batch_no, title.category, folded(name)] = title.unit_id
    return _Registry(actor, programmes, {unit.code: unit for unit in session.scalars(select(Unit))}, taken)


def _checked(registry: _Registry, number: int, row: NewTitle) -> Title | None:
    """Return the title that a row makes, None for one that is there already. Raises Invalid."""
    problems = list(_problems(registry, row))
    holder = credit_code = ""
    try:
        holder = checked_holder(row.holder)
    except Invalid as refusal:
        problems += refusal.problems
    try:
        credit_code = normal_credit_code(row.credit_code) if row.credit_code.strip() else ""
    except ValueError as error:
        problems.append(Problem("credit_code", row.credit_code[:80], str(error)))
    if problems:
        raise Invalid(problems)
    programme, unit = registry.programmes[row.programme], registry.units[row.unit]
    if _is_there(registry, number, (programme.id, row.batch_no, row.category, folded(holder)), unit):
        return None
    return Title(
        unit_id=unit.id,
        programme_id=programme.id,
        batch_no=row.batch_no,
        category=row.category,
        holder=holder,
        credit_code=credit_code or None,
        awarded_on=row.awarded_on,
    )


def _problems(registry: _Registry, row: NewTitle) -> Iterator[Problem]:
    programme, unit = registry.programmes.get(row.programme), registry.units.get(row.unit)
    if programme is None:
        yield Problem("programme", row.programme[:80], "没有这个项目")
    if unit is None:
        yield Problem("unit", row.unit[:80], "没有这个单位代码")
    if programme is not None and unit is not None:
        subject = Subject(programme.id, unit.path)
        if not may(registry.actor, Action.MANAGE_TITLES, subject):
            yield Problem("unit", unit.name, "您没有管理这个单位名单的权限")
    if row.batch_no < 1:
        yield Problem("batch_no", str(row.batch_no), "批次从 1 起")
    if not re.fullmatch(KEY_PATTERN, row.category):
        yield Problem("category", row.category[:80], "类别应填代号", "如 enterprise、platform、city")


def _is_there(registry: _Registry, number: int, key: Key, unit: Unit) -> bool:
    """Tell whether the registry has a title already. Raises Invalid for one in another unit, or twice in the rows."""
    if key in registry.seen:
        raise Invalid([Problem("holder", key[3][:80], f"与第 {registry.seen[key]} 行重复")])
    registry.seen[key] = number
    if key not in registry.taken:
        return False
    if registry.taken[key] != unit.id:
        sentence = "名单库中已有这一条，但属于另一单位"
        raise Invalid([Problem("unit", unit.name, sentence, "所在地有变动的，请在名单库中登记“迁移”")])
    registry.known += 1
    return True


def _log(session: Session, titles: Sequence[Title], actor: Actor, now: datetime) -> None:
    names = [title.holder for title in titles[:MOST_NAMES]]
    act = audit.Act(
        actor=actor,
        now=now,
        action=Action.MANAGE_TITLES,
        what=f"示范名单库：新增 {len(titles)} 条",
        after={"holders": names, "count": len(titles)},
    )
    audit.record(session, act)
