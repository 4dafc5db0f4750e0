"""What a browser sent of a form: the whole of it, or the changed leaves alone."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from domain.definition import FieldKind, Form
from domain.forms import Aspect, Leaf, Setting
from domain.forms.leaves import all_leaves
from domain.forms.scalars import SEVERAL

MINE, BASE = "_mine.", "_base."
"""Before the names of changed leaves: what they hold now, and what they held when the change began."""
ROW_BUTTON, WHOLE_BASE, REVISION = "_row", "_base", "_revision"
ADD, REMOVE = "add", "remove"


@dataclass(frozen=True, slots=True)
class Sent:
    """What an editor has, and what it was made from; both hold the same leaves.

    revision: of the draft that the page showed; None when the page did not say.
    """

    values: dict[str, str]
    base: dict[str, str]
    revision: int | None


@dataclass(frozen=True, slots=True)
class RowAsked:
    """A button that adds or removes a repeating row was pressed. number: of the row to remove, else None."""

    field: str
    number: int | None = None


def typed_leaves(form: Form, setting: Setting, sent: MultiDict[str, str]) -> dict[str, str]:
    """Return what the whole form holds, leaf to text as typed; what the page did not show is left out.

    Several choices are joined by line breaks. A row whose button "remove" was pressed comes back empty.
    """
    removed = row_asked(form, sent)
    prefix = f"{removed.field}.{removed.number}." if removed is not None and removed.number is not None else None
    return {
        path: "" if prefix is not None and path.startswith(prefix) else _text(leaf, sent)
        for path, leaf in known_leaves(form, setting, sent).items()
        if path in sent and not leaf.field.computed
    }


def known_leaves(form: Form, setting: Setting, paths: Iterable[str]) -> dict[str, Leaf]:
    """Return every leaf of the form by its path, with the repeating rows that are named, blank ones too."""
    return {leaf.path: leaf for leaf in all_leaves(form, setting, dict.fromkeys(paths, "-"))}


def row_asked(form: Form, sent: MultiDict[str, str]) -> RowAsked | None:
    """Return which row is to be added or removed; None when another button was pressed."""
    act, _, rest = sent.get(ROW_BUTTON, "").partition(":")
    key, _, number = rest.partition(":")
    field = form.field(key)
    if field is None or field.kind is not FieldKind.ROWS:
        return None
    if act == ADD:
        return RowAsked(key)
    return RowAsked(key, int(number)) if act == REMOVE and number.isascii() and number.isdecimal() else None


def sent_of(form: Form, setting: Setting, sent: MultiDict[str, str]) -> Sent:
    """Return what a browser sent, the whole form or its changed leaves; unknown leaves are dropped."""
    revision = sent.get(REVISION, "")
    number = int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 10 else None
    changed = dict(_changed(sent, MINE))
    if changed:
        known = known_leaves(form, setting, changed)
        values = {path: text for path, text in changed.items() if path in known and not known[path].field.computed}
        before = dict(_changed(sent, BASE))
    else:
        values = typed_leaves(form, setting, sent)
        before = _whole_base(sent.get(WHOLE_BASE, ""))
    return Sent(values, {path: before.get(path, "") for path in values}, number)


def _text(leaf: Leaf, sent: MultiDict[str, str]) -> str:
    # A blank value of the same name stands before boxes and dots, so that "none" is told from "not shown".
    if leaf.aspect is Aspect.VALUE and leaf.field.kind in SEVERAL:
        return "\n".join(text for text in sent.getlist(leaf.path) if text)
    return sent.getlist(leaf.path)[-1]


def _changed(sent: MultiDict[str, str], prefix: str) -> Iterator[tuple[str, str]]:
    return ((name.removeprefix(prefix), text) for name, text in sent.items() if name.startswith(prefix))


def _whole_base(text: str) -> dict[str, str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {path: value for path, value in found.items() if isinstance(value, str)}
