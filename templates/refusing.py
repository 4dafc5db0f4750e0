"""What Jinja2 says about a text that cannot be made, in words for the person who wrote it, with the line."""

import re
import traceback

from jinja2 import TemplateError, TemplateSyntaxError

OF_TEXT = frozenset({"<template>", "<unknown>"})
"""Where Jinja2 says that a text without a file stands."""
SENTENCES = (
    (re.compile(r"^'(?P<name>[^']+)' is undefined"), "没有“{name}”可以取用"),
    (re.compile(r"has no attribute '(?P<name>[^']+)'"), "没有“{name}”这一项"),
    (re.compile(r"has no element"), "列表中没有这一项"),
    (re.compile(r"No filter named '(?P<name>[^']+)'"), "没有过滤器“{name}”"),
    (re.compile(r"No test named '(?P<name>[^']+)'"), "没有判断“{name}”"),
    (re.compile(r"unknown tag '(?P<name>[^']+)'", re.IGNORECASE), "不认识的标记“{name}”，或它没有配对"),
    (re.compile(r"end of (?:template|print statement|statement block)", re.IGNORECASE), "花括号或标记没有配对"),
)


def sentence_of(error: TemplateError) -> str:
    """Return why a text cannot be made, "第 2 行：没有“nonsense”可以取用"."""
    line = error.lineno if isinstance(error, TemplateSyntaxError) else _line(error)
    told = error.message or ""
    for pattern, sentence in SENTENCES:
        match = pattern.search(told)
        if match:
            words = sentence.format(**match.groupdict())
            break
    else:
        words = "写法有误，请对照右侧可以取用的内容"
    return f"第 {line} 行：{words}" if line else words


def _line(error: BaseException) -> int:
    """Return the line of the text at which it failed while it was filled in, 0 when that is not known."""
    found = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename in OF_TEXT]
    return (found[-1] or 0) if found else 0
