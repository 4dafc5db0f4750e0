"""Reading YAML as plain data, and nothing but plain data.

The values follow YAML 1.2: "18:00", "yes" and 2023-03-20 stay text, so that nobody's times, names and dates change on
the way. Tags, keys given twice, several documents, and documents made to exhaust memory are refused with their line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import yaml

from domain.errors import Invalid, Problem
from domain.lint.findings import shown

MOST_BYTES: Final = 2_000_000
MOST_WEIGHT: Final = 500_000
CHARS_A_WEIGHT: Final = 20
"""What a document weighs with its aliases written out: one for each value, and one for every so many characters."""
MOST_DEPTH: Final = 30

NULL = frozenset({"", "~", "null", "Null", "NULL"})
TRUE = frozenset({"true", "True", "TRUE"})
FALSE = frozenset({"false", "False", "FALSE"})
INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,18}")
"""A leading zero makes a code or a telephone number, not a number."""

Plain = str | int | float | bool | list["Plain"] | dict[str, "Plain"] | None

# The parser in C is fast and its depth costs no stack; without it reading is slower, not different.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> Plain:
    """Return the one document of a text as lists, dicts with text keys, and plain values; None when it is empty.

    Raises Invalid with the line where reading stopped.
    """
    try:
        size = len(text.encode("utf-8"))
    except UnicodeEncodeError:
        raise _refusal(None, "文件含有不完整的字符") from None
    if size > MOST_BYTES:
        raise _refusal(
            None, f"文件过大（{size} 字节）", allowed=f"最多 {MOST_BYTES} 字节；单位很多时另存一个文件（units_file）"
        )
    builder = _Builder()
    try:
        for event in _events(text):
            builder.take(event)
    except yaml.MarkedYAMLError as failure:
        line = failure.problem_mark.line + 1 if failure.problem_mark else None
        raise _refusal(line, "YAML 写法有误", value=str(failure.problem or "")) from None
    except yaml.YAMLError:
        raise _refusal(None, "文件含有 YAML 不允许的控制字符") from None
    return builder.result


def resolve(text: str) -> Plain:
    """Return what an unquoted scalar means."""
    if text in NULL:
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


def _events(text: str) -> Iterator[yaml.Event]:
    return iter(yaml.parse(text, Loader=LOADER))


def _refusal(line: int | None, sentence: str, *, value: str = "", allowed: str = "") -> Invalid:
    place = "文件" if line is None else f"第 {line} 行"
    return Invalid([Problem(place, shown(value), sentence, allowed)])


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read; `key` is the mapping's key that waits for its value."""

    value: list[Plain] | dict[str, Plain]
    anchor: str | None
    key: str | None = None
    weight: int = 1


@dataclass(slots=True)
class _Builder:
    """Builds the value of a document from the events of its parser, without recursion.

    anchors: finished values by name, each with its weight, so that aliases cannot multiply unseen.
    """

    result: Plain = None
    documents: int = 0
    weight: int = 0
    stack: list[_Open] = field(default_factory=list)
    anchors: dict[str, tuple[Plain, int]] = field(default_factory=dict)

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        line = event.start_mark.line + 1 if event.start_mark else 0
        match event:
            case yaml.DocumentStartEvent():
                self.documents += 1
                if self.documents > 1:
                    raise _refusal(line, "一个文件只能写一份配置", allowed="删去多余的 ---")
            case yaml.AliasEvent():
                self._alias(str(event.anchor), line)
            case yaml.ScalarEvent():
                self._scalar(event, line)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                self._open(event, line)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._close(line)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if event.tag is not None:
            raise _refusal(line, "不接受 YAML 标签", value=event.tag)
        is_plain = not event.style
        value = resolve(event.value) if is_plain else event.value
        if self._waits_for_key():
            # A key is a name however it looks: `on`, `null` and `2023` included.
            value = event.value
        weight = 1 + len(event.value) // CHARS_A_WEIGHT
        self._weigh(weight, line)
        self._add(value, weight, line)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, weight)

    def _open(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent, line: int) -> None:
        if event.tag is not None:
            raise _refusal(line, "不接受 YAML 标签", value=event.tag)
        if self._waits_for_key():
            raise _refusal(line, "键只能是文字")
        if len(self.stack) >= MOST_DEPTH:
            raise _refusal(line, "嵌套过深", allowed=f"最多 {MOST_DEPTH} 层")
        self._weigh(1, line)
        value: list[Plain] | dict[str, Plain] = [] if isinstance(event, yaml.SequenceStartEvent) else {}
        self.stack.append(_Open(value, event.anchor))

    def _close(self, line: int) -> None:
        done = self.stack.pop()
        if done.anchor is not None:
            self.anchors[done.anchor] = (done.value, done.weight)
        self._add(done.value, done.weight, line)

    def _alias(self, anchor: str, line: int) -> None:
        if self._waits_for_key():
            raise _refusal(line, "键只能是文字")
        if anchor not in self.anchors:
            raise _refusal(line, f"引用的「{anchor}」在此之前没有定义", value=f"*{anchor}")
        value, weight = self.anchors[anchor]
        self._weigh(weight, line)
        self._add(value, weight, line)

    def _waits_for_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None

    def _weigh(self, weight: int, line: int) -> None:
        self.weight += weight
        if self.weight > MOST_WEIGHT:
            raise _refusal(line, "内容过多，或引用展开后过多", allowed="单位很多时另存一个文件（units_file）")

    def _add(self, value: Plain, weight: int, line: int) -> None:
        if not self.stack:
            self.result = value
            return
        top = self.stack[-1]
        top.weight += weight
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is None:
            top.key = str(value)
            if top.key in top.value:
                raise _refusal(line, f"键「{top.key}」重复出现", allowed="每个键只能写一次")
        else:
            top.value[top.key] = value
            top.key = None
