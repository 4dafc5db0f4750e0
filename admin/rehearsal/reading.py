"""What an address asks of a rehearsal's page: an instant of the clock, and which events."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from admin.rehearsal.shown import BY_KEY, Filter
from admin.typed import LARGEST_PAGE, number, search_words
from services.batches.context import BatchContext

INSTANT = re.compile(r"(?:19|20)\d\d-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?")


def instant_of_page(raw: str | None, zone: ZoneInfo) -> datetime | None:
    """Return an instant typed as local time; a day alone is its last minute. None for anything else."""
    if not raw or not INSTANT.fullmatch(raw):
        return None
    try:
        found = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return (found if "T" in raw else found.replace(hour=23, minute=59)).replace(tzinfo=zone)


def filter_of(context: BatchContext, asked: Mapping[str, str], zone: ZoneInfo) -> Filter:
    """Return which events an address asks for; a family, stage or day that there is not asks for all."""
    family, stage = asked.get("kind", ""), asked.get("stage", "")
    return Filter(
        family=family if family in BY_KEY else "",
        stage=stage if stage in context.stages else "",
        unit=" ".join(search_words(asked.get("unit")) or []),
        day=_day(asked.get("day")),
        minute=instant_of_page(asked.get("minute"), zone),
        page=number(asked.get("page"), LARGEST_PAGE) or 1,
    )


def _day(raw: str | None) -> date | None:
    try:
        return date.fromisoformat(raw or "")
    except ValueError:
        return None
