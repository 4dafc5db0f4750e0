"""The shape of a definition: plain data into frozen dataclasses, every slip named in Chinese and at once."""

import difflib
import json
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from types import UnionType
from typing import Final, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from domain.definition import Definition
from domain.definition.paths import children, item_name, members
from domain.errors import Invalid, Problem
from domain.lint.findings import listed, shown
from services.definitions.words import choice, label

ADAPTER: Final = TypeAdapter(Definition)

SENTENCES: Final = {
    "missing": ("缺少这一项", ""),
    "string_type": ("应为文字", ""),
    "int_type": ("应为整数", "不加引号"),
    "bool_type": ("应为是或否", "写作 true 或 false，不加引号"),
    "date_type": ("应为日期", "写作 2023-03-20"),
    "date_parsing": ("不是有效的日期", "写作 2023-03-20"),
    "tuple_type": ("应为列表", "每项以 - 开头"),
    "dataclass_type": ("应为一组“键: 值”", ""),
}


def shape(raw: object) -> Definition:
    """Return the definition that plain data describes.

    raw: dicts with text keys, lists and plain values, as JSON or YAML give them.
    Raises Invalid with every wrong, missing and unknown item; the paths name items by their stable keys.
    """
    if not isinstance(raw, dict):
        raise Invalid([Problem("文件", shown(raw), "应为一份批次定义", "以「code」「title」等键开头")])
    try:
        # JSON's own strictness fits YAML: lists for tuples and text for dates, but never "5" for 5.
        definition = ADAPTER.validate_json(json.dumps(raw, ensure_ascii=False).encode(), strict=True)
    except ValidationError as failure:
        raise Invalid(
            _problem(raw, error["type"], error["loc"], error["input"]) for error in failure.errors()
        ) from None
    except (ValueError, RecursionError):
        raise Invalid([Problem("文件", "", "含有无法读取的字符或数值")]) from None
    misread = list(_misread_dates(definition, raw, ""))
    if misread:
        raise Invalid(misread)
    return definition


def _problem(raw: object, kind: str, loc: Sequence[int | str], value: object) -> Problem:
    path = _path(raw, loc)
    if kind == "unexpected_keyword_argument":
        cls = _type_at(loc[:-1])
        known = {name: f"{label(cls, name)}（{name}）" for name in get_type_hints(cls) if not name.startswith("_")}
        near = difflib.get_close_matches(str(loc[-1]), known, 1)
        allowed = f"是否要写{known[near[0]]}？" if near else listed(known.values())
        return Problem(path, shown(value), "没有这一项", allowed)
    if kind == "enum":
        chosen = _type_at(loc)
        offered = list(chosen) if issubclass(chosen, StrEnum) else []
        allowed = listed(f"{choice(member)}（{member.value}）" for member in offered) if offered else ""
        return Problem(path, shown(value), "不在可选的值之内", allowed)
    sentence, allowed = SENTENCES.get(kind, ("这里的值不合规则", ""))
    if kind == "string_type" and isinstance(value, int | float):
        allowed = "是文字就加上引号"
    return Problem(path, "" if kind == "missing" else shown(value), sentence, allowed)


def _path(raw: object, loc: Sequence[int | str]) -> str:
    parts, current = [], raw
    for step in loc:
        if isinstance(current, list) and isinstance(step, int):
            current = current[step]
            parts.append(item_name(current if isinstance(current, dict) else {}, step))
        else:
            parts.append(str(step))
            current = current.get(step) if isinstance(current, dict) else None
    return ".".join(parts)


def _type_at(loc: Sequence[int | str]) -> type:
    """Return the class that stands at a place of a definition."""
    found: object = Definition
    for step in loc:
        hint = get_args(found)[0] if isinstance(step, int) else get_type_hints(found)[step]
        if get_origin(hint) is UnionType:
            hint = next(option for option in get_args(hint) if option is not type(None))
        found = hint
    if not isinstance(found, type):
        raise TypeError(f"no class at {loc}")
    return found


def _misread_dates(value: object, raw: object, path: str) -> Iterator[Problem]:
    """Yield dates that were written as a count of seconds, which JSON lets pass for a date."""
    if isinstance(value, date):
        if raw != value.isoformat():
            sentence, allowed = SENTENCES["date_parsing"]
            yield Problem(path, shown(raw), sentence, allowed)
        return
    is_list = members(value) is None
    for number, (name, child) in enumerate(children(value)):
        if is_list and isinstance(raw, list):
            part = raw[number]
        elif isinstance(raw, dict) and name in raw:
            part = raw[name]
        else:
            continue
        yield from _misread_dates(child, part, f"{path}.{name}" if path else name)
