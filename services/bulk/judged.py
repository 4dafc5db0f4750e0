"""The verdict on one row while it is looked at: what is wrong with it, what it would set."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from domain.errors import Invalid, Problem
from services.bulk.columns import Layout
from services.bulk.outcome import Change, Effect, Line
from services.bulk.workbook import Row


@dataclass(slots=True)
class Judged:
    """A row with what was found so far. problems: path is a column's key. kept: of an existing record."""

    layout: Layout
    row: Row
    name: str = ""
    problems: list[Problem] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    is_new: bool = False
    note: str = ""

    def __post_init__(self) -> None:
        self.problems += self.row.problems

    def refuse(self, key: str, sentence: str, allowed: str = "") -> None:
        """Note what is wrong with a cell; key "": with the whole row."""
        value = self.row.get(key)[:80] if key else ""
        self.problems.append(Problem(key, value, sentence, allowed))

    def refuse_all(self, refusal: Invalid) -> None:
        """Note what a form's check found; it says the same for a cell that could not even be read."""
        known = {problem.path for problem in self.problems}
        self.problems += (problem for problem in refusal.problems if problem.path not in known)

    def require(self, *keys: str) -> None:
        """Refuse empty cells that must be filled."""
        known = {problem.path for problem in self.problems}
        for key in keys:
            if not self.row.get(key) and key not in known:
                self.refuse(key, f"没有填写{self.layout.heading(key)}")

    def compare(self, before: Mapping[str, str], after: Mapping[str, str]) -> None:
        """Note every value that would become another one."""
        for key, value in after.items():
            if before.get(key, "") != value:
                self.changes.append(Change(self.layout.heading(key), before.get(key, ""), value))

    def line(self) -> Line:
        """Return what is shown of the row."""
        if self.problems:
            effect = Effect.REFUSED
        elif self.is_new:
            effect = Effect.ADDED
        else:
            effect = Effect.CHANGED if self.changes else Effect.UNCHANGED
        problems = tuple(
            Problem(self.layout.heading(problem.path), problem.value, problem.sentence, problem.allowed)
            for problem in self.problems
        )
        order = {column.heading: at for at, column in enumerate(self.layout.columns)}
        changes = () if problems else tuple(sorted(self.changes, key=lambda change: order.get(change.label, -1)))
        note = "；".join(filter(None, (self.note, *self._formulas())))
        return Line(self.row.number, self.name, effect, changes, problems, "" if problems else note)

    def _formulas(self) -> Iterator[str]:
        """Yield what becomes of each cell that is a formula: nobody sees in the sheet that it is one."""
        for key in self.row.formulas:
            heading, value = self.layout.heading(key), self.row.get(key)
            result = f"按其结果“{value[:80]}”导入" if value else "没有存下结果，按空白处理"
            yield f"{heading}是公式，{result}"


class Once:
    """Finds what stands twice in a file."""

    def __init__(self) -> None:
        self._seen: dict[Hashable, int] = {}

    def note(self, judged: Judged, key: Hashable, column: str, what: str) -> None:
        """Refuse a row whose key an earlier one has, naming that one."""
        earlier = self._seen.setdefault(key, judged.row.number)
        if earlier != judged.row.number:
            judged.refuse(column, f"{what}与第 {earlier} 行重复", "同一内容只留一行")


def filled(row: Row, keys: Iterable[str]) -> dict[str, str]:
    """Return the cells of a row that are not empty."""
    return {key: row.get(key) for key in keys if row.get(key)}
