"""Pages for the forms of a definition: WTForms parses and displays them, the service alone decides what is right.

What was typed is shown again exactly, with the service's sentence beside each field.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the published types lack it
from wtforms.fields.core import Field as Bound
from wtforms.form import BaseForm
from wtforms.widgets import DateInput, EmailInput, TelInput

from domain.definition import Field, FieldKind, Form
from domain.errors import Problem
from domain.forms import DEFAULT_MAX, PLAIN_MAX

FEW = 5
"""Up to so many choices are all shown; more go into a list."""
AUTOCOMPLETE: Mapping[str, str] = {
    "name": "name",
    "post": "organization-title",
    "phone": "work tel",
    "mobile": "mobile tel",
    "fax": "fax tel",
    "email": "work email",
}
"""What a browser may offer for the keys that every contact form shares."""
UNCHOSEN = SelectChoice("", "请选择")


class AnswerForm(BaseForm):
    """A form of a definition with what was typed and what is wrong with it."""

    def __init__(self, wanted: Form) -> None:
        super().__init__({field.key: _field(field) for field in wanted.fields})
        self.one_of = [
            "、".join(field.label for field in wanted.fields if field.key in group) for group in wanted.one_of
        ]
        self.note = wanted.note


def make_form(wanted: Form, values: Mapping[str, str] | None = None, problems: Iterable[Problem] = ()) -> AnswerForm:
    """Return a form to show. values: by field key, as typed. problems: a refusal's, by the keys they name."""
    form = AnswerForm(wanted)
    form.process(data=dict(values or {}))
    for problem in problems:
        sentence = f"{problem.sentence}（{problem.allowed}）" if problem.allowed else problem.sentence
        if problem.path in form:
            field = form[problem.path]
            field.errors = (*field.errors, sentence)
        else:
            form.form_errors.append(sentence)
    return form


def typed_in(wanted: Form, sent: MultiDict[str, str]) -> dict[str, str]:
    """Return what was typed, by field key; a field that the browser left out is empty."""
    return {field.key: sent.get(field.key, "") for field in wanted.fields}


def changed_in(wanted: Form, mine: Mapping[str, str], theirs: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Return label, own and other answer of each field in which two versions differ."""
    pairs = ((field.label, mine.get(field.key, ""), theirs.get(field.key, "")) for field in wanted.fields)
    return [(label, own, other) for label, own, other in pairs if own != other]


class _Marks:
    """What the page shows of a field's rules; it checks nothing."""

    def __init__(self, field: Field) -> None:
        self.field_flags: dict[str, object] = {"required": True} if field.required else {}
        # A browser cuts off what is too long without a word, so long texts are counted by the service alone.
        if field.kind is not FieldKind.LONG_TEXT:
            self.field_flags["maxlength"] = field.max_chars or PLAIN_MAX

    def __call__(self, form: BaseForm, field: Bound) -> None:
        """Accept anything."""


def _field(field: Field) -> Any:
    """Return a field that WTForms binds to its form; the published types have no name for one that is not bound."""
    common: dict[str, Any] = {
        "label": field.label,
        "id": f"answer-{field.key}",
        "description": _help(field),
        "validators": [_Marks(field)],
    }
    autocomplete = {"autocomplete": AUTOCOMPLETE.get(field.key, "off")}
    match field.kind:
        case FieldKind.LONG_TEXT:
            return TextAreaField(**common, render_kw={"rows": 5})
        case FieldKind.PHONE | FieldKind.MOBILE:
            return StringField(**common, widget=TelInput(), render_kw={"inputmode": "tel"} | autocomplete)
        case FieldKind.EMAIL:
            attributes = {"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
            return StringField(**common, widget=EmailInput(), render_kw=attributes | autocomplete)
        case FieldKind.DATE:
            return StringField(**common, widget=DateInput())
        case FieldKind.CHOICE if field.required and len(field.choices) <= FEW:
            return RadioField(**common, choices=_choices(field), validate_choice=False)
        case FieldKind.CHOICE:
            return SelectField(**common, choices=[UNCHOSEN, *_choices(field)], validate_choice=False)
        case _:
            return StringField(**common, render_kw=autocomplete)


def _choices(field: Field) -> list[Any]:
    return [SelectChoice(choice) for choice in field.choices]


def _help(field: Field) -> str:
    """Return the definition's help, and the limit where the page itself does not hold it."""
    if field.kind is not FieldKind.LONG_TEXT:
        return field.help
    limit = f"最多 {field.max_chars or DEFAULT_MAX[field.kind]} 字"
    return f"{field.help.removesuffix('。')}。{limit}。" if field.help else f"{limit}。"
