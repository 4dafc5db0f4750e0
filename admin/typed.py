"""What comes in from addresses and forms, typed and bounded before anything is asked of the database (S20-S22)."""

import re
from typing import Any

from flask import abort, request

from domain.definition.strict import KEY_PATTERN
from domain.forms import FORBIDDEN

LARGEST_ID = 2**31 - 1
LARGEST_PAGE = 10_000
SEARCH_CHARS = 100
SEARCH_WORDS = 5
DIGITS = re.compile(r"[0-9]{1,10}")


def number(raw: str | None, most: int) -> int | None:
    """Return a whole number written in plain digits, from 0 to `most`; None for anything else."""
    if raw is None or not DIGITS.fullmatch(raw) or int(raw) > most:
        return None
    return int(raw)


def row_id(raw: Any) -> int | None:
    """Return the key of a row; None for what cannot be one."""
    found = number(str(raw), LARGEST_ID) if isinstance(raw, str | int) else None
    return found or None


def stable_key(raw: str) -> str:
    """Return a stable key; "" for what cannot be one."""
    return raw if re.fullmatch(KEY_PATTERN, raw) else ""


def argument(name: str, most: int) -> int | None:
    """Return a number of the query; None when it is not given. Answers 400 when it is no such number."""
    raw = request.args.get(name, "")
    found = number(raw, most)
    if raw and found is None:
        abort(400)
    return found


def search_words(raw: str | None) -> list[str] | None:
    """Return the words of a search, none for an empty one; None for what nobody means to search."""
    text = (raw or "").strip()
    if len(text) > SEARCH_CHARS or FORBIDDEN.search(text):
        return None
    words = text.split()
    return words if len(words) <= SEARCH_WORDS else None
