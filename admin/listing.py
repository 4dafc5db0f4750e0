"""Lists with typed parameters: what no page of ours asks for is answered 400, never with a fault (S20-S22).

Columns, filters and the order are named in the address by stable names, never by their numbers, so that a link and a
saved view mean the same after a column was added.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort, flash, has_request_context, redirect, request
from flask_admin import expose
from flask_admin.model.base import ViewArgs
from sqlalchemy import or_
from werkzeug.wrappers import Response

from admin.lists.address import COLUMNS, chosen_columns
from admin.lists.bar import Bar, Offered, arrangement_pairs, bar_of, shown_of, way_on
from admin.typed import LARGEST_PAGE, argument, search_words

FILTER = re.compile(r"flt(\d{1,2})_([a-z][A-Za-z0-9_.-]{0,59})")
CONDITIONS = frozenset({"search", "sort", "desc", "page_size"})
Column = tuple[str, str]
"""Name and label."""


class Listing:
    """Mixin in front of Flask-Admin's view: parameters, columns, search and filter choices of lists.

    column_offered: columns that can be shown besides those of `column_list`; None for those of the details.
    """

    simple_list_pager = True
    can_set_page_size = True
    page_size = 20
    page_size_options = (20, 50, 100)
    column_default_sort: Any = ("id", True)
    column_sortable_list: Sequence[str] = ()
    column_offered: Sequence[str] | None = None

    model: Any
    endpoint: str
    column_formatters_detail: Any
    _search_fields: Any
    _own_columns: list[Column]
    _own_filters: Any

    # ---------- columns

    @property
    def _list_columns(self) -> list[Column]:
        """Every column that the list offers, those that it shows unasked first."""
        return [*self._own_columns, *self.more_columns()]

    @_list_columns.setter
    def _list_columns(self, columns: list[Column]) -> None:
        self._own_columns = columns

    def more_columns(self) -> Sequence[Column]:
        """Return columns that people added."""
        return ()

    def get_list_columns(self) -> list[Column]:
        """Return the columns that the list offers by itself."""
        view: Any = self
        offered = view.column_details_list if self.column_offered is None else self.column_offered
        names = list(dict.fromkeys([*view.column_list, *(offered or ())]))
        found: list[Column] = view.get_column_names(only_columns=names, excluded_columns=None)
        return found

    def shown_columns(self) -> list[Column]:
        """Return the columns of this request, in their order. Answers 400 to a name that no column has."""
        return list(shown_of(self.offered(), self.own_columns()).items())

    def own_columns(self) -> Sequence[str]:
        """Return the names of the columns that the list shows unasked."""
        return [name for name, _ in self._own_columns[: len(getattr(self, "column_list", ()))]]

    def _get_column_by_idx(self, name: Any) -> Column | None:
        """Return a column by what the address calls it, its name."""
        return next((column for column in self._list_columns if column[0] == name), None)

    # ---------- views

    def offered(self) -> Offered:
        """Return what a saved view of this list may name."""
        path = str(self.get_url(".index_view"))  # type: ignore[attr-defined]  # of the class behind
        return Offered(
            place=self.endpoint,
            path=path,
            columns=dict(self._list_columns),
            knows=self._knows,
            former=self.former_names(),
        )

    def former_names(self) -> Mapping[str, str]:
        """Return labels of columns and filters that people took away, by name."""
        return {}

    def bar(self) -> Bar:
        """Return what stands above the list."""
        return bar_of(self.offered(), [name for name, _ in self.shown_columns()])

    def _knows(self, name: str, value: str) -> bool:
        if name == "sort":
            return value in self.column_sortable_list
        asked = FILTER.fullmatch(name)
        return asked[2] in self._known_filters() if asked else name in CONDITIONS

    @expose("/")
    def index_view(self) -> str | Response:
        """Show the list; a list without a word of its own in the address opens with the reader's default view."""
        wanted = way_on(self.offered(), self.own_columns())
        if wanted:
            return redirect(wanted, 303)
        return str(super().index_view())  # type: ignore[misc]  # the class behind this mixin has it

    # ---------- search and parameters

    def search_placeholder(self) -> str:
        """Return what a search looks into, in words."""
        labels = getattr(self, "column_labels", None) or {}
        names = getattr(self, "column_searchable_list", None) or ()
        return "、".join(str(labels.get(name, name)) for name in names)

    def _get_list_extra_args(self) -> ViewArgs:
        """Return the parameters of a list, typed and bounded. Answers 400 to any other value."""
        search = request.args.get("search", "").strip()
        if search_words(search) is None:
            abort(400)
        sort = request.args.get("sort") or None
        if sort is not None and sort not in self.column_sortable_list:
            abort(400)
        return ViewArgs(
            page=argument("page", LARGEST_PAGE) or 0,
            page_size=argument("page_size", max(self.page_size_options)) or 0,
            sort=sort,  # here a column's name, which `_get_column_by_idx` takes
            sort_desc=argument("desc", 1),
            search=search or None,
            filters=self._get_list_filter_args(),
            extra_args=self._arranged_args(),
        )

    def _arranged_args(self) -> dict[str, str]:
        """Return what the address says of columns and view, so that every link of the page keeps it."""
        chosen = chosen_columns(request.args.get(COLUMNS, ""), dict(self._list_columns))
        if chosen.gone:
            former = self.former_names()
            labels = "、".join(former.get(f"extra.{name}", name) for name in chosen.gone)
            flash(f"下列各列已不存在，未显示：{labels}。", "warning")
        return arrangement_pairs(self.offered())

    # ---------- filters

    @property
    def _filters(self) -> Any:
        """The filters of the list, then those that people added."""
        return [*(self._own_filters or ()), *(self.more_filters() if has_request_context() else ())] or None

    @_filters.setter
    def _filters(self, filters: Any) -> None:
        self._own_filters = filters

    def more_filters(self) -> Sequence[Any]:
        """Return filters that people added."""
        return ()

    def get_filter_arg(self, index: int, flt: Any) -> str:
        """Return what the address calls a filter: by the column that it is about."""
        return str(getattr(flt, "named", "") or flt.key_name or flt.column.key)

    def _known_filters(self) -> dict[str, tuple[int, Any]]:
        """Return the filters with their numbers, by what the address calls them."""
        return {self.get_filter_arg(index, flt): (index, flt) for index, flt in enumerate(self._filters or ())}

    def _get_list_filter_args(self) -> list[tuple[int, str, str]]:
        """Return the filters that were asked for, in their order. Answers 400 to one that the list never has."""
        known, found = self._known_filters(), []
        for name, value in request.args.items():
            if not name.startswith("flt"):
                continue
            asked = FILTER.fullmatch(name)
            if asked is None or not (asked[2] in known or asked[2].startswith("extra.")):
                abort(400)
            if asked[2] not in known:
                label = self.former_names().get(asked[2], asked[2])
                flash(f"筛选条件“{label}”已不存在，已忽略。", "warning")
                continue
            index, flt = known[asked[2]]
            if flt.validate(value):
                found.append((int(asked[1]), (index, str(flt.name), value)))
            else:
                flash(f"筛选条件“{flt.name}”的值无效，已忽略。", "warning")
        return [wanted for _, wanted in sorted(found, key=lambda pair: pair[0])]

    def _get_filter_groups(self) -> Any:
        """Return the filters by name, with the choices of this request."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for arg, (index, flt) in self._known_filters().items():
            item = {"index": index, "arg": arg, "operation": flt.operation(), "type": flt.data_type}
            groups.setdefault(str(flt.name), []).append(item | {"options": flt.get_options(self) or None})
        return groups or None

    # ---------- rows

    def _get_list_value(
        self, context: Any, model: Any, name: str, column_formatters: Any, column_type_formatters: Any
    ) -> Any:
        """Return what a cell says; a column of the details looks in the list as it does there."""
        detailed = self.column_formatters_detail
        if name not in column_formatters and name in detailed:
            column_formatters = {name: detailed[name]}
        return super()._get_list_value(  # type: ignore[misc]  # the class behind this mixin has it
            context, model, name, column_formatters, column_type_formatters
        )

    def _apply_sorting(self, query: Any, joins: Any, sort_column: Any, sort_desc: bool) -> Any:
        """Return the query in an order that is the same on every page."""
        query, joins = super()._apply_sorting(query, joins, sort_column, sort_desc)  # type: ignore[misc]  # as above
        return query.order_by(self.model.id.desc()), joins

    def search_columns(self) -> Sequence[Any]:
        """Return what a search looks into besides the columns of the table."""
        return ()

    def _apply_search(self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str) -> Any:
        """Return the query for rows that hold every word, each taken literally (S21)."""
        columns = list(self.search_columns())
        for field, path in self._search_fields:
            query, joins, alias = self._apply_path_joins(  # type: ignore[attr-defined]  # of the class behind
                query, joins, path, inner_join=False
            )
            columns.append(field if alias is None else getattr(alias, field.key))
        for word in search_words(search) or []:
            query = query.filter(or_(*(column.icontains(word, autoescape=True) for column in columns)))
        return query, count_query, joins, count_joins
