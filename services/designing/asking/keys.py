"""Keys of new items: made from what the item is and a number, unless the person gives one."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from domain.definition import Definition
from services.designing.asking.describing import Described, describe
from services.designing.asking.spots import Plain


def identity(cls: type) -> Described | None:
    """Return the field that names the items of a class for good; None for a class without keys."""
    return next((field for field in describe(cls) if field.is_identity), None)


def new_key(definition: Definition, cls: type, item: Plain) -> str:
    """Return a key that no item of the class bears yet, "declare-2" for the second stage of this kind."""
    kind = item.get("kind")
    stem = (kind if isinstance(kind, str) and kind else cls.__name__.lower()).replace("_", "-")
    taken = set(_keys(definition, cls))
    number = 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def suggested(definition: Definition, cls: type) -> str:
    """Return the key that a new item gets when the person gives none; "" where it depends on what is typed.

    A unit's code is the office's own, so that none is suggested for it.
    """
    own = identity(cls)
    if own is None or own.name != "key" or any(field.name == "kind" for field in describe(cls)):
        return ""
    return new_key(definition, cls, {})


def _keys(value: object, cls: type) -> Iterator[str]:
    """Yield what names all items of a class, wherever they stand."""
    if isinstance(value, tuple):
        for item in value:
            yield from _keys(item, cls)
    elif is_dataclass(value):
        own = identity(cls) if isinstance(value, cls) else None
        if own is not None:
            yield str(getattr(value, own.name))
        for field in fields(value):
            yield from _keys(getattr(value, field.name), cls)
