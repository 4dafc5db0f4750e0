"""Titles of the registry: held on the day, meant by the rule, refused, asked for or marked."""

from __future__ import annotations

from datetime import date

import pytest

from domain.definition import Force, Operator, Rule
from domain.rules import HeldTitle, Outcome
from tests.support.verdicts import outcome, rule, verdict

CITY = HeldTitle(programme="fwxzz", category="city", batch_no=3, holder="甲市", awarded_on=date(2020, 11, 1))
GONE = HeldTitle(
    programme="fwxzz",
    category="city",
    batch_no=1,
    holder="甲市",
    withdrawn_on=date(2023, 3, 27),
    category_name="示范城市",
)


def test_a_city_that_has_the_title_need_not_apply() -> None:
    """S003-26: told by the registry, with the title."""
    given = rule("titles", Operator.NO_TITLE, "fwxzz/city", advice="已成为示范城市的无需再申报")

    assert outcome(given, {"titles": ()}) is Outcome.PASSED
    assert outcome(given, {"titles": (CITY,)}, date(2020, 10, 31)) is Outcome.PASSED
    found = verdict(given, {"titles": (CITY,)})
    assert found.outcome is Outcome.REFUSED
    assert found.sentence == (
        "已获称号：fwxzz 第 3 批 city（甲市，2020 年），已成为示范城市的无需再申报。依据三（一）1：“原文”。"
    )


def test_a_title_counts_until_the_day_of_its_withdrawal() -> None:
    """S003-60: state on the day."""
    given = rule("titles", Operator.NO_TITLE, "fwxzz/city")

    assert outcome(given, {"titles": (GONE,)}, date(2023, 3, 26)) is Outcome.REFUSED
    assert outcome(given, {"titles": (GONE,)}, date(2023, 3, 27)) is Outcome.PASSED


@pytest.mark.parametrize(
    ("wanted", "has"),
    [
        ("fwxzz/city", True),
        ("fwxzz", True),
        ("*", True),
        ("*/city", True),
        ("other/city、fwxzz/city", True),
        ("fwxzz/enterprise", False),
        ("other", False),
    ],
)
def test_which_titles_are_meant(wanted: str, has: bool) -> None:
    given = rule("titles", Operator.HAS_TITLE, wanted)

    assert outcome(given, {"titles": (CITY,)}) is (Outcome.PASSED if has else Outcome.REFUSED)


def test_an_earlier_winner_is_marked_and_never_blocked() -> None:
    """S000-53, S004-60: programme, batch and year are to be seen."""
    given = Rule(key="won", clause="", subject="titles", operator=Operator.HAS_TITLE, value="*", force=Force.MARK)

    assert outcome(given, {"titles": ()}) is Outcome.PASSED
    found = verdict(given, {"titles": (CITY, GONE)})
    assert (found.outcome, found.sentence) == (Outcome.MARKED, "已获称号：fwxzz 第 3 批 city（甲市，2020 年）。")
