"""The dispatch list (寄送清单) of a unit: what belongs into which parcel, and what needs no paper at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.definition import Definition, Stage, StageKind
from domain.duties import Settlement
from models import Duty
from services.batches.context import BatchContext


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a parcel. is_ready: whether the unit has filed what it prints, or written what it explains."""

    label: str
    note: str = ""
    is_ready: bool = True


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel that goes with a stage. note: what the definition says of that stage."""

    title: str
    due_at: datetime | None
    note: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """What a unit sends. without_paper: titles of the stages whose answers are filed here alone."""

    parcels: Sequence[Parcel]
    without_paper: Sequence[str]


def dispatch(context: BatchContext, duties: Sequence[Duty]) -> Dispatch:
    """Return the dispatch list that follows from a unit's duties, whose titles and explanations are loaded.

    A written explanation (免报说明) lies in the parcel of the stage that its rules name, whatever it is about.
    """
    definition = context.definition
    answers, explanations = _answers_go_with(definition), _explanations_go_with(definition)
    wanted = {*answers.values(), *explanations.values()}
    parcels = []
    for stage in definition.stages:
        if stage.kind is StageKind.RECOMMEND or stage.key in wanted:
            items = list(_items(context, stage, duties, answers, explanations))
            parcels.append(Parcel(stage.title, context.stages[stage.key].due_at, stage.note, items))
    owed = {duty.stage_key for duty in duties}
    return Dispatch(parcels, [stage.title for stage in definition.stages if stage.key in owed - answers.keys()])


def _answers_go_with(definition: Definition) -> dict[str, str]:
    """Return the stages whose answers are sent on paper, with the stage whose parcel they lie in."""
    main = next((stage.key for stage in definition.stages if stage.kind is StageKind.RECOMMEND), None)
    return {
        stage.key: main or stage.key
        for stage in definition.stages
        if stage.collect is not None and stage.collect.needs_paper
    }


def _explanations_go_with(definition: Definition) -> dict[str, str]:
    rules = {stage.key: stage.collect.exemption for stage in definition.stages if stage.collect is not None}
    return {key: rule.goes_with for key, rule in rules.items() if rule is not None and rule.goes_with is not None}


def _items(
    context: BatchContext,
    parcel: Stage,
    duties: Sequence[Duty],
    answers: Mapping[str, str],
    explanations: Mapping[str, str],
) -> Iterator[Item]:
    if parcel.kind is StageKind.RECOMMEND:
        yield Item(f"{parcel.title}材料")
    for duty in duties:
        stage = context.definition.stage(duty.stage_key)
        about = duty.title.holder if duty.title is not None else stage.title
        if duty.settled_as is Settlement.EXEMPT:
            if explanations.get(stage.key) == parcel.key:
                yield Item(f"书面说明：{about}", reason_of(stage, duty))
        elif answers.get(stage.key) == parcel.key:
            yield Item(f"{stage.title}：{about}", is_ready=duty.settled_as is not None)


def reason_of(stage: Stage, duty: Duty) -> str:
    """Return why a duty is excused, in the words of the stage's rules and the unit's own; empty when it is not."""
    rules = stage.collect.exemption if stage.collect is not None else None
    if duty.exemption is None or rules is None:
        return ""
    names = [reason.name for reason in rules.reasons if reason.key == duty.exemption.reason_key]
    return "：".join(part for part in (*names, duty.exemption.text) if part)
