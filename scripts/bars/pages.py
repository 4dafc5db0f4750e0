"""Bars for templates and styles: no inline scripts under a strict policy, no hosts on closed networks."""

import re
from collections.abc import Iterator

from scripts.bars.finding import Bar, Finding, Source

COMMENT = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
SCRIPT = re.compile(r"<script\b(?P<attributes>(?:\{\{.*?\}\}|[^>])*)>", re.DOTALL | re.IGNORECASE)
DATA_BLOCK = re.compile(r"""type\s*=\s*["']application/(?:ld\+)?json["']""", re.IGNORECASE)
HANDLER = re.compile(r"""[\s"']on[a-z]{3,}\s*=\s*["']""", re.IGNORECASE)
SCRIPT_ADDRESS = re.compile(r"""["'(=]\s*javascript:""", re.IGNORECASE)
HOST = re.compile(
    r"""\b(?:src|srcset|href|action|formaction|poster|data)\s*=\s*["']\s*(?:https?:)?//""", re.IGNORECASE
)
STYLE_HOST = re.compile(r"""(?:url\(|@import)\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
SAFE = re.compile(r"\|\s*safe\b|\bMarkup\s*\(|\{%-?\s*autoescape\s+false")


def check_page(source: Source) -> Iterator[Finding]:
    """Yield what a template or a style sheet breaks."""
    text = COMMENT.sub(_blank, source.text)
    if source.path.suffix == ".css":
        yield from _all(source, text, STYLE_HOST, (Bar.OUTSIDE_HOST, "a style sheet loads from another host"))
        return
    for script in SCRIPT.finditer(text):
        attributes = script["attributes"]
        if not re.search(r"\bsrc\s*=", attributes) and not DATA_BLOCK.search(attributes):
            sentence = "a script without src; put it into a file under web/static"
            yield source.finding(source.line_of(script.start()), Bar.INLINE_SCRIPT, sentence)
    for pattern, what in PATTERNS:
        yield from _all(source, text, pattern, what)


def _blank(comment: re.Match[str]) -> str:
    """Keep every offset behind a comment."""
    return re.sub(r"[^\n]", " ", comment[0])


def _all(source: Source, text: str, pattern: re.Pattern[str], what: tuple[Bar, str]) -> Iterator[Finding]:
    for found in pattern.finditer(text):
        # A pattern may begin with the white space before its word.
        yield source.finding(source.line_of(found.end()), *what)


PATTERNS = (
    (HANDLER, (Bar.INLINE_SCRIPT, "an inline handler; mark the element, listen in a file")),
    (SCRIPT_ADDRESS, (Bar.INLINE_SCRIPT, "a javascript: address; use a button and listen in a file")),
    (HOST, (Bar.OUTSIDE_HOST, "an address of another host; pages work on closed networks")),
    (STYLE_HOST, (Bar.OUTSIDE_HOST, "a style loads from another host")),
    (SAFE, (Bar.MARKUP, "a value that is not escaped; let the template escape it")),
)
