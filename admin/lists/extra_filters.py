"""Filters over additional fields: each takes exactly the values that its kind holds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_admin.contrib.sqla.filters import BaseSQLAFilter

from admin.filters import RANGE
from admin.typed import search_words
from models.lists import ExtraField, ExtraKind
from services.extras import PREFIX

NO_VALUE = "-"
"""What the address says for rows without a value; no choice, since a form gives nothing for it."""


class ExtraFilter(BaseSQLAFilter):
    """A condition on one additional field. column: of the table that holds the values.

    named: what the address calls it.
    """

    def __init__(self, column: Any, field: ExtraField, **options: Any) -> None:
        super().__init__(column, field.label, **options)
        self.field, self.named = field, f"{PREFIX}{field.key}"

    @property
    def value(self) -> Any:
        """Return the field's value as a part of a statement."""
        return self.get_column(None)[self.field.key]

    def operation(self) -> str:
        """Return the word between the column and the value."""
        return "是"


class ExtraHolding(ExtraFilter):
    """A text that holds what was typed."""

    def clean(self, value: str) -> list[str]:
        """Return the words. Raises ValueError."""
        words = search_words(value)
        if words is None:
            raise ValueError(value)
        return words

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        return query.filter(*(self.value.as_string().icontains(word, autoescape=True) for word in value))

    def operation(self) -> str:
        """Return the word between the column and the value."""
        return "包含"


class ExtraChosen(ExtraFilter):
    """One of the choices, or none."""

    def __init__(self, column: Any, field: ExtraField) -> None:
        options = [(choice, choice) for choice in field.choices]
        super().__init__(column, field, options=[*options, (NO_VALUE, "未填")])

    def clean(self, value: str) -> str:
        """Return the choice. Raises ValueError."""
        if value != NO_VALUE and value not in self.field.choices:
            raise ValueError(value)
        return value

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        text = self.value.as_string()
        return query.filter(text.is_(None) if value == NO_VALUE else text == value)


class ExtraFlag(ExtraFilter):
    """Yes, no, or neither."""

    def __init__(self, column: Any, field: ExtraField) -> None:
        super().__init__(column, field, options=[("1", "是"), ("0", "否"), (NO_VALUE, "未填")])

    def clean(self, value: str) -> str:
        """Return the answer. Raises ValueError."""
        if value not in {"1", "0", NO_VALUE}:
            raise ValueError(value)
        return value

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        if value == NO_VALUE:
            return query.filter(self.value.as_string().is_(None))
        return query.filter(self.value.as_boolean().is_(value == "1"))


class ExtraDays(ExtraFilter):
    """A day, or one of several days in a row."""

    def __init__(self, column: Any, field: ExtraField) -> None:
        super().__init__(column, field, data_type="daterangepicker")

    def clean(self, value: str) -> tuple[str, str]:
        """Return the first and the last day. Raises ValueError."""
        first, _, last = value.partition(RANGE)
        days = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
        if days[0] > days[1]:
            raise ValueError(value)
        return days[0].isoformat(), days[1].isoformat()

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        return query.filter(self.value.as_string().between(*value))

    def operation(self) -> str:
        """Return the word between the column and the value."""
        return "在日期"


class ExtraNumber(ExtraFilter):
    """A number: one, or from one to another."""

    def clean(self, value: str) -> tuple[float, float]:
        """Return the smallest and the largest. Raises ValueError."""
        low, _, high = value.replace(RANGE, "~").partition("~")
        found = float(low), float(high or low)
        if not -1e18 < found[0] <= found[1] < 1e18:
            raise ValueError(value)
        return found

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        return query.filter(self.value.as_float().between(*value))

    def operation(self) -> str:
        """Return the word between the column and the value."""
        return "为（如 10 或 10~20）"


FILTERS: Mapping[ExtraKind, type[Any]] = {
    ExtraKind.TEXT: ExtraHolding,
    ExtraKind.LONG_TEXT: ExtraHolding,
    ExtraKind.NUMBER: ExtraNumber,
    ExtraKind.DATE: ExtraDays,
    ExtraKind.CHOICE: ExtraChosen,
    ExtraKind.FLAG: ExtraFlag,
}
