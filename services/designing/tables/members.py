"""The units that take part in a working copy: a page of them, many added from the tree, many changed at once."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from domain.access import Action, Actor, require
from domain.definition import Definition, UnitEntry
from domain.errors import Invalid, Problem
from models import Unit
from services.designing.edits import Edit, Remove, SetValues

ROWS = 50
SINGLY = 50
"""Up to how many units are changed one by one, so that two coordinators may work on different ones."""
MOST_ADDED = 5_000
MOST_BRANCHES = 500
MOST_NAMED = 500
MOST_TOLD = 10
"""Names that are told as wrong at once."""


@dataclass(frozen=True, slots=True)
class Members:
    """A page of units. matching: how many the search found. upper_names: by code, of those that are shown."""

    rows: Sequence[UnitEntry]
    matching: int
    page: int
    pages: int
    upper_names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. words: all of them in name or code. unit_class: key, "" for every class."""

    words: Sequence[str] = ()
    unit_class: str = ""
    page: int = 1


def members(definition: Definition, wanted: Wanted) -> Members:
    """Return a page of the units that match, in their order."""
    found = matching(definition, wanted)
    pages = max(1, -(-len(found) // ROWS))
    page = min(max(1, wanted.page), pages)
    rows = found[(page - 1) * ROWS : page * ROWS]
    uppers = {row.upper for row in rows}
    names = {unit.code: unit.name for unit in definition.units if unit.code in uppers}
    return Members(rows, len(found), page, pages, names)


def matching(definition: Definition, wanted: Wanted) -> list[UnitEntry]:
    """Return every unit that matches, whatever the page."""
    return [
        unit
        for unit in definition.units
        if (not wanted.unit_class or unit.unit_class == wanted.unit_class)
        and all(word in unit.name or word in unit.short or word in unit.code for word in wanted.words)
    ]


@dataclass(frozen=True, slots=True)
class TreeLevel:
    """A level of the tree, 1 for units directly under the issuer, with how many units in use it has."""

    level: int
    units: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A unit that has others below it."""

    code: str
    name: str


def tree_levels(session: Session) -> list[TreeLevel]:
    """Return the levels of the tree that have units in use."""
    levels = select(_level().label("level")).where(Unit.is_active).subquery()
    rows = session.execute(select(levels.c.level, func.count()).group_by(levels.c.level).order_by(levels.c.level))
    return [TreeLevel(level, units) for level, units in rows]


def branches(session: Session) -> list[Branch]:
    """Return units that have others below them, the uppermost first, as many as can be offered."""
    uppers = select(Unit.upper_id).where(Unit.upper_id.is_not(None))
    rows = session.execute(
        select(Unit.code, Unit.name).where(Unit.id.in_(uppers)).order_by(_level(), Unit.path).limit(MOST_BRANCHES)
    )
    return [Branch(row.code, row.name) for row in rows]


def _level() -> ColumnElement[int]:
    """Return a unit's level: its path has a slash more than codes."""
    return func.length(Unit.path) - func.length(func.replace(Unit.path, "/", "")) - 1


@dataclass(frozen=True, slots=True)
class FromTree:
    """Which units of the tree are added. level: 0 for every level. branch: code or name of a unit, "" for all.

    named: codes, names or short names; only these units, whatever level and branch say. Empty for all.
    """

    unit_class: str
    level: int = 0
    branch: str = ""
    named: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Addition:
    """What adding from the tree makes. known: how many of the units take part already."""

    edits: Sequence[Edit]
    added: int
    known: int


def from_tree(session: Session, definition: Definition, wanted: FromTree, *, actor: Actor) -> Addition:
    """Return the edit that adds units in use of the tree, each under the nearest unit above it that takes part.

    Raises NotAllowed; Invalid for an unknown class, branch or name, for nothing to add, or for too many.
    """
    require(actor, Action.EDIT_DEFINITION)
    if all(one.key != wanted.unit_class for one in definition.unit_classes):
        raise Invalid([Problem("unit_class", wanted.unit_class, "请选择单位类别")])
    found = _named(session, wanted.named) if wanted.named else _placed(session, wanted)
    if len(found) > MOST_ADDED:
        raise Invalid([Problem("level", "", f"一次最多添加 {MOST_ADDED} 个单位", "选择一个层级或上级单位")])
    known = {unit.code for unit in definition.units}
    fresh = [unit for unit in found if unit.code not in known]
    if not fresh:
        sentence = "这些单位已经全部在名单中" if found else "单位库中没有符合条件的单位"
        raise Invalid([Problem("level", "", sentence, "换一个层级或上级单位，或写明单位")])
    listed = known | {unit.code for unit in fresh}
    entries = [*definition.units, *(_entry(unit, wanted.unit_class, listed) for unit in fresh)]
    return Addition([_whole(entries)], len(fresh), len(found) - len(fresh))


def _placed(session: Session, wanted: FromTree) -> Sequence[Unit]:
    """Return the units in use of a level and branch, one more than may be added."""
    query = select(Unit).where(Unit.is_active).order_by(Unit.path).limit(MOST_ADDED + 1)
    if wanted.level:
        query = query.where(_level() == wanted.level)
    if wanted.branch.strip():
        path = _branch_path(session, wanted.branch.strip())
        query = query.where(Unit.path.startswith(path, autoescape=True), Unit.path != path)
    return session.scalars(query).all()


def _named(session: Session, named: Sequence[str]) -> Sequence[Unit]:
    """Return the units in use that are named. Raises Invalid for a name that none or several of them have."""
    if len(named) > MOST_NAMED:
        raise Invalid([Problem("named", "", f"一次最多写 {MOST_NAMED} 个单位", "分几次添加")])
    called = or_(Unit.code.in_(named), Unit.name.in_(named), Unit.short.in_(named))
    found = session.scalars(select(Unit).where(Unit.is_active, called).order_by(Unit.path).limit(MOST_ADDED)).all()
    times = Counter(word for unit in found for word in {unit.code, unit.name, unit.short})
    problems = [
        Problem("named", word[:80], f"单位库中有几个单位叫“{word[:40]}”", "写代码或全称")
        if times[word]
        else Problem("named", word[:80], f"单位库中没有在用的单位叫“{word[:40]}”", "核对名称，或先批量导入单位")
        for word in named
        if times[word] != 1
    ]
    if problems:
        raise Invalid(problems[:MOST_TOLD])
    return found


def _branch_path(session: Session, branch: str) -> str:
    found = session.scalars(select(Unit.path).where((Unit.code == branch) | (Unit.name == branch)).limit(1)).first()
    if found is None:
        raise Invalid([Problem("branch", branch[:80], f"没有代码或名称为“{branch[:40]}”的单位")])
    return found


def _entry(unit: Unit, unit_class: str, listed: Collection[str]) -> UnitEntry:
    above = [code for code in unit.path.strip("/").split("/")[:-1] if code in listed]
    return UnitEntry(
        code=unit.code,
        name=unit.name,
        unit_class=unit_class,
        short=unit.short,
        email=unit.email,
        phone=unit.phone,
        mobile=unit.mobile,
        upper=above[-1] if above else None,
    )


def reclassed(definition: Definition, codes: Collection[str], unit_class: str) -> list[Edit]:
    """Return the edits that give units another class. Raises Invalid for an unknown class, or no unit."""
    if all(one.key != unit_class for one in definition.unit_classes):
        raise Invalid([Problem("unit_class", unit_class, "请选择单位类别")])
    chosen = _chosen(definition, codes)
    if len(chosen) <= SINGLY:
        return [SetValues(f"units.{code}", {"unit_class": unit_class}) for code in chosen]
    return [_whole([replace(one, unit_class=unit_class) if one.code in chosen else one for one in definition.units])]


def dropped(definition: Definition, codes: Collection[str]) -> list[Edit]:
    """Return the edits that take units out; those below them come under the next unit above that stays.

    Raises Invalid when no unit is named.
    """
    chosen = _chosen(definition, codes)
    uppers = {unit.code: unit.upper for unit in definition.units}
    moved = [
        (unit, _staying(unit.upper, chosen, uppers))
        for unit in definition.units
        if unit.code not in chosen and unit.upper in chosen
    ]
    if len(chosen) + len(moved) <= SINGLY:
        return [
            *(SetValues(f"units.{unit.code}", {"upper": upper}) for unit, upper in moved),
            *(Remove(f"units.{code}") for code in chosen),
        ]
    new = {unit.code: upper for unit, upper in moved}
    kept = (unit for unit in definition.units if unit.code not in chosen)
    return [_whole([replace(unit, upper=new.get(unit.code, unit.upper)) for unit in kept])]


def _staying(code: str | None, chosen: Collection[str], uppers: dict[str, str | None]) -> str | None:
    seen: set[str] = set()
    while code is not None and code in chosen and code not in seen:
        seen.add(code)
        code = uppers.get(code)
    return None if code in chosen else code


def _chosen(definition: Definition, codes: Collection[str]) -> dict[str, None]:
    """Return the codes that are units here, in their order."""
    found = dict.fromkeys(unit.code for unit in definition.units if unit.code in codes)
    if not found:
        raise Invalid([Problem("codes", "", "没有选中任何单位", "先勾选单位")])
    return found


def _whole(entries: Sequence[UnitEntry]) -> Edit:
    return SetValues("", {"units": list(_plain(entries))})


def _plain(entries: Sequence[UnitEntry]) -> Iterator[dict[str, object]]:
    return (asdict(entry) for entry in entries)
