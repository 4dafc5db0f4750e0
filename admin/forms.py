"""Forms of the backoffice: they read and show what was typed; what is right is decided by the services."""

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from flask import flash, request
from flask_admin.form import BaseForm
from flask_admin.model.fields import InlineFieldList
from wtforms import DateTimeLocalField, Field, FieldList, Form, SelectField
from wtforms.fields.core import UnboundField
from wtforms.validators import DataRequired, ValidationError
from wtforms.widgets import TextInput

from admin.typed import number
from domain.errors import Invalid, Problem, RuleBroken
from web.site import current_site

logger = logging.getLogger(__name__)
BUTTONS = frozenset({"csrf_token", "url", "rowid", "_add_another", "_continue_editing"})
LARGEST = 2**31 - 1
MOMENT = re.compile(r"(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?")
MOMENT_WANTED = "请填写日期和时间，如 2023-03-20 09:00"


class AdminForm(BaseForm):
    """The base of all forms here.

    problems: what a whole document got wrong, for a page that lists them.
    """

    problems: tuple[Problem, ...] = ()


def labels_of(form_class: type[AdminForm]) -> dict[str, str]:
    """Return what a form calls its fields, by name, for a list that shows the same values."""
    fields = {name: field.args for name, field in vars(form_class).items() if isinstance(field, UnboundField)}
    own = {name: next(given for given in args if isinstance(given, str)) for name, args in fields.items()}
    above = [labels_of(base) for base in form_class.__bases__ if issubclass(base, AdminForm)]
    return {name: label for part in (*above, own) for name, label in part.items()}


class NumberField(Field):
    """A whole number in plain digits, or nothing; full-width digits, signs and underscores are no number (S22)."""

    widget = TextInput()
    data: int | None

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed. Raises ValueError for anything but digits."""
        raw = str(valuelist[0]).strip() if valuelist else ""
        self.data = number(raw, LARGEST)
        if raw and self.data is None:
            raise ValueError("请填写整数，只用 0 至 9 的数字")

    def _value(self) -> str:
        """Return what the input shows: what was typed, however wrong."""
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else str(self.data)


class MomentField(DateTimeLocalField):
    """An instant, typed and shown in the site's zone."""

    def process_data(self, value: datetime | None) -> None:
        """Take the value to show."""
        super().process_data(value.astimezone(current_site().zone).replace(tzinfo=None) if value else None)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed. Raises ValueError for no date and time, or a year that nobody means."""
        self.data = None
        raw = str(valuelist[0]).strip() if valuelist else ""
        if not raw:
            return
        if not MOMENT.fullmatch(raw):
            raise ValueError(MOMENT_WANTED)
        try:
            typed = datetime.fromisoformat(raw)
        except ValueError:
            raise ValueError(MOMENT_WANTED) from None
        self.data = typed.replace(tzinfo=current_site().zone)

    def _value(self) -> str:
        """Return what the input shows, in the form that browsers take."""
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%Y-%m-%dT%H:%M") if self.data else ""


class RowsField(InlineFieldList):
    """Rows inside a form; a name that only looks like a row's is no row (S22)."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Iterator[int]:
        for name in formdata:
            found = re.fullmatch(rf"{re.escape(prefix)}-([0-9]{{1,4}})-.*", name)
            if found:
                yield int(found[1])


class Given(DataRequired):
    """Refuses an empty field with one sentence; the services say the rest."""

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Check a field. Raises ValidationError."""
        if not field.data and field.data != 0 and not field.process_errors:
            raise ValidationError(f"请填写{field.label.text}")


def choices_of(words: Mapping[Any, str], blank: str | None = None) -> list[tuple[str, str]]:
    """Return the choices of a closed set. blank: the words for none of them; None where one must be chosen."""
    first = [("", blank)] if blank is not None else []
    return first + [(str(member), word) for member, word in words.items()]


def texts(form: Form, *names: str) -> dict[str, str]:
    """Return what was typed into text fields, by name; nothing is ""."""
    return {name: str(form[name].data or "") for name in names}


def whole(field: SelectField) -> int | None:
    """Return the key chosen in a field whose choices are keys of rows; None for the blank one."""
    return number(str(field.data or ""), LARGEST)


def log_strangers(form: Form) -> None:
    """Note fields that were sent although the form has none of them (S06); nobody reads them."""
    own = {field.name for field in form}
    rows = tuple(mark for f in form if isinstance(f, FieldList) for mark in (f"{f.name}-", f"del-{f.name}-"))
    strangers = [name for name in request.form if name not in own | BUTTONS and not name.startswith(rows or "\0")]
    if strangers:
        shown = [name[:40] for name in sorted(strangers)[:20]]
        logger.warning("%s was sent fields that it does not have: %r", request.endpoint, shown)


def show_refusal(form: Form, refusal: RuleBroken, place: str = "") -> None:
    """Put what was refused beside its fields, and the rest above the form.

    place: the path in front of every field of this form, as problems name it ("stages.contacts.").
    """
    if not isinstance(refusal, Invalid):
        flash(refusal.sentence, "error")
        return
    for problem in refusal.problems:
        field = _field(form, problem.path.removeprefix(place))
        if field is None:
            flash(str(problem), "error")
        else:
            hint = f"（{problem.allowed}）" if problem.allowed else ""
            field.errors = [*field.errors, f"{problem.sentence}{hint}"]


def _field(form: Form, path: str) -> Any:
    """Return the field that a path means.

    "due.on" is due_on, and so is "due"; "contacts.李敏.phone" is the list of contacts; "unit_id" is unit.
    """
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        name = "_".join(parts[:end]).removesuffix("_id")
        found = next((field for field in form if field.name == name or field.name.startswith(f"{name}_")), None)
        if found is not None:
            return found
    return None
