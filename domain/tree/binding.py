"""A batch that passes another one on (转发) may tighten and never loosen; one that only cites it (依据) is free."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from domain.definition import Definition, Force, Intake, Operator, Quota, Relation, Rule, Stage
from domain.errors import Problem
from domain.instants import describe
from domain.milestones import Milestone

STRICTNESS = {Force.HARD: 4, Force.SOFT: 3, Force.BAND: 2, Force.WARN: 2, Force.CHECK: 1, Force.MARK: 0}
Dates = Mapping[str, Milestone]


def looser(child: Definition, dates: Dates, upper: Definition, upper_dates: Dates) -> list[Problem]:
    """Return every way in which a batch loosens the one it passes on; empty for one that only cites it (S003-66).

    dates, upper_dates: the milestones in force of both, by stage.
    """
    if child.upper is None or child.upper.relation is not Relation.PASSED_ON:
        return []
    return [
        *_later(child, dates, upper, upper_dates),
        *_wider(child, upper),
        *_weaker_rules(child, upper),
        *_too_many(child, upper),
    ]


def counterpart(stage: Stage, upper: Definition) -> Stage | None:
    """Return the stage above that this one answers to: of the same key, else the only one of its kind."""
    same = [other for other in upper.stages if other.key == stage.key and other.kind is stage.kind]
    of_kind = [other for other in upper.stages if other.kind is stage.kind]
    return same[0] if same else of_kind[0] if len(of_kind) == 1 else None


def _later(child: Definition, dates: Dates, upper: Definition, upper_dates: Dates) -> Iterator[Problem]:
    for stage in child.stages:
        above = counterpart(stage, upper)
        own, limit = dates[stage.key].due_at, upper_dates[above.key].due_at if above else None
        if above is None or own is None or limit is None or own <= limit:
            continue
        shown = describe(own, child.zone, is_deadline=True)
        latest = describe(limit, child.zone, is_deadline=True)
        sentence = f"「{stage.title}」晚于上级通知的「{above.title}」；转发只能提前，不能推后"
        yield Problem(f"stages.{stage.key}.due", shown, sentence, f"不晚于 {latest}")


def _wider(child: Definition, upper: Definition) -> Iterator[Problem]:
    offered = {category.key: set(category.modes) for category in upper.categories}
    for category in child.categories:
        path = f"categories.{category.key}"
        if category.key not in offered:
            names = "、".join(other.name for other in upper.categories)
            yield Problem(path, category.name, "上级通知没有这个类别", f"上级的类别：{names}")
            continue
        extra = [key for key in category.modes if key not in offered[category.key]]
        if extra and offered[category.key]:
            yield Problem(f"{path}.modes", "、".join(extra), "上级通知没有这些模式；转发不能添加", "删去这些模式")


def _weaker_rules(child: Definition, upper: Definition) -> Iterator[Problem]:
    own = {rule.key: rule for rule in child.rules}
    for rule in upper.rules:
        mine = own.get(rule.key)
        if mine is None:
            if rule.force is not Force.MARK:
                advice = f"照原样加上：{rule.clause}"
                yield Problem(f"rules.{rule.key}", "", "上级通知的这条规定没有带过来；转发不能放宽", advice)
        elif STRICTNESS[mine.force] < STRICTNESS[rule.force]:
            sentence = "比上级通知的约束力弱；转发不能放宽"
            yield Problem(f"rules.{rule.key}.force", mine.force.value, sentence, f"{rule.force.value}，或更严")
        elif not _as_tight(mine, rule):
            sentence = f"比上级通知宽松；转发不能放宽（{rule.clause}）"
            yield Problem(f"rules.{rule.key}.value", mine.value, sentence, f"{rule.value}{rule.unit}，或更严")


def _as_tight(mine: Rule, above: Rule) -> bool:
    """Tell whether a rule lets through nothing that the one above refuses; what cannot be compared must be equal."""
    if (mine.subject, mine.operator) != (above.subject, above.operator):
        return False
    compare = TIGHTER.get(above.operator)
    try:
        return mine.value == above.value if compare is None else compare(mine.value, above.value)
    except ValueError:
        return False


def _items(text: str) -> set[str]:
    return {part.strip() for part in text.split("、") if part.strip()}


TIGHTER: Mapping[Operator, Callable[[str, str], bool]] = {
    Operator.GREATER: lambda mine, above: float(mine) >= float(above),
    Operator.AT_LEAST: lambda mine, above: float(mine) >= float(above),
    Operator.FULL_YEARS: lambda mine, above: float(mine) >= float(above),
    Operator.LESS: lambda mine, above: float(mine) <= float(above),
    Operator.AT_MOST: lambda mine, above: float(mine) <= float(above),
    Operator.ON_OR_BEFORE: lambda mine, above: date.fromisoformat(mine) <= date.fromisoformat(above),
    Operator.ON_OR_AFTER: lambda mine, above: date.fromisoformat(mine) >= date.fromisoformat(above),
    Operator.IN: lambda mine, above: _items(mine) <= _items(above),
    Operator.NOT_IN: lambda mine, above: _items(mine) >= _items(above),
}


def _too_many(child: Definition, upper: Definition) -> Iterator[Problem]:
    """Yield places shared out below that are more than the office itself has (S003-27)."""
    if child.upper is None or child.upper.intake is not Intake.ALLOCATED:
        return
    here = next((unit for unit in upper.units if unit.code == child.upper.unit), None)
    if here is None:
        yield Problem("upper.unit", child.upper.unit, "上级批次中没有这个单位", "填写本单位在上级批次中的代码")
        return
    for quota in upper.quotas:
        if here.unit_class not in quota.classes or quota.limit is None:
            continue
        given = sum(_places(child, own) for own in child.quotas if _is_within(own, quota))
        if given > quota.limit:
            sentence = (
                f"分配给下级的名额合计 {given} 个，超过本单位的 {quota.limit} 个（{quota.clause or quota.key}）"
            )
            yield Problem(f"quotas.{quota.key}", str(given), sentence, f"合计不超过 {quota.limit} 个，或改用差额推荐")


def _places(child: Definition, quota: Quota) -> int:
    units = sum(unit.unit_class in quota.classes for unit in child.units)
    return units * (quota.limit or 0)


def _is_within(own: Quota, above: Quota) -> bool:
    return own.category == above.category and (not above.subtypes or set(own.subtypes) <= set(above.subtypes))
