"""Which leaves a form asks for, given what has been answered so far, in the order of the page."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from domain.definition import Field, FieldKind, Form, Mode, Part, Section, ShownWhen
from domain.forms.scalars import normal
from domain.forms.setting import Setting
from domain.forms.texts import composed

ROW = re.compile(r"([^.]+)\.(0|[1-9][0-9]{0,3})\.(.+)")
MOST_ROWS = 50
CHOOSING = frozenset({FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.MODES})


class Aspect(StrEnum):
    """What of its field a leaf holds: its value, words for "other", a part, or who made a promise and when."""

    VALUE = "value"
    OTHER = "other"
    PART = "part"
    NAME = "name"
    DATE = "date"


class Leaf(NamedTuple):
    """One place for text.

    label: what people call it, with year or row ("资产总额（2021 年）").
    field: the question it belongs to; in a table its row, in repeating rows its column.
    section: key of its section, "" in a form without sections.
    is_asked: False where a condition hides it now. is_required: whether it must be filled when it is asked.
    within: the table or repeating rows around it; None for a plain leaf.
    year: of a table's cell. row: number of a repeating row, from 0, as the answers have it.
    part, mode: of a guided text.
    """

    path: str
    label: str
    field: Field
    section: str
    aspect: Aspect = Aspect.VALUE
    is_asked: bool = True
    is_required: bool = False
    within: Field | None = None
    year: int | None = None
    row: int | None = None
    part: Part | None = None
    mode: Mode | None = None


def leaves(form: Form, setting: Setting, answers: Mapping[str, str]) -> tuple[Leaf, ...]:
    """Return every leaf that is asked now, in order; what a condition hides is left out.

    Repeating rows: those with anything in them, filled up to the fewest that are required.
    """
    return tuple(leaf for leaf in all_leaves(form, setting, answers) if leaf.is_asked)


def chosen_modes(form: Form, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of the modes chosen in the fields that are shown, in the order of the answer."""
    sheet = Sheet(form, answers)
    chosen = (
        key
        for section, field in sheet.places.values()
        if field.kind is FieldKind.MODES and sheet.is_shown(section, field)
        for key in chosen_in(answers, field.key)
    )
    return tuple(dict.fromkeys(chosen))


def chosen_in(answers: Mapping[str, str], path: str) -> tuple[str, ...]:
    """Return what a leaf of choices holds, one by one."""
    text = composed(answers.get(path, ""))
    return tuple(dict.fromkeys(line for part in text.split("\n") if (line := part.strip()))) if text else ()


def filled_rows(answers: Mapping[str, str]) -> dict[str, list[int]]:
    """Return the numbers of the repeating rows that hold anything, by the key of their field, in order."""
    found: dict[str, set[int]] = {}
    for path, text in answers.items():
        if "." in path and text and not text.isspace():
            match = ROW.fullmatch(path)
            if match:
                found.setdefault(match[1], set()).add(int(match[2]))
    return {key: sorted(numbers) for key, numbers in found.items()}


def is_of_row(form: Form, path: str) -> bool:
    """Tell whether a leaf belongs to repeating rows of the form, whether or not there is such a row."""
    match = ROW.fullmatch(path)
    field = form.field(match[1]) if match is not None else None
    if match is None or field is None or field.kind is not FieldKind.ROWS:
        return False
    return match[3].removesuffix(".other") in {column.key for column in field.fields}


class Sheet:
    """A form with answers: finds fields by key and tells which are shown."""

    def __init__(self, form: Form, answers: Mapping[str, str]) -> None:
        self.form, self.answers = form, answers
        self.places: dict[str, tuple[Section | None, Field]] = {field.key: (None, field) for field in form.fields}
        for section in form.sections:
            for field in section.fields:
                self.places[field.key] = (section, field)

    def is_shown(self, section: Section | None, field: Field) -> bool:
        """Tell whether a field and its section are shown; what a hidden field holds shows nothing."""
        return self.holds(section.when if section is not None else None) and self.holds(field.when)

    def holds(self, when: ShownWhen | None, seen: frozenset[str] = frozenset()) -> bool:
        """Tell whether a condition is met; one that leads back to itself never is."""
        if when is None:
            return True
        if when.field in seen or when.field not in self.places:
            return False
        section, field = self.places[when.field]
        around = section.when if section is not None else None
        deeper = seen | {when.field}
        value = normal(field, self.answers.get(when.field, ""))
        is_chosen = any(line in when.any_of for line in value.split("\n"))
        return is_chosen and self.holds(around, deeper) and self.holds(field.when, deeper)


def all_leaves(form: Form, setting: Setting, answers: Mapping[str, str]) -> Iterator[Leaf]:
    """Yield every leaf that the form can have with these rows, also those that are not asked now."""
    sheet = Sheet(form, answers)
    chosen = frozenset(chosen_modes(form, answers))
    rows = filled_rows(answers)
    for section, field in sheet.places.values():
        is_shown = sheet.is_shown(section, field)
        key = section.key if section is not None else ""
        match field.kind:
            case FieldKind.TABLE:
                yield from _table(sheet, field, setting, (key, is_shown))
            case FieldKind.ROWS:
                yield from _rows(sheet, field, rows.get(field.key, []), setting, (key, is_shown))
            case FieldKind.OUTLINE:
                yield from _outline(field, setting, chosen, (key, is_shown))
            case FieldKind.COMMITMENT:
                yield from _commitment(sheet, field, key, is_shown)
            case _:
                leaf = Leaf(
                    field.key, field.label, field, key, Aspect.VALUE, is_shown, field.required and not field.computed
                )
                yield from _with_words(leaf, setting, answers)


def _with_words(leaf: Leaf, setting: Setting, answers: Mapping[str, str]) -> Iterator[Leaf]:
    """Yield a plain leaf, and the one for words of one's own where a choice asks for them."""
    yield leaf
    field = leaf.field
    if field.kind not in CHOOSING:
        return
    if field.kind is FieldKind.MODES:
        asking = {mode.key: mode.name for mode in setting.modes if mode.is_other}
    else:
        asking = {} if field.other is None else {field.other: field.other}
    if asking:
        is_chosen = any(value in asking for value in chosen_in(answers, leaf.path))
        label = f"{leaf.label}（{'、'.join(asking.values())}，请写明）"
        yield leaf._replace(
            path=f"{leaf.path}.other",
            label=label,
            aspect=Aspect.OTHER,
            is_asked=leaf.is_asked and is_chosen,
            is_required=True,
        )


def _table(sheet: Sheet, table: Field, setting: Setting, place: tuple[str, bool]) -> Iterator[Leaf]:
    section, is_shown = place
    years = [setting.year + offset for offset in table.years]
    for row in table.fields:
        is_asked = is_shown and sheet.holds(row.when)
        is_required = table.required and row.required and not row.computed
        for year in years:
            yield Leaf(
                f"{table.key}.{row.key}.{year}",
                f"{row.label}（{year} 年）",
                row,
                section,
                Aspect.VALUE,
                is_asked,
                is_required,
                table,
                year,
            )


def _rows(sheet: Sheet, rows: Field, typed: list[int], setting: Setting, place: tuple[str, bool]) -> Iterator[Leaf]:
    for position, number in enumerate([*typed, *blank_rows(rows, typed)], start=1):
        yield from row_leaves(sheet, rows, (number, position), setting, place)


def row_leaves(
    sheet: Sheet, rows: Field, row: tuple[int, int], setting: Setting, place: tuple[str, bool]
) -> Iterator[Leaf]:
    """Yield the leaves of one repeating row.

    row: its number in the answers, from 0, and its position for people, from 1.
    place: key of the section, and whether the field is shown.
    """
    (number, position), (section, is_shown) = row, place
    for column in rows.fields:
        leaf = Leaf(
            f"{rows.key}.{number}.{column.key}",
            f"{column.label}（第 {position} 行）",
            column,
            section,
            Aspect.VALUE,
            is_shown and sheet.holds(column.when),
            column.required and not column.computed,
            rows,
            None,
            number,
        )
        yield from _with_words(leaf, setting, sheet.answers)


def fewest_rows(rows: Field, typed: int) -> int:
    """Return how many rows there must be: at least one where the field is required, none where it is left out."""
    return max(rows.min_rows, 1) if rows.required else (rows.min_rows if typed else 0)


def blank_rows(rows: Field, typed: list[int]) -> range:
    """Return the numbers of the rows that are still missing."""
    following = typed[-1] + 1 if typed else 0
    return range(following, following + fewest_rows(rows, len(typed)) - len(typed))


def _outline(field: Field, setting: Setting, chosen: frozenset[str], place: tuple[str, bool]) -> Iterator[Leaf]:
    section, is_shown = place
    for part in field.parts:
        is_required = field.required and part.required
        path = f"{field.key}.{part.key}"
        if not part.per_mode:
            yield Leaf(path, part.title, field, section, Aspect.PART, is_shown, is_required, None, None, None, part)
            continue
        for mode in setting.modes:
            yield Leaf(
                f"{path}.{mode.key}",
                f"{part.title}（{mode.name}）",
                field,
                section,
                Aspect.PART,
                is_shown and mode.key in chosen,
                is_required,
                None,
                None,
                None,
                part,
                mode,
            )


def _commitment(sheet: Sheet, field: Field, section: str, is_shown: bool) -> Iterator[Leaf]:
    is_made = bool(chosen_in(sheet.answers, field.key))
    for suffix, words, aspect in (
        ("", "", Aspect.VALUE),
        (".name", "（承诺人）", Aspect.NAME),
        (".date", "（日期）", Aspect.DATE),
    ):
        path, label = f"{field.key}{suffix}", f"{field.label}{words}"
        is_required = field.required or (is_made and aspect is not Aspect.VALUE)
        yield Leaf(path, label, field, section, aspect, is_shown, is_required)
