"""What a page shows of the form of a case: sections of blocks, each with its cells and what was said about them."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms.fields.core import Field as Bound
from wtforms.form import BaseForm

from domain.definition import Field, Mode, Part, ShownWhen, Term
from domain.errors import Problem
from domain.forms import Leaf, SectionState, decimals_of, unit_of
from web.case_form.inputs import input_id
from web.case_form.terms import Piece

Criteria = tuple[tuple[str, tuple[Piece, ...]], ...]
"""Label and text of each criterion of a mode."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a form is shown besides its values.

    is_read_only: as text, without inputs. warnings: of a check, by leaf.
    earlier: the values of the version before, to mark what changed since; None for no marks.
    stored: what the server holds, where that is not what is shown (a refused conflict); None for the same.
    more_rows: keys of repeating rows that show one more blank row. terms: words that the catalogue explains.
    """

    is_read_only: bool = False
    warnings: Sequence[Problem] = ()
    earlier: Mapping[str, str] | None = None
    stored: Mapping[str, str] | None = None
    more_rows: Collection[str] = ()
    terms: Sequence[Term] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One leaf on the page.

    bound: its WTForms field. text: the value as people read it. errors, warnings: sentences. comment: of the officer
    who returned the case. earlier: what the version before had, None when nothing changed. limit: of characters.
    asking: for words of one's own, the choices that ask for them.
    """

    leaf: Leaf
    bound: Bound
    text: str
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    comment: str = ""
    earlier: str | None = None
    limit: int | None = None
    asking: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """Return the unit of a number."""
        return unit_of(self.leaf.field)

    @property
    def decimals(self) -> int:
        """Return how many digits a number has after the point."""
        return decimals_of(self.leaf.field)

    @property
    def id(self) -> str:
        """Return the id of the input."""
        return input_id(self.leaf.path)

    @property
    def is_several(self) -> bool:
        """Tell whether the input is a group of boxes or dots."""
        return self.bound.type in {"RadioField", "Ticks"}


@dataclass(frozen=True, slots=True)
class Row:
    """A repeating row: its number in the answers, its position for people, its cells by column with their words."""

    number: str
    position: int
    cells: tuple[tuple[Cell, Cell | None], ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A part of a guided text with its place to write, and what stands beside it.

    criteria: those of the mode that it is written for. is_first: whether they have not stood beside a part before.
    """

    part: Part
    cell: Cell
    guide: tuple[Piece, ...]
    criteria: Criteria = ()
    is_first: bool = True

    @property
    def mode(self) -> Mode | None:
        """Return the mode that the part is written for; None for one that is asked once."""
        return self.cell.leaf.mode


@dataclass(frozen=True, slots=True)
class Block:
    """One question with everything that belongs to it; which parts are filled depends on its kind.

    cell, words: a plain question and its words for "other". lines: of a table, one for each row. rows, new_row: of
    repeating rows, and the one that is copied. parts: of a guided text. name, date: of a commitment.
    """

    field: Field
    is_hidden: bool
    cells: tuple[Cell, ...]
    comment: str = ""
    errors: tuple[str, ...] = ()
    cell: Cell | None = None
    words: Cell | None = None
    years: tuple[int, ...] = ()
    lines: tuple[tuple[Field, tuple[Cell, ...]], ...] = ()
    rows: tuple[Row, ...] = ()
    new_row: Row | None = None
    parts: tuple[Written, ...] = ()
    name: Cell | None = None
    date: Cell | None = None
    combined: str = ""
    criteria: tuple[tuple[Mode, Criteria], ...] = ()

    @property
    def id(self) -> str:
        """Return the id of the block."""
        return f"field-{self.field.key}"


@dataclass(frozen=True, slots=True)
class SectionShown:
    """A section as a card. state: None while it is hidden."""

    key: str
    title: str
    note: str
    when: ShownWhen | None
    state: SectionState | None
    blocks: tuple[Block, ...]

    @property
    def id(self) -> str:
        """Return the id of the section, which the list of sections leads to."""
        return f"section-{self.key or 'form'}"


class CaseForm(BaseForm):
    """A form of a case to show. Iterating gives the WTForms fields, whose names are the leaves.

    problems: cells with errors, in order. form_errors: sentences that belong to no leaf that is shown.
    stored: what the page was made from, leaf to text; the browser sends it back as `_base`.
    is_unsaved: whether what is shown differs from it.
    """

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        self.title = self.note = ""
        self.sections: tuple[SectionShown, ...] = ()
        self.stored: dict[str, str] = {}
        self.comments: tuple[str, ...] = ()
        self.is_read_only = self.is_unsaved = False

    @property
    def base(self) -> str:
        """Return `stored` as JSON, with characters as they are: long texts must not grow sixfold."""
        return json.dumps(self.stored, ensure_ascii=False)

    @property
    def cells(self) -> Iterator[Cell]:
        """Yield every cell of the page, in order."""
        return (cell for section in self.sections for block in section.blocks for cell in block.cells)

    @property
    def problems(self) -> list[Cell]:
        """Return the cells with errors."""
        return [cell for cell in self.cells if cell.errors]
