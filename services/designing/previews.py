"""A form as it will be seen before anybody has filled it in: for which case, and with sample answers.

Samples are invented from the definition alone, so that they pass its checks as far as one answer by itself can.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from domain.credit_code import check_digit
from domain.definition import Definition, Field, FieldKind, Form, Mode, StageKind
from domain.forms import Aspect, Leaf, Setting, chosen_modes, decimals_of, leaves, range_of
from domain.forms.judging import options_of
from domain.forms.leaves import MOST_ROWS, fewest_rows
from domain.forms.numbers import plain_text
from services.expressions import evaluate

WORDS = "此处为示例文字，用于查看填写后的样子，不是真实内容。"
APPLICANT = "示例制造有限公司"
UNIT = "某市工业和信息化局"
CODE = "91410300MA0000001"
LOOKS = 4
"""What is asked depends on what is answered: modes, rows, conditions on conditions."""
SAMPLES: Mapping[FieldKind, str] = {
    FieldKind.PHONE: "010-60000001",
    FieldKind.MOBILE: "13800000001",
    FieldKind.EMAIL: "contact@applicants.example",
    FieldKind.POSTCODE: "100000",
    FieldKind.URL: "https://www.applicants.example",
    FieldKind.CREDIT_CODE: CODE + check_digit(CODE),
    FieldKind.COMMITMENT: "yes",
}
FIGURES: Mapping[FieldKind, Decimal] = {
    FieldKind.INTEGER: Decimal(320),
    FieldKind.NUMBER: Decimal(1500),
    FieldKind.PERCENT: Decimal(20),
    FieldKind.MONEY: Decimal(5000),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The case that a form is looked at for. category: key, "" for none. modes: keys, empty for the first one."""

    category: str = ""
    modes: tuple[str, ...] = ()
    year: int = 0
    is_filled: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be looked at: the categories that the form serves, the modes of the one that is shown, the years."""

    categories: Mapping[str, str]
    modes: Mapping[str, str]
    years: tuple[int, ...]
    wanted: Wanted


def is_collected(definition: Definition, form: Form) -> bool:
    """Tell whether officers fill it in for a collecting stage; all other forms are those of cases."""
    return any(stage.collect is not None and stage.collect.form == form.key for stage in definition.stages)


def choices(definition: Definition, form: Form, asked: Wanted) -> Choice:
    """Return what a form can be looked at for; what is asked for and not there falls back to the first."""
    stage = definition.stage_of(StageKind.DECLARE)
    served = [one for one in definition.categories if stage is not None and stage.form_of(one.key) == form.key]
    names = {one.key: one.name for one in served or definition.categories}
    category = asked.category if asked.category in names else next(iter(names), "")
    modes = {mode.key: mode.name for mode in _modes(definition, category)}
    years = (definition.year, definition.year + 1)
    return Choice(
        names,
        modes,
        years,
        Wanted(
            category,
            tuple(key for key in modes if key in asked.modes),
            asked.year if asked.year in years else definition.year,
            asked.is_filled,
        ),
    )


def setting(definition: Definition, wanted: Wanted, on: date) -> Setting:
    """Return where a form is looked at. on: the day of filling in."""
    return Setting(wanted.year or definition.year, _modes(definition, wanted.category), evaluate, on)


def _modes(definition: Definition, category: str) -> tuple[Mode, ...]:
    is_known = any(one.key == category for one in definition.categories)
    return definition.modes_of(category) if is_known else definition.offered_modes


def samples(form: Form, given: Setting, modes: tuple[str, ...] = ()) -> dict[str, str]:
    """Return answers by leaf that fill everything that is asked. modes: keys to choose where it asks for modes."""
    values = dict(_begun(form))
    for _ in range(LOOKS):
        asked = leaves(form, given, values)
        chosen = chosen_modes(form, values)
        for leaf in asked:
            if not values.get(leaf.path):
                values[leaf.path] = _sample(leaf, given, modes, max(1, len(chosen)))
    known = {leaf.path for leaf in leaves(form, given, values)}
    return {path: text for path, text in values.items() if text and path in known}


def _begun(form: Form) -> Iterator[tuple[str, str]]:
    """Yield one answer of a first row, so that a table which may stay empty is seen with a row."""
    for field in form.all_fields:
        typed = [column for column in field.fields if not column.computed and column.when is None]
        if field.kind is FieldKind.ROWS and typed and (field.max_rows is None or field.max_rows > 0):
            yield f"{field.key}.0.{typed[0].key}", "?"


def _sample(leaf: Leaf, given: Setting, modes: tuple[str, ...], chosen: int) -> str:
    field = leaf.field
    if field.computed:
        return ""
    match leaf.aspect:
        case Aspect.DATE:
            return given.on.isoformat()
        case Aspect.PART:
            return _part(leaf, chosen)
        case Aspect.NAME:
            return "张三"
        case Aspect.OTHER:
            return "其他示例"[: field.max_chars]
        case _:
            return _value(leaf, given, modes)


def _value(leaf: Leaf, given: Setting, modes: tuple[str, ...]) -> str:
    field = leaf.field
    match field.kind:
        case FieldKind.DATE:
            return given.on.isoformat()
        case FieldKind.CHOICE:
            return next((one for one in field.choices if one != field.other), next(iter(field.choices), ""))
        case FieldKind.CHOICES | FieldKind.MODES:
            return "\n".join(_several(field, options_of(field, given), modes))
        case FieldKind.LONG_TEXT:
            return WORDS[: field.max_chars]
        case FieldKind.TEXT:
            text = APPLICANT if field.profile == "name" else f"示例{field.label}"
            return text[: min(field.max_chars or 20, 20)]
        case FieldKind.YEAR | FieldKind.INTEGER | FieldKind.NUMBER | FieldKind.PERCENT | FieldKind.MONEY:
            return _figure(leaf, given)
        case _:
            return SAMPLES.get(field.kind, "")


def _several(field: Field, options: Mapping[str, str], modes: tuple[str, ...]) -> list[str]:
    """Return as many choices as must be made, and no two that exclude each other."""
    wanted = [key for key in options if key in modes] if field.kind is FieldKind.MODES else []
    names = {key: {key, options[key]} for key in options}
    fewest = max(field.min_choices or 1, len(wanted))
    found: list[str] = []
    for key in (*wanted, *(one for one in options if one not in wanted)):
        clashes = any(
            not names[key].isdisjoint(group) and any(not names[one].isdisjoint(group) for one in found)
            for group in field.exclusive
        )
        if len(found) < min(fewest, field.max_choices or fewest) and not clashes:
            found.append(key)
    return found


def _part(leaf: Leaf, chosen: int) -> str:
    """Return a part of a guided text that is long enough, and leaves room for the others."""
    part, field = leaf.part, leaf.field
    if part is None:
        return ""
    most = part.max_chars or len(WORDS)
    if field.max_chars is not None:
        count = sum(chosen if one.per_mode else 1 for one in field.parts)
        most = min(most, max(1, field.max_chars // max(1, count)))
    wanted = max(part.min_chars or 0, min(len(WORDS), most))
    return (WORDS * (wanted // len(WORDS) + 1))[:wanted]


def _figure(leaf: Leaf, given: Setting) -> str:
    """Return a number within its range, and of a column of rows one that the sum allows."""
    field = leaf.field
    low, high = range_of(field)
    wanted = Decimal(given.year - 1) if field.kind is FieldKind.YEAR else FIGURES[field.kind]
    if field.at_most is not None and leaf.within is not None:
        rows = min(max(1, fewest_rows(leaf.within, 1)), MOST_ROWS)
        share = Decimal(str(field.at_most)) / rows
        high = share if high is None else min(high, share)
    if high is not None:
        wanted = min(wanted, high)
    rounding = ROUND_FLOOR
    if low is not None and wanted <= low:
        wanted, rounding = low, ROUND_CEILING
    return plain_text(wanted.quantize(Decimal(1).scaleb(-decimals_of(field)), rounding))
