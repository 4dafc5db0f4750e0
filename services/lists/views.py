"""我的视图: filters, search, order and columns of a list under a name, for oneself or for whoever sees the list.

A view is a way to write an address: it is checked like a typed one when somebody opens it, so it never shows more
than its reader may see.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.access import Action, Actor, may, require
from domain.definition import Field, Form
from domain.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from domain.forms import check_answers
from models import User
from models.lists import SavedView
from services import audit

MOST_VIEWS = 30
"""Views of one person over one list."""
MOST_SHOWN = 60
MOST_PAIRS, LONGEST = 40, 500
MOST_COLUMNS = 120
NAME_FORM = Form(key="view", title="视图", fields=(Field(key="name", label="名称", max_chars=60),))
SHOWN_COLUMNS = (
    *(SavedView.id, SavedView.user_id, SavedView.place, SavedView.name, SavedView.query, SavedView.columns),
    *(SavedView.is_shared, SavedView.is_default, User.name.label("owner")),
)
IS_OWN = SavedView.user_id == bindparam("user", type_=Integer)
VIEWS = (
    select(*SHOWN_COLUMNS)
    .join(User, User.id == SavedView.user_id)
    .where(SavedView.place == bindparam("place"), or_(IS_OWN, SavedView.is_shared))
    .order_by(IS_OWN.desc(), SavedView.name, SavedView.id)
    .limit(MOST_SHOWN)
)
"""Columns and no entities, and kept ready: every list asks this, and must not wait for it."""
Query = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """How a list is shown. query: (name, value) of its address, without page and columns.

    columns: names in their order; None for the list's own.
    """

    query: Query = ()
    columns: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a view is called, who may use it, and whether the owner's list opens with it."""

    name: str
    is_shared: bool = False
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view as its reader meets it. owner: the name of who made it. may_change: by this reader."""

    id: int
    place: str
    words: Words
    shown: Arrangement
    owner: str
    is_own: bool
    may_change: bool


def views_of(session: Session, place: str, *, actor: Actor) -> Sequence[View]:
    """Return the reader's views of a list and those that others share, own ones first, by name; one query."""
    rows = session.execute(VIEWS, {"place": place, "user": actor.user_id or 0}).all()
    return [_view(row, actor) for row in rows]


def save_view(
    session: Session, place: str, words: Words, shown: Arrangement, *, actor: Actor, now: datetime
) -> SavedView:
    """Keep how a list is shown. Raises NotAllowed, Invalid with every problem, also for a name that is taken."""
    owner = _owner(actor)
    name = _checked(words, shown)
    counted = select(func.count(SavedView.id)).where(SavedView.user_id == owner, SavedView.place == place)
    if (session.scalar(counted) or 0) >= MOST_VIEWS:
        raise Conflict(f"一个列表最多保存 {MOST_VIEWS} 个视图，请先删除不用的。")
    made = SavedView(user_id=owner, place=place, name=name, made_at=now, is_shared=words.is_shared)
    _show(made, shown)
    _put(session, made)
    _set_default(session, made, is_default=words.is_default)
    _record(session, made, "保存", actor, now)
    return made


def overwrite_view(session: Session, view_id: int, shown: Arrangement, *, actor: Actor, now: datetime) -> SavedView:
    """Let a view show what the list shows now. Raises NotFound, NotAllowed, Invalid."""
    found = _changeable(session, view_id, actor)
    _checked(Words(name=found.name), shown)
    _show(found, shown)
    _record(session, found, "覆盖", actor, now)
    return found


def change_view(session: Session, view_id: int, words: Words, *, actor: Actor, now: datetime) -> SavedView:
    """Rename a view, share it or not, and make it the one its owner's list opens with.

    Raises NotFound, NotAllowed, Invalid for a name that is empty, too long or taken.
    """
    found = _changeable(session, view_id, actor)
    name = _checked(words, Arrangement())
    try:
        with session.begin_nested():
            found.name, found.is_shared = name, words.is_shared
    except IntegrityError:
        raise _taken(name) from None
    if found.user_id == actor.user_id:
        _set_default(session, found, is_default=words.is_default)
    _record(session, found, "修改", actor, now)
    return found


def delete_view(session: Session, view_id: int, *, actor: Actor, now: datetime) -> None:
    """Delete a view; the list and its rows stay. Raises NotFound, NotAllowed."""
    found = _changeable(session, view_id, actor)
    _record(session, found, "删除", actor, now)
    session.delete(found)
    session.flush()


def place_of(session: Session, view_id: int, *, actor: Actor) -> str:
    """Return the list that a view belongs to. Raises NotFound, also for another's that is not shared."""
    return _get(session, view_id, actor).place


def _view(row: Any, actor: Actor) -> View:
    """Return a view. row: of `SHOWN_COLUMNS`."""
    return View(
        id=row.id,
        place=row.place,
        words=Words(name=row.name, is_shared=row.is_shared, is_default=row.is_default),
        shown=Arrangement(
            query=tuple((pair[0], pair[1]) for pair in row.query),
            columns=None if row.columns is None else tuple(row.columns),
        ),
        owner=row.owner,
        is_own=row.user_id == actor.user_id,
        may_change=_may_change(row, actor),
    )


def _may_change(row: Any, actor: Actor) -> bool:
    """Tell whether it is the actor's own, or a shared one that an administrator looks after."""
    return row.user_id == actor.user_id or (row.is_shared and may(actor, Action.MANAGE_USERS))


def _owner(actor: Actor) -> int:
    require(actor, Action.ARRANGE_LISTS)
    if actor.user_id is None:
        raise NotAllowed("系统没有自己的视图。")
    return actor.user_id


def _get(session: Session, view_id: int, actor: Actor) -> SavedView:
    require(actor, Action.ARRANGE_LISTS)
    found = session.get(SavedView, view_id, populate_existing=True)
    if found is None or not (found.user_id == actor.user_id or found.is_shared):
        raise NotFound("没有这个视图。")
    return found


def _changeable(session: Session, view_id: int, actor: Actor) -> SavedView:
    found = _get(session, view_id, actor)
    if not _may_change(found, actor):
        raise NotAllowed("共享的视图只能由建立它的人或系统管理员修改；可以另存为自己的视图。")
    return found


def _checked(words: Words, shown: Arrangement) -> str:
    """Return the name in normal form. Raises Invalid with every problem."""
    problems: list[Problem] = []
    name = ""
    try:
        name = check_answers(NAME_FORM, {"name": words.name})["name"]
    except Invalid as refusal:
        problems += refusal.problems
    texts = [text for pair in shown.query for text in pair] + list(shown.columns or ())
    is_large = len(shown.query) > MOST_PAIRS or len(shown.columns or ()) > MOST_COLUMNS
    if is_large or any(len(text) > LONGEST for text in texts):
        problems.append(Problem("query", "", "条件过多或过长，不能保存为视图", f"最多 {MOST_PAIRS} 个条件"))
    if shown.columns is not None and not shown.columns:
        problems.append(Problem("columns", "", "至少显示一列"))
    if problems:
        raise Invalid(problems)
    return name


def _show(view: SavedView, shown: Arrangement) -> None:
    view.query = [list(pair) for pair in shown.query]
    view.columns = None if shown.columns is None else list(shown.columns)


def _put(session: Session, view: SavedView) -> None:
    try:
        with session.begin_nested():
            session.add(view)
    except IntegrityError:
        raise _taken(view.name) from None


def _taken(name: str) -> Invalid:
    return Invalid([Problem("name", name, "已有同名的视图", "换一个名称，或覆盖原来的视图")])


def _set_default(session: Session, view: SavedView, *, is_default: bool) -> None:
    """Make a view the one its owner's list opens with, and no other; or no longer."""
    if is_default:
        others = update(SavedView).where(SavedView.user_id == view.user_id, SavedView.place == view.place)
        session.execute(others.values(is_default=False), execution_options={"synchronize_session": "fetch"})
    view.is_default = is_default
    session.flush()


def _record(session: Session, view: SavedView, verb: str, actor: Actor, now: datetime) -> None:
    what = f"{verb}视图“{view.name}”"
    shared = {"is_shared": view.is_shared, "is_default": view.is_default}
    words = {"list": view.place, **shared, "columns": view.columns, "query": view.query}
    audit.record(session, audit.Act(actor=actor, now=now, action=Action.ARRANGE_LISTS, what=what, after=words))
