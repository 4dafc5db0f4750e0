"""The forms of a batch: sections, fields, tables by year, repeating rows, guided long texts, commitments.

The answers of a form are one flat mapping from a *leaf* to text. A leaf is addressed by keys alone, so the page, a
draft, a conflict, a problem, a return comment and a difference all name the same thing:

    "name"                       a plain field
    "nature.other"               the words for a choice that asks for them
    "indicators.revenue.2022"    a cell of a table: row, then year (absolute, so it survives into the next batch)
    "investors.0.share"          a cell of repeating rows: number from 0, then column
    "body.practice.lifecycle"    a part of a guided text, written for one chosen mode
    "promise", "promise.name", "promise.date"   a commitment: "yes", and who signed when

A field that takes several choices holds them in the order of the definition, one per line.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.definition.categories import Strength
from domain.definition.materials import Material
from domain.definition.strict import STRICT


class FieldKind(StrEnum):
    """What a field holds; decides its input, its check and its normal form."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    PHONE = "phone"
    MOBILE = "mobile"
    EMAIL = "email"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    MODES = "modes"
    INTEGER = "integer"
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    YEAR = "year"
    CREDIT_CODE = "credit_code"
    POSTCODE = "postcode"
    URL = "url"
    TABLE = "table"
    ROWS = "rows"
    OUTLINE = "outline"
    COMMITMENT = "commitment"


NUMERIC = frozenset({FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.PERCENT, FieldKind.MONEY})
NESTED = frozenset({FieldKind.TABLE, FieldKind.ROWS})


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWhen:
    """A condition on another field of the form: it holds at least one of these values."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    field: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a guided long text; `per_mode` asks for it once for each chosen mode.

    guide: what the notice says it should hold. min_chars, max_chars: in characters; None for no limit of its own.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    title: str
    guide: str = ""
    per_mode: bool = False
    required: bool = True
    min_chars: int | None = None
    max_chars: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form.

    max_chars: limit in characters, not bytes; None means 200, or 2,000 for long text.
    choices: the allowed answers of a choice, in order; empty for other kinds.
    other: the choice that asks for words of one's own ("其他"), stored in the leaf `<key>.other`.
    exclusive: groups of choices of which at most one may be chosen (专业 and 区域).
    min_choices, max_choices: how many may be chosen; None for no limit.
    combined: what several modes together are called ("综合型").
    unit: unit of a number ("万元", "吨标煤"); percent and money bring their own.
    minimum, maximum: inclusive range of a number or year; None for open. A percent is 0-100 unless this says other.
    decimals: most digits after the point; None for two (money and percent), none (integer), four (number).
    years: columns of a table, relative to the batch's year (-2, -1).
    fields: rows of a table, or columns of repeating rows; none of them is nested itself.
    min_rows, max_rows: how many repeating rows; max_rows None means 50.
    at_most: for a column of repeating rows, the most that all rows may add up to (shares: 100).
    parts: of a guided text. text: the words of a commitment.
    computed: expression that gives the value; such a field is shown, not typed.
    profile: name of the organisation's own data it is prefilled from: name, credit_code, address, legal_person,
        nature, industry, founded_on, phone, email, site, region.
    from_last: whether last year's case prefills it.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    max_chars: int | None = None
    choices: tuple[str, ...] = ()
    other: str | None = None
    exclusive: tuple[tuple[str, ...], ...] = ()
    min_choices: int | None = None
    max_choices: int | None = None
    combined: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    decimals: int | None = None
    years: tuple[int, ...] = ()
    fields: tuple["Field", ...] = ()
    min_rows: int = 0
    max_rows: int | None = None
    at_most: float | None = None
    parts: tuple[Part, ...] = ()
    text: str = ""
    computed: str = ""
    profile: str = ""
    from_last: bool = False
    when: ShownWhen | None = None
    clause: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part of a form ("一、企业基本信息"), shown when its condition holds."""

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    title: str
    fields: tuple[Field, ...] = ()
    when: ShownWhen | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A check across fields, as an expression that is true when all is well.

    The names in it are the keys of plain fields (numbers where they are numbers, empty ones absent). With `table` the
    check is made for each year, and the names are those of the table's rows; repeating rows may stand there, too, and
    are checked one by one. A check in which a name is empty is left out.
    fields: the leaves, or row keys with `table`, that the sentence belongs to; the first gets it.
    strength: hard refuses the submission, soft shows the sentence.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    expression: str
    sentence: str
    fields: tuple[str, ...]
    table: str | None = None
    strength: Strength = Strength.SOFT


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A named form: a plain list of fields (a small one), or sections (an application), in this order.

    one_of: groups of fields of which at least one must be filled ("电子邮箱或手机").
    lost: sections of the notice's form that the supplied text has lost; nothing is invented for them.
    cover: lines of the printed cover, in order; {year}, {applicant} and {unit} stand for the batch's year, the
        applicant and the recommending unit.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    title: str
    fields: tuple[Field, ...] = ()
    sections: tuple[Section, ...] = ()
    checks: tuple[Check, ...] = ()
    materials: tuple[Material, ...] = ()
    one_of: tuple[tuple[str, ...], ...] = ()
    lost: tuple[str, ...] = ()
    cover: tuple[str, ...] = ()
    note: str = ""

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Return the fields of the form and of all its sections, in order."""
        return (*self.fields, *(field for section in self.sections for field in section.fields))

    def field(self, key: str) -> Field | None:
        """Return the field with this key, None when there is none."""
        return next((field for field in self.all_fields if field.key == key), None)
