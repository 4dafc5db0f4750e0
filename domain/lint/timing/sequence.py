"""Stages beside each other: what waits for what, and whether there is time between the levels."""

from collections.abc import Iterator, Mapping

from domain.definition import Completion, Definition, Stage, StageKind
from domain.instants import describe, due_day, local_instant
from domain.lint.findings import Finding, day_text, warning
from domain.milestones import Milestone
from domain.stages import KINDS

UPWARD = (StageKind.DECLARE, StageKind.REVIEW, StageKind.RECOMMEND)
"""The way of a case; a batch has one stage of each at most, and the rules look at the first."""


def check_written(definition: Definition) -> Iterator[Finding]:
    """Yield stages that are one too many of their kind, and such as wait for what does not end by itself."""
    for kind in UPWARD:
        of_kind = [stage for stage in definition.stages if stage.kind is kind]
        for stage in (stage for stage in of_kind[1:] if stage.key != of_kind[0].key):
            sentence = f"已有「{of_kind[0].title}」，同类的「{stage.title}」不起作用"
            yield warning("second_of_kind", f"stages.{stage.key}.kind", sentence, advice="合并为一个环节", value=kind)
    stages = {stage.key: stage for stage in definition.stages}
    for stage in definition.stages:
        for key in stage.opens.after:
            if key in stages:
                yield from _waits(stage, stages[key])


def _waits(stage: Stage, earlier: Stage) -> Iterator[Finding]:
    path = f"stages.{stage.key}.opens.after"
    because = KINDS[earlier.kind].blocked_because(earlier)
    if because:
        sentence = f"「{stage.title}」要等「{earlier.title}」结束，而它尚不能开放：{because}"
        advice = "补上所缺的，或改为按日期开放"
        yield warning("waits_for_blocked", path, sentence, advice=advice, value=earlier.key)
    elif earlier.due is None and earlier.completes is not Completion.BY_HAND and not _settles(earlier):
        sentence = f"「{stage.title}」要等「{earlier.title}」结束，而它没有截止日期，不会自行结束"
        advice = "写明截止日期，或把它的“何时结束”改为“人工结束”"
        yield warning("waits_for_open_end", path, sentence, advice=advice, value=earlier.key)


def _settles(stage: Stage) -> bool:
    """Tell whether a stage ends as soon as nothing is owed, and something is."""
    return stage.completes is Completion.ALL_SETTLED and is_owed(stage)


def is_owed(stage: Stage) -> bool:
    """Tell whether units owe something in a stage; only they are reminded."""
    match stage.kind:
        case StageKind.COLLECT:
            return True
        case StageKind.REVIEW:
            return stage.review is not None
        case StageKind.RECOMMEND:
            return stage.recommend is not None
    return False


def check_computed(definition: Definition, milestones: Mapping[str, Milestone]) -> Iterator[Finding]:
    """Yield dates that contradict those of other stages, or the date of the notice."""
    for stage in definition.stages:
        yield from _opening(definition, stage, milestones)
        yield from _issue(definition, stage, milestones[stage.key])
    way = [stage for stage in map(definition.stage_of, UPWARD) if stage is not None]
    for number, upper in enumerate(way):
        yield from _chain(definition, way[:number], upper, milestones)


def _opening(definition: Definition, stage: Stage, milestones: Mapping[str, Milestone]) -> Iterator[Finding]:
    """Yield a day of opening on which the stages that come first are still open."""
    if stage.opens.on is None:
        return
    opens_at = local_instant(stage.opens.on, stage.opens.at, definition.zone)
    for key in stage.opens.after:
        earlier, due_at = definition.stage(key), milestones[key].due_at
        if earlier.completes is not Completion.BY_HAND and due_at is not None and opens_at < due_at:
            until = describe(due_at, definition.zone, is_deadline=True)
            sentence = f"「{stage.title}」写明 {day_text(stage.opens.on)}开放，却要等「{earlier.title}」{until} 截止"
            advice = "推迟开放日期，或删去“前置环节”"
            path = f"stages.{stage.key}.opens.on"
            yield warning("opens_before_earlier", path, sentence, advice=advice, value=stage.opens.on)
            return


def _issue(definition: Definition, stage: Stage, milestone: Milestone) -> Iterator[Finding]:
    issued_on = definition.document.issued_on
    if stage.due is None or milestone.due_at is None or issued_on is None:
        return
    on = due_day(milestone.due_at, definition.zone)
    if on < issued_on:
        part = "on" if stage.due.on is not None else "working_days"
        sentence = f"「{stage.title}」的截止日 {day_text(on)}早于通知的印发日 {day_text(issued_on)}"
        yield warning(
            "due_before_issue", f"stages.{stage.key}.due.{part}", sentence, advice="核对年份和月份", value=on
        )


def _chain(
    definition: Definition, lower: list[Stage], upper: Stage, milestones: Mapping[str, Milestone]
) -> Iterator[Finding]:
    """Yield a stage that is over before what it needs from below has ended, or has even begun."""
    due_at, zone = milestones[upper.key].due_at, definition.zone
    if due_at is None:
        return
    due = describe(due_at, zone, is_deadline=True)
    for stage in lower:
        # What the order of the stages already says is an error of its own.
        if stage.key in upper.opens.after:
            continue
        own = milestones[stage.key]
        if own.due_at is not None and due_at < own.due_at:
            until = describe(own.due_at, zone, is_deadline=True)
            sentence = f"「{upper.title}」{due} 截止时，「{stage.title}」还没有截止（{until}）"
            advice = "上一级的截止应晚于下一级"
            yield warning("chain_order", f"stages.{upper.key}.due", sentence, advice=advice, value=due)
            return
        if own.due_at is None and own.opens_at is not None and own.opens_at >= due_at:
            sentence = f"「{stage.title}」{describe(own.opens_at, zone)} 才开放，「{upper.title}」{due} 已截止"
            yield warning(
                "chain_order", f"stages.{stage.key}.opens", sentence, advice="提前开放，或推迟截止", value=due
            )
