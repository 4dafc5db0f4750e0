"""A fix, and what the makers of fixes ask about the finding that they mend."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from domain.calendar import Calendar
from domain.definition import Definition
from domain.definition.paths import lookup
from domain.lint import Finding
from services.designing.edits import Edit, Remove, SetValues, Vouch

ALIKE = 0.75
"""How much of two keys must agree before one is taken for a slip of the other."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A way to mend a finding. label: what it does, for a button; edits: applied in this order, all or none."""

    label: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A finding with the definition it was found in."""

    definition: Definition
    finding: Finding
    calendar: Calendar

    @property
    def path(self) -> str:
        """Return where the finding is."""
        return self.finding.path

    @property
    def holder(self) -> str:
        """Return the path of the part around it."""
        return self.path.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Return the last part of the path: the name of the field or item."""
        return self.path.rpartition(".")[2]

    def find(self, path: str) -> object:
        """Return what stands at a path, None where there is nothing."""
        try:
            return lookup(self.definition, path) if path else self.definition
        except KeyError:
            return None

    @property
    def value(self) -> object:
        """Return what stands where the finding is; `finding.value` is cut for people."""
        return self.find(self.path)

    def set(self, label: str, value: object) -> Fix:
        """Return the fix that puts a plain value there."""
        return Fix(label, (SetValues(self.holder, {self.name: value}),))

    def remove(self, label: str, path: str = "") -> Fix:
        """Return the fix that takes out what stands there, or at another path."""
        return Fix(label, (Remove(path or self.path),))

    def inferred(self, path: str, note: str) -> tuple[Edit, ...]:
        """Return the edit that marks a value as inferred; none where it has a mark, which opens by itself."""
        if any(item.path == path for item in self.definition.evidence):
            return ()
        return (Vouch(path, note=note),)

    def list_at(self, path: str) -> list[object]:
        """Return the items of a list of plain values at a path, empty where there is none."""
        found = self.find(path)
        return list(found) if isinstance(found, tuple) else []

    def groups(self) -> list[list[str]]:
        """Return the groups of texts that stand where the finding is, empty where there are none."""
        return [[str(item) for item in group] for group in self.list_at(self.path) if isinstance(group, tuple)]


Maker = Callable[[Asked], Iterator[Fix]]


def alike(given: str, known: Iterable[str]) -> str:
    """Return the one known word that the given one is a slip of; empty when there is none, or more than one."""
    near = get_close_matches(given, sorted(set(known) - {given}), n=2, cutoff=ALIKE)
    return near[0] if len(near) == 1 else ""
