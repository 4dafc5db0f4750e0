"""Deadlines as the texts of mails tell them, in Chinese or English."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.instants import describe, due_day, local_day

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def due_text(due_at: datetime | None, zone: ZoneInfo, *, is_english: bool = False) -> str:
    """Return a deadline for people."""
    if is_english:
        return _english(due_at, zone) if due_at else "to be announced"
    return describe(due_at, zone, is_deadline=True) if due_at else "未定"


def _english(due_at: datetime, zone: ZoneInfo) -> str:
    """Return "24:00 on Mon 20 Mar 2023"; months and days are not left to the machine's locale."""
    local = due_at.astimezone(zone)
    ends_day = local.time() == time(0)
    day = due_day(due_at, zone) if ends_day else local.date()
    at = "24:00" if ends_day else f"{local:%H:%M}"
    return f"{at} on {WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def days_left(due_at: datetime | None, now: datetime, zone: ZoneInfo, *, is_english: bool = False) -> str:
    """Return how much time is left in days, "今天截止" on the last one; "" without a deadline."""
    if due_at is None:
        return ""
    days = (local_day(due_at - timedelta(microseconds=1), zone) - local_day(now, zone)).days
    if now >= due_at:
        late = -days if days < 0 else 0
        if is_english:
            return f"overdue by {late} day{'s' if late > 1 else ''}" if late else "overdue"
        return f"已逾期 {late} 天" if late else "已逾期"
    if is_english:
        return f"{days} day{'s' if days > 1 else ''} left" if days else "due today"
    return f"还有 {days} 天" if days else "今天截止"
