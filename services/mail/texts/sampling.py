"""What stands for example in the texts of a batch: its own stages and dates, as far as its definition tells them."""

from collections.abc import Sequence
from datetime import timedelta

from domain.definition import Definition, MailKind, Stage
from domain.instants import local_instant
from services.definitions.wording import SAMPLES
from services.mail.dates import due_text
from services.mail.texts.letters import batch_values
from templates.engine import Plain

EARLIER = timedelta(days=7)
"""By how much an extension put a deadline off, for example."""
OF_OTHERS = "其他批次的待办事项"
Item = dict[str, Plain]


def samples(definition: Definition, kind: MailKind, stage: str = "", *, is_english: bool = False) -> dict[str, Plain]:
    """Return all that a text of a kind may name, for example. stage: key of the one that it is about, "" for any."""
    values = {**SAMPLES[kind][0], "batch": batch_values(definition, is_english=is_english)}
    owed = _owed(definition, stage)
    if not owed:
        return values
    first = owed[0]
    due = _due(definition, first, is_english=is_english)
    values["stage"] = {"title": first.title, "due": due}
    if "was_due" in values:
        values["was_due"] = _due(definition, first, EARLIER, is_english=is_english)
    if isinstance(shown := values.get("first"), dict):
        duties: list[Item] = [{**shown, "title": first.title, "due": due}]
        if kind is MailKind.DIGEST:
            duties.append(_second(definition, owed, duties[0], is_english=is_english))
        values |= {"duties": duties, "first": duties[0]}
    return values


def _owed(definition: Definition, wanted: str) -> Sequence[Stage]:
    """Return the stages that units answer, the wanted one first; any stages where none is answered."""
    answered = [stage for stage in definition.stages if stage.collect is not None or stage.recommend is not None]
    return sorted(answered or definition.stages, key=lambda stage: stage.key != wanted)


def _second(definition: Definition, owed: Sequence[Stage], first: Item, *, is_english: bool) -> Item:
    """Return another item of a mail that lists several: a batch of one stage shares its mail with other batches."""
    if len(owed) == 1:
        return {**first, "title": OF_OTHERS}
    return {**first, "title": owed[1].title, "due": _due(definition, owed[1], is_english=is_english)}


def _due(definition: Definition, stage: Stage, before: timedelta = timedelta(), *, is_english: bool) -> str:
    """Return a stage's day, or so long before it; one that counts from its opening is not known yet."""
    if stage.due is None or stage.due.on is None:
        return due_text(None, definition.zone, is_english=is_english)
    at = local_instant(stage.due.on - before, stage.due.at, definition.zone)
    return due_text(at, definition.zone, is_english=is_english)
