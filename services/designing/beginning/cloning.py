"""A batch of an earlier year told for another one (沿用往年批次), with every change that this makes.

Dates of stages keep their distance in working days; dates of rules, years in texts and the number of the round follow
the year; what belongs to the old document alone is emptied. Nothing that the old notice said is said by the new one:
every mark is open again, and says where its value comes from.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from domain.calendar import Calendar
from domain.definition import Definition, Evidence, Mark
from domain.definition.paths import item_name, lookup
from domain.errors import Invalid, Problem
from domain.instants import WEEKDAYS
from domain.shifting import Shift, Shifted
from services.definitions.evidence import noted
from services.definitions.names import Names
from services.definitions.shapes import shape
from services.definitions.telling import place
from services.definitions.writing import canonical_json
from services.designing.beginning.basics import Basics
from services.designing.beginning.years import ISO_DAY, Years

RETOLD = ("region", "categories", "modes", "quotas", "rules", "forms", "stages", "mails")
"""Parts in whose texts years are told for the new batch; the others name documents, people and places."""
NO_TEXT = frozenset({"key", "value", "as_of"})
Plain = dict[str, Any]


class Anchor(StrEnum):
    """What the dates are counted from: the day of issue of the notice, or the first opening."""

    ISSUED = "issued"
    OPENS = "opens"


@dataclass(frozen=True, slots=True)
class DateChange:
    """A date before and after. label: its place in words. because: how the new one was found."""

    path: str
    label: str
    before: date
    after: date
    because: str
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class Retold:
    """A value other than a date of a stage, before and after; after is "" for what was emptied."""

    path: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Cloned:
    """The new definition, and what became of each date and text."""

    definition: Definition
    dates: tuple[DateChange, ...]
    retold: tuple[Retold, ...]

    @property
    def is_provisional(self) -> bool:
        """Tell whether a date was counted in a year whose days off are not announced yet."""
        return any(change.is_provisional for change in self.dates)


def anchors(definition: Definition) -> dict[Anchor, date]:
    """Return the dates that others may be counted from; nothing for a definition without dates."""
    found = {}
    if definition.document.issued_on is not None:
        found[Anchor.ISSUED] = definition.document.issued_on
    opened = [stage.opens.on for stage in definition.stages if stage.opens.on is not None]
    due = [stage.due.on for stage in definition.stages if stage.due is not None and stage.due.on is not None]
    if opened or due:
        found[Anchor.OPENS] = min(opened or due)
    return found


def cloned(old: Definition, basics: Basics, anchor: Anchor, on: date | None, calendar: Calendar) -> Cloned:
    """Return an earlier definition told for another batch.

    anchor, on: the date that all others are counted from, and its new day; None only where the old one has no dates.
    Raises Invalid for an anchor that the old one does not have, a day off, or a day far from the year.
    """
    shift = _shift(old, basics, anchor, on, calendar)
    plain: Plain = json.loads(canonical_json(old))
    shifted = dict(_stage_dates(plain, shift)) if shift is not None else {}
    years = Years(old.year, basics.year, {one.before: one.after for one in shifted.values()})
    retold = [*_rule_dates(plain, years), *_texts(plain, years), *_titles(plain, years)]
    retold += _own(old, plain, basics, on if anchor is Anchor.ISSUED else None)
    plain["evidence"] = []
    new = shape(plain)
    new = replace(new, evidence=_marks(old, new, shifted, retold))
    names = Names(new)
    return Cloned(
        new,
        tuple(_date_change(names, path, one, shift) for path, one in shifted.items()),
        tuple(replace(one, label=place(names, one.path).label) for one in retold),
    )


def check_anchor(old: Definition, basics: Basics, anchor: Anchor, on: date | None, calendar: Calendar) -> None:
    """Refuse an anchor that `cloned` would refuse, whatever else is wrong with the basics. Raises Invalid."""
    _shift(old, basics, anchor, on, calendar)


def _shift(old: Definition, basics: Basics, anchor: Anchor, on: date | None, calendar: Calendar) -> Shift | None:
    since = anchors(old).get(anchor)
    if since is None:
        if anchors(old):
            raise Invalid([Problem("anchor", anchor, "原批次没有这个日期，请按另一个日期推算")])
        return None
    if on is None:
        raise Invalid([Problem("on", "", "请填写新批次的这个日期，其余日期由它推算")])
    if abs(on.year - basics.year) > 1:
        raise Invalid([Problem("on", on.isoformat(), f"这一天离 {basics.year} 年太远", "核对年度和日期")])
    day = calendar.day(on)
    if not day.is_working and on != since:
        near = [calendar.nearest(on, later=False), calendar.nearest(on, later=True)]
        allowed = "可填 " + " 或 ".join(_day(one) for one in near)
        raise Invalid([Problem("on", on.isoformat(), f"{_day(on)}是休息日（{day.name}）", allowed)])
    return Shift(since, on, calendar)


def _stage_dates(plain: Plain, shift: Shift) -> Iterator[tuple[str, Shifted]]:
    """Carry the dates of the stages in place; yield each with its path."""
    for stage in plain["stages"]:
        for part in ("opens", "due"):
            written = stage[part] and stage[part]["on"]
            if written:
                found = shift.carry(date.fromisoformat(written))
                stage[part]["on"] = found.after.isoformat()
                yield f"stages.{stage['key']}.{part}.on", found


def _rule_dates(plain: Plain, years: Years) -> Iterator[Retold]:
    for rule in plain["rules"]:
        for name in ("value", "as_of"):
            before = rule[name] or ""
            if ISO_DAY.fullmatch(before):
                rule[name] = years.day(date.fromisoformat(before)).isoformat()
            elif name == "value":
                rule[name] = years.text(before)
            if before and rule[name] != before:
                yield Retold(f"rules.{rule['key']}.{name}", "", before, rule[name])


def _texts(plain: Plain, years: Years) -> Iterator[Retold]:
    for name in RETOLD:
        plain[name], found = _told(plain[name], name, years)
        yield from found


def _told(value: Any, path: str, years: Years) -> tuple[Any, list[Retold]]:
    if isinstance(value, str):
        text = years.text(value)
        return text, [Retold(path, "", value, text)] if text != value else []
    found: list[Retold] = []
    if isinstance(value, Mapping):
        kept = {}
        for name, part in value.items():
            kept[name], inner = (part, []) if name in NO_TEXT else _told(part, f"{path}.{name}", years)
            found += inner
        return kept, found
    if isinstance(value, list):
        items = []
        for number, item in enumerate(value):
            told, inner = _told(item, f"{path}.{item_name(item if isinstance(item, dict) else {}, number)}", years)
            items.append(told)
            found += inner
        return items, found
    return value, found


def _titles(plain: Plain, years: Years) -> Iterator[Retold]:
    """Let earlier winners be asked about up to the round after the old one: "前四批" becomes "前五批"."""
    for stage in plain["stages"]:
        titles = stage["collect"] and stage["collect"]["titles"]
        if titles and titles["batches"] and years.later > 0:
            before = titles["batches"]
            is_all = before == list(range(1, len(before) + 1))
            titles["batches"] = [*before, len(before) + 1] if is_all else [number + 1 for number in before]
            path = f"stages.{stage['key']}.collect.titles.batches"
            yield Retold(path, "", _numbers(before), _numbers(titles["batches"]))


def _own(old: Definition, plain: Plain, basics: Basics, issued_on: date | None) -> Iterator[Retold]:
    """Give the batch its own head in place, and drop what belonged to the old document; yield what was dropped."""
    plain |= {"code": basics.code, "title": basics.title, "year": basics.year}
    plain["programme"] = {"key": basics.programme.key, "name": basics.programme.name}
    plain["issuer"] = {"name": basics.issuer.name, "level": basics.issuer.level.value}
    plain["office"]["name"] = basics.office
    document = plain["document"]
    dropped = [("number", old.document.number, basics.number), ("annexes", _annexes(old), "")]
    day = old.document.issued_on
    dropped.append(("issued_on", day.isoformat() if day else "", issued_on.isoformat() if issued_on else ""))
    document |= {"number": basics.number, "annexes": [], "file": None}
    document["issued_on"] = issued_on.isoformat() if issued_on else None
    yield from (Retold(f"document.{name}", "", was, now) for name, was, now in dropped if was != now)
    upper = plain["upper"]
    for name in ("number", "code") if upper and basics.year != old.year else ():
        if upper[name]:
            yield Retold(f"upper.{name}", "", upper[name], "")
            upper[name] = ""


def _marks(
    old: Definition, new: Definition, dates: Mapping[str, Shifted], retold: list[Retold]
) -> tuple[Evidence, ...]:
    """Return a mark for every value that the old notice vouched for, and for every value that was changed."""
    source = f"沿用 {old.year} 年通知"
    moved = {path: f"由 {_day(one.before)} 推算" for path, one in dates.items() if one.before != one.after}
    moved |= {one.path: f"原为：{one.before}" for one in retold}
    notes: dict[str, str] = {}
    for item in old.evidence:
        said = [f"{source}：{item.quote}" if item.quote else f"{source}的配置", item.note, moved.get(item.path, "")]
        notes[item.path] = noted(*said)
    for path, said_of in moved.items():
        notes.setdefault(path, f"{source}的配置；{said_of}")
    return tuple(
        Evidence(path=path, mark=Mark.INFERRED, note=note) for path, note in notes.items() if _is_there(new, path)
    )


def _is_there(definition: Definition, path: str) -> bool:
    try:
        lookup(definition, path)
    except KeyError:
        return False
    return True


def _date_change(names: Names, path: str, one: Shifted, shift: Shift | None) -> DateChange:
    label = place(names, path).label
    return DateChange(path, label, one.before, one.after, _because(one, shift), one.is_provisional)


def _because(one: Shifted, shift: Shift | None) -> str:
    if shift is None or one.before == shift.since:
        return "您填写的日期"
    way = "后" if one.working_days > 0 else "前"
    said = f"起算日{way}第 {abs(one.working_days)} 个工作日" if one.working_days else "与起算日同一个工作日"
    is_off = not shift.calendar.is_working(one.before)
    if is_off and one.before != one.after:
        name = shift.calendar.day(one.before).name
        return f"{said}；原日期是休息日（{name}），按它之前的工作日推算"
    return said


def _annexes(definition: Definition) -> str:
    return "、".join(annex.title for annex in definition.document.annexes)


def _numbers(batches: list[int]) -> str:
    return f"第 {'、'.join(map(str, batches))} 批"


def _day(on: date) -> str:
    return f"{on.isoformat()} 周{WEEKDAYS[on.weekday()]}"
