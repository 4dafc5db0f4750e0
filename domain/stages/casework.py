"""Checking and recommending cases: which units owe it, and when what they owed is done."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.definition import Owed, Stage
from domain.facts import DutyKey, UnitLoad, UnitRef
from domain.stages.base import Facts


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """Rules of the review kind: a unit owes the check of every case that is with it."""

    name: str

    def owing(self, stage: Stage, facts: Facts) -> Iterable[DutyKey]:
        """Return one duty per unit that checks: always, or once a case has come to it."""
        review = stage.review
        if review is None:
            return
        for unit in facts.units:
            if review.classes and unit.class_key not in review.classes:
                continue
            if review.owed is Owed.ALWAYS or _load(facts, unit).seen:
                yield DutyKey(stage.key, unit.id)

    def is_done(self, stage: Stage, load: UnitLoad) -> bool:
        """Tell whether nothing waits to be checked by the unit, now that something has."""
        return load.seen > 0 and load.to_check == 0

    def blocked_because(self, stage: Stage) -> str:
        """Return an empty text: checking waits for nothing."""
        return ""


@dataclass(frozen=True, slots=True)
class RecommendRules:
    """Rules of the recommend kind: a unit owes its recommendation, or the word that it has none (零报告)."""

    name: str

    def owing(self, stage: Stage, facts: Facts) -> Iterable[DutyKey]:
        """Return one duty per unit that forwards to the office: always, or once a case has come to it."""
        recommend = stage.recommend
        if recommend is None:
            return
        for unit in facts.units:
            asked = unit.class_key in recommend.classes if recommend.classes else unit.is_top
            if asked and (recommend.owed is Owed.ALWAYS or _load(facts, unit).seen):
                yield DutyKey(stage.key, unit.id)

    def is_done(self, stage: Stage, load: UnitLoad) -> bool:
        """Tell whether the unit has forwarded and has nothing left in its branch, or nothing waits at all."""
        if stage.recommend is not None and stage.recommend.owed is Owed.WITH_CASES:
            return load.seen > 0 and load.in_hand == 0
        return load.forwarded > 0 and load.in_hand == 0

    def blocked_because(self, stage: Stage) -> str:
        """Return an empty text: recommending waits for nothing."""
        return ""


def _load(facts: Facts, unit: UnitRef) -> UnitLoad:
    return facts.loads.get(unit.id, UnitLoad(unit.id))
