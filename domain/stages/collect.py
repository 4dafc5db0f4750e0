"""Collecting small answers from units, or from units about the titles in their area."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.definition import OwedBy, Stage, TitleFilter
from domain.facts import DutyKey, TitleRef
from domain.stages.base import Facts


@dataclass(frozen=True, slots=True)
class CollectRules:
    """Rules of the collect kind."""

    name: str

    def owing(self, stage: Stage, facts: Facts) -> Iterable[DutyKey]:
        """Return one duty per unit of the asked classes, or per title that these units answer for."""
        collect = stage.collect
        if collect is None:
            return
        owing = {unit.id for unit in facts.units if not collect.classes or unit.class_key in collect.classes}
        if collect.owed_by is OwedBy.UNITS:
            yield from (DutyKey(stage.key, unit_id) for unit_id in sorted(owing))
            return
        for title in facts.titles:
            if collect.titles is not None and title.unit_id in owing and is_asked(title, collect.titles):
                yield DutyKey(stage.key, title.unit_id, title.id)

    def blocked_because(self, stage: Stage) -> str:
        """Return an empty text: the definition is refused when a collect stage lacks its form."""
        return ""


def is_asked(title: TitleRef, wanted: TitleFilter) -> bool:
    """Tell whether a title is one of those a stage asks; a withdrawn title owes nothing."""
    return (
        title.is_valid
        and title.programme == wanted.programme
        and title.batch_no in wanted.batches
        and title.category in wanted.categories
    )
