"""The small forms that a collect stage asks for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form.

    max_chars: limit in characters, not bytes; None means 200, or 2,000 for long text.
    choices: the allowed answers of a choice, in order; empty for other kinds.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    required: bool = True
    max_chars: int | None = None
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A named list of fields, shown in this order.

    one_of: groups of fields of which at least one must be filled ("电子邮箱或手机").
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    key: str
    title: str
    fields: tuple[Field, ...]
    one_of: tuple[tuple[str, ...], ...] = ()
    note: str = ""
