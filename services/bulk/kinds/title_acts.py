"""What is done to the registry of titles for the rows of a file: adding many at once, filling in what is missing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from domain.access import Action, Actor
from domain.errors import Conflict, Invalid, Problem
from models import Title
from services import audit
from services.titles import NewTitle, add_titles, titles_to_change


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done for a row: a title to add, or one that is known to complete."""

    number: int
    new: NewTitle | None = None
    known: Title | None = None
    credit_code: str = ""
    awarded_on: date | None = None


def adding_all(session: Session, wanted: Sequence[Wanted], actor: Actor, now: datetime) -> Callable[[], None]:
    """Return what adds the titles of these rows."""

    def run() -> None:
        rows = [one.new for one in wanted if one.new is not None]
        try:
            add_titles(session, rows, actor=actor, now=now)
        except Invalid as refusal:
            raise Invalid(_of_rows(refusal, wanted)) from None

    return run


def _of_rows(refusal: Invalid, wanted: Sequence[Wanted]) -> Iterator[Problem]:
    """Yield the registry's problems ("rows.<n>.<field>") with the numbers of the file."""
    for problem in refusal.problems:
        number = int(problem.path.split(".")[1])
        yield Problem(f"第 {wanted[number - 1].number} 行", problem.value, problem.sentence, problem.allowed)


def completing_all(session: Session, wanted: Sequence[Wanted], actor: Actor, now: datetime) -> Callable[[], None]:
    """Return what fills in titles that are known."""

    def run() -> None:
        todo = {one.known.id: one for one in wanted if one.known is not None}
        found = titles_to_change(session, todo, actor=actor)
        audit.record_all(session, [_completed(title, todo[title.id], actor, now) for title in found])

    return run


def _completed(title: Title, wanted: Wanted, actor: Actor, now: datetime) -> audit.Act:
    """Fill in what the registry does not know of a title; return what is recorded. Raises Conflict when it knows."""
    after: dict[str, object] = {}
    for key, value in (("credit_code", wanted.credit_code), ("awarded_on", wanted.awarded_on)):
        held = getattr(title, key)
        if not value or held == value:
            continue
        if held or title.withdrawn_on is not None:
            raise Conflict(f"“{title.holder}”在名单库中已有变动，请重新预览。")
        setattr(title, key, value)
        after[key] = str(value)
    return audit.Act(
        actor=actor,
        now=now,
        action=Action.MANAGE_TITLES,
        what=f"示范名单库：{title.holder} 补充",
        unit_id=title.unit_id,
        before=dict.fromkeys(after),
        after=after,
    )
