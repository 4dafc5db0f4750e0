"""Taking over a change from above: what was not touched below follows, what was stays."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from domain.tree.merging import MISSING, changes, take_over

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text("ab", max_size=2))


def named(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    items = st.fixed_dictionaries({"key": st.sampled_from("pqrs"), "value": values})
    return st.lists(items, max_size=3, unique_by=lambda item: item["key"])


TREES = st.dictionaries(
    st.sampled_from(["stages", "rules", "year", "region"]),
    st.one_of(SCALARS, named(SCALARS), st.dictionaries(st.sampled_from("xy"), SCALARS, max_size=2)),
)


def ordered(value: Any) -> Any:
    """Return named items by their keys: those that are new above come last below."""
    return sorted(value, key=lambda item: item["key"]) if isinstance(value, list) else value


@given(TREES, TREES)
@example({"stages": [{"key": "p", "value": None}]}, {"stages": {"x": None}})
def test_taking_over_everything_makes_an_untouched_draft_equal_to_the_new_version(before: Any, after: Any) -> None:
    found = changes(before, after, before)

    taken = take_over(before, found)

    assert {key: ordered(taken[key]) for key in after} == {key: ordered(value) for key, value in after.items()}
    assert all(change.is_followed for change in found)


@given(TREES, TREES)
def test_nothing_changed_above_is_nothing_to_take_over(before: Any, own: Any) -> None:
    assert changes(before, before, own) == []


def test_a_value_that_the_lower_office_made_its_own_is_not_plain_to_follow() -> None:
    before = {"stages": [{"key": "recommend", "due": "05-31"}]}
    after = {"stages": [{"key": "recommend", "due": "06-09"}]}
    own = {"stages": [{"key": "recommend", "due": "05-20"}]}

    (change,) = changes(before, after, own)

    assert (change.path, change.own, change.is_followed) == ("stages.recommend.due", "05-20", False)


def test_an_item_that_is_new_above_is_added_and_one_that_is_gone_is_taken_away() -> None:
    before = {"rules": [{"key": "old", "value": "1"}, {"key": "both", "value": "2"}]}
    after = {"rules": [{"key": "both", "value": "2"}, {"key": "new", "value": "3"}]}

    found = changes(before, after, before)

    assert [(change.path, change.after) for change in found] == [
        ("rules.old", MISSING),
        ("rules.new", {"key": "new", "value": "3"}),
    ]
    assert take_over(before, found) == after


def test_items_of_one_name_are_never_mixed_up() -> None:
    """Two people of one name: a change of one of them is told, and the other is not overwritten by it."""
    before = {"contacts": [{"name": "李敏", "phone": "1"}, {"name": "李敏", "phone": "2"}]}
    after = {"contacts": [{"name": "李敏", "phone": "9"}, {"name": "李敏", "phone": "2"}]}

    (change,) = changes(before, after, before)
    assert (change.path, change.is_followed) == ("contacts", True)
    assert take_over(before, [change]) == after

    own = {"contacts": [*before["contacts"], {"name": "赵强", "phone": "3"}]}
    (change,) = changes(before, after, own)
    assert (change.path, change.after, change.is_followed) == ("contacts", after["contacts"], False)


def test_what_both_put_into_an_empty_list_is_kept() -> None:
    before: dict[str, Any] = {"rules": []}
    after, own = ({"rules": [{"key": key, "value": "1"}]} for key in ("theirs", "mine"))

    found = changes(before, after, own)

    assert [(change.path, change.is_followed) for change in found] == [("rules.theirs", True)]
    assert take_over(own, found) == {"rules": [*own["rules"], *after["rules"]]}


def test_what_both_call_by_one_key_is_told_and_not_followed() -> None:
    before: dict[str, Any] = {"rules": [{"key": "old", "value": "1"}]}
    after, own = ({"rules": [*before["rules"], {"key": "new", "value": value}]} for value in "23")

    (change,) = changes(before, after, own)

    assert (change.path, change.own, change.is_followed) == ("rules.new", {"key": "new", "value": "3"}, False)


def test_what_belongs_to_the_office_itself_is_never_taken_over() -> None:
    assert changes({"office": {"name": "甲"}}, {"office": {"name": "乙"}}, {"office": {"name": "丙"}}) == []
