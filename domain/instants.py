"""From the dates of a notice to instants.

A notice says "3月20日前"; the day is inclusive, so it ends at 24:00 in the batch's zone, kept as the exclusive
instant at which the next day begins (rule R1). Instants are aware and in UTC; a local view is made only for people.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

END_OF_DAY = "24:00"
WEEKDAYS = "一二三四五六日"


def local_instant(on: date, at: str, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a local date and a time "HH:MM"; "24:00" is the end of that day.

    Raises ValueError when `at` is not a time of day.
    """
    if at == END_OF_DAY:
        return datetime.combine(on + timedelta(days=1), time(0), zone).astimezone(UTC)
    return datetime.combine(on, time.fromisoformat(at), zone).astimezone(UTC)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day on which an instant falls in the zone."""
    return instant.astimezone(zone).date()


def due_day(due_at: datetime, zone: ZoneInfo) -> date:
    """Return the last day that a deadline still includes: midnight belongs to the day before."""
    return (due_at - timedelta(microseconds=1)).astimezone(zone).date()


def describe(instant: datetime, zone: ZoneInfo, *, is_deadline: bool = False) -> str:
    """Return "2023-03-20 周一 24:00" for people; a deadline at midnight is shown as 24:00 of the day it ends."""
    local = instant.astimezone(zone)
    if is_deadline and local.time() == time(0):
        day = due_day(instant, zone)
        return f"{day.isoformat()} 周{WEEKDAYS[day.weekday()]} {END_OF_DAY}"
    return f"{local:%Y-%m-%d} 周{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def stamp(instant: datetime) -> str:
    """Return the compact UTC form used inside keys, "20230320T160000Z"."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
