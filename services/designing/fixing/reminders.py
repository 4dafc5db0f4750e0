"""Fixes of reminder ladders."""

from collections.abc import Iterator, Mapping

from domain.definition import Ladder, Stage, Step
from domain.lint.timing.reminders import busiest_week
from domain.lint.timing.sequence import is_owed
from domain.milestones import BatchState
from domain.plan import plan
from services.designing.edits import Remove, SetValues
from services.designing.fixing.base import Asked, Fix, Maker

MOST_OFFERED = 4


def _ladder(asked: Asked) -> Ladder | None:
    found = asked.find(".".join(asked.path.split(".")[:2]))
    return found if isinstance(found, Ladder) else None


def _idle(asked: Asked) -> Iterator[Fix]:
    """Give a ladder that nobody uses to a stage without one, or take it away; a stage gives up one that is idle."""
    ladder = asked.value
    if not isinstance(ladder, Ladder):
        yield asked.set("这个环节不设提醒规则", None)
        return
    lacking = [stage for stage in asked.definition.stages if stage.ladder is None and stage.due and is_owed(stage)]
    for stage in lacking[:MOST_OFFERED]:
        label = f"用于「{stage.title}」"
        yield Fix(label, (SetValues(f"stages.{stage.key}", {"ladder": ladder.key}),))
    yield asked.remove(f"删去没有用到的提醒规则“{ladder.name or ladder.key}”")


def _missing(asked: Asked) -> Iterator[Fix]:
    for ladder in asked.definition.ladders[:MOST_OFFERED]:
        stages = "、".join(f"「{item.title}」" for item in asked.definition.stages if item.ladder == ladder.key)
        shared = f"（与{stages}相同）" if stages else ""
        yield asked.set(f"用“{ladder.name or ladder.key}”这套提醒规则{shared}", ladder.key)


def _empty(asked: Asked) -> Iterator[Fix]:
    ladder = _ladder(asked)
    if ladder is None:
        return
    using = [stage for stage in asked.definition.stages if stage.ladder == ladder.key]
    freed = [SetValues(f"stages.{stage.key}", {"ladder": None}) for stage in using]
    titles = "、".join(f"「{stage.title}」" for stage in using)
    label = f"删去空的提醒规则“{ladder.name or ladder.key}”{f'，{titles}不再自动提醒' if titles else ''}"
    yield Fix(label, (*freed, Remove(f"ladders.{ladder.key}")))


def _step(asked: Asked) -> Iterator[Fix]:
    """Offer to turn a distance before an opening into one after it, and to do without the rung."""
    ladder, parts = _ladder(asked), asked.path.split(".")
    step_path = ".".join(parts[:4])
    step = asked.find(step_path)
    if ladder is None or not isinstance(step, Step):
        return
    if asked.name == "days" and step.days < 0:
        yield asked.set(f"改为开放后 {-step.days} 天提醒", -step.days)
    if len(ladder.steps) > 1:
        using = "、".join(f"「{stage.title}」" for stage in _using(asked, ladder))
        yield asked.remove(f"删去“{step.key}”这次提醒（{using or '没有环节使用'}）", step_path)


def _using(asked: Asked, ladder: Ladder) -> list[Stage]:
    return [stage for stage in asked.definition.stages if stage.ladder == ladder.key]


def _upper(asked: Asked) -> Iterator[Fix]:
    yield asked.set("改为通知主办处室", "coordinator")


def _ceiling(asked: Asked) -> Iterator[Fix]:
    yield asked.set("不设每周上限", None)


def _exceeded(asked: Asked) -> Iterator[Fix]:
    moments = plan(asked.definition, BatchState(), asked.calendar)
    busiest = busiest_week(asked.definition, moments)
    if busiest is not None:
        yield asked.set(f"每周上限提高到 {busiest[1]} 次", busiest[1])
    yield asked.set("不设每周上限", None)


REMINDERS: Mapping[str, Maker] = {
    "bad_ceiling": _ceiling,
    "bad_days": _step,
    "ceiling_exceeded": _exceeded,
    "ladder_never_fires": _idle,
    "no_steps": _empty,
    "stage_without_ladder": _missing,
    "step_after_due": _step,
    "step_before_opening": _step,
    "upper_missing": _upper,
}
