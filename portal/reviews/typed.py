"""What officers type: days, and acts that took place on paper; what cannot be read is told beside its field."""

from datetime import date

from flask import request

from domain.errors import Invalid, Problem
from services.reviewing.desk import OnPaper

WRITTEN = "写作 2023-03-20"


def text(name: str) -> str:
    """Return a typed text with line ends as they are stored."""
    return request.form.get(name, "").replace("\r\n", "\n")


def day(name: str, what: str) -> date:
    """Return a typed day. what: its name in the refusal. Raises Invalid (path `name`)."""
    found = day_or_none(name, what)
    if found is None:
        raise Invalid([Problem(name, "", f"请填写{what}", WRITTEN)])
    return found


def day_or_none(name: str, what: str) -> date | None:
    """Return a typed day; None where nothing is typed. Raises Invalid (path `name`) for what is no day."""
    typed = request.form.get(name, "").strip()
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Invalid([Problem(name, typed[:80], f"{what}不是有效的日期", WRITTEN)]) from None


def on_paper() -> OnPaper | None:
    """Return the act on paper that is entered now (补录); None for one that takes place here. Raises Invalid."""
    person = request.form.get("on_paper.person", "").strip()
    on = day_or_none("on_paper.on", "实际办理日期")
    if on is None and not person:
        return None
    return OnPaper(on if on is not None else day("on_paper.on", "实际办理日期"), person)
