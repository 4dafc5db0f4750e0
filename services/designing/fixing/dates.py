"""Fixes of dates, times and the order of stages."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from unicodedata import normalize

from domain.definition import Due, Opening, Stage
from domain.lint.findings import day_text
from domain.lint.timing.dates import TIME_OF_DAY
from services.designing.edits import SetValues
from services.designing.fixing.base import Asked, Fix, Maker

CLOCK = re.compile(r"(\d{1,2})\s*[:：.时点]\s*(\d{1,2})?\s*分?")
USUAL_ZONE, USUAL_GRACE = "Asia/Shanghai", 5


def _stage(asked: Asked) -> Stage | None:
    found = asked.find(".".join(asked.path.split(".")[:2]))
    return found if isinstance(found, Stage) else None


def _day_off(asked: Asked) -> Iterator[Fix]:
    """Offer the working day before and the one after; which one is meant, only a person knows."""
    on = asked.value
    if not isinstance(on, date):
        return
    note = f"原为 {day_text(on)}，是休息日（{asked.calendar.day(on).name}）"
    for what, later in (("前", False), ("后", True)):
        near = asked.calendar.nearest(on, later=later)
        label = f"截止日改为{what}一个工作日 {day_text(near)}"
        yield Fix(label, (*asked.set(label, near.isoformat()).edits, *asked.inferred(asked.path, note)))


def _time(asked: Asked) -> Iterator[Fix]:
    match = CLOCK.fullmatch(normalize("NFKC", str(asked.value)).strip())
    if match:
        at = f"{int(match[1]):02}:{int(match[2] or 0):02}"
        if TIME_OF_DAY.fullmatch(at):
            yield asked.set(f"写作 {at}", at)


def _reversed(asked: Asked) -> Iterator[Fix]:
    """Offer to swap two written dates; a stage that waits for others has no date of its own to swap."""
    stage = _stage(asked)
    if stage is None or stage.due is None or stage.opens.after or not (stage.opens.on and stage.due.on):
        return
    opens, due = stage.due.on, stage.opens.on
    path, label = f"stages.{stage.key}", f"对调：{day_text(opens)}开放，{day_text(due)}截止"
    yield Fix(
        label,
        (
            SetValues(f"{path}.opens", {"on": opens.isoformat()}),
            SetValues(f"{path}.due", {"on": due.isoformat()}),
        ),
    )


def _due(asked: Asked) -> Iterator[Fix]:
    due = asked.value
    if not isinstance(due, Due):
        return
    if due.on is not None and due.working_days is not None:
        days = due.working_days
        yield Fix(f"只按截止日期 {day_text(due.on)}", (SetValues(asked.path, {"working_days": None}),))
        yield Fix(f"只按开放后 {days} 个工作日", (SetValues(asked.path, {"on": None}),))
    elif due.on is None and due.working_days is None:
        yield asked.remove("不设截止时间")


def _year(asked: Asked) -> Iterator[Fix]:
    """Offer the same day of the batch's year; 29 February has none in most years."""
    on, year = asked.value, asked.definition.year
    if not isinstance(on, date) or (on.month, on.day) == (2, 29):
        return
    there = on.replace(year=year)
    label = f"年份改为 {year}：{day_text(there)}"
    note = f"原为 {day_text(on)}，与批次年份不一致"
    yield Fix(label, (*asked.set(label, there.isoformat()).edits, *asked.inferred(asked.path, note)))


def _idle_opening(asked: Asked) -> Iterator[Fix]:
    stage = _stage(asked)
    if stage is not None:
        titles = "、".join(f"「{asked.definition.stage(key).title}」" for key in stage.opens.after)
        yield asked.set(f"不写开放日期，{titles}截止后随即开放", None)


def _open_end(asked: Asked) -> Iterator[Fix]:
    earlier = asked.find(f"stages.{asked.finding.value}")
    if isinstance(earlier, Stage):
        label = f"「{earlier.title}」改为由主办处室结束"
        yield Fix(label, (SetValues(f"stages.{earlier.key}", {"completes": "by_hand"}),))


def _cycle(asked: Asked) -> Iterator[Fix]:
    """Offer to let a stage that waits for itself wait no more; a longer circle may be broken at any place."""
    stage = _stage(asked)
    if stage is not None and stage.key in stage.opens.after:
        rest = [key for key in stage.opens.after if key != stage.key]
        effect = "" if rest or stage.opens.on else "，由主办处室开放"
        yield asked.set(f"「{stage.title}」不再等待自己{effect}", rest)


def _blocked(asked: Asked) -> Iterator[Fix]:
    stage = _stage(asked)
    if stage is not None and isinstance(stage.opens, Opening):
        rest = [key for key in stage.opens.after if key != asked.finding.value]
        effect = "" if rest or stage.opens.on else "，由主办处室开放"
        yield asked.set(f"「{stage.title}」不再等它{effect}", rest)


def _zone(asked: Asked) -> Iterator[Fix]:
    yield asked.set(f"改为北京时间（{USUAL_ZONE}）", USUAL_ZONE)


def _grace(asked: Asked) -> Iterator[Fix]:
    yield asked.set(f"改为通常的 {USUAL_GRACE} 分钟", USUAL_GRACE)


def _part(asked: Asked) -> Iterator[Fix]:
    yield asked.remove("删去这部分内容，它本来就不起作用")


DATES: Mapping[str, Maker] = {
    "bad_due": _due,
    "bad_grace": _grace,
    "bad_time": _time,
    "bad_timezone": _zone,
    "collect_out_of_place": _part,
    "due_before_opening": _reversed,
    "due_on_day_off": _day_off,
    "opens_before_earlier": _idle_opening,
    "part_out_of_place": _part,
    "stage_cycle": _cycle,
    "waits_for_blocked": _blocked,
    "waits_for_open_end": _open_end,
    "year_mismatch": _year,
}
