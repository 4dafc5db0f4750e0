"""The filters of lists: each takes exactly the values it means, and treats what is typed literally (S20, S21)."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import has_request_context
from flask_admin.contrib.sqla.filters import BaseSQLAFilter
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from admin.typed import row_id, search_words
from domain.instants import local_instant
from models import Batch, Programme
from web import current
from web.site import current_site

Column = InstrumentedAttribute[Any] | str
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_OPTIONS = 200
RANGE = " to "
"""What the date picker of Flask-Admin writes between two days."""


class Chosen(BaseSQLAFilter):
    """One member of a closed set. words: its members with their names."""

    def __init__(self, column: Column, name: str, words: Mapping[Any, str]) -> None:
        super().__init__(column, name, options=[(str(member), word) for member, word in words.items()])
        self.members = {str(member): member for member in words}

    def clean(self, value: str) -> Any:
        """Return the member. Raises ValueError."""
        if value not in self.members:
            raise ValueError(value)
        return self.members[value]

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        return query.filter(self.get_column(alias) == value)

    def operation(self) -> str:
        """Return the word between the column and the value."""
        return "是"


class Ticked(Chosen):
    """Yes or no."""

    def __init__(self, column: Column, name: str) -> None:
        super().__init__(column, name, {"1": "是", "0": "否"})

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        return query.filter(self.get_column(alias).is_(value == "1"))


class Empty(Chosen):
    """Whether a column holds nothing. names: of the rows in which it does, and of the others."""

    def __init__(self, column: Column, name: str, names: tuple[str, str]) -> None:
        super().__init__(column, name, {"1": names[0], "0": names[1]})

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        column = self.get_column(alias)
        return query.filter(column.is_(None) if value == "1" else column.is_not(None))


class Holding(BaseSQLAFilter):
    """A text that holds what was typed."""

    def clean(self, value: str) -> list[str]:
        """Return the words. Raises ValueError."""
        words = search_words(value)
        if words is None:
            raise ValueError(value)
        return words

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        column = self.get_column(alias)
        return query.filter(*(column.icontains(word, autoescape=True) for word in value))

    def operation(self) -> str:
        """Return the word between the column and the value."""
        return "包含"


class OnDays(BaseSQLAFilter):
    """An instant on a day, or on one of several days in a row, in the site's zone."""

    def __init__(self, column: Column, name: str) -> None:
        super().__init__(column, name, data_type="daterangepicker")

    def clean(self, value: str) -> tuple[date, date]:
        """Return the first and the last day. Raises ValueError."""
        first, _, last = value.partition(RANGE)
        days = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
        if days[0] > days[1] or days[0].year < FIRST_YEAR or days[1].year > LAST_YEAR:
            raise ValueError(value)
        return days

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        column, zone = self.get_column(alias), current_site().zone
        begin: datetime = local_instant(value[0], "00:00", zone)
        end: datetime = local_instant(value[1] + timedelta(days=1), "00:00", zone)
        return query.filter(column >= begin, column < end)

    def operation(self) -> str:
        """Return the word between the column and the value."""
        return "在日期"


class _OneOfRows(BaseSQLAFilter):
    """One row of another table, chosen from those within the reader's scope."""

    def clean(self, value: str) -> int:
        """Return the row's key. Raises ValueError."""
        found = row_id(value)
        if found is None:
            raise ValueError(value)
        return found

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        """Return the query with this condition."""
        return query.filter(self.get_column(alias) == value)

    def operation(self) -> str:
        """Return the word between the column and the value."""
        return "是"

    def get_options(self, view: Any) -> list[tuple[int, str]]:
        """Return the choices of the current request; none while the app is being built."""
        return self.choices() if has_request_context() else []

    def choices(self) -> list[tuple[int, str]]:
        """Return keys and names; none where nothing is offered."""
        return []


class OfBatch(_OneOfRows):
    """One batch, of the newest two hundred."""

    def __init__(self, column: Column, name: str = "批次") -> None:
        super().__init__(column, name)

    def choices(self) -> list[tuple[int, str]]:
        """Return keys and titles of batches, the newest first."""
        found = select(Batch.id, Batch.title).order_by(Batch.id.desc()).limit(MOST_OPTIONS)
        return [(row.id, row.title) for row in current.db().execute(found)]


class OfProgramme(_OneOfRows):
    """One programme."""

    def __init__(self, column: Column, name: str = "项目") -> None:
        super().__init__(column, name)

    def choices(self) -> list[tuple[int, str]]:
        """Return keys and names of programmes."""
        found = select(Programme.id, Programme.name).order_by(Programme.name).limit(MOST_OPTIONS)
        return [(row.id, row.name) for row in current.db().execute(found)]
