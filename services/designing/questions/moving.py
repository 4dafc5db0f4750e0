"""Putting questions elsewhere, copying and adding them; what a question is known by never changes."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from domain.definition import Definition, Field, FieldKind, Form
from domain.errors import Invalid, NotFound, Problem
from services.designing.asking.describing import describe, empty
from services.designing.asking.spots import find, join
from services.designing.asking.typed import BadValue, key
from services.designing.edits import Edit, Insert, Move
from services.designing.questions.kinds import fits, new_question
from services.designing.questions.outline import Node, around, nodes, question_lists

LONGEST_KEY = 40
COPY = "（副本）"
WAYS = {"up": -1, "down": 1}
"""By how many places a step goes."""

PERSON = "name"
"""The key under which a contact's name is looked for."""


def root(form: Form) -> str:
    """Return the path of a form."""
    return join("forms", form.key)


def stepped(form: Form, node: Node, by: int) -> Edit | None:
    """Return the edit that moves something one place up (-1) or down (1); None where it stands at the end already.

    A question at the end of its section goes on into the next one.
    """
    mates = [one.name for one in nodes(form) if one.holder == node.holder]
    at = mates.index(node.name) + by
    if 0 <= at < len(mates):
        rest = [name for name in mates if name != node.name]
        return Move(join(root(form), node.path), before=rest[at] if at < len(rest) else "")
    if not node.is_question:
        return None
    lists = question_lists(form)
    to = lists.index(node.holder) + by
    if not 0 <= to < len(lists):
        return None
    first = next((one.name for one in nodes(form) if one.holder == lists[to]), "") if by > 0 else ""
    return Move(join(root(form), node.path), before=first, into=join(root(form), lists[to]))


def put(form: Form, node: Node, into: str, before: str) -> Edit:
    """Return the edit that puts something into a list, before one of its items or at the end ("").

    Raises Invalid where it cannot stand there.
    """
    holder = into or node.holder
    if holder != node.holder and not (node.is_question and holder in question_lists(form)):
        raise Invalid([Problem(join(root(form), node.path), into, "不能移到那里", "只能移到本表的其他分区")])
    mates = {one.name for one in nodes(form) if one.holder == holder}
    return Move(
        join(root(form), node.path),
        before=before if before in mates else "",
        into="" if holder == node.holder else join(root(form), holder),
    )


def added_question(form: Form, holder: str, new: Mapping[str, str], after: str = "") -> tuple[Edit, str]:
    """Return the edit that adds a question, and its path within the form.

    new: kind, label, key ("" to make one up). after: name of the item that it follows, "" for the end.
    Raises Invalid for what cannot stand there, NotFound for a list that is not there.
    """
    kind = next((one for one in FieldKind if one.value == new.get("kind")), None)
    label = new.get("label", "").strip()
    problems = []
    if kind is None or not fits(kind, around(form, f"{holder}.?")):
        problems.append(Problem("kind", new.get("kind", ""), "请选择一种可以放在这里的题型"))
    if not label:
        problems.append(Problem("label", "", "请填写名称"))
    if problems or kind is None:
        raise Invalid(problems)
    taken = set(_taken(form))
    stem = PERSON if label.endswith("姓名") else kind.value
    name = _key(new.get("key", ""), stem, taken)
    return _inserted(form, holder, new_question(kind, label, name, required=True), after)


def added_item(form: Form, holder: str, cls: type, new: Mapping[str, str], after: str = "") -> tuple[Edit, str]:
    """Return the edit that adds a section, a part of a guided text, a check or a paper; raises as for a question."""
    named = next(one.name for one in describe(cls) if one.name in {"title", "label", "sentence"})
    label = new.get("label", "").strip()
    if not label:
        raise Invalid([Problem("label", "", "请填写名称")])
    name = _key(new.get("key", ""), cls.__name__.lower(), set(_taken(form)))
    return _inserted(form, holder, {**empty(cls), "key": name, named: label}, after)


def copied(definition: Definition, form: Form, node: Node) -> tuple[Edit, str]:
    """Return the edit that puts a copy behind something, with keys of its own, and the path of the copy."""
    item = dict(find(definition, join(root(form), node.path)).value)
    taken = set(_taken(form))
    renamed: dict[str, str] = {}
    _rename(item, taken, renamed)
    for inner in item.get("fields", []) if node.is_section else ():
        _rename(inner, taken, renamed)
    _repoint(item, renamed)
    named = next(name for name in ("title", "label", "sentence") if name in item)
    item[named] = f"{item[named]}{COPY}"
    return _inserted(form, node.holder, item, node.name)


def _inserted(form: Form, holder: str, item: Mapping[str, Any], after: str) -> tuple[Edit, str]:
    known = {"fields", "sections", "checks", "materials", *(one.own_list for one in nodes(form) if one.own_list)}
    if holder not in known:
        raise NotFound("这里不能添加。")
    mates = [one.name for one in nodes(form) if one.holder == holder]
    at = mates.index(after) + 1 if after in mates else len(mates)
    before = mates[at] if at < len(mates) else ""
    return Insert(join(root(form), holder), item, before), join(holder, str(item["key"]))


def _taken(form: Form) -> Iterator[str]:
    return (one.name for one in nodes(form))


def _key(typed: str, stem: str, taken: Collection[str]) -> str:
    """Return the key that was typed, or a free one. Raises Invalid for one that is taken or cannot be a key."""
    wanted = typed.strip()
    if not wanted:
        # The check of a form of contacts looks for "email" and "phone": the first of a kind bears its name.
        return stem if stem not in taken else _free(f"{stem}_1", taken)
    field = next(one for one in describe(Field) if one.is_identity)
    try:
        name = key(field, wanted)
    except BadValue as wrong:
        raise Invalid([Problem("key", wanted, str(wrong))]) from None
    if name in taken:
        raise Invalid([Problem("key", name, "本表已有同一代号", f"换一个，如 {_free(name, taken)}")])
    return name


def _free(name: str, taken: Collection[str]) -> str:
    """Return a key like this one that nothing bears yet: with the next free number."""
    stem, _, number = name.rpartition("_")
    if not stem or not number.isdecimal():
        stem = name
    count = 1
    while f"{stem[: LONGEST_KEY - 4]}_{count}" in taken:
        count += 1
    return f"{stem[: LONGEST_KEY - 4]}_{count}"


def _rename(item: dict[str, Any], taken: set[str], renamed: dict[str, str]) -> None:
    name = _free(str(item["key"]), taken)
    taken.add(name)
    renamed[str(item["key"])] = name
    item["key"] = name


def _repoint(item: dict[str, Any], renamed: Mapping[str, str]) -> None:
    """Let conditions within a copy ask the copies; all others go on asking what they asked."""
    when = item.get("when")
    if isinstance(when, dict):
        item["when"] = {**when, "field": renamed.get(when["field"], when["field"])}
    for inner in item.get("fields", []):
        _repoint(inner, renamed)
