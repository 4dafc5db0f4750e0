"""推荐单位与类别: the classes, and the units that take part: searched, added from the tree, changed many at once."""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.designer.frame import REFUSED, Designing, Refusal, lines_of
from admin.typed import LARGEST_PAGE, argument, number, search_words, stable_key
from domain.access import Action
from domain.definition import Definition
from domain.errors import Invalid, Problem
from services.designing.edits import Edit
from services.designing.tables.members import (
    ROWS,
    FromTree,
    Wanted,
    branches,
    dropped,
    from_tree,
    matching,
    members,
    reclassed,
    tree_levels,
)
from services.designing.working import Working
from web import current
from web.guard import needs

MOST_LEVELS = 20
MOST_CHOSEN = 10_000
LABELS = {
    "level": "层级",
    "branch": "只要这个单位的下级",
    "named": "只要这些单位",
    "unit_class": "单位类别",
    "codes": "",
}
"""What the inputs of this page are called, by the name that a refusal gives them."""


class Units(Designing):
    """The page of the units."""

    @expose("/<code>/design/part/units")
    @needs(Action.EDIT_DEFINITION)
    def design_units_view(self, code: str) -> str:
        """Show classes and units."""
        return self._units(self.opened(code))

    @expose("/<code>/design/units/add", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_units_add(self, code: str) -> Response:
        """Add all units of a level or branch of the tree, with a class."""
        working, back = self.opened(code), self.get_url(".design_units_view", code=code)
        wanted = FromTree(
            stable_key(request.form.get("unit_class", "")),
            number(request.form.get("level") or "0", MOST_LEVELS) or 0,
            request.form.get("branch", "")[:120],
            [line.strip() for line in request.form.get("named", "").splitlines() if line.strip()],
        )
        try:
            addition = from_tree(current.db(), working.definition, wanted, actor=current.actor())
        except Invalid as refusal:
            return self.refused(code, refusal, back, lambda one: self._units_again(code, one))
        known = f"，{addition.known} 个已在名单中，未变动" if addition.known else ""
        return self._units_change(
            code,
            addition.edits,
            f"从单位库添加 {addition.added} 个单位",
            back,
            f"已添加 {addition.added} 个单位{known}。",
        )

    @expose("/<code>/design/units/change", methods=("POST",))
    @needs(Action.EDIT_DEFINITION)
    def design_units_change(self, code: str) -> Response:
        """Give the chosen units another class, or take them out."""
        working = self.opened(code)
        back = self.back_or(self.get_url(".design_units_view", code=code))
        codes = _chosen(working.definition)
        try:
            if request.form.get("act") == "remove":
                edits, done = dropped(working.definition, codes), "移出"
            else:
                edits = reclassed(working.definition, codes, stable_key(request.form.get("unit_class", "")))
                done = "改变类别"
        except Invalid as refusal:
            return self.refused(code, refusal, back, lambda one: self._units_again(code, one))
        count = sum(unit.code in codes for unit in working.definition.units)
        return self._units_change(code, edits, f"{done} {count} 个单位", back, f"已{done} {count} 个单位；可以撤销。")

    def _units_change(self, code: str, edits: Sequence[Edit], what: str, back: str, done: str) -> Response:
        answer = self.change(code, edits, what, back, lambda refusal: self._units_again(code, refusal))
        if answer.status_code < REFUSED:
            self.say(done)
        return answer

    def _units_again(self, code: str, refusal: Refusal) -> str:
        working = self.opened(code)
        lines = lines_of(working.definition, refusal)
        if isinstance(refusal, Invalid) and all(problem.path in LABELS for problem in refusal.problems):
            lines = [_line(problem) for problem in refusal.problems]
        return self._units(working, lines)

    def _units(self, working: Working, refused: Sequence[str] = ()) -> str:
        definition, wanted = working.definition, _wanted()
        session, code = current.db(), working.batch.code
        asked = {"q": " ".join(wanted.words), "class": wanted.unit_class}
        return self.draw(
            "units",
            working,
            "units",
            refused=refused,
            counts=Counter(unit.unit_class for unit in definition.units),
            class_names={one.key: one.name for one in definition.unit_classes},
            members=members(definition, wanted),
            total=len(definition.units),
            wanted=wanted,
            query=urlencode({name: value for name, value in asked.items() if value}),
            levels=tree_levels(session),
            branches=branches(session),
            rows_a_page=ROWS,
            pager=lambda page: self.get_url(
                ".design_units_view", code=code, page=page + 1, **{k: v for k, v in asked.items() if v}
            ),
        )


def _line(problem: Problem) -> str:
    """Return what is wrong with an input of this page, with what it is called."""
    label, hint = LABELS[problem.path], f"（{problem.allowed}）" if problem.allowed else ""
    return f"{label}：{problem.sentence}{hint}" if label else f"{problem.sentence}{hint}"


def _wanted() -> Wanted:
    """Return what the address asks for."""
    return Wanted(
        search_words(request.args.get("q")) or [],
        stable_key(request.args.get("class", "")),
        argument("page", LARGEST_PAGE) or 1,
    )


def _chosen(definition: Definition) -> set[str]:
    """Return the codes that a form chose: those that were ticked, or all that a search finds."""
    if request.form.get("all") == "yes":
        return {unit.code for unit in matching(definition, _wanted())}
    return set(request.form.getlist("unit")[:MOST_CHOSEN])
