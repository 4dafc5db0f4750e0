"""Passed on binds, based on does not (S003-66)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.definition import Category, Definition, Due, Force, Intake, Quota, Relation
from domain.milestones import BatchState, milestones
from domain.tree.binding import looser
from services.calendar import official_calendar
from services.upstream.passing_on import child_of
from tests.support.definitions import changed
from tests.support.tree import SHARE, ministry, province


class Above:
    """What `child_of` asks of a batch."""

    def __init__(self, definition: Definition) -> None:
        self.definition, self.calendar = definition, official_calendar()

    def milestones(self) -> Any:
        return milestones(self.definition, BatchState(), self.calendar)


UPPER = ministry()
CHILD = child_of(Above(UPPER), province())  # type: ignore[arg-type]  # only these three are asked


def paths(child: Definition, upper: Definition = UPPER) -> list[str]:
    calendar = official_calendar()
    dates, above = milestones(child, BatchState(), calendar), milestones(upper, BatchState(), calendar)
    return [problem.path for problem in looser(child, dates, upper, above)]


def test_a_batch_as_it_is_copied_loosens_nothing_and_ends_five_working_days_earlier() -> None:
    """S003-65."""
    assert paths(CHILD) == []
    assert CHILD.stage("recommend").due == Due(on=date(2023, 5, 24))
    assert (CHILD.categories, CHILD.rules, CHILD.forms) == (UPPER.categories, UPPER.rules, UPPER.forms)
    assert "stages.recommend.due.on" in [item.path for item in CHILD.unconfirmed]


@pytest.mark.parametrize(
    ("looser_child", "path"),
    [
        (changed(CHILD, "stages.recommend", due=Due(on=date(2023, 6, 1))), "stages.recommend.due"),
        (changed(CHILD, "rules.share", value="29"), "rules.share.value"),
        (changed(CHILD, "rules.share", force=Force.MARK), "rules.share.force"),
        (changed(CHILD, "rules.share", subject="other"), "rules.share.value"),
        (replace(CHILD, rules=()), "rules.share"),
        (replace(CHILD, categories=(*CHILD.categories, Category(key="city", name="城市"))), "categories.city"),
    ],
)
def test_what_would_loosen_is_named_and_a_batch_that_only_cites_is_free(looser_child: Definition, path: str) -> None:
    """S003-66: a later date or a looser threshold is refused for 转发, allowed for 依据."""
    assert paths(looser_child) == [path]

    assert looser_child.upper is not None
    citing = replace(looser_child, upper=replace(looser_child.upper, relation=Relation.BASED_ON))
    assert paths(citing) == []


def test_earlier_dates_and_stricter_rules_are_allowed() -> None:
    stricter = changed(CHILD, "rules.share", value="35", force=Force.HARD)

    assert paths(changed(stricter, "stages.recommend", due=Due(on=date(2023, 5, 4)))) == []
    assert paths(replace(CHILD, rules=(SHARE, replace(SHARE, key="own", value="90")))) == []


@pytest.mark.parametrize(
    ("each", "intake", "refused"),
    [(5, "allocated", []), (6, "allocated", ["quotas.enterprise"]), (11, "competitive", [])],
)
def test_places_shared_out_below_are_at_most_those_of_the_office(each: int, intake: str, refused: list[str]) -> None:
    """S003-27: two cities with 5 each fit into 10, with 6 each they do not; competing, any number may."""
    assert CHILD.upper is not None
    wanted = replace(
        CHILD,
        quotas=(Quota(key="own", classes=("city",), category="enterprise", limit=each),),
        upper=replace(CHILD.upper, intake=Intake(intake)),
    )

    assert paths(wanted) == refused
