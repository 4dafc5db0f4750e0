"""The dispatch list (寄送清单) of a unit: what belongs into which parcel, and what needs no paper at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.definition import StageKind
from domain.duties import Settlement
from models import Duty
from services.batches.context import BatchContext


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a parcel. is_ready: whether there is something to put in yet."""

    label: str
    note: str
    is_ready: bool


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel that goes with a stage. note: what the notice says of it."""

    stage_key: str
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
    """Return the dispatch list that follows from a unit's duties; their titles and exemptions are loaded.

    An explanation (免报说明) lies in the parcel of the stage that its rules name, whatever it is about.
    """
    definition = context.definition
    goes_with = {
        stage.key: stage.collect.exemption.goes_with
        for stage in definition.stages
        if stage.collect is not None and stage.collect.exemption is not None and stage.collect.exemption.goes_with
    }
    on_paper = [stage.key for stage in definition.stages if stage.collect is not None and stage.collect.needs_paper]
    main = next((stage.key for stage in definition.stages if stage.kind is StageKind.RECOMMEND), None)
    homes = {**dict.fromkeys(on_paper), **{key: main or key for key in on_paper}}
    wanted = {main, *goes_with.values(), *homes.values()} - {None}
    parcels = [
        Parcel(
            stage.key,
            stage.title,
            context.stages[stage.key].due_at,
            stage.note,
            [
                *([Item("推荐材料", "", is_ready=True)] if stage.kind is StageKind.RECOMMEND else []),
                *(_answer(context, duty) for duty in duties if homes.get(duty.stage_key) == stage.key),
                *(
                    _explanation(context, duty)
                    for duty in duties
                    if duty.settled_as is Settlement.EXEMPT and goes_with.get(duty.stage_key) == stage.key
                ),
            ],
        )
        for stage in definition.stages
        if stage.key in wanted
    ]
    owed = {duty.stage_key for duty in duties}
    without = [
        stage.title
        for stage in definition.stages
        if stage.collect is not None and not stage.collect.needs_paper and stage.key in owed
    ]
    return Dispatch(parcels, without)
