"""A list as a workbook: the rows and columns of its address over all pages, as text that people read on the page."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import IO, Any
from urllib.parse import quote

from flask import g, request
from flask_admin import expose
from markupsafe import Markup
from werkzeug.wrappers import Response

from admin.cells import NOTHING, value_of
from admin.words import word
from services.files import XLSX
from services.lists.exporting import MOST_EXPORTED, Export, record_export, write_export
from web import current
from web.filters import moment
from web.site import current_site

AT_ONCE = 500
"""Rows in memory at a time."""
PART = 64 * 1024


def give_workbook(export: Export, rows: Iterable[Sequence[object]], plain_name: str) -> Response:
    """Give a list as a workbook, and note who took it. Raises NotAllowed.

    rows: read from `current.db()` while they are written. plain_name: of the file, for programs that read no Chinese.
    """
    actor, now = current.actor(), current.now()
    with _reading():
        done = write_export(export, rows, actor=actor)
    record_export(current.db(), export, done, actor=actor, now=now)
    answer = Response(_parts(done.content), mimetype=XLSX.media_type)
    answer.call_on_close(done.content.close)
    name = quote(f"{export.name}-{now.astimezone(current_site().zone).date().isoformat()}.xlsx")
    answer.headers["Content-Disposition"] = f"attachment; filename={plain_name}; filename*=UTF-8''{name}"
    return answer


class Workbook:
    """Mixin in front of Flask-Admin's view: takes a list away as it is seen."""

    most_exported = MOST_EXPORTED
    name: str
    endpoint: str
    column_formatters: Any
    column_type_formatters: Any
    ready: Callable[[Sequence[Any]], None]
    shown_columns: Callable[[], list[tuple[str, str]]]
    _get_list_extra_args: Callable[[], Any]
    _get_list_value: Callable[..., Any]

    @expose("/list.xlsx", methods=("POST",))
    def workbook_view(self) -> Response:
        """Give the list as a workbook, and note who took it; the parameters are those of the list."""
        columns = self.shown_columns()
        export = Export(
            name=str(self.name),
            place=self.endpoint,
            asked=request.query_string.decode("ascii", "replace"),
            headings=[label for _, label in columns],
        )
        return give_workbook(export, self._lines([name for name, _ in columns]), "list.xlsx")

    def _lines(self, names: Sequence[str]) -> Iterator[Sequence[object]]:
        """Yield a line for each row that the address asks for, and one more than may be exported."""
        asked = self._get_list_extra_args()
        _, query = super().get_list(  # type: ignore[misc]  # the class behind this mixin has it
            0, asked.sort, asked.sort_desc, asked.search, asked.filters, execute=False, page_size=MOST_EXPORTED + 1
        )
        found = iter(query.yield_per(AT_ONCE))
        while rows := list(islice(found, AT_ONCE)):
            self.ready(rows)
            for row in rows:
                yield [self.plain_cell(row, name) for name in names]

    def plain_cell(self, row: Any, name: str) -> object:
        """Return what a cell of the list says, without its looks; numbers stay numbers."""
        value = self._get_list_value(_Plain, row, name, self.column_formatters, self.column_type_formatters)
        if isinstance(value, int | float):
            return value
        text = value.striptags() if isinstance(value, Markup) else str(value)
        return "" if text == NOTHING else text


class _Plain:
    """Stands for a template's context: gives the words of the macros of `admin/model/cells.html`, without looks."""

    words: Mapping[str, Callable[[Any], object]] = {
        "state_cell": lambda value: NOTHING if value is None else word(value),
        "due_cell": lambda value: NOTHING if value is None else moment(value),
        "moment_cell": lambda value: NOTHING if value is None else moment(value),
        "yes_no_cell": lambda value: NOTHING if value is None else ("是" if value else "否"),
        "long_cell": lambda value: value or NOTHING,
    }

    @classmethod
    def resolve(cls, name: str) -> Callable[..., object]:
        """Return what stands for a macro."""
        return lambda model, column: cls.words[name](value_of(model, column))


def _parts(content: IO[bytes]) -> Iterator[bytes]:
    """Yield a file in parts, and close it behind the last."""
    with content:
        while part := content.read(PART):
            yield part


@contextmanager
def _reading() -> Iterator[None]:
    """Read in a session of its own, so that a long list never holds the one writer's place in SQLite."""
    site, writer = current_site(), g.db
    g.db = site.database.session(site.database.snapshot, current.scope())
    try:
        yield
    finally:
        g.db.close()
        g.db = writer
