"""Dates that make sense: in the right order, on working days or knowingly not, and with a time of day."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from domain.calendar import Calendar
from domain.definition import Definition, Due, Mark, Stage
from domain.instants import END_OF_DAY, describe, due_day
from domain.lint.findings import Finding, day_text, error, info, warning
from domain.milestones import Milestone

TIME_OF_DAY = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
FIRST_YEAR, LAST_YEAR = 1990, 2100
MOST_WORKING_DAYS = 250
MOST_GRACE_MINUTES = 24 * 60
ONE_YEAR = timedelta(days=365)


def check_written(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with the dates as they are written; the computed checks need these to be right."""
    if not _is_zone(definition.timezone):
        advice = "北京时间填「Asia/Shanghai」"
        yield error("bad_timezone", "timezone", "没有这个时区", advice=advice, value=definition.timezone)
    for stage in definition.stages:
        path = f"stages.{stage.key}"
        yield from check_time(f"{path}.opens.at", stage.opens.at)
        if stage.opens.on is not None:
            yield from _range(f"{path}.opens.on", stage.opens.on)
        if stage.due is not None:
            yield from _due(f"{path}.due", stage.due)
        if not 0 <= stage.grace_minutes <= MOST_GRACE_MINUTES:
            advice = f"可填 0 至 {MOST_GRACE_MINUTES}"
            sentence = "截止后的宽限分钟数不合理"
            yield error("bad_grace", f"{path}.grace_minutes", sentence, advice=advice, value=stage.grace_minutes)


def check_time(path: str, at: str, *, may_end_day: bool = False) -> Iterator[Finding]:
    """Yield a finding when this is no time of day; 24:00 is one for deadlines alone."""
    if not (TIME_OF_DAY.fullmatch(at) or (may_end_day and at == END_OF_DAY)):
        until = END_OF_DAY if may_end_day else "23:59"
        advice = f"写作四位时刻，00:00 至 {until}，例：09:00"
        yield error("bad_time", path, "不是一天中的时刻", advice=advice, value=at)


def check_computed(
    definition: Definition, milestones: Mapping[str, Milestone], calendar: Calendar
) -> Iterator[Finding]:
    """Yield what follows from the computed milestones of all stages."""
    last_days: dict[str, date] = {}
    for stage in definition.stages:
        milestone = milestones[stage.key]
        yield from _order(definition, stage, milestones)
        yield from _year(definition, stage)
        if milestone.due_at is not None:
            last_days[stage.key] = due_day(milestone.due_at, definition.zone)
            yield from _day_off(stage, last_days[stage.key], calendar)
            yield from _time_given(definition, stage)
    yield from _same_day(definition, last_days)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _range(path: str, on: date) -> Iterator[Finding]:
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        advice = f"{FIRST_YEAR} 年至 {LAST_YEAR} 年"
        yield error("date_out_of_range", path, "年份不合理", advice=advice, value=on)


def _due(path: str, due: Due) -> Iterator[Finding]:
    yield from check_time(f"{path}.at", due.at, may_end_day=True)
    if (due.on is None) == (due.working_days is None):
        both = due.on is not None
        sentence = "截止的“日期”和“工作日数”只能填一个" if both else "截止的“日期”和“工作日数”都没有填"
        yield error("bad_due", path, sentence, advice="“日期”和“工作日数”填其中之一；没有期限的，删去“截止”")
    if due.on is not None:
        yield from _range(f"{path}.on", due.on)
    if due.working_days is not None and not 1 <= due.working_days <= MOST_WORKING_DAYS:
        advice = f"可填 1 至 {MOST_WORKING_DAYS}"
        yield error("bad_due", f"{path}.working_days", "工作日数不合理", advice=advice, value=due.working_days)


def _order(definition: Definition, stage: Stage, milestones: Mapping[str, Milestone]) -> Iterator[Finding]:
    path, milestone, zone = f"stages.{stage.key}.due", milestones[stage.key], definition.zone
    if milestone.due_at is None:
        return
    due = describe(milestone.due_at, zone, is_deadline=True)
    if milestone.opens_at is not None and milestone.due_at <= milestone.opens_at:
        sentence = f"「{stage.title}」{describe(milestone.opens_at, zone)} 才开放，却在 {due} 截止"
        yield error("due_before_opening", path, sentence, advice="截止要晚于开放", value=due)
    for key in stage.opens.after:
        earlier = milestones[key].due_at
        if earlier is not None and milestone.due_at < earlier:
            before, until = definition.stage(key).title, describe(earlier, zone, is_deadline=True)
            sentence = f"「{stage.title}」排在「{before}」之后，却在它截止（{until}）之前截止"
            yield error("due_order", path, sentence, advice="调整截止日期，或改“前置环节”", value=due)


def _year(definition: Definition, stage: Stage) -> Iterator[Finding]:
    """Yield dates of another year; a batch may end early in the next one, within a year of its first date."""
    written = (("opens", stage.opens.on), ("due", stage.due.on if stage.due is not None else None))
    issued_on = definition.document.issued_on if definition.document is not None else None
    dates = (issued_on, *(each.opens.on for each in definition.stages))
    begins = min((on for on in dates if on is not None and on.year == definition.year), default=None)
    last = max(date(definition.year, 12, 31), begins + ONE_YEAR if begins is not None else date.min)
    for part, on in written:
        if on is not None and not date(definition.year, 1, 1) <= on <= last:
            sentence = f"{day_text(on)}不在本批次的 {definition.year} 年"
            yield warning("year_mismatch", f"stages.{stage.key}.{part}.on", sentence, advice="核对年份", value=on)


def _day_off(stage: Stage, on: date, calendar: Calendar) -> Iterator[Finding]:
    day = calendar.day(on)
    if day.is_working or stage.due is None:
        return
    before, after = calendar.nearest(on, later=False), calendar.nearest(on, later=True)
    part = "on" if stage.due.on is not None else "at"
    sentence = f"「{stage.title}」的截止日 {day_text(on)}是休息日（{day.name}）"
    advice = f"可改为此前的工作日 {day_text(before)}或此后的工作日 {day_text(after)}；系统不会自行改动"
    yield warning("due_on_day_off", f"stages.{stage.key}.due.{part}", sentence, advice=advice, value=on)


def _time_given(definition: Definition, stage: Stage) -> Iterator[Finding]:
    path = f"stages.{stage.key}.due.at"
    settled = {item.path for item in definition.evidence if item.mark is not Mark.INFERRED}
    if stage.due is not None and stage.due.at == END_OF_DAY and path not in settled:
        sentence = f"「{stage.title}」没有写明截止时刻，按当日 24:00 截止"
        yield info("no_time_of_day", path, sentence, advice="如另有时刻请写明", value=stage.due.at)


def _same_day(definition: Definition, last_days: Mapping[str, date]) -> Iterator[Finding]:
    together: defaultdict[date, list[Stage]] = defaultdict(list)
    for stage in definition.stages:
        if stage.key in last_days:
            together[last_days[stage.key]].append(stage)
    for on, stages in together.items():
        if len(stages) > 1:
            titles = "、".join(f"「{stage.title}」" for stage in stages)
            sentence = f"{titles}同在 {day_text(on)}截止"
            advice = "各环节分别计算；同一单位同一天只收一封邮件"
            yield info("same_day", f"stages.{stages[0].key}.due", sentence, advice=advice, value=on)


def check_published(days: Mapping[date, str], calendar: Calendar) -> Iterator[Finding]:
    """Yield one finding for each year without a published arrangement.

    days: the days that the batch touches, each with the path that it comes from.
    """
    first: dict[int, tuple[date, str]] = {}
    for on, path in sorted(days.items()):
        if on.year not in calendar.published_years:
            first.setdefault(on.year, (on, path))
    for year, (on, path) in first.items():
        sentence = f"{year} 年的放假安排尚未公布，这一年的工作日都是暂定"
        advice = "放假安排公布并更新日历后请重新检查"
        yield warning("provisional_year", path, sentence, advice=advice, value=on)
