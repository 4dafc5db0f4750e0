"""Additional fields in lists, details and forms of what has them: columns, filters, search and inputs like others.

The fields are read once a request; the values stand in a column of each row, so nothing more is asked for any row.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import g, has_request_context
from wtforms import SelectField, StringField, TextAreaField
from wtforms.widgets import DateInput

from admin.cells import NOTHING
from admin.forms import AdminForm, Given, choices_of
from admin.lists.extra_filters import FILTERS
from models.lists import Entity, ExtraField, ExtraKind
from services.extras import NO, PREFIX, YES, all_fields, shown_value
from web import current

INPUT = "extra_"
"""In front of a field's key in a form, where a point would stand for a form inside the form."""
SEARCHED = frozenset({ExtraKind.TEXT, ExtraKind.LONG_TEXT, ExtraKind.CHOICE})


class WithExtras:
    """Mixin in front of `ManagedView`, for a table with a column `extra`. entity: whose fields it holds."""

    entity: Entity
    model: Any
    _own_details: list[tuple[str, str]]

    def extra_fields(self) -> Sequence[ExtraField]:
        """Return the fields in use, in their order."""
        return [field for field in self._all_fields() if field.retired_at is None]

    def _all_fields(self) -> Sequence[ExtraField]:
        """Return every field, read once a request; none while the app is being built."""
        if not has_request_context():
            return ()
        found: dict[Entity, Sequence[ExtraField]] = g.setdefault("extra_fields", {})
        if self.entity not in found:
            found[self.entity] = all_fields(current.db(), self.entity)
        return found[self.entity]

    def more_columns(self) -> Sequence[tuple[str, str]]:
        """Return the fields as columns."""
        return [(f"{PREFIX}{field.key}", field.label) for field in self.extra_fields()]

    def former_names(self) -> Mapping[str, str]:
        """Return the labels of retired fields."""
        return {f"{PREFIX}{field.key}": field.label for field in self._all_fields() if field.retired_at is not None}

    def more_filters(self) -> Sequence[Any]:
        """Return a filter for each field."""
        return [FILTERS[field.kind](self.model.extra, field) for field in self.extra_fields()]

    def search_columns(self) -> Sequence[Any]:
        """Return the fields that hold words."""
        searched = [field for field in self.extra_fields() if field.kind in SEARCHED]
        return [self.model.extra[field.key].as_string() for field in searched]

    def search_placeholder(self) -> str:
        """Return what a search looks into, in words."""
        words = str(super().search_placeholder())  # type: ignore[misc]  # of the class behind
        return f"{words}、补充字段" if self.search_columns() else words

    @property
    def _details_columns(self) -> list[tuple[str, str]]:
        return [*self._own_details, *self.more_columns()]

    @_details_columns.setter
    def _details_columns(self, columns: list[tuple[str, str]]) -> None:
        self._own_details = columns

    def _get_list_value(self, context: Any, model: Any, name: str, *formatters: Any) -> Any:
        """Return what a cell says."""
        if not name.startswith(PREFIX):
            shown = super()._get_list_value  # type: ignore[misc]  # the class behind this mixin has it
            return shown(context, model, name, *formatters)
        field = next(one for one in self.extra_fields() if f"{PREFIX}{one.key}" == name)
        return shown_value(field, model.extra) or NOTHING

    def plain_cell(self, row: Any, name: str) -> object:
        """Return what a cell says in a workbook; numbers stay numbers."""
        value = row.extra.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        return super().plain_cell(row, name)  # type: ignore[misc]  # as above

    # ---------- forms

    def widened(self, form_class: type[AdminForm]) -> type[AdminForm]:
        """Return a form with an input for each field behind its own."""
        inputs = {f"{INPUT}{field.key}": _input(field) for field in self.extra_fields()}
        return type(form_class.__name__, (form_class,), inputs)

    def extra_values(self, row: Any) -> dict[str, str]:
        """Return what the form shows of a row's fields."""
        return {f"{INPUT}{field.key}": shown_value(field, row.extra) for field in self.extra_fields()}

    def extra_typed(self, form: Any) -> dict[str, str]:
        """Return what was typed into the fields, as the services name them."""
        fields = self.extra_fields()
        return {f"{PREFIX}{field.key}": str(form[f"{INPUT}{field.key}"].data or "") for field in fields}


def _input(field: ExtraField) -> Any:
    """Return an input that shows what was typed, however wrong; the service alone decides."""
    common: dict[str, Any] = {
        "label": field.label,
        "description": field.help,
        "validators": [Given()] if field.is_required else [],
    }
    match field.kind:
        case ExtraKind.LONG_TEXT:
            return TextAreaField(**common, render_kw={"rows": 4})
        case ExtraKind.DATE:
            return StringField(**common, widget=DateInput())
        case ExtraKind.NUMBER:
            return StringField(**common, render_kw={"inputmode": "decimal"})
        case ExtraKind.CHOICE | ExtraKind.FLAG:
            choices = field.choices if field.kind is ExtraKind.CHOICE else (YES, NO)
            shown = choices_of({choice: choice for choice in choices}, blank="未填")
            return SelectField(**common, choices=shown, validate_choice=False)
        case _:
            return StringField(**common)
