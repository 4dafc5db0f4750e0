"""Texts that can be shown and stored: not empty where a name is needed, not endless, nothing invisible."""

from collections.abc import Iterator
from dataclasses import MISSING, fields

from domain.definition import Definition
from domain.definition.paths import children, members
from domain.forms import FORBIDDEN
from domain.lint.findings import Finding, error

LONG = 20_000
SHORT = 200
LONG_TEXTS = frozenset({"body", "quote", "note", "help", "bases", "clause", "guide", "text"})
LIMITS = {
    "programme.name": 120,
    "issuer.name": 120,
    "document.number": 80,
    "timezone": 40,
    "stages.*.title": 120,
    "categories.*.name": 80,
    "units.*.name": 120,
    "units.*.short": 40,
    "units.*.phone": 40,
    "units.*.mobile": 40,
}
"""Places whose tables hold less than 200 characters; items of a list are written as *."""


def check(definition: Definition) -> Iterator[Finding]:
    """Yield texts that are empty, too long, or hold characters that nobody sees."""
    yield from _part(definition, "", "")


def _part(value: object, path: str, pattern: str) -> Iterator[Finding]:
    needed = _needed(value)
    for name, child in children(value):
        place = f"{path}.{name}" if path else name
        kind = "*" if isinstance(value, tuple) else name
        like = f"{pattern}.{kind}" if pattern else kind
        if isinstance(child, str):
            is_long = bool(LONG_TEXTS.intersection(like.split(".")[-2:]))
            limit = LONG if is_long else LIMITS.get(like, SHORT)
            yield from _text(place, child, limit=limit, is_needed=name in needed)
        else:
            yield from _part(child, place, like)


def _needed(value: object) -> frozenset[str]:
    if members(value) is None:
        return frozenset()
    own = fields(value)  # type: ignore[arg-type]  # `members` has just found it to be a dataclass
    return frozenset(field.name for field in own if field.default is MISSING)


def _text(path: str, text: str, *, limit: int, is_needed: bool) -> Iterator[Finding]:
    if is_needed and not text.strip():
        yield error("empty_text", path, "这里不能留空")
    if len(text) > limit:
        yield error("too_long", path, f"最多 {limit} 字，现为 {len(text)} 字", value=text)
    found = FORBIDDEN.search(text)
    if found:
        sentence = f"含有看不见的字符（U+{ord(found[0]):04X}）"
        yield error("invisible_text", path, sentence, advice="删去后重填", value=text.replace(found[0], "□"))
