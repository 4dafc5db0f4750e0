"""What an address or a form asks for, made safe: an id that cannot be one, or a page that is none, is not found."""

import re

from flask import request
from werkzeug.datastructures import MultiDict

from domain.definition.strict import KEY_PATTERN
from domain.errors import NotFound

LARGEST_ID = 2**31 - 1
"""What a key column of either database holds."""
ID = f"int(min=1,max={LARGEST_ID})"
"""The converter of an address's id, as in "/duties/<{ID}:duty_id>"."""


def key(text: str) -> str:
    """Return a stable key of a batch or stage. Raises NotFound for what can be none."""
    if not re.fullmatch(KEY_PATTERN, text):
        raise NotFound("没有这个页面。")
    return text


def page() -> int:
    """Return the page of a list that the address asks for, 1 by default."""
    return request.args.get("page", 1, type=int)


def search(name: str = "q") -> str:
    """Return what is searched for, without characters that no name holds."""
    return "".join(char for char in request.args.get(name, "") if char.isprintable()).strip()


def number(sent: MultiDict[str, str], name: str) -> int | None:
    """Return an id or a revision that a form sent along; None when it is none."""
    value = sent.get(name, type=int)
    return value if value is not None and 0 <= value <= LARGEST_ID else None
