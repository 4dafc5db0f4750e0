"""The forms of the designer, made from what is known of a class: what was typed is kept, and told what is wrong."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from dataclasses import field as filled
from typing import Any, cast

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.form import BaseForm

from services.definitions.names import Names
from services.designing.asking.describing import Kind
from services.designing.asking.options import GONE, Option, meant, options
from services.designing.asking.sheets import Entry
from services.designing.asking.typed import YES, BadValue, is_same, typed, written

logger = logging.getLogger(__name__)
MOST_OPTIONS = 200
"""More are not listed: the key is typed."""
LONG_LINE, SHORT_LINE = 60, 24
FRAME = frozenset({"csrf_token", "step", "draft", "before", "more"})
"""What every form of the designer sends beside its fields."""
FIXED = frozenset({"code", "programme.key"})
"""What makes a batch the one that it is: no form asks for it again."""


class TypedField(Field):
    """One field of a definition; of an optional part, whether it is there.

    entry: what it stands for. texts: what its inputs show. options: what may be chosen. is_sent: it came with a form.
    """

    def __init__(self, *, entry: Entry, options: Sequence[Option], is_new: bool, **bound: Any) -> None:
        super().__init__(entry.field.label, description=entry.field.help, id=f"at-{entry.anchor}", **bound)
        self.entry, self.options, self.is_new = entry, options, is_new
        self.is_sent = False
        self.texts: list[str] = []

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take what stands there, or what was sent."""
        self.process_errors: list[str] = []
        self.errors: list[str] = []
        self.data = self.entry.value
        self.texts = self._standing()
        if formdata is None or self.name not in formdata:
            return
        self.is_sent, self.texts = True, formdata.getlist(self.name)
        try:
            self.data = self._read()
        except BadValue as wrong:
            self.data, self.process_errors = None, [str(wrong)]

    def show_standing(self) -> None:
        """Show what stands there instead of what was sent."""
        self.texts, self.data, self.is_sent = self._standing(), self.entry.value, False

    def _standing(self) -> list[str]:
        if self.is_part:
            return [YES if self.entry.value is not None else ""]
        return written(self.entry.field, self.entry.value)

    def _read(self) -> object:
        """Return the value that was typed. Raises BadValue."""
        if self.is_part:
            return bool(self.texts) and self.texts[-1] == YES
        if self.is_new and self.entry.field.is_identity and not "".join(self.texts).strip():
            # The key is made up when the item is added.
            return ""
        value = typed(self.entry.field, self.texts)
        if self.entry.field.kind in {Kind.REFERENCE, Kind.REFERENCES}:
            known = {option.value for option in self.options}
            chosen = value if isinstance(value, list) else [value] if value else []
            if not set(map(str, chosen)) <= known:
                raise BadValue("请从列出的各项中选择")
        is_offered = self.entry.field.is_suggested and isinstance(value, str)
        return meant(self.options, str(value)) if is_offered else value

    @property
    def is_part(self) -> bool:
        """Tell whether this stands for a part, not for a value."""
        return self.entry.field.kind is Kind.PART

    @property
    def is_there(self) -> bool:
        """Tell whether the part that this stands for is to be there."""
        if not self.entry.field.is_optional:
            return True
        return bool(self.data) if self.is_sent else self.entry.value is not None

    @property
    def text(self) -> str:
        """Return what an input shows."""
        return self.texts[-1] if self.texts else ""

    @property
    def groups(self) -> list[tuple[list[str], list[Option]]]:
        """Return the groups that stand here and an empty one: the members of each, and what may be ticked in it.

        Members come first, in their order, so that a form that is sent as it is changes nothing.
        """
        known = {option.value: option for option in self.options}
        value = self.entry.value if self.process_errors else typed(self.entry.field, self.texts)
        found: list[list[str]] = [*cast("list[list[str]]", value or []), []]
        return [
            (
                [known[one].label if one in known else f"{one}{GONE}" for one in group],
                [known.get(one, Option(one, f"{one}{GONE}")) for one in group]
                + [option for option in self.options if option.value not in group],
            )
            for group in found
        ]

    @property
    def is_area(self) -> bool:
        """Tell whether a text needs more than a line."""
        kind = self.entry.field.kind
        is_long = "\n" in self.text or len(self.text) > LONG_LINE
        return kind in {Kind.LONG_TEXT, Kind.TEXTS, Kind.GROUPS} or (kind is Kind.TEXT and is_long)

    @property
    def is_wide(self) -> bool:
        """Tell whether the input takes a row of its own."""
        return self.is_area or len(self.text) > SHORT_LINE or any(option.hint for option in self.options)

    @property
    def is_listed(self) -> bool:
        """Tell whether the options are few enough to be listed."""
        return len(self.options) <= MOST_OPTIONS

    @property
    def is_changed(self) -> bool:
        """Tell whether something else was typed than stood there."""
        if not self.is_sent:
            return False
        if self.process_errors:
            return bool("".join(self.texts).strip())
        if self.is_part:
            return self.is_there is not (self.entry.value is not None)
        return not is_same(self.entry.field, self.data, self.entry.value)

    @property
    def is_usual(self) -> bool:
        """Tell whether what stands here is what stands there when nobody says anything."""
        entry = self.entry
        return not self.errors and not self.is_changed and is_same(entry.field, entry.value, entry.field.default)


@dataclass(frozen=True, slots=True)
class Knot:
    """A field with the fields of the part that it stands for."""

    field: TypedField
    inner: list["Knot"] = filled(default_factory=list)


class SheetForm(BaseForm):
    """The fields of a page."""

    def __init__(
        self, names: Names, entries: Sequence[Entry], within: Sequence[object], *, is_new: bool = False
    ) -> None:
        asked = [one for one in entries if is_new or not _is_fixed(one)]
        super().__init__({one.anchor: _unbound(names, one, within, is_new) for one in asked})

    @property
    def typed_fields(self) -> list[TypedField]:
        """Return the fields in order."""
        return cast(list[TypedField], list(self._fields.values()))

    def read(self, sent: MultiDict[str, str] | None) -> bool:
        """Take what was sent; None for a form that is only shown. Returns whether all of it can be a value."""
        self.process(sent)
        absent = [one for one in self.typed_fields if one.is_part and not one.is_there]
        for one in self.typed_fields:
            # What lies within a part that is not wanted is of no account.
            is_within = any(one.name.startswith(f"{part.name}.") for part in absent)
            one.errors = [] if is_within else list(one.process_errors)
        for part in absent:
            inner = [one for one in self.typed_fields if one.name.startswith(f"{part.name}.")]
            if part.is_sent and part.entry.value is None and any(one.is_changed for one in inner):
                part.errors = [f"已经填写了“{part.label.text}”的内容：请选“有”，或清空所填内容"]
        return not self.errors

    @property
    def sent(self) -> dict[str, Any]:
        """Return what was sent, by place within the item."""
        return {one.name: one.data for one in self.typed_fields if one.is_sent}

    def note_strangers(self) -> None:
        """Note fields that were sent although the form has none of them; nobody reads them."""
        strangers = sorted({name[:40] for name in request.form if name not in self._fields and name not in FRAME})
        if strangers:
            logger.warning("%s was sent fields that it does not have: %r", request.endpoint, strangers[:20])

    def tree(self) -> list[Knot]:
        """Return the fields with what lies within them."""
        roots: list[Knot] = []
        at: dict[str, Knot] = {}
        for one in self.typed_fields:
            knot = at[one.name] = Knot(one)
            holder = at.get(one.name.rpartition(".")[0])
            (holder.inner if holder is not None else roots).append(knot)
        return roots

    def tell(self, places: Collection[tuple[str, str]]) -> list[str]:
        """Put sentences beside the fields that they are about, and return those that are about none.

        places: (place within the item, sentence).
        """
        left = []
        for anchor, sentence in places:
            found = self._fields.get(anchor)
            if found is None:
                left.append(sentence)
            else:
                found.errors = [*found.errors, sentence]
        return left


def _is_fixed(entry: Entry) -> bool:
    return entry.anchor in FIXED or (entry.field.is_identity and entry.depth == 0)


def _unbound(names: Names, entry: Entry, within: Sequence[object], is_new: bool) -> Any:
    """Return a field that WTForms binds to its form."""
    return TypedField(entry=entry, options=options(names, entry.field, within, entry.value), is_new=is_new)
