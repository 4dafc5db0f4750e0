"""The values of a definition with what vouches for them (原文依据), in words that a coordinator can confirm."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from domain.definition import Anchor, Counting, Definition, Ladder, Mark, Quota, Step
from domain.definition.paths import children, members
from domain.instants import WEEKDAYS

WORDS: Mapping[str, str] = {
    "title": "标题",
    "year": "年度",
    "document": "通知",
    "number": "文号",
    "issued_on": "印发日期",
    "bases": "依据文件",
    "office": "主办处室",
    "contacts": "联系人",
    "email": "邮箱",
    "published_email": "公布的邮箱",
    "address": "地址",
    "site": "网址",
    "unit_classes": "单位类别",
    "units": "推荐单位",
    "modes": "模式",
    "categories": "类别",
    "subtypes": "子类",
    "quotas": "推荐名额",
    "limit": "上限",
    "forms": "表",
    "fields": "填写项",
    "required": "必填",
    "stages": "环节",
    "opens": "开放",
    "due": "截止",
    "on": "日期",
    "at": "时刻",
    "working_days": "工作日数",
    "collect": "收集要求",
    "titles": "应报名单",
    "needs_paper": "纸质材料",
    "exemption": "免报",
    "reasons": "原因",
    "needs_document": "须附文件",
    "goes_with": "随寄环节",
    "form": "申报表",
    "note": "说明",
    "ladders": "催办规则",
    "mails": "邮件文本",
    "name": "名称",
}
"""Words for the parts of a path; a part without one is shown as it is."""
NAMING = ("title", "label", "name", "key")
REFERRING = frozenset({"categories", "modes", "classes", "goes_with", "after"})
"""Parts that hold keys of other parts."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """One value with its evidence. label: its place in words. value: empty where nothing stands."""

    path: str
    label: str
    value: str
    mark: Mark
    quote: str
    note: str
    confirmed_by: str


def vouched(definition: Definition) -> list[Vouched]:
    """Return every value that bears evidence, in the definition's order."""
    found = []
    for item in definition.evidence:
        label, value = _walk(definition, item.path)
        found.append(Vouched(item.path, label, value, item.mark, item.quote, item.note, item.confirmed_by))
    return found


def label_of(definition: Definition, path: str) -> str:
    """Return a path in words; "" for the definition as a whole."""
    return _walk(definition, path)[0] if path else ""


def _walk(definition: Definition, path: str) -> tuple[str, str]:
    """Return the place and the value of a path in words; a path that leads nowhere has no value."""
    at: object = definition
    words, parts = [], path.split(".")
    for part in parts:
        is_item = isinstance(at, tuple)
        at = next((child for name, child in children(at) if name == part), None)
        words.append(f"“{_name(definition, at) or part}”" if is_item else WORDS.get(part, part))
    return " › ".join(words), _text(_named(definition, at) if parts[-1] in REFERRING else at)


def _named(definition: Definition, keys: object) -> object:
    """Return keys of other parts as the names of these."""
    names = {
        part.key: _name(definition, part)
        for parts in (definition.categories, definition.modes, definition.unit_classes, definition.stages)
        for part in parts
    }
    if isinstance(keys, tuple):
        return tuple(names.get(key, key) for key in keys)
    return names.get(keys, keys) if isinstance(keys, str) else keys


def _name(definition: Definition, item: object) -> str:
    if isinstance(item, Quota):
        return _quota(definition, item)
    if isinstance(item, Ladder):
        return "、".join(stage.title for stage in definition.stages if stage.ladder == item.key)
    own = members(item) or {}
    return next((str(own[name]) for name in NAMING if own.get(name)), "")


def _quota(definition: Definition, quota: Quota) -> str:
    categories = {category.key: category for category in definition.categories}
    category = categories.get(quota.category)
    classes = [found.name for found in definition.unit_classes if found.key in quota.classes]
    subtypes = [found.name for found in category.subtypes if found.key in quota.subtypes] if category else []
    return f"{category.name if category else quota.category}{'、'.join(subtypes)}（{'、'.join(classes)}）"


def _text(value: object) -> str:
    if isinstance(value, Ladder):
        return "，".join(_rungs(value))
    if members(value) is not None:
        own = members(value) or {}
        return next(
            (str(own[name]) for name in NAMING if own.get(name)), "、".join(filter(None, map(_text, own.values())))
        )
    if isinstance(value, tuple):
        is_plain = all(members(item) is None for item in value)
        return "、".join(map(_text, value)) if is_plain else f"{len(value)} 项"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return f"{value.isoformat()} 周{WEEKDAYS[value.weekday()]}"
    return "" if value is None else str(value)


def _rungs(ladder: Ladder) -> Iterator[str]:
    """Yield each rung in words, "截止前 5 个工作日"."""
    for step in ladder.steps:
        yield f"{_distance(step)} {step.at}"


def _distance(step: Step) -> str:
    unit = "个工作日" if step.counting is Counting.WORKING else "天"
    anchor = {Anchor.DUE: "截止", Anchor.OPENS: "开放", Anchor.HALF: "期限过半"}[step.anchor]
    if step.days == 0:
        return f"{anchor}当日"
    return f"{anchor}{'前' if step.days < 0 else '后'} {abs(step.days)} {unit}"
