"""Places in a definition by stable keys, "stages.contacts.due.on": evidence, findings and refusals name them.

An item of a list is named by its key, code or name; a mail text by its occasion ("reminder", "reminder@contacts");
an item without any of these by its number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from domain.definition.batch import Definition

NAMING = ("key", "code", "name")


def members(value: object) -> dict[str, object] | None:
    """Return the fields of a dataclass by name; None for any other value."""
    if not is_dataclass(value):
        return None
    return {field.name: getattr(value, field.name) for field in fields(value)}


def item_name(item: Mapping[str, object], number: int) -> str:
    """Return the part of a path that names an item of a list.

    item: its fields by name, typed or as read; number: its place in the list, from 0.
    """
    for name in NAMING:
        found = item.get(name)
        if isinstance(found, str) and found:
            return found
    kind, stage = item.get("kind"), item.get("stage")
    if isinstance(kind, str):
        return f"{kind}@{stage}" if isinstance(stage, str) else str(kind)
    return str(number)


def children(value: object) -> Iterator[tuple[str, object]]:
    """Yield the parts of a value with their names; nothing for a plain value."""
    own = members(value)
    if own is not None:
        yield from own.items()
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            yield item_name(members(item) or {}, number), item


def lookup(definition: Definition, path: str) -> object:
    """Return the value at a path. Raises KeyError when the path points at nothing."""
    found: object = definition
    for part in path.split("."):
        # The first of two items with one name counts; that they share it is a finding of its own.
        for name, child in children(found):
            if name == part:
                found = child
                break
        else:
            raise KeyError(path)
    return found
