"""The forms of these pages: a day with its time, and the question that a day off raises."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from flask_admin.helpers import get_form_data
from wtforms import DateField, FileField, HiddenField, RadioField, SelectField, StringField, TextAreaField

from admin.forms import AdminForm, Given, MomentField, choices_of
from admin.words import CHANNELS
from domain.calendar import Calendar
from domain.errors import Invalid, Problem
from domain.instants import END_OF_DAY, WEEKDAYS, due_day, local_instant
from services.files import ACCEPTED

TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
YEARS = range(1990, 2101)


class DayField(DateField):
    """A day; years that nobody means are refused."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read what was typed. Raises ValueError for no day."""
        raw = str(valuelist[0]).strip() if valuelist else ""
        self.data = None
        if not raw:
            return
        try:
            typed = date.fromisoformat(raw)
        except ValueError:
            typed = date.min
        if typed.year not in YEARS:
            raise ValueError("请填写日期，如 2023-03-20")
        self.data = typed


class PageForm(AdminForm):
    """The base of the forms here. url: where to go back to. places: the field that a service's problem is about."""

    places: ClassVar[Mapping[str, str]] = {}

    url = HiddenField()


class TillForm(PageForm):
    """Until when: a day, a time of day, and what to do when the day is off.

    day_off: the day that was chosen when asked, as ISO 8601; empty before.
    """

    places = {"due_at": "on", "until": "on"}

    on = DayField("日期", [Given()])
    at = StringField("时刻", default=END_OF_DAY, description="默认 24:00，即包含当日全天；也可填 17:00 这样的时刻。")
    day_off = RadioField("这一天是休息日", choices=[], validate_choice=False)

    def instant(self, calendar: Calendar, zone: ZoneInfo) -> datetime:
        """Return the instant that was chosen; a working day stands at once, a day off only when asked about.

        Raises Invalid for no time of day, and for a day off that nobody has been asked about yet.
        """
        chosen, at = cast(date, self.on.data), (self.at.data or "").strip()
        if not TIME.fullmatch(at):
            raise Invalid([Problem("at", at, "请填写时刻，如 17:00；当日结束写 24:00")])
        if calendar.is_working(chosen):
            return local_instant(chosen, at, zone)
        around = [calendar.nearest(chosen, later=False), calendar.nearest(chosen, later=True)]
        self.day_off.choices = [
            *((day.isoformat(), f"改为 {_named(day)}") for day in around),
            (chosen.isoformat(), f"仍用 {_named(chosen)}"),
        ]
        decided = next((day for day in (*around, chosen) if day.isoformat() == self.day_off.data), None)
        if decided is None:
            name = calendar.day(chosen).name or "休息日"
            raise Invalid([Problem("day_off", "", f"{_named(chosen)} 是休息日（{name}），请确认用哪一天")])
        return local_instant(decided, at, zone)


def caution(instant: datetime, calendar: Calendar, zone: ZoneInfo) -> str:
    """Return a warning about a day whose year has no published arrangement of days off; "" for any other."""
    if not calendar.day(due_day(instant, zone)).is_provisional:
        return ""
    return "该年的放假安排尚未公布，公布后请复核这一天是否休息。"


def _named(day: date) -> str:
    return f"{day.isoformat()} 周{WEEKDAYS[day.weekday()]}"


class ExtendForm(TillForm):
    """More time."""

    reason = TextAreaField("延期原因", [Given()], description="写入延期通知，有关单位能看到。")
    file = FileField("依据文件", description="如单位的延期申请；可不附。", render_kw={"accept": ACCEPTED})


class LateForm(TillForm):
    """Leave to answer late."""

    reason = TextAreaField("补报原因", [Given()])
    approver = StringField("批准人", [Given()], description="主办处室内批准补报的人。")
    file = FileField("依据文件", description="如单位的书面说明；可不附。", render_kw={"accept": ACCEPTED})


class CallForm(PageForm):
    """A reminder made by hand."""

    channel = SelectField("方式", choices=choices_of(CHANNELS))
    person = StringField("催办对象", [Given()], description="与谁通的话。")
    called_at = MomentField("时间", [Given()])
    result = TextAreaField("结果", [Given()], description="如“已转经办人，承诺周五前报送”。")


class ReasonForm(PageForm):
    """A reason."""

    reason = TextAreaField("原因", [Given()], description="记入过程记录。")


def read(form: type[PageForm], first: Callable[[], dict[str, object]] = dict) -> Any:
    """Return a form with what was sent, or with the first values of a new one."""
    sent = get_form_data()
    return form(sent, data=first() if sent is None else None)
