"""What belongs to a record and is shown below it: small tables, and texts word for word."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of plain texts. heads: one for each column. sentence: instead of an empty table."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text as it is, line by line. sentence: instead of an empty one. is_folded: shown only when it is opened."""

    title: str
    text: str
    sentence: str = ""
    is_folded: bool = False


Part = Table | Text
