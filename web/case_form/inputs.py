"""The input of each leaf: a field of WTForms with what the browser and the page's script need to know.

Numbers are typed as text, so that whatever was typed stays visible; nothing is cut off by the browser.
"""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types lack it
from wtforms.widgets import CheckboxInput, DateInput, EmailInput, ListWidget, TelInput

from domain.definition import Field, FieldKind
from domain.forms import DEFAULT_MAX, Aspect, Leaf, Setting, decimals_of
from domain.forms.judging import options_of
from domain.forms.scalars import NUMBERS, SEVERAL, is_date
from domain.forms.texts import PLAIN_MAX
from web.forms import AUTOCOMPLETE, FEW, UNCHOSEN

AREA_ROWS = 4
PART_ROWS = 8


class Ticks(SelectMultipleField):
    """Several choices as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def input_id(path: str) -> str:
    """Return the id of a leaf's input, which is also its address within the page."""
    return f"leaf-{path}"


def input_of(leaf: Leaf, setting: Setting, value: str) -> Any:
    """Return a field that WTForms binds to its form; the published types have no name for one that is not bound."""
    given: dict[str, Any] = {"label": leaf.label, "id": input_id(leaf.path)}
    field = leaf.field
    if leaf.aspect is Aspect.PART:
        return TextAreaField(**given, render_kw={"rows": PART_ROWS})
    if leaf.aspect is Aspect.DATE or (field.kind is FieldKind.DATE and leaf.aspect is Aspect.VALUE):
        # A browser's picker shows nothing for what is no day; then the text stays to be seen.
        return StringField(**given, widget=DateInput()) if not value or is_date(value) else StringField(**given)
    if leaf.aspect is not Aspect.VALUE:
        return StringField(**given, render_kw={"autocomplete": "off"})
    if field.kind is FieldKind.COMMITMENT:
        return Ticks(**given, choices=[SelectChoice("yes", field.label)], validate_choice=False)
    if field.kind in SEVERAL:
        options = [SelectChoice(value, name) for value, name in options_of(field, setting).items()]
        return Ticks(**given, choices=options, validate_choice=False)
    if field.kind is FieldKind.CHOICE:
        return _choice(leaf, given)
    return _line(field, given)


def _choice(leaf: Leaf, given: dict[str, Any]) -> Any:
    options = [SelectChoice(choice) for choice in leaf.field.choices]
    if leaf.within is None and leaf.field.required and len(options) <= FEW:
        return RadioField(**given, choices=options, validate_choice=False)
    return SelectField(**given, choices=[UNCHOSEN, *options], validate_choice=False)


def _line(field: Field, given: dict[str, Any]) -> Any:
    autocomplete: Mapping[str, Any] = {"autocomplete": AUTOCOMPLETE.get(field.key, "off")}
    match field.kind:
        case FieldKind.LONG_TEXT:
            return TextAreaField(**given, render_kw={"rows": AREA_ROWS})
        case FieldKind.PHONE | FieldKind.MOBILE:
            return StringField(**given, widget=TelInput(), render_kw={"inputmode": "tel", **autocomplete})
        case FieldKind.EMAIL:
            attributes = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false", **autocomplete}
            return StringField(**given, widget=EmailInput(), render_kw=attributes)
        case FieldKind.URL:
            attributes = {"inputmode": "url", "autocapitalize": "none", "spellcheck": "false", **autocomplete}
            return StringField(**given, render_kw=attributes)
        case FieldKind.POSTCODE:
            return StringField(**given, render_kw={"inputmode": "numeric", "autocomplete": "postal-code"})
        case kind if kind in NUMBERS:
            mode = "decimal" if decimals_of(field) or field.minimum is None or field.minimum < 0 else "numeric"
            return StringField(**given, render_kw={"inputmode": mode, "autocomplete": "off"})
        case _:
            return StringField(**given, render_kw=dict(autocomplete))


def limit_of(leaf: Leaf) -> int | None:
    """Return how many characters the page counts down to; None where a counter would only be in the way."""
    if leaf.part is not None:
        return leaf.part.max_chars
    if leaf.aspect is not Aspect.VALUE or leaf.field.kind not in {FieldKind.TEXT, FieldKind.LONG_TEXT}:
        return None
    if leaf.field.kind is FieldKind.LONG_TEXT:
        return leaf.field.max_chars or DEFAULT_MAX[FieldKind.LONG_TEXT]
    return leaf.field.max_chars if leaf.field.max_chars is not None and leaf.field.max_chars != PLAIN_MAX else None
