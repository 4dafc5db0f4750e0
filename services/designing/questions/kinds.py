"""The kinds of questions as people choose them, and which settings each of them uses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.definition import Field, FieldKind
from services.definitions.words import choice, choice_help
from services.designing.asking.describing import describe, empty

COMMON = frozenset({"key", "label", "kind", "required", "help", "clause", "when"})
_TEXT = frozenset({"max_chars", "profile", "from_last"})
_LINE = frozenset({"profile", "from_last"})
_NUMBER = frozenset({"unit", "minimum", "maximum", "decimals", "computed", "profile", "from_last"})
USED: Mapping[FieldKind, frozenset[str]] = {
    FieldKind.TEXT: _TEXT | {"computed"},
    FieldKind.LONG_TEXT: _TEXT,
    FieldKind.PHONE: _LINE,
    FieldKind.MOBILE: _LINE,
    FieldKind.EMAIL: _LINE,
    FieldKind.DATE: _LINE,
    FieldKind.URL: _LINE,
    FieldKind.POSTCODE: _LINE,
    FieldKind.CREDIT_CODE: _LINE,
    FieldKind.CHOICE: frozenset({"choices", "other", "profile", "from_last"}),
    FieldKind.CHOICES: frozenset({"choices", "other", "exclusive", "min_choices", "max_choices", "from_last"}),
    FieldKind.MODES: frozenset({"exclusive", "min_choices", "max_choices", "combined", "from_last"}),
    FieldKind.INTEGER: _NUMBER - {"decimals"},
    FieldKind.NUMBER: _NUMBER,
    FieldKind.PERCENT: _NUMBER - {"unit"},
    FieldKind.MONEY: _NUMBER,
    FieldKind.YEAR: frozenset({"minimum", "maximum", "profile", "from_last"}),
    FieldKind.TABLE: frozenset({"years", "from_last"}),
    FieldKind.ROWS: frozenset({"min_rows", "max_rows", "from_last"}),
    FieldKind.OUTLINE: frozenset({"max_chars", "from_last"}),
    FieldKind.COMMITMENT: frozenset({"text"}),
}
"""The settings of each kind besides those that all have."""
IN_COLUMN = frozenset({FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MONEY})
"""Kinds whose columns of repeating rows may be limited in their sum."""
NESTED_IN: Mapping[FieldKind, str] = {FieldKind.TABLE: "fields", FieldKind.ROWS: "fields", FieldKind.OUTLINE: "parts"}
"""Where a kind keeps what it consists of."""
NOT_WITHIN = frozenset({FieldKind.TABLE, FieldKind.ROWS, FieldKind.OUTLINE, FieldKind.COMMITMENT, FieldKind.MODES})
"""Kinds that stand by themselves alone."""
IN_TABLE = frozenset({FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MONEY, FieldKind.TEXT})
"""Kinds that a table by years may have as rows."""
STARTS: Mapping[FieldKind, Mapping[str, Any]] = {
    FieldKind.TABLE: {"years": [-3, -2, -1]},
    FieldKind.CHOICE: {"choices": ["选项一", "选项二"]},
    FieldKind.CHOICES: {"choices": ["选项一", "选项二"]},
}
"""What a new question of a kind begins with, so that it can be looked at."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind as the palette offers it."""

    kind: FieldKind
    label: str
    hint: str
    icon: str


ICONS: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "forms",
    FieldKind.LONG_TEXT: "file-text",
    FieldKind.PHONE: "phone",
    FieldKind.MOBILE: "device-mobile",
    FieldKind.EMAIL: "mail",
    FieldKind.DATE: "calendar",
    FieldKind.CHOICE: "circle-dot",
    FieldKind.CHOICES: "checkbox",
    FieldKind.MODES: "list-check",
    FieldKind.INTEGER: "number",
    FieldKind.NUMBER: "decimal",
    FieldKind.PERCENT: "percentage",
    FieldKind.MONEY: "coin-yuan",
    FieldKind.YEAR: "calendar-event",
    FieldKind.CREDIT_CODE: "id",
    FieldKind.POSTCODE: "mailbox",
    FieldKind.URL: "link",
    FieldKind.TABLE: "table",
    FieldKind.ROWS: "table-plus",
    FieldKind.OUTLINE: "list-details",
    FieldKind.COMMITMENT: "signature",
}
GROUPS: tuple[tuple[str, tuple[FieldKind, ...]], ...] = (
    ("文字", (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.OUTLINE)),
    (
        "数字",
        (FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MONEY, FieldKind.YEAR),
    ),
    ("选择", (FieldKind.CHOICE, FieldKind.CHOICES, FieldKind.MODES)),
    ("表格", (FieldKind.TABLE, FieldKind.ROWS)),
    ("日期和联系方式", (FieldKind.DATE, FieldKind.PHONE, FieldKind.MOBILE, FieldKind.EMAIL, FieldKind.URL)),
    ("证件号和承诺", (FieldKind.CREDIT_CODE, FieldKind.POSTCODE, FieldKind.COMMITMENT)),
)
NAMED: Mapping[FieldKind, str] = {
    FieldKind.TABLE: "年度指标表",
    FieldKind.ROWS: "可增行的表",
    FieldKind.OUTLINE: "按提纲撰写",
}
"""Names that say more in the palette than the word of the kind."""


def palette(around: FieldKind | None = None) -> list[tuple[str, list[Offer]]]:
    """Return the kinds in groups for people. around: the kind of the question that they stand in, None for none."""
    found = []
    for name, kinds in GROUPS:
        offers = [
            Offer(kind, NAMED.get(kind, choice(kind)), choice_help(kind), ICONS[kind])
            for kind in kinds
            if fits(kind, around)
        ]
        if offers:
            found.append((name, offers))
    return found


def fits(kind: FieldKind, around: FieldKind | None) -> bool:
    """Tell whether a question of a kind may stand there."""
    if around is FieldKind.TABLE:
        return kind in IN_TABLE
    return around is None or kind not in NOT_WITHIN


def settings(field: Field, around: FieldKind | None = None) -> frozenset[str]:
    """Return the names of what can be set of a question: what its kind uses, and what is set all the same."""
    used = COMMON | USED[field.kind]
    if around is not None:
        used -= {"profile", "from_last"}
    if around is FieldKind.ROWS and field.kind in IN_COLUMN:
        used |= {"at_most"}
    set_anyway = {
        one.name
        for one in describe(Field)
        if one.name not in {"fields", "parts"} and _is_set(getattr(field, one.name), one.default)
    }
    return frozenset(used | set_anyway)


def _is_set(value: object, default: object) -> bool:
    return (list(value) if isinstance(value, tuple) else value) != default and value != default


def new_question(kind: FieldKind, label: str, key: str, *, required: bool) -> dict[str, Any]:
    """Return a new question as in JSON."""
    return {
        **empty(Field),
        **STARTS.get(kind, {}),
        "key": key,
        "label": label,
        "kind": kind.value,
        "required": required,
    }
