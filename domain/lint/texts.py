"""Texts that can be shown and stored: not empty where a name is needed, not endless, nothing invisible."""

from collections.abc import Iterator
from dataclasses import MISSING, fields

from domain.definition import Definition
from domain.definition.paths import children, members
from domain.forms import FORBIDDEN
from domain.lint.findings import Finding, error

SHORT, LONG = 200, 20_000
LONG_TEXTS = frozenset({"body", "quote", "note", "help", "address", "site", "file", "path", "confirmed_by"})


def check(definition: Definition) -> Iterator[Finding]:
    """Yield texts that are empty, too long, or hold characters that nobody sees."""
    yield from _part(definition, "")


def _part(value: object, path: str) -> Iterator[Finding]:
    needed = _needed(value)
    for name, child in children(value):
        place = f"{path}.{name}" if path else name
        if isinstance(child, str):
            limit = LONG if name in LONG_TEXTS else SHORT
            yield from _text(place, child, limit=limit, is_needed=name in needed)
        else:
            yield from _part(child, place)


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
        sentence = f"含有看不见的字符 U+{ord(found[0]):04X}"
        yield error("invisible_text", path, sentence, advice="删去后重填", value=text.replace(found[0], "□"))
