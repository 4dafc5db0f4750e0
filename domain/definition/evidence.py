"""Where a value of the definition comes from, and whether a person has confirmed it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.definition.strict import STRICT


class Mark(StrEnum):
    """How sure a value is: the notice says it, somebody inferred it, or a person confirmed what was inferred."""

    STATED = "stated"
    INFERRED = "inferred"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The mark of one value.

    path: the value's place by stable keys, "stages.contacts.due.on".
    quote: the sentence of the notice, word for word; empty where the notice is silent.
    note: why a value was inferred or how a sentence was read.
    confirmed_by: who confirmed it, with the date, once the mark is `confirmed`.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = STRICT

    path: str
    mark: Mark
    quote: str = ""
    note: str = ""
    confirmed_by: str = ""
