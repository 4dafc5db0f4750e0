"""Deadlines as the texts of mails tell them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.instants import describe, local_day


def due_text(due_at: datetime | None, zone: ZoneInfo) -> str:
    """Return a deadline for people."""
    return describe(due_at, zone, is_deadline=True) if due_at else "未定"


def days_left(due_at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """Return how much time is left in days, "今天截止" on the last one."""
    if due_at is None:
        return ""
    days = (local_day(due_at - timedelta(microseconds=1), zone) - local_day(now, zone)).days
    if now >= due_at:
        return f"已逾期 {-days} 天" if days < 0 else "已逾期"
    return f"还有 {days} 天" if days else "今天截止"
