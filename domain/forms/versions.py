"""What became of answers between two versions, and how two people's changes come together."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.definition import Form
from domain.forms.leaves import all_leaves
from domain.forms.setting import Setting
from domain.forms.wording import shown_text


@dataclass(frozen=True, slots=True)
class Difference:
    """A leaf that changed; before and after as people read them, "" for empty."""

    path: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Two people's changes together.

    conflicts: leaves that both changed in different ways; `values` keeps what is stored for them.
    """

    values: dict[str, str]
    conflicts: tuple[str, ...]


def differences(
    form: Form, setting: Setting, before: Mapping[str, str], after: Mapping[str, str]
) -> tuple[Difference, ...]:
    """Return the leaves whose text differs, in the order of the form; an empty leaf equals an absent one."""
    both = {path: after.get(path) or before.get(path, "") for path in (*before, *after)}
    return tuple(
        Difference(leaf.path, leaf.label, shown_text(leaf, old, setting.modes), shown_text(leaf, new, setting.modes))
        for leaf in all_leaves(form, setting, both)
        if (old := before.get(leaf.path, "")) != (new := after.get(leaf.path, ""))
    )


def merge(current: Mapping[str, str], base: Mapping[str, str], mine: Mapping[str, str]) -> Merged:
    """Return what is stored together with what one editor changed, leaf by leaf.

    current: what is stored now. base: what the editor started from. mine: what the editor has; a leaf that is not in
    it was not touched, one that is empty was cleared. A leaf that only one side changed takes that side's text.
    """
    values, conflicts = dict(current), []
    for path, text in mine.items():
        started, stored = base.get(path, ""), current.get(path, "")
        if text in (started, stored):
            continue
        if started == stored:
            values[path] = text
        else:
            conflicts.append(path)
    return Merged(values, tuple(conflicts))
