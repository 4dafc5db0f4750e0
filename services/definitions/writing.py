"""Definitions out: as YAML for people, and as the canonical text that is stored and hashed."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

import yaml

from domain.definition import Definition
from services.definitions.yaml_text import resolve

WIDTH = 110
OLD_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Line breaks of an earlier YAML, lost unless they are escaped."""
INLINE = re.compile(r"[A-Za-z0-9_-]+")
INLINE_CHARS = 96


class _Key(str):
    """A key of a mapping; `on` is one here, whatever older readers of YAML make of it."""


class _Inline(list[object]):
    """A short list of keys or numbers, written on one line."""


class _Dumper(yaml.SafeDumper):
    """Writes every value where it stands, and quotes what another reader of YAML would take for a number or date."""

    def ignore_aliases(self, data: object) -> bool:
        """Return True: people copy parts of these files, so no part may hang on another."""
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None
    if OLD_BREAKS.search(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    elif not isinstance(resolve(text), str):
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _key(dumper: yaml.SafeDumper, key: _Key) -> yaml.ScalarNode:
    # With the tag that a reader would guess, the key is written without quotes.
    guessed = dumper.resolve(yaml.ScalarNode, str(key), (True, False))  # type: ignore[no-untyped-call]  # so in its stubs
    return dumper.represent_scalar(guessed, str(key))


def _inline(dumper: yaml.SafeDumper, items: _Inline) -> yaml.SequenceNode:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=True)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Key, _key)
_Dumper.add_representer(_Inline, _inline)


def dump(definition: Definition, *, inline_units: bool = False) -> str:
    """Return the definition as YAML for people: keys in the order of the classes, defaults left out.

    inline_units: write the units themselves instead of the name of the file that they came from. Without such a
        file they are always written.
    Reading the text back gives the same definition, apart from `units_file` when the units were written inline.
    """
    plain = _brief(definition)
    if definition.units_file is not None:
        plain.pop("units_file" if inline_units else "units", None)
    if definition.catalogue_file is not None:
        plain.pop("catalogue", None)
    blocks = [
        yaml.dump({key: value}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH)
        for key, value in plain.items()
    ]
    return "".join(_spaced(blocks))


def _spaced(blocks: list[str]) -> list[str]:
    """Return the blocks with an empty line around each that is longer than one line."""
    spaced = blocks[:1]
    for before, block in pairwise(blocks):
        is_apart = "\n" in before.rstrip("\n") or "\n" in block.rstrip("\n")
        spaced.append(f"\n{block}" if is_apart else block)
    return spaced


def canonical_json(definition: Definition) -> str:
    """Return the one text of a definition: all values, defaults included, keys sorted, no spaces.

    The names of the files of units and catalogue are left out: they say where these were read from, not what the
    batch is.
    """
    plain = _full(definition)
    if isinstance(plain, dict):
        del plain["units_file"], plain["catalogue_file"]
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(definition: Definition) -> str:
    """Return the SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical_json(definition).encode()).hexdigest()


def _plain(value: object, inner: Callable[[object], object]) -> object:
    match value:
        case StrEnum():
            return value.value
        case tuple():
            return [inner(item) for item in value]
        case _:
            return value


def _full(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _full(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, date):
        return value.isoformat()
    return _plain(value, _full)


def _brief(value: object) -> dict[str, object]:
    """Return the fields of a dataclass that differ from their defaults."""
    if not is_dataclass(value):
        raise TypeError(f"{value!r} is no part of a definition")
    own = {field.name: (getattr(value, field.name), field.default) for field in fields(value)}
    return {_Key(name): _brief_value(given) for name, (given, default) in own.items() if given != default}


def _brief_value(value: object) -> object:
    if is_dataclass(value):
        return _brief(value)
    plain = _plain(value, _brief_value)
    if isinstance(plain, list) and plain and _fits_line(plain):
        return _Inline(plain)
    return plain


def _fits_line(items: list[object]) -> bool:
    plain = all(isinstance(item, int) or (isinstance(item, str) and INLINE.fullmatch(item)) for item in items)
    return plain and sum(len(str(item)) + 2 for item in items) <= INLINE_CHARS
