"""Lists with typed parameters: what no page of ours asks for is answered 400, never with a fault (S20-S22)."""

import re
from collections.abc import Sequence
from typing import Any

from flask import abort, flash, request
from flask_admin.model.base import ViewArgs
from sqlalchemy import or_

from admin.typed import LARGEST_PAGE, argument, search_words

FILTER = re.compile(r"flt(\d{1,2})_(\d{1,3})")


class Listing:
    """Mixin in front of Flask-Admin's view: parameters, search and filter choices of lists."""

    simple_list_pager = True
    can_set_page_size = True
    page_size = 20
    page_size_options = (20, 50, 100)
    column_default_sort: Any = ("id", True)
    column_sortable_list: Sequence[str] = ()

    model: Any
    _list_columns: list[tuple[str, str]]
    _filters: Any
    _filter_args: Any
    _search_fields: Any

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
        sort = argument("sort", len(self._list_columns) - 1)
        if sort is not None and self._list_columns[sort][0] not in self.column_sortable_list:
            abort(400)
        return ViewArgs(
            page=argument("page", LARGEST_PAGE) or 0,
            page_size=argument("page_size", max(self.page_size_options)) or 0,
            sort=sort,
            sort_desc=argument("desc", 1),
            search=search or None,
            filters=self._get_list_filter_args(),
            extra_args={},
        )

    def _get_list_filter_args(self) -> list[tuple[int, str, str]]:
        """Return the filters that were asked for, in their order. Answers 400 to one that the list does not have."""
        known, found = self._filter_args or {}, []
        for name, value in request.args.items():
            if not name.startswith("flt"):
                continue
            asked = FILTER.fullmatch(name)
            if asked is None or asked[2] not in known:
                abort(400)
            index, flt = known[asked[2]]
            if flt.validate(value):
                found.append((int(asked[1]), (index, str(flt.name), value)))
            else:
                flash(f"筛选条件“{flt.name}”的值无效，已忽略。", "warning")
        return [wanted for _, wanted in sorted(found, key=lambda pair: pair[0])]

    def _get_filter_groups(self) -> Any:
        """Return the filters with the choices of this request."""
        groups = super()._get_filter_groups()  # type: ignore[misc]  # the class behind this mixin has it
        for items in (groups or {}).values():
            for item in items:
                item["options"] = self._filters[item["index"]].get_options(self) or None
        return groups

    def _apply_sorting(self, query: Any, joins: Any, sort_column: Any, sort_desc: bool) -> Any:
        """Return the query in an order that is the same on every page."""
        query, joins = super()._apply_sorting(query, joins, sort_column, sort_desc)  # type: ignore[misc]  # as above
        return query.order_by(self.model.id.desc()), joins

    def _apply_search(self, query: Any, count_query: Any, joins: Any, count_joins: Any, search: str) -> Any:
        """Return the query for rows that hold every word, each taken literally (S21)."""
        columns = []
        for field, path in self._search_fields:
            query, joins, alias = self._apply_path_joins(  # type: ignore[attr-defined]  # of the class behind
                query, joins, path, inner_join=False
            )
            columns.append(field if alias is None else getattr(alias, field.key))
        for word in search_words(search) or []:
            query = query.filter(or_(*(column.icontains(word, autoescape=True) for column in columns)))
        return query, count_query, joins, count_joins
