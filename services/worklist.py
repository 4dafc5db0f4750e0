"""What a person must do next, and by when: the duties in their scope, by batch and stage, the most urgent first.

A fixed number of queries, however many duties there are: a unit may owe an answer for hundreds of earlier winners.
Cases are counted for the unit that has them; an applicant's own are listed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from domain.access import Action, Actor, require
from domain.duties import DutyState, Window, state_of
from domain.errors import NotFound
from models import Batch, BatchStage, BatchState, Duty, Title, TitleAlias, Unit
from models.base import UTCDateTime
from services.progress.paging import Page, page_of
from services.progress.states import is_state
from services.reviewing.owed import CaseGroup, OwnCase, cases_of_applicant, cases_of_unit

SHOWN = 5
"""How many duties of a stage the first screen names."""
RECENT = timedelta(days=14)
MOST_RECENT = 10
LIVE = (BatchState.RUNNING, BatchState.PAUSED)
PAGE_DUTIES = 50
LONGEST_SEARCH = 100
Statement = TypeVar("Statement", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Item:
    """One duty. about: the winner that it is about, or the unit. has_draft: something was typed and not filed."""

    duty_id: int
    unit: str
    about: str
    state: DutyState
    opens_at: datetime | None
    due_at: datetime | None
    settled_at: datetime | None
    is_late: bool
    has_draft: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The duties of one stage.

    due_at: the earliest deadline of what is still owed; None without one. counts of all its duties, by state.
    items: the first of what is owed, the most urgent first; fewer than `owed` when there are many.
    """

    batch_id: int
    batch_code: str
    batch_title: str
    is_paused: bool
    stage_key: str
    stage_title: str
    opens_at: datetime | None
    due_at: datetime | None
    open: int
    overdue: int
    planned: int
    settled: int
    items: tuple[Item, ...] = ()

    @property
    def owed(self) -> int:
        """Return how many duties must be answered now."""
        return self.open + self.overdue

    @property
    def total(self) -> int:
        """Return how many duties the stage lays on this scope."""
        return self.owed + self.planned + self.settled


@dataclass(frozen=True, slots=True)
class Done:
    """A duty settled lately, with its stage and batch."""

    item: Item
    batch_title: str
    stage_title: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """Everything of one actor.

    groups: what is owed, by deadline. coming: stages that have not opened yet. recent: settled lately, newest first.
    cases: the cases that lie with the actor's own unit, by batch.
    """

    groups: tuple[Group, ...]
    coming: tuple[Group, ...]
    recent: tuple[Done, ...]
    cases: tuple[CaseGroup, ...] = ()

    @property
    def owed(self) -> int:
        """Return how many duties must be answered now."""
        return sum(group.owed for group in self.groups)

    @property
    def overdue(self) -> int:
        """Return how many duties are overdue."""
        return sum(group.overdue for group in self.groups)


def worklist(session: Session, *, actor: Actor, now: datetime) -> Worklist:
    """Return what an officer must do, in four queries. Raises NotAllowed for who answers nothing."""
    require(actor, Action.ANSWER)
    groups = [_group(row) for row in session.execute(_grouped(now))]
    first = _first_items(session, now)
    owing = [
        replace(group, items=tuple(first.get((group.batch_id, group.stage_key), ())))
        for group in groups
        if group.owed
    ]
    coming = [group for group in groups if group.planned and not group.owed]
    return Worklist(
        tuple(sorted(owing, key=lambda group: _nearest(group.due_at, group))),
        tuple(sorted(coming, key=lambda group: _nearest(group.opens_at, group))),
        tuple(_recent(session, now)),
        cases_of_unit(session, actor=actor),
    )


def applicant_worklist(session: Session, *, actor: Actor, now: datetime) -> tuple[OwnCase, ...]:
    """Return what an applicant must do: cases to correct, drafts to finish, in one query. Raises NotAllowed."""
    return cases_of_applicant(session, actor=actor, now=now)


def count_owed(session: Session, *, now: datetime) -> int:
    """Return how many duties in the scope must be answered now; for the figure beside the menu's entry."""
    owed = select(func.count(Duty.id)).join(Batch, Batch.id == Duty.batch_id).where(Batch.state.in_(LIVE))
    return session.scalar(owed.where(_owed(now))) or 0


@dataclass(frozen=True, slots=True)
class StageList:
    """One stage's duties, a page of them."""

    group: Group
    items: tuple[Item, ...]
    page: Page


@dataclass(frozen=True, slots=True)
class Filter:
    """Which duties of a stage to show: those of a state, those whose winner's or unit's name holds a text."""

    state: DutyState | None = None
    text: str = ""
    page: int = 1


def stage_list(
    session: Session, batch_code: str, stage_key: str, wanted: Filter, *, actor: Actor, now: datetime
) -> StageList:
    """Return a page of a stage's duties in the scope, in three queries. Raises NotAllowed, NotFound."""
    require(actor, Action.ANSWER)
    of_stage = (Batch.code == batch_code, Duty.stage_key == stage_key)
    row = session.execute(_grouped(now, *of_stage)).one_or_none()
    if row is None:
        raise NotFound("没有这个环节，或其中没有本单位的待办事项。")
    chosen = (
        select(Duty)
        .join(Batch, Batch.id == Duty.batch_id)
        .join(Unit, Unit.id == Duty.unit_id)
        .outerjoin(Title, Title.id == Duty.title_id)
        .where(*of_stage, *_conditions(wanted, now))
    )
    page = page_of(session.scalar(chosen.with_only_columns(func.count(Duty.id))) or 0, wanted.page, PAGE_DUTIES)
    rows = session.scalars(
        _with_names(chosen)
        .order_by(Duty.settled_at.is_not(None), Duty.due_at.is_(None), Duty.due_at, Unit.path, Title.holder, Duty.id)
        .offset(page.offset)
        .limit(page.size)
    )
    return StageList(_group(row), tuple(_item(duty, now) for duty in rows), page)


def _conditions(wanted: Filter, now: datetime) -> list[ColumnElement[bool]]:
    found = [] if wanted.state is None else [is_state(wanted.state, now)]
    text = wanted.text.strip()[:LONGEST_SEARCH]
    if text:
        former = select(TitleAlias.title_id).where(TitleAlias.name.icontains(text, autoescape=True))
        names = (Title.holder.icontains(text, autoescape=True), Unit.name.icontains(text, autoescape=True))
        found.append(or_(*names, Duty.title_id.in_(former)))
    return found


def _owed(now: datetime) -> ColumnElement[bool]:
    return or_(is_state(DutyState.OPEN, now), is_state(DutyState.OVERDUE, now))


def _grouped(now: datetime, *where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Return the query of the stages of running batches that lay something on the scope, one row each."""
    owed_due = case((_owed(now), Duty.due_at))
    states = {
        "open": is_state(DutyState.OPEN, now),
        "overdue": is_state(DutyState.OVERDUE, now),
        "planned": is_state(DutyState.PLANNED, now),
        "settled": Duty.settled_as.is_not(None),
    }
    counts = [func.count(case((condition, 1))).label(name) for name, condition in states.items()]
    return (
        select(
            Batch.id.label("batch_id"),
            Batch.code.label("batch_code"),
            Batch.title.label("batch_title"),
            Batch.state.label("batch_state"),
            BatchStage.key.label("stage_key"),
            BatchStage.title.label("stage_title"),
            BatchStage.opens_at.label("opens_at"),
            func.min(owed_due, type_=UTCDateTime()).label("due_at"),
            *counts,
        )
        .select_from(Duty)
        .join(Batch, Batch.id == Duty.batch_id)
        .join(BatchStage, and_(BatchStage.batch_id == Duty.batch_id, BatchStage.key == Duty.stage_key))
        .where(Batch.state.in_(LIVE), *where)
        .group_by(Batch.id, BatchStage.id)
    )


def _group(row: Row[*tuple[Any, ...]]) -> Group:
    return Group(
        batch_id=row.batch_id,
        batch_code=row.batch_code,
        batch_title=row.batch_title,
        is_paused=row.batch_state is BatchState.PAUSED,
        stage_key=row.stage_key,
        stage_title=row.stage_title,
        opens_at=row.opens_at,
        due_at=row.due_at,
        open=row.open,
        overdue=row.overdue,
        planned=row.planned,
        settled=row.settled,
    )


def _nearest(instant: datetime | None, group: Group) -> tuple[bool, float, int]:
    """Return what groups are sorted by: the nearest instant first, those without one last."""
    return instant is None, instant.timestamp() if instant else 0.0, group.batch_id


def _first_items(session: Session, now: datetime) -> dict[tuple[int, str], list[Item]]:
    """Return the first duties that are owed in each stage, by batch and stage."""
    place = func.row_number().over(
        partition_by=(Duty.batch_id, Duty.stage_key), order_by=(Duty.due_at.is_(None), Duty.due_at, Duty.id)
    )
    ranked = select(Duty.id, place.label("place")).where(_owed(now)).subquery()
    first = select(ranked.c.id).where(ranked.c.place <= SHOWN)
    found: dict[tuple[int, str], list[Item]] = {}
    duties = _with_names(select(Duty).where(Duty.id.in_(first)))
    for duty in session.scalars(duties.order_by(Duty.due_at.is_(None), Duty.due_at, Duty.id)):
        found.setdefault((duty.batch_id, duty.stage_key), []).append(_item(duty, now))
    return found


def _recent(session: Session, now: datetime) -> Iterator[Done]:
    rows = session.execute(
        _with_names(select(Duty, Batch.title, BatchStage.title))
        .join(Batch, Batch.id == Duty.batch_id)
        .join(BatchStage, and_(BatchStage.batch_id == Duty.batch_id, BatchStage.key == Duty.stage_key))
        .where(Duty.settled_at > now - RECENT, Batch.state != BatchState.DRAFT)
        .order_by(Duty.settled_at.desc(), Duty.id.desc())
        .limit(MOST_RECENT)
    )
    for duty, batch_title, stage_title in rows:
        yield Done(_item(duty, now), batch_title, stage_title)


def _with_names(statement: Statement) -> Statement:
    return statement.options(joinedload(Duty.unit), joinedload(Duty.title), joinedload(Duty.answer))


def _item(duty: Duty, now: datetime) -> Item:
    return Item(
        duty_id=duty.id,
        unit=duty.unit.name,
        about=duty.title.holder if duty.title is not None else duty.unit.name,
        state=state_of(Window(duty.opens_at, duty.due_at), duty.settled_as, now),
        opens_at=duty.opens_at,
        due_at=duty.due_at,
        settled_at=duty.settled_at,
        is_late=duty.is_late,
        has_draft=duty.answer is not None and duty.answer.filed_at is None,
    )
