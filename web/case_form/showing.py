"""Building the form of a case for a page: finds its leaves, binds their inputs, sorts what was said to its place."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from domain.definition import Field, FieldKind, Form, Mode, Part, Section, Term
from domain.errors import Problem
from domain.forms import Aspect, Leaf, Setting, combined_label, completeness, shown_text
from domain.forms.leaves import Sheet, all_leaves, chosen_in, filled_rows, row_leaves
from domain.forms.scalars import SEVERAL
from web.case_form.inputs import input_of, limit_of
from web.case_form.parts import Block, CaseForm, Cell, Criteria, Look, Row, SectionShown, Written
from web.case_form.terms import explained

NEW_ROW = "__n__"
"""Stands for the number in the row that the page's script copies."""


class _Said(NamedTuple):
    """What was said about leaves."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    comments: dict[str, str]
    earlier: Mapping[str, str] | None


def make_case_form(
    form: Form,
    setting: Setting,
    values: Mapping[str, str],
    problems: Iterable[Problem] = (),
    comments: Mapping[str, str] | None = None,
    look: Look | None = None,
) -> CaseForm:
    """Return a form to show.

    values: leaf to text, shown exactly as given. problems: of a check, by leaf. comments: why the case was returned,
    by leaf or by the key of a field.
    """
    look = look or Look()
    said = _Said(tuple(problems), tuple(look.warnings), dict(comments or {}), look.earlier)
    page = _Page(form, setting, values, said, tuple(look.terms))
    page.make(look.more_rows)
    shown = page.bound
    shown.title, shown.note, shown.is_read_only = form.title, form.note, look.is_read_only
    stored = values if look.stored is None else look.stored
    shown.is_unsaved = look.stored is not None
    shown.stored = {path: stored.get(path, "") for path in page.leaves}
    shown.sections = tuple(page.sections())
    places = {*page.leaves, *(place.key for _, place in page.sheet.places.values())}
    shown.form_errors = [_sentence(problem) for problem in said.problems if problem.path not in places]
    shown.comments = tuple(text for path, text in said.comments.items() if path not in places)
    return shown


def _sentence(problem: Problem) -> str:
    return f"{problem.sentence}（{problem.allowed}）" if problem.allowed else problem.sentence


class _Page:
    """Builds the parts of a form that is shown."""

    def __init__(
        self, form: Form, setting: Setting, values: Mapping[str, str], said: _Said, terms: tuple[Term, ...]
    ) -> None:
        self.form, self.setting, self.values, self.said, self.terms = form, setting, values, said, terms
        self.sheet = Sheet(form, values)
        self.leaves: dict[str, Leaf] = {}
        self.by_field: dict[str, list[Leaf]] = {}

    def make(self, more_rows: Collection[str]) -> None:
        """Find every leaf of the page and bind its input."""
        for leaf in all_leaves(self.form, self.setting, self.values):
            self._take(leaf)
        new_rows = [leaf for section, rows in self._repeating() for leaf in self._rows(section, rows, more_rows)]
        fields = {
            leaf.path: input_of(leaf, self.setting, self.values.get(leaf.path, ""))
            for leaf in (*self.leaves.values(), *new_rows)
        }
        self.bound = CaseForm(fields)
        self.bound.process(data={path: self._typed(leaf) for path, leaf in self.leaves.items()})
        self.new_rows = new_rows

    def _take(self, leaf: Leaf) -> None:
        self.leaves[leaf.path] = leaf
        self.by_field.setdefault((leaf.within or leaf.field).key, []).append(leaf)

    def _repeating(self) -> Iterator[tuple[Section | None, Field]]:
        return (place for place in self.sheet.places.values() if place[1].kind is FieldKind.ROWS)

    def _rows(self, section: Section | None, rows: Field, more_rows: Collection[str]) -> Iterator[Leaf]:
        """Add a blank row where one is asked for or there is none; yield the leaves of the one that is copied."""
        shown = {leaf.row for leaf in self.by_field.get(rows.key, ()) if leaf.row is not None}
        place = (section.key if section is not None else "", self.sheet.is_shown(section, rows))
        is_asked = rows.key in more_rows and shown == {*filled_rows(self.values).get(rows.key, ())}
        if is_asked or not shown:
            row = (max(shown, default=-1) + 1, len(shown) + 1)
            for leaf in row_leaves(self.sheet, rows, row, self.setting, place):
                self._take(leaf)
        for leaf in row_leaves(self.sheet, rows, (0, 0), self.setting, place):
            yield leaf._replace(path=leaf.path.replace(f"{rows.key}.0.", f"{rows.key}.{NEW_ROW}.", 1))

    def _typed(self, leaf: Leaf) -> str | list[str]:
        value = self.values.get(leaf.path, "")
        is_several = leaf.field.kind in SEVERAL or leaf.field.kind is FieldKind.COMMITMENT
        return list(chosen_in(self.values, leaf.path)) if is_several and leaf.aspect is Aspect.VALUE else value

    def sections(self) -> Iterator[SectionShown]:
        """Yield the cards of the page."""
        states = {state.key: state for state in completeness(self.form, self.values, self.setting)}
        if self.form.fields:
            blocks = tuple(self._block(None, place) for place in self.form.fields)
            yield SectionShown("", self.form.title, "", None, states.get(""), blocks)
        for section in self.form.sections:
            blocks = tuple(self._block(section, place) for place in section.fields)
            state = states.get(section.key)
            yield SectionShown(section.key, section.title, section.note, section.when, state, blocks)

    def cell(self, leaf: Leaf) -> Cell:
        """Return a leaf with its input and what was said about it."""
        path, modes = leaf.path, self.setting.modes
        value = self.values.get(path, "")
        earlier = None
        if self.said.earlier is not None and self.said.earlier.get(path, "") != value:
            earlier = shown_text(leaf, self.said.earlier.get(path, ""), modes)
        return Cell(
            leaf,
            self.bound[path],
            shown_text(leaf, value, modes),
            tuple(_sentence(problem) for problem in self.said.problems if problem.path == path),
            tuple(_sentence(problem) for problem in self.said.warnings if problem.path == path),
            self.said.comments.get(path, ""),
            earlier,
            limit_of(leaf),
            self._asking(leaf) if leaf.aspect is Aspect.OTHER else (),
        )

    def _asking(self, leaf: Leaf) -> tuple[str, ...]:
        if leaf.field.kind is FieldKind.MODES:
            return tuple(mode.key for mode in self.setting.modes if mode.is_other)
        return (leaf.field.other or "",)

    def _block(self, section: Section | None, place: Field) -> Block:
        cells = tuple(self.cell(leaf) for leaf in self.by_field.get(place.key, ()))
        by_aspect = {cell.leaf.aspect: cell for cell in cells}
        is_leaf = place.key in self.leaves
        errors = () if is_leaf else tuple(_sentence(p) for p in self.said.problems if p.path == place.key)
        comment = "" if is_leaf else self.said.comments.get(place.key, "")
        block = Block(place, not self.sheet.is_shown(section, place), cells, comment, errors)
        match place.kind:
            case FieldKind.TABLE:
                years = tuple(self.setting.year + offset for offset in place.years)
                return replace(block, years=years, lines=tuple(_lines(place, cells, len(years))))
            case FieldKind.ROWS:
                copied = [self.cell(leaf) for leaf in self.new_rows if leaf.within is place]
                return replace(block, rows=tuple(_rows_of(cells)), new_row=next(_rows_of(copied), None))
            case FieldKind.OUTLINE:
                return replace(block, parts=tuple(self._written(cells)))
            case _:
                return replace(
                    block,
                    cell=by_aspect.get(Aspect.VALUE),
                    words=by_aspect.get(Aspect.OTHER),
                    name=by_aspect.get(Aspect.NAME),
                    date=by_aspect.get(Aspect.DATE),
                    combined=combined_label(place, chosen_in(self.values, place.key)),
                    criteria=tuple(self._criteria_beside(place)),
                )

    def _written(self, cells: Iterable[Cell]) -> Iterator[Written]:
        seen: set[str] = set()
        for cell in cells:
            part, mode = cell.leaf.part or Part(key="", title=""), cell.leaf.mode
            guide = explained(part.guide, self.terms)
            if mode is None:
                yield Written(part, cell, guide)
                continue
            yield Written(part, cell, guide, self._criteria(mode), is_first=mode.key not in seen)
            seen.add(mode.key)

    def _criteria(self, mode: Mode) -> Criteria:
        return tuple((criterion.label, explained(criterion.text, self.terms)) for criterion in mode.criteria)

    def _criteria_beside(self, place: Field) -> Iterator[tuple[Mode, Criteria]]:
        """Yield the criteria under the choice of modes, in a form that has no part to write for each of them."""
        parts = (part for asked in self.form.all_fields for part in asked.parts)
        if place.kind is FieldKind.MODES and not any(part.per_mode for part in parts):
            yield from ((mode, self._criteria(mode)) for mode in self.setting.modes if mode.criteria)


def _lines(table: Field, cells: Sequence[Cell], years: int) -> Iterator[tuple[Field, tuple[Cell, ...]]]:
    for number, row in enumerate(table.fields):
        yield row, tuple(cells[number * years : (number + 1) * years])


def _rows_of(cells: Iterable[Cell]) -> Iterator[Row]:
    rows: dict[str, list[Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.leaf.path.split(".")[1], []).append(cell)
    for position, (number, of_row) in enumerate(rows.items(), start=1):
        words = {cell.leaf.path: cell for cell in of_row if cell.leaf.aspect is Aspect.OTHER}
        plain = [cell for cell in of_row if cell.leaf.aspect is Aspect.VALUE]
        yield Row(number, position, tuple((cell, words.get(f"{cell.leaf.path}.other")) for cell in plain))
