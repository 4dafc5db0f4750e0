"""What is typed of one thing of a form: the settings that its kind uses, and when it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from flask import request
from werkzeug.datastructures import MultiDict

from admin.designer.items.forms import SheetForm
from admin.designer.items.nodes import Sheet
from domain.definition import Definition, Field, FieldKind, Form, ShownWhen
from domain.errors import Invalid, NotFound
from services.definitions.names import Names
from services.designing.asking.sheets import edits, entries
from services.designing.asking.spots import find, join
from services.designing.edits import Edit, SetValues
from services.designing.questions.conditions import Condition, chosen, conditions
from services.designing.questions.kinds import settings
from services.designing.questions.moving import root
from services.designing.questions.outline import around

WHEN = "when"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One thing of a form that is worked on. path: within the form, "" for the form itself.

    conditions: on what it may depend; None for what is always shown. shown_when: as it stands.
    when_field, when_answers: what the page shows as chosen; when_error: why that cannot be.
    """

    path: str
    sheet: Sheet
    within: FieldKind | None
    conditions: Sequence[Condition] | None
    shown_when: ShownWhen | None
    when_field: str
    when_answers: frozenset[str]
    when_error: str = ""


def form_of(definition: Definition, key: str) -> Form:
    """Return a form of a working copy. Raises NotFound."""
    found = next((one for one in definition.forms if one.key == key), None)
    if found is None:
        raise NotFound("没有这张表，可能已被删去。")
    return found


def chosen_at(
    definition: Definition, form: Form, path: str, sent: MultiDict[str, str] | None = None, when_error: str = ""
) -> Chosen:
    """Return one thing of a form with what stands there, or what was sent. Raises NotFound."""
    at = join(root(form), path)
    spot = find(definition, at)
    if not spot.is_item:
        raise NotFound("没有这一项，可能已被删去。")
    item, within = spot.within[-1], around(form, path)
    only = {one for one in spot.value if one != WHEN}
    if isinstance(item, Field):
        only &= settings(item, within)
    sheet = SheetForm(Names(definition), entries(spot.cls, spot.value, only), spot.within)
    sheet.read(sent)
    now = cast(ShownWhen | None, getattr(item, WHEN, None))
    offered = conditions(definition, form, path, now) if WHEN in spot.value else None
    field, answers = (now.field, frozenset(now.any_of)) if now is not None else ("", frozenset[str]())
    if sent is not None and WHEN in sent:
        field = sent.get(WHEN, "")
        answers = frozenset(sent.getlist(f"{WHEN}.{field}"))
    return Chosen(path, Sheet(spot, sheet, [], "forms"), within, offered, now, field, answers, when_error)


def typed_edits(found: Chosen, sent: MultiDict[str, str]) -> list[Edit]:
    """Return the edits that make what was typed. Raises Invalid for a condition that cannot be."""
    sheet = found.sheet
    made = edits(sheet.path, sheet.spot.cls, sheet.spot.value, sheet.form.sent)
    if found.conditions is None or WHEN not in sent:
        return made
    wanted = chosen(found.conditions, sent.get(WHEN, ""), lambda key: sent.getlist(f"{WHEN}.{key}"))
    was: Any = sheet.spot.value[WHEN]
    return [*made, SetValues(sheet.path, {WHEN: wanted})] if wanted != was else made


def read(definition: Definition, form: Form, path: str) -> tuple[Chosen, list[Edit] | None]:
    """Return what was sent of one thing, with its edits; None where something of it cannot be a value."""
    found = chosen_at(definition, form, path, request.form)
    if found.sheet.form.errors:
        return found, None
    try:
        return found, typed_edits(found, request.form)
    except Invalid as refusal:
        return chosen_at(definition, form, path, request.form, refusal.problems[0].sentence), None
