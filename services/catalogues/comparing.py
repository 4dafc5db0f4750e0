"""One mode under several names: notices compared by the common name of their modes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.definition import Definition, Mode


@dataclass(frozen=True, slots=True)
class Carried:
    """A choice of modes carried from one notice to another.

    modes: keys of the other notice, in its order. left: names of those without a counterpart; a person decides.
    """

    modes: tuple[str, ...]
    left: tuple[str, ...]


def standard_table(definitions: Sequence[Definition]) -> dict[str, dict[str, str]]:
    """Return the name of each mode in each batch: {standard: {batch code: name}}.

    Modes come in the order in which they are first met; one without a common name is left out.
    """
    table: dict[str, dict[str, str]] = {}
    for definition in definitions:
        for mode in definition.offered_modes:
            if mode.standard:
                table.setdefault(mode.standard, {}).setdefault(definition.code, mode.name)
    return table


def same_modes(standard: str, definitions: Iterable[Definition]) -> dict[str, tuple[str, ...]]:
    """Return the keys that a common name has in each batch: {batch code: keys}; batches without it are left out."""
    found = {definition.code: _keys(standard, definition.offered_modes) for definition in definitions}
    return {code: keys for code, keys in found.items() if keys}


def carry(chosen: Iterable[str], source: Definition, target: Definition, category: str) -> Carried:
    """Carry the modes that a case has chosen to another batch (a provincial case to the national form).

    chosen: keys of the source. category: of the target; what it does not offer is left.
    Raises KeyError for a category or mode that does not exist.
    """
    known: Mapping[str, Mode] = {mode.key: mode for mode in source.offered_modes}
    offered = {mode.standard: mode.key for mode in reversed(target.modes_of(category)) if mode.standard}
    wanted = [known[key] for key in chosen]
    reached = {offered[mode.standard] for mode in wanted if mode.standard in offered}
    return Carried(
        tuple(mode.key for mode in target.modes_of(category) if mode.key in reached),
        tuple(mode.name for mode in wanted if mode.standard not in offered),
    )


def _keys(standard: str, modes: Iterable[Mode]) -> tuple[str, ...]:
    return tuple(mode.key for mode in modes if mode.standard == standard)
