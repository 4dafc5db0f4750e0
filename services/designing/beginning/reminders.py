"""A usual set of reminders as a proposal: what most notices that are known were given, for a person to change.

No notice says when to remind, so that every rung stands as inferred until somebody confirms it.
"""

from collections.abc import Iterable, Sequence

from domain.definition import Anchor, Audience, Counting, Definition, Ladder, Step
from domain.definition.ladders import WhenMissed
from domain.errors import NotFound
from services.designing.asking.describing import plain
from services.designing.asking.keys import new_key
from services.designing.edits import Edit, Insert, Vouch

NAME = "常用提醒"
NOTE = "常用的一套，通知没有写明；请按本批次的期限增减。"
USUAL = Ladder(
    key="usual",
    name=NAME,
    steps=(
        Step(key="before-5", days=-5),
        Step(key="before-2", days=-2),
        Step(key="before-1", days=-1),
        Step(key="on-day", days=0),
        Step(key="after-1", days=1, to=Audience.COORDINATOR),
    ),
    ceiling_per_week=4,
    when_missed=WhenMissed.LATEST,
)
"""What most of the presets have in common; a test holds it to that."""
Moment = tuple[Anchor, int, Counting, Audience]


def moment(step: Step) -> Moment:
    """Return when a rung reminds, and whom; the rest of it does not make it another one."""
    return step.anchor, step.days, step.counting, step.to


def lacking(ladder: Ladder) -> list[Step]:
    """Return the usual rungs that a ladder does not have yet."""
    there = {moment(step) for step in ladder.steps}
    return [step for step in USUAL.steps if moment(step) not in there]


def usual_ladder(definition: Definition) -> list[Edit]:
    """Return the edits that add the usual ladder, all of it inferred."""
    key = new_key(definition, Ladder, {})
    item = {**_plain(USUAL), "key": key, "name": _free({ladder.name for ladder in definition.ladders})}
    path = f"ladders.{key}"
    steps = [f"{path}.steps.{step.key}" for step in USUAL.steps]
    return [Insert("ladders", item), *(Vouch(one, note=NOTE) for one in (*steps, f"{path}.ceiling_per_week"))]


def usual_steps(definition: Definition, key: str) -> list[Edit]:
    """Return the edits that add to a ladder the usual rungs that it lacks, inferred; none where it has all.

    Raises NotFound for a ladder that is not there.
    """
    ladder = next((one for one in definition.ladders if one.key == key), None)
    if ladder is None:
        raise NotFound("没有这套提醒规则，可能已被删去。")
    path, taken = f"ladders.{key}.steps", {step.key for step in ladder.steps}
    found: list[Edit] = []
    for step in lacking(ladder):
        name = next(one for one in _names(step.key) if one not in taken)
        taken.add(name)
        found.append(Insert(path, {**_plain(step), "key": name}, _behind(ladder.steps, step)))
        found.append(Vouch(f"{path}.{name}", note=NOTE))
    return found


def _behind(steps: Sequence[Step], new: Step) -> str:
    """Return the rung that a new one comes before, in the order of time; "" for the end."""
    later = (one.key for one in steps if one.anchor is Anchor.DUE and one.days > new.days)
    return next(later, "")


def _names(stem: str) -> Iterable[str]:
    yield stem
    number = 2
    while True:
        yield f"{stem}-{number}"
        number += 1


def _free(taken: set[str]) -> str:
    number, name = 1, NAME
    while name in taken:
        number += 1
        name = f"{NAME} {number}"
    return name


def _plain(item: Ladder | Step) -> dict[str, object]:
    found = plain(item)
    if not isinstance(found, dict):
        raise TypeError(f"{item!r} has no fields")
    return found
