"""Reminder ladders that can fire, at moments that make sense, and not too often."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from domain.calendar import Calendar
from domain.definition import Anchor, Audience, Definition, Ladder, Stage, Step
from domain.instants import describe, local_day
from domain.lint.findings import Finding, day_text, error, info, listed, warning
from domain.lint.naming import ladder_names
from domain.lint.timing.dates import check_time
from domain.lint.timing.sequence import is_owed
from domain.milestones import Deadline, Milestone
from domain.plan import Moment, MomentKind, step_instant

MOST_DAYS = 250
WEEK = timedelta(days=7)


def check_written(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with the ladders as they are written."""
    used = {stage.ladder for stage in definition.stages}
    for ladder in definition.ladders:
        path = f"ladders.{ladder.key}"
        if not ladder.steps:
            yield error("no_steps", f"{path}.steps", "提醒规则没有任何一次提醒", advice="至少写一次")
        if ladder.ceiling_per_week is not None and ladder.ceiling_per_week < 1:
            sentence, advice = "“每周最多提醒次数”至少为 1", "不限的不填"
            yield error(
                "bad_ceiling", f"{path}.ceiling_per_week", sentence, advice=advice, value=ladder.ceiling_per_week
            )
        if ladder.key not in used:
            sentence, advice = "没有环节使用这套提醒规则，它永远不会发出提醒", "在环节的“提醒规则”中选用，或删去"
            yield warning("ladder_never_fires", path, sentence, advice=advice, value=ladder.key)
        for step in ladder.steps:
            yield from _step(f"{path}.steps.{step.key}", step)
            if step.to is Audience.UPPER and definition.units and not any(unit.upper for unit in definition.units):
                sentence, advice = (
                    "没有任何单位写有上级，这次提醒只会发给主办处室",
                    "给单位填写“上级单位”，或把“发给谁”改为“主办处室”",
                )
                yield warning("upper_missing", f"{path}.steps.{step.key}.to", sentence, advice=advice, value=step.to)


def _step(path: str, step: Step) -> Iterator[Finding]:
    yield from check_time(f"{path}.at", step.at)
    if abs(step.days) > MOST_DAYS:
        advice = f"可填 -{MOST_DAYS} 至 {MOST_DAYS}"
        yield error("bad_days", f"{path}.days", "天数不合理", advice=advice, value=step.days)
    if step.anchor is Anchor.OPENS and step.days < 0:
        advice = "从开放日起算的天数不能为负"
        yield error("step_before_opening", f"{path}.days", "环节开放前不能提醒", advice=advice, value=step.days)


def check_computed(
    definition: Definition, milestones: Mapping[str, Milestone], calendar: Calendar
) -> Iterator[Finding]:
    """Yield what follows from the computed moments of each stage's ladder, with the definition's own dates."""
    for stage in definition.stages:
        ladder, milestone = definition.ladder_of(stage), milestones[stage.key]
        if ladder is None:
            yield from _unreminded(definition, stage)
        elif not is_owed(stage):
            sentence = f"「{stage.title}」没有要单位办理的事项，它的提醒规则不会发出提醒"
            yield warning("ladder_never_fires", f"stages.{stage.key}.ladder", sentence, advice="取消它的“提醒规则”")
        elif milestone.due_at is None:
            # What is counted from an opening by hand gets its deadline then.
            if stage.due is None:
                sentence = f"「{stage.title}」没有截止日期，它的提醒规则不会发出提醒"
                advice = "写明截止日期，或取消它的“提醒规则”"
                yield warning("ladder_never_fires", f"stages.{stage.key}.ladder", sentence, advice=advice)
        elif milestone.opens_at is not None:
            yield from _moments(definition, stage, ladder, milestone, calendar)


def _unreminded(definition: Definition, stage: Stage) -> Iterator[Finding]:
    """Yield a stage with a deadline in which nobody is reminded.

    A slip of the key is an error of its own, and a ladder that no stage uses is told where it stands.
    """
    used = {other.ladder for other in definition.stages}
    is_told = stage.ladder is not None or any(ladder.key not in used for ladder in definition.ladders)
    if not is_told and stage.due is not None and is_owed(stage):
        sentence = f"「{stage.title}」有截止日期，却没有提醒规则，不会自动提醒"
        advice = listed(ladder_names(definition))
        yield info("stage_without_ladder", f"stages.{stage.key}.ladder", sentence, advice=advice)


def _moments(
    definition: Definition, stage: Stage, ladder: Ladder, milestone: Milestone, calendar: Calendar
) -> Iterator[Finding]:
    opens_at, due_at, zone = milestone.opens_at, milestone.due_at, definition.zone
    if opens_at is None or due_at is None:
        return
    due = describe(due_at, zone, is_deadline=True)
    if ladder.steps and all(step.anchor is Anchor.DUE and step.days > 0 for step in ladder.steps):
        sentence = f"「{stage.title}」的提醒都在截止之后，截止前不会提醒"
        yield warning("ladder_never_reminds", f"ladders.{ladder.key}.steps", sentence, advice="加一次截止前的提醒")
    for step in ladder.steps:
        path = f"ladders.{ladder.key}.steps.{step.key}"
        at = step_instant(definition, step, opens_at, Deadline(due_at), calendar)
        if at is None:
            continue
        when = describe(at, zone)
        if at < opens_at:
            sentence = f"「{stage.title}」{describe(opens_at, zone)} 才开放，提醒却在 {when}"
            yield error("step_before_opening", path, sentence, advice="减少提前的天数", value=when)
        elif at >= due_at and step.days <= 0:
            sentence = f"「{stage.title}」{due} 截止，截止前的提醒却在 {when}"
            yield error("step_after_due", path, sentence, advice="提早提醒的日期或时刻", value=when)
        elif at >= due_at and step.anchor is not Anchor.DUE:
            sentence = f"「{stage.title}」{due} 截止，从开放算起的提醒却在其后（{when}）"
            yield warning("step_after_due", path, sentence, advice="改为从截止日起算，或减少天数", value=when)


def check_ceilings(definition: Definition, moments: Sequence[Moment]) -> Iterator[Finding]:
    """Yield ladders whose weekly ceiling the planned reminders of one unit exceed.

    A unit gets one mail a day however many stages it owes in, so days are counted, not reminders.
    """
    for ladder in definition.ladders:
        ceiling = ladder.ceiling_per_week
        if ceiling is None:
            continue
        busiest = busiest_week(definition, moments)
        if busiest is not None and busiest[1] > ceiling:
            start, most = busiest
            sentence = f"自 {day_text(start)}起七天内同一单位要收 {most} 次提醒，超过每周最多 {ceiling} 次"
            path = f"ladders.{ladder.key}.ceiling_per_week"
            advice = "减少提醒，或提高“每周最多提醒次数”"
            yield warning("ceiling_exceeded", path, sentence, advice=advice, value=ceiling)


def busiest_week(definition: Definition, moments: Sequence[Moment]) -> tuple[date, int] | None:
    """Return the first day of the seven in which one unit gets most reminders, and how many; None for none."""
    weeks = [_busiest(sorted(days)) for days in _days_by_class(definition, moments).values()]
    return max(weeks, key=lambda found: (found[1], -found[0].toordinal()), default=None)


def _days_by_class(definition: Definition, moments: Sequence[Moment]) -> dict[str, set[date]]:
    days: defaultdict[str, set[date]] = defaultdict(set)
    classes = [item.key for item in definition.unit_classes]
    for moment in moments:
        collect = definition.stage(moment.stage).collect
        if moment.kind is MomentKind.REMIND and collect is not None:
            for key in collect.classes or classes:
                days[key].add(local_day(moment.at, definition.zone))
    return days


def _busiest(days: Sequence[date]) -> tuple[date, int]:
    counts = [(sum(start <= day < start + WEEK for day in days), start) for start in days]
    most, start = max(counts, key=lambda found: found[0])
    return start, most
