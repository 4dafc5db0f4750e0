"""推荐名额: unit classes by categories in one table, each cell a limit; what it cannot show is listed below."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED, Designing, Refusal, lines_of
from admin.typed import number
from domain.access import Action
from domain.definition import Definition, Strength
from domain.errors import Invalid, Problem
from services.definitions.names import Names
from services.designing.tables.matrix import Cell, Column, Matrix, Place, edits_for, matrix_of
from services.designing.working import Working
from web.guard import needs

UNLIMITED = "不限"
MOST_PLACES = 99_999
CLAUSE_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell as the table shows it. text: what the input holds. quota: key of the quota behind it, "" for none."""

    text: str
    is_soft: bool
    quota: str


@dataclass(frozen=True, slots=True)
class Clause:
    """The clause of a quota, with what the quota is about."""

    quota: str
    about: str
    text: str


class Quotas(Designing):
    """The page of the quotas."""

    @expose("/<code>/design/part/quotas")
    @needs(Action.EDIT_DEFINITION)
    def design_quotas_view(self, code: str) -> str:
        """Show the quotas as a table."""
        return self._quotas(self.opened(code))

    @expose("/<code>/design/quotas/save", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_quotas_save(self, code: str) -> Response:
        """Make the quotas say what was typed into the table."""
        working, back = self.opened(code), self.get_url(".design_quotas_view", code=code)

        def again(refusal: Refusal) -> str:
            fresh = self.opened(code)
            return self._quotas(fresh, lines_of(fresh.definition, refusal), is_typed=True)

        try:
            edits = edits_for(working.definition, _typed(matrix_of(working.definition)))
        except Invalid as refusal:
            return self.refused(code, refusal, back, again)
        answer = self.change(code, edits, "推荐名额", back, again)
        if answer.status_code < REFUSED:
            self.say("推荐名额已存入工作稿。" if edits else "推荐名额没有变化。")
        return answer

    def _quotas(self, working: Working, refused: Sequence[str] = (), *, is_typed: bool = False) -> str:
        definition = working.definition
        matrix, names = matrix_of(definition), Names(definition)
        return self.draw(
            "quotas",
            working,
            "quotas",
            matrix=matrix,
            groups=[(name, list(columns)) for name, columns in groupby(matrix.columns, lambda column: column.name)],
            cells={place: _shown(matrix, place, is_typed=is_typed) for place in _places(matrix)},
            clauses=list(_clauses(definition, matrix, names, is_typed=is_typed)),
            apart=[(quota, names.item(quota)) for quota in matrix.apart],
            refused=refused,
            unlimited=UNLIMITED,
            field=_field,
        )


def _field(kind: str, class_key: str, column: Column) -> str:
    """Return the name of an input of a cell. kind: "limit" or "soft"."""
    return f"{kind}:{class_key}:{column.key}"


def _places(matrix: Matrix) -> Iterator[Place]:
    for unit_class in matrix.classes:
        for column in matrix.columns:
            yield unit_class.key, column.key


def _typed(matrix: Matrix) -> dict[Place, Cell | None]:
    """Return the cells as they were sent. Raises Invalid with every one that is no number."""
    typed: dict[Place, Cell | None] = {}
    problems = []
    clauses = _sent_clauses(matrix)
    for class_key, key in _places(matrix):
        raw = request.form.get(f"limit:{class_key}:{key}")
        if raw is None:
            continue
        text, place = raw.strip(), (class_key, key)
        if not text:
            typed[place] = None
            continue
        limit = None if text == UNLIMITED else number(text, MOST_PLACES)
        if limit is None and text != UNLIMITED:
            sentence = f"{_about(matrix, place)}的名额“{text[:20]}”不是整数"
            problems.append(
                Problem("", text[:80], sentence, f"填 0 至 {MOST_PLACES} 的整数；不限填“{UNLIMITED}”，或留空")
            )
            continue
        strength = Strength.SOFT if request.form.get(f"soft:{class_key}:{key}") else Strength.HARD
        was = matrix.cells.get(place, Cell())
        typed[place] = Cell(limit, strength, clauses.get(matrix.keys.get(place, ""), was.clause))
    if problems:
        raise Invalid(problems)
    return typed


def _sent_clauses(matrix: Matrix) -> Mapping[str, str]:
    found = {}
    for key in set(matrix.keys.values()):
        sent = request.form.get(f"clause:{key}")
        if sent is not None:
            found[key] = sent.replace("\r\n", "\n").strip()[:CLAUSE_CHARS]
    return found


def _about(matrix: Matrix, place: Place) -> str:
    unit_class = next(one.name for one in matrix.classes if one.key == place[0])
    column = next(one for one in matrix.columns if one.key == place[1])
    return f"“{unit_class}”推荐“{column.name}{f'（{column.part}）' if column.part else ''}”"


def _shown(matrix: Matrix, place: Place, *, is_typed: bool) -> Shown:
    cell = matrix.cells.get(place)
    text = "" if cell is None else UNLIMITED if cell.limit is None else str(cell.limit)
    shown = Shown(text, cell is not None and cell.strength is Strength.SOFT, matrix.keys.get(place, ""))
    sent = request.form.get(f"limit:{place[0]}:{place[1]}") if is_typed else None
    if sent is None:
        return shown
    return replace(shown, text=sent[:20], is_soft=bool(request.form.get(f"soft:{place[0]}:{place[1]}")))


def _clauses(definition: Definition, matrix: Matrix, names: Names, *, is_typed: bool) -> Iterator[Clause]:
    keys = set(matrix.keys.values())
    for quota in definition.quotas:
        if quota.key in keys:
            keys.remove(quota.key)
            sent = request.form.get(f"clause:{quota.key}") if is_typed else None
            yield Clause(quota.key, names.item(quota), quota.clause if sent is None else sent[:CLAUSE_CHARS])
