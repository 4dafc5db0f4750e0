"""How templates show instants and states: in the zone of the batch or the site, with weekday, for people."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import cast
from zoneinfo import ZoneInfo

from flask import Flask, g

from domain.access import ROLE_NAMES
from domain.duties import DutyState, Settlement
from domain.instants import WEEKDAYS, describe, due_day, local_day
from domain.quoting import quoted
from models import BatchState, MailState, Post
from web import current
from web.site import current_site

ONE_DAY = timedelta(days=1)

_STATES: tuple[Mapping[StrEnum, str], ...] = (
    {
        DutyState.PLANNED: "未开始",
        DutyState.OPEN: "待办",
        DutyState.OVERDUE: "逾期",
        DutyState.DONE: "已完成",
        DutyState.NONE: "零报告",
        DutyState.EXEMPT: "免报",
        DutyState.WAIVED: "免办",
    },
    {
        Settlement.DONE: "已完成",
        Settlement.NONE: "零报告",
        Settlement.EXEMPT: "免报",
        Settlement.WAIVED: "免办",
    },
    {
        BatchState.DRAFT: "草稿",
        BatchState.RUNNING: "进行中",
        BatchState.PAUSED: "已暂停",
        BatchState.FINISHED: "已结束",
    },
    {
        MailState.PENDING: "待发送",
        MailState.CLAIMED: "待发送",
        MailState.SENDING: "发送中",
        MailState.SENT: "已发送",
        MailState.UNCERTAIN: "不确定是否送达",
        MailState.REFUSED: "被拒收",
        MailState.VOID: "已作废",
        MailState.HELD: "待人工决定",
    },
    {Post.A: "A 岗", Post.B: "B 岗"},
    dict[StrEnum, str](ROLE_NAMES.items()),
)
# Members of different sets may be equal as text, so the set is part of the key.
LABELS: Mapping[tuple[type[StrEnum], str], str] = {
    (type(state), state.value): label for states in _STATES for state, label in states.items()
}


def day(instant: datetime | date) -> str:
    """Return "3月20日 周一"; an instant at midnight ends the day before (R1)."""
    on = due_day(instant, _zone()) if isinstance(instant, datetime) else instant
    return f"{on.month}月{on.day}日 周{WEEKDAYS[on.weekday()]}"


def moment(instant: datetime) -> str:
    """Return "2023-03-20 周一 24:00"; an instant at midnight ends the day before (R1)."""
    return describe(instant, _zone(), is_deadline=True)


def opening(instant: datetime) -> str:
    """Return "2023-03-01 周三 00:00", for what begins: midnight belongs to the day that it opens."""
    return describe(instant, _zone())


def opening_day(instant: datetime) -> str:
    """Return "3月1日 周三", for what begins."""
    return day(local_day(instant, _zone()))


def days_left(due_at: datetime, now: datetime | None = None) -> int:
    """Return the days until a deadline: 0 on the last day, -1 from the moment it has passed, and so on.

    now: the request's when left out.
    """
    at = now if now is not None else current.now()
    if at >= due_at:
        return -((at - due_at) // ONE_DAY + 1)
    return (due_day(due_at, _zone()) - local_day(at, _zone())).days


def state_label(state: StrEnum | None) -> str:
    """Return the word for a state of a duty, batch or mail, a post or a role; a dash for none."""
    if state is None:
        return "—"
    return LABELS.get((type(state), state.value), state.value)


def install_filters(app: Flask) -> None:
    """Give the filters to the templates of an app; `deadline` is the exact word for what `moment` shows."""
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        deadline=moment,
        opening=opening,
        opening_day=opening_day,
        quoted=quoted,
        days_left=days_left,
        state_label=state_label,
    )


def _zone() -> ZoneInfo:
    """Return the zone that the view set in `g.zone` for the batch it shows, or the site's."""
    return cast(ZoneInfo, g.get("zone") or current_site().zone)
