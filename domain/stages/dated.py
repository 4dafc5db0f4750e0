"""Stages that advance by their dates alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.definition import Stage
from domain.facts import DutyKey
from domain.stages.base import Facts


@dataclass(frozen=True, slots=True)
class DatedRules:
    """Rules of a kind that opens and closes by date and lays no duties on anybody."""

    name: str

    def owing(self, stage: Stage, facts: Facts) -> Iterable[DutyKey]:
        """Return nothing: nobody owes anything here."""
        return ()

    def blocked_because(self, stage: Stage) -> str:
        """Return why applicants cannot be let in: a notice may come without its form (S003-33)."""
        return "通知未附申报书样式，申报表尚未载入" if stage.lacks_form else ""
