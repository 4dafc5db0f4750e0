"""Laws that hold for every answer, not only for the sensible ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.forms import differences, merge
from domain.forms.leaves import all_leaves
from tests.support.case_forms import ANSWERS, FORM, KINDS, draft, final, setting

PATHS = sorted(
    {leaf.path for leaf in all_leaves(FORM, setting(), ANSWERS)}
    | {"investors.3.name", "investors.9.share", "investors.2.nature.other", "unknown", "a.b.c", "investors.x.name"}
)
TYPED = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", " ", "是", "否", "其他", "yes", "supply\nother", "１，２００", "30%", "-0", "2023年3月5日"]),
    st.sampled_from(
        ["\n".join(KINDS), "İ@İ.cn", "\u200b", "e\u0301", "91410300ma3x4y5d5k", "0.10", "ﬁ", "1\u0085 2"]
    ),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9).map(str),
)
ANSWERED = st.dictionaries(st.sampled_from(PATHS), TYPED, max_size=25)


@given(ANSWERED)
def test_a_checked_draft_is_checked_alike_again(given_answers: dict[str, str]) -> None:
    once = draft(FORM, given_answers)
    again = draft(FORM, once.values)

    assert again.values == once.values
    if not once.problems:
        assert (again.problems, again.warnings) == ((), once.warnings)


@given(ANSWERED)
def test_a_final_form_is_checked_alike_again(given_answers: dict[str, str]) -> None:
    """What was accepted is accepted again; only what nobody can see is told once."""
    once = final(FORM, ANSWERS | given_answers)
    again = final(FORM, once.values)

    assert again.values == once.values
    if not once.problems:
        assert again.problems == ()


@given(ANSWERED)
def test_a_draft_loses_nothing_that_the_final_form_has(given_answers: dict[str, str]) -> None:
    kept = draft(FORM, given_answers).values

    assert final(FORM, kept).values == final(FORM, given_answers).values


@given(ANSWERED, ANSWERED)
def test_there_are_differences_exactly_where_answers_differ(first: dict[str, str], second: dict[str, str]) -> None:
    before, after = final(FORM, first).values, final(FORM, second).values

    found = differences(FORM, setting(), before, after)

    assert {item.path for item in found} == {
        path for path in (*before, *after) if before.get(path, "") != after.get(path, "")
    }


LEAVES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "1", "2", "3"]), max_size=4)


@given(LEAVES, LEAVES)
def test_who_changes_nothing_changes_nothing(current: dict[str, str], base: dict[str, str]) -> None:
    assert merge(current, base, base).values == current


@given(LEAVES, LEAVES)
def test_who_is_alone_gets_what_was_typed(base: dict[str, str], mine: dict[str, str]) -> None:
    merged = merge(base, base, mine)

    assert merged.conflicts == ()
    assert {key: text for key, text in merged.values.items() if text} == {
        key: text for key, text in (base | mine).items() if text
    }


@given(LEAVES, LEAVES, LEAVES)
def test_a_merge_never_loses_what_is_stored_unasked(
    current: dict[str, str], base: dict[str, str], mine: dict[str, str]
) -> None:
    merged = merge(current, base, mine)

    for key in (*current, *mine):
        stored, started, typed = current.get(key, ""), base.get(key, ""), mine.get(key, base.get(key, ""))
        kept = merged.values.get(key, "")
        if typed == started:
            assert kept == stored
        elif stored in (started, typed):
            assert kept == typed
        else:
            assert kept == stored and key in merged.conflicts
    assert merge(merged.values, base, mine).conflicts == merged.conflicts
