"""Places: which quotas a case falls under, what is left, what a refusal says."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.definition import Category, Quota, Strength, Subtype
from domain.errors import Invalid
from domain.quota import (
    QuotaClosed,
    QuotaFull,
    Remaining,
    covers,
    free_number,
    is_free,
    name_of,
    quotas_for,
    require_place,
)
from tests.support.batches import definition

PLATFORM = Category(
    key="platform",
    name="示范平台",
    subtypes=(Subtype(key="sharing", name="共享制造类"), Subtype(key="other", name="其他类")),
)
HARD = Quota(key="platform", classes=("province",), category="platform", limit=2, clause="不超过2个")
SUM = Quota(key="both", classes=("city",), category="platform", subtypes=("sharing", "other"), limit=1)


def stands(quota: Quota, used: int, limit: int | None = None) -> Remaining:
    return Remaining(quota, quota.limit if limit is None else limit, used)


@pytest.mark.parametrize(
    ("quota", "subtype", "expected"),
    [(HARD, "sharing", True), (HARD, "", True), (SUM, "other", True), (SUM, "", False)],
)
def test_a_quota_covers_its_category_or_the_sum_of_its_sub_types(quota: Quota, subtype: str, expected: bool) -> None:
    assert covers(quota, "platform", subtype) is expected
    assert not covers(quota, "enterprise", subtype)


def test_a_unit_is_bound_by_the_quotas_of_its_class_and_by_its_shares() -> None:
    wanted = definition(1, quotas=(HARD, SUM))

    assert quotas_for(wanted, "province") == [HARD]
    assert quotas_for(wanted, "county") == []
    assert quotas_for(wanted, "county", {"platform"}) == [HARD]


def test_a_quota_is_named_after_what_it_counts() -> None:
    """S001-12: 示范平台, whatever word the text uses."""
    assert name_of(HARD, PLATFORM) == "示范平台"
    assert name_of(SUM, PLATFORM) == "示范平台（共享制造类、其他类合计）"
    assert (
        name_of(Quota(key="x", classes=(), category="platform", subtypes=("other",)), PLATFORM)
        == "示范平台（其他类）"
    )


@given(st.sets(st.integers(min_value=1, max_value=40)))
def test_the_lowest_free_place_is_given(taken: set[int]) -> None:
    number = free_number(taken)

    assert number not in taken
    assert set(range(1, number)) <= taken


def test_the_one_too_many_reads_clause_limit_used_and_what_to_do() -> None:
    require_place(stands(HARD, 1), "示范平台", over_reason="")
    with pytest.raises(QuotaFull) as refused:
        require_place(stands(HARD, 2), "示范平台", over_reason="多报一个")

    assert refused.value.sentence == (
        "“示范平台”推荐名额 2 个，已用 2 个，剩余 0 个。依据：不超过2个。可先撤回报送其他申报件，或申请名额调剂。"
    )


def test_no_place_at_all_is_closed_and_no_limit_is_never_full() -> None:
    closed = Quota(key="none", classes=("corps",), category="city", limit=0, clause="兵团未列入")
    with pytest.raises(QuotaClosed, match="不受理本单位推荐（推荐名额为 0）。依据：兵团未列入"):
        require_place(stands(closed, 0), "示范城市", over_reason="")
    free = Remaining(Quota(key="free", classes=("city",), category="city"), None, 1_000)
    require_place(free, "示范城市", over_reason="")

    assert (stands(closed, 0).is_closed, free.is_closed) == (True, False)
    assert (free.left, stands(HARD, 5).left) == (None, 0)


def test_beyond_a_soft_limit_goes_only_what_is_explained() -> None:
    soft = Quota(key="s", classes=("city",), category="platform", limit=1, strength=Strength.SOFT, clause="原则上1个")

    require_place(stands(soft, 0), "示范平台", over_reason="")
    with pytest.raises(Invalid, match=r"over_reason: .*超出须说明理由.*依据：原则上1个"):
        require_place(stands(soft, 1), "示范平台", over_reason="  ")
    require_place(stands(soft, 1), "示范平台", over_reason="均为国家级")


def test_what_frees_a_case_is_an_expression_over_its_facts() -> None:
    def evaluate(expression: str, names: Mapping[str, object]) -> object:
        return names[expression]

    free = Quota(key="f", classes=("city",), category="platform", free_when="is_listed")

    assert is_free(free, {"is_listed": True}, evaluate)
    assert not is_free(free, {"is_listed": False}, evaluate)
    assert not is_free(HARD, {}, evaluate)
