"""Edits of a definition by stable keys, made on its plain data and checked as strictly as a file.

Whatever page an edit comes from, it says a place and plain values. What it leaves must have the shape of a
definition, though it may still lack sense: the linter tells what an unfinished one needs.
"""

import json
from collections import Counter
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.definition import Definition, Mark
from domain.definition.paths import item_name
from domain.errors import Invalid, NotFound, Problem
from services.definitions.evidence import reopened
from services.definitions.shapes import shape
from services.definitions.writing import canonical_json

Plain = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SetValues:
    """Give fields of a part other values. path: of the part, "" for the definition. values: as in JSON."""

    path: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Insert:
    """Put an item into a list. path: of the list. before: name of the item it comes before; "" for the end."""

    path: str
    item: Mapping[str, object]
    before: str = ""


@dataclass(frozen=True, slots=True)
class Remove:
    """Take an item out of its list, or leave an optional part empty. path: of the item or part."""

    path: str


@dataclass(frozen=True, slots=True)
class Move:
    """Put an item elsewhere. path: of the item. into: path of another list, "" for its own. before: as for Insert."""

    path: str
    before: str = ""
    into: str = ""


@dataclass(frozen=True, slots=True)
class Vouch:
    """Say where a value comes from. path: of the value. quote: the notice's sentence; "" marks it as inferred.

    is_inferred: the sentence leaves more than one reading open, so that a person must confirm the value all the same.
    """

    path: str
    quote: str = ""
    note: str = ""
    is_inferred: bool = False


Edit = SetValues | Insert | Remove | Move | Vouch


def edited(definition: Definition, edits: Sequence[Edit]) -> Definition:
    """Return the definition after the edits, in order; marks of changed values are open again.

    Raises NotFound for a place that is not there, Invalid for two items of one name or a value of the wrong shape.
    """
    plain = plain_of(definition)
    for edit in edits:
        match edit:
            case SetValues():
                _set(plain, edit)
            case Insert():
                _put(_list_at(plain, edit.path), dict(edit.item), edit.before, edit.path)
            case Remove():
                _remove(plain, edit.path)
            case Move():
                _move(plain, edit)
            case Vouch():
                _vouch(plain, edit)
    new = shape(plain)
    _require_identity(definition, new)
    return reopened(definition, new)


def _require_identity(old: Definition, new: Definition) -> None:
    """Refuse another batch: its code and its programme's cannot change after it was made."""
    pairs = (("code", old.code, new.code), ("programme.key", old.programme.key, new.programme.key))
    problems = [
        Problem(path, becomes, "编号和项目代号在建立批次后不能修改", was)
        for path, was, becomes in pairs
        if was != becomes
    ]
    if problems:
        raise Invalid(problems)


def plain_of(definition: Definition) -> Plain:
    """Return a definition as plain data of the caller's own, as in JSON."""
    found: Plain = json.loads(canonical_json(definition))
    return found


def value_at(definition: Definition, path: str) -> object:
    """Return the plain value at a path; None where there is nothing."""
    return value_in(plain_of(definition), path)


def value_in(plain: Plain, path: str) -> object:
    """Return what stands at a path of plain data; None where there is nothing."""
    found: object = plain
    for part in path.split(".") if path else ():
        found = _child(found, part)
    return found


def _child(value: object, part: str) -> object:
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list):
        place = _place(value, part)
        return None if place is None else value[place]
    return None


def item_names(items: Sequence[object]) -> list[str]:
    """Return the names of the items of a list, each once: the second of two people of one name is "李敏#2"."""
    found, seen = [], Counter[str]()
    for number, item in enumerate(items):
        name = item_name(item if isinstance(item, Mapping) else {}, number)
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return found


def has_key(item: Mapping[str, object]) -> bool:
    """Tell whether no other item of its list may bear the same name."""
    # People and platforms go by their names, which two of them may share; a key belongs to one alone.
    return any(part in item for part in ("key", "code", "kind"))


def _place(items: Sequence[object], name: str) -> int | None:
    names = item_names(items)
    return names.index(name) if name in names else None


def _at(plain: Plain, path: str) -> Any:
    found: Any = plain
    for part in path.split(".") if path else ():
        found = _child(found, part)
        if found is None:
            raise NotFound("这一项已不在，可能已被他人删去，请刷新页面。")
    return found


def _list_at(plain: Plain, path: str) -> list[Any]:
    found = _at(plain, path)
    if not isinstance(found, list):
        raise NotFound("这里不能添加。")
    return found


def _set(plain: Plain, edit: SetValues) -> None:
    target = _at(plain, edit.path)
    if not isinstance(target, MutableMapping):
        raise NotFound("这一项已不在，请刷新页面。")
    target.update(edit.values)


def _put(items: list[Any], item: Any, before: str, path: str) -> None:
    name = item_name(item, len(items))
    if has_key(item) and _place(items, name) is not None:
        raise Invalid([Problem(f"{path}.{name}", name, "同一处已有同名的一项", "换一个代号")])
    place = _place(items, before) if before else None
    items.insert(len(items) if place is None else place, item)


def _remove(plain: Plain, path: str) -> None:
    holder_path, _, name = path.rpartition(".")
    holder = _at(plain, holder_path)
    if isinstance(holder, list):
        place = _place(holder, name)
        if place is None:
            raise NotFound("这一项已不在，请刷新页面。")
        del holder[place]
    else:
        holder[name] = None


def _move(plain: Plain, edit: Move) -> None:
    holder_path, _, name = edit.path.rpartition(".")
    holder = _list_at(plain, holder_path)
    place = _place(holder, name)
    if place is None:
        raise NotFound("这一项已不在，请刷新页面。")
    if edit.before == name and edit.into in {"", holder_path}:
        return
    item = holder.pop(place)
    target_path = edit.into or holder_path
    _put(_list_at(plain, target_path), item, edit.before, target_path)
    if target_path != holder_path:
        _carry_marks(plain, edit.path, f"{target_path}.{name}")


def _carry_marks(plain: Plain, before: str, after: str) -> None:
    """Let what vouches for a part follow it to its new place: its identity is its key, not where it stands."""
    for mark in plain["evidence"]:
        if mark["path"] == before or mark["path"].startswith(f"{before}."):
            mark["path"] = after + mark["path"][len(before) :]


def _vouch(plain: Plain, edit: Vouch) -> None:
    holder_path, _, name = edit.path.rpartition(".")
    holder = _at(plain, holder_path)
    # A field that holds nothing may be vouched for, too: the notice gives no date.
    if not (name in holder if isinstance(holder, Mapping) else _child(holder, name) is not None):
        raise NotFound("这一项已不在，请刷新页面。")
    mark = Mark.STATED if edit.quote.strip() and not edit.is_inferred else Mark.INFERRED
    said = {"path": edit.path, "mark": mark.value, "quote": edit.quote.strip(), "note": edit.note.strip()}
    kept = [item for item in plain["evidence"] if item["path"] != edit.path]
    plain["evidence"] = [*kept, {**said, "confirmed_by": ""}]
