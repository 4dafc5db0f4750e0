"""The stages of a working copy on the calendar: where each begins and ends, what is computed, how they are moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from domain.calendar import Calendar
from domain.definition import Definition, Stage, StageKind
from domain.errors import Invalid, NotFound, Problem
from domain.instants import due_day, local_day
from domain.lint import Finding, Level, check, references
from domain.lint.timing import dates
from domain.milestones import BatchState, Milestone, milestones
from domain.stages import KINDS
from services.designing.edits import Edit, Insert, Move, Remove, SetValues, edited

FIRST_PARTS: Mapping[StageKind, dict[str, object]] = {
    StageKind.COLLECT: {"collect": {"owed_by": "units"}},
    StageKind.DECLARE: {"declare": {}},
    StageKind.REVIEW: {"review": {}},
    StageKind.RECOMMEND: {"recommend": {}},
}
"""What a new stage of a kind holds, so that its page has something to show."""


class Given(StrEnum):
    """Where a date comes from: it is written, computed from others, or nobody can know it yet."""

    WRITTEN = "written"
    COMPUTED = "computed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Span:
    """A stage on the calendar.

    opens, due: first and last day; None where nobody can know. opening, ending: where they come from. because: how a
    computed or missing day comes about, "" for written ones. kind_name: the kind in words.
    """

    stage: Stage
    opens: date | None
    due: date | None
    opening: Given
    ending: Given
    because: str

    @property
    def kind_name(self) -> str:
        """Return the kind in words."""
        return KINDS[self.stage.kind].name

    @property
    def may_move_opening(self) -> bool:
        """Tell whether the first day can be put elsewhere by itself."""
        return self.opening is Given.WRITTEN

    @property
    def may_move_due(self) -> bool:
        """Tell whether the last day can be put elsewhere: it is written, or counted from a day that is known."""
        return self.due is not None


def spans(definition: Definition, calendar: Calendar) -> list[Span]:
    """Return the stages in order; where their order makes no sense yet, the written days alone."""
    known = _milestones(definition, calendar)
    return [_span(definition, stage, known.get(stage.key)) for stage in definition.stages]


def _milestones(definition: Definition, calendar: Calendar) -> dict[str, Milestone]:
    timing = [*references.check_order(definition), *dates.check_written(definition)]
    if any(finding.level is Level.ERROR for finding in timing):
        return {}
    return milestones(definition, BatchState(), calendar)


def _span(definition: Definition, stage: Stage, found: Milestone | None) -> Span:
    zone = definition.zone if found is not None else None
    opens = due = None
    if found is not None and zone is not None:
        opens = local_day(found.opens_at, zone) if found.opens_at is not None else None
        due = due_day(found.due_at, zone) if found.due_at is not None else None
    opening = Given.WRITTEN if stage.opens.on is not None else Given.OPEN if opens is None else Given.COMPUTED
    written = stage.due.on if stage.due is not None else None
    ending = Given.WRITTEN if written is not None else Given.OPEN if due is None else Given.COMPUTED
    if opening is Given.WRITTEN and opens is not None and opens != stage.opens.on:
        # A stage that another one holds up opens later than the day that is written.
        opening = Given.COMPUTED
    because = "；".join(filter(None, (_opening_told(definition, stage, opens), _due_told(stage))))
    return Span(stage, opens or stage.opens.on, due or written, opening, ending, because)


def _opening_told(definition: Definition, stage: Stage, opens: date | None) -> str:
    titles = {one.key: one.title for one in definition.stages}
    after = "、".join(f"“{titles.get(key, key)}”" for key in stage.opens.after)
    if after:
        return f"{after}结束后开放" + ("" if opens is not None else "，日期未定")
    return "" if stage.opens.on is not None else "由人工开放，日期未定"


def _due_told(stage: Stage) -> str:
    if stage.due is None:
        return "没有截止日期，由人工结束"
    if stage.due.working_days is not None and stage.due.on is None:
        return f"开放后第 {stage.due.working_days} 个工作日截止"
    return ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where a stage is put: its first day, its last day, or working days instead of it; None leaves nothing there."""

    opens_on: date | None
    due_on: date | None
    working_days: int | None = None


def wanted_of(stage: Stage) -> Wanted:
    """Return where a stage is now, as it is written."""
    due = stage.due
    return Wanted(stage.opens.on, due.on if due else None, due.working_days if due else None)


def moved(definition: Definition, key: str, opens: date | None, due: date | None, calendar: Calendar) -> list[Edit]:
    """Return the edits that put the ends of a stage on other days; None leaves an end where it is.

    A deadline that is counted in working days stays counted, with another number.
    Raises NotFound; Invalid for an end that cannot be moved, or a place that makes no sense.
    """
    span = next((one for one in spans(definition, calendar) if one.stage.key == key), None)
    if span is None:
        raise NotFound("没有这个环节，可能已被他人删去。")
    wanted = wanted_of(span.stage)
    if opens is not None and not span.may_move_opening:
        raise Invalid(
            [Problem(f"stages.{key}.opens.on", "", f"“{span.stage.title}”的开放日不能直接移动", span.because)]
        )
    first = opens or wanted.opens_on
    last, days = wanted.due_on, wanted.working_days
    if due is not None and days is not None:
        last, days = None, calendar.count(opens or span.opens or due, due)
    elif due is not None:
        last = due
    return checked(definition, written(definition, {key: Wanted(first, last, days)}), calendar)


def written(definition: Definition, wanted: Mapping[str, Wanted]) -> list[Edit]:
    """Return the edits that give stages other dates; stages that are not named, or stay, need none."""
    edits: list[Edit] = []
    for stage in definition.stages:
        new, old = wanted.get(stage.key), wanted_of(stage)
        if new is None or new == old:
            continue
        path = f"stages.{stage.key}"
        if new.opens_on != old.opens_on:
            edits.append(SetValues(f"{path}.opens", {"on": _iso(new.opens_on)}))
        if (new.due_on, new.working_days) != (old.due_on, old.working_days):
            edits.append(_due_edit(stage, path, new))
    return edits


def _due_edit(stage: Stage, path: str, new: Wanted) -> Edit:
    if new.due_on is None and new.working_days is None:
        return Remove(f"{path}.due")
    values: dict[str, object] = {"on": _iso(new.due_on), "working_days": new.working_days}
    if stage.due is None:
        return SetValues(path, {"due": values})
    was = {"on": _iso(stage.due.on), "working_days": stage.due.working_days}
    return SetValues(f"{path}.due", {name: value for name, value in values.items() if was[name] != value})


def _iso(on: date | None) -> str | None:
    return on.isoformat() if on is not None else None


def checked(definition: Definition, edits: Sequence[Edit], calendar: Calendar) -> list[Edit]:
    """Return the edits, unless they bring new errors into the stages. Raises Invalid with every one of these."""
    known = {(one.code, one.path) for one in _errors(definition, calendar)}
    new = [one for one in _errors(edited(definition, edits), calendar) if (one.code, one.path) not in known]
    if new:
        raise Invalid([one.problem for one in new])
    return list(edits)


def _errors(definition: Definition, calendar: Calendar) -> list[Finding]:
    # Units and marks say nothing of stages, and three thousand of them take their time.
    found = check(replace(definition, units=(), evidence=()), calendar)
    return [one for one in found if one.level is Level.ERROR and one.path.startswith("stages.")]


def added(definition: Definition, kind: StageKind, title: str) -> list[Edit]:
    """Return the edit that adds a stage at the end, opened by hand. Raises Invalid without a title."""
    if not title.strip():
        raise Invalid([Problem("title", "", "请填写环节名称")])
    keys = {stage.key for stage in definition.stages}
    number, key = 1, kind.value
    while key in keys:
        number += 1
        key = f"{kind.value}-{number}"
    head: dict[str, object] = {"key": key, "kind": kind.value, "title": title.strip()}
    return [Insert("stages", head | FIRST_PARTS.get(kind, {}))]


def removed(definition: Definition, key: str) -> list[Edit]:
    """Return the edits that take a stage out; nothing waits for it any more. Raises NotFound."""
    _require(definition, key)
    waiting = [stage for stage in definition.stages if key in stage.opens.after and stage.key != key]
    freed: list[Edit] = [
        SetValues(f"stages.{stage.key}.opens", {"after": [one for one in stage.opens.after if one != key]})
        for stage in waiting
    ]
    return [*freed, Remove(f"stages.{key}")]


def reordered(definition: Definition, key: str, by: int) -> list[Edit]:
    """Return the edit that puts a stage so many places later (negative: earlier), at most to an end."""
    keys = [stage.key for stage in definition.stages]
    _require(definition, key)
    old = keys.index(key)
    keys.remove(key)
    new = max(0, min(len(keys), old + by))
    if new == old:
        return []
    return [Move(f"stages.{key}", before=keys[new] if new < len(keys) else "")]


def _require(definition: Definition, key: str) -> None:
    if all(stage.key != key for stage in definition.stages):
        raise NotFound("没有这个环节，可能已被他人删去。")
