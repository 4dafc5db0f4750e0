"""What may not change in a batch that runs, each with what would be allowed instead.

Whatever somebody may already have relied on stays: an answer keeps its question, a case its category, a unit its
places. What is added is a new version; a case keeps the version under which it was begun.
"""

from collections.abc import Iterator

from domain.calendar import Calendar
from domain.changes.forms import narrowed_forms
from domain.changes.happened import Happened
from domain.changes.moving import moved_deadlines
from domain.definition import Definition, Stage
from domain.errors import Problem
from domain.instants import describe
from domain.quoting import quoted


def refused(old: Definition, new: Definition, happened: Happened, calendar: Calendar) -> list[Problem]:
    """Return every reason for which a running batch may not take the new definition; empty when it may."""
    return [
        *_identity(old, new),
        *_stages(old, new, happened),
        *_deadlines(old, new, happened, calendar),
        *_categories(old, new, happened),
        *_units(old, new, happened),
        *_quotas(new, happened),
        *narrowed_forms(old, new, happened),
    ]


def _identity(old: Definition, new: Definition) -> Iterator[Problem]:
    given = (
        ("code", "批次编号", old.code, new.code),
        ("programme.key", "项目代号", old.programme.key, new.programme.key),
        ("timezone", "时区", old.timezone, new.timezone),
        ("issuer.level", "印发机关的级别", old.issuer.level.value, new.issuer.level.value),
    )
    for path, name, was, becomes in given:
        if was != becomes:
            yield Problem(path, becomes, f"进行中的批次不能改{name}", was)


def _stages(old: Definition, new: Definition, happened: Happened) -> Iterator[Problem]:
    kept = {stage.key: stage for stage in new.stages}
    for stage in old.stages:
        if not happened.has_opened(stage.key):
            continue
        becomes = kept.get(stage.key)
        path = f"stages.{stage.key}"
        if becomes is None:
            yield Problem(path, stage.title, "已开放的环节不能删去", "保留它；不再需要的可以提前结束")
        elif becomes.kind is not stage.kind:
            yield Problem(
                f"{path}.kind", becomes.kind.value, f"已开放的环节{quoted(stage.title)}不能改类型", stage.kind.value
            )
        else:
            yield from _opened_stage(stage, becomes)


def _opened_stage(was: Stage, becomes: Stage) -> Iterator[Problem]:
    path = f"stages.{was.key}"
    if becomes.opens != was.opens:
        yield Problem(f"{path}.opens", "", f"环节{quoted(was.title)}已经开放，开放时间不能再改", "保留原来的开放时间")
    if was.collect is not None and becomes.collect is not None and becomes.collect.form != was.collect.form:
        sentence = f"环节{quoted(was.title)}已经开放，不能换表"
        yield Problem(f"{path}.collect.form", becomes.collect.form or "", sentence, was.collect.form or "")


def _deadlines(old: Definition, new: Definition, happened: Happened, calendar: Calendar) -> Iterator[Problem]:
    """Yield deadlines that would lie in the past, and openings that would."""
    now, zone = happened.now, new.zone
    for moved in moved_deadlines(old, new, happened.state, calendar):
        path = f"stages.{moved.stage}.due"
        if moved.after == moved.before:
            continue
        if moved.after is not None and moved.after <= now:
            shown = describe(moved.after, zone, is_deadline=True)
            yield Problem(path, shown, "新的截止时间已经过去", f"晚于 {describe(now, zone)}")
        is_over = happened.state.stage(moved.stage).closed_at is not None
        if is_over and moved.after is None:
            yield Problem(path, "", "已经截止的环节不能改为没有期限", "需要更多时间请写明新的截止时间")


def _categories(old: Definition, new: Definition, happened: Happened) -> Iterator[Problem]:
    kept = {category.key: {subtype.key for subtype in category.subtypes} for category in new.categories}
    for category in old.categories:
        count = happened.cases.get(category.key, 0)
        if category.key not in kept:
            if count:
                sentence = f"类别{quoted(category.name)}已有 {count} 件申报件，不能删去"
                yield Problem(f"categories.{category.key}", category.name, sentence, "保留这个类别")
            continue
        for subtype in category.subtypes:
            count = happened.subtypes.get((category.key, subtype.key), 0)
            if count and subtype.key not in kept[category.key]:
                path = f"categories.{category.key}.subtypes.{subtype.key}"
                yield Problem(
                    path, subtype.name, f"子类{quoted(subtype.name)}已有 {count} 件申报件，不能删去", "保留这个子类"
                )
    offered = {mode.key for mode in new.offered_modes}
    for mode in old.offered_modes:
        count = happened.modes.get(mode.key, 0)
        if count and mode.key not in offered:
            yield Problem(
                f"modes.{mode.key}", mode.name, f"已有 {count} 件申报件选了模式{quoted(mode.name)}，不能删去", "保留"
            )


def _units(old: Definition, new: Definition, happened: Happened) -> Iterator[Problem]:
    kept = {unit.code for unit in new.units}
    for unit in old.units:
        if unit.code not in kept and unit.code in happened.units:
            sentence = f"{quoted(unit.name)}在本批次中已有报送或申报件，不能移出"
            yield Problem(f"units.{unit.code}", unit.name, sentence, "保留该单位")


def _quotas(new: Definition, happened: Happened) -> Iterator[Problem]:
    kept = {quota.key for quota in new.quotas}
    for key, (used, name) in happened.used.items():
        if key not in kept:
            yield Problem(f"quotas.{key}", "", f"{quoted(name)}已按这项名额报送 {used} 件，不能删去", "保留这项名额")
    for quota in new.quotas:
        used, name = happened.used.get(quota.key, (0, ""))
        if quota.limit is not None and used > quota.limit:
            sentence = f"{quoted(name)}已报送 {used} 件，名额不能低于已用数"
            yield Problem(f"quotas.{quota.key}.limit", str(quota.limit), sentence, f"不少于 {used}")
