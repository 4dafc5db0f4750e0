"""Quotas about things that exist, one for each case."""

from dataclasses import replace

import pytest

from domain.definition import Quota
from domain.lint.cases.quotas import covered
from tests.domain.lint.cases import Change, Found, at, case, found_after
from tests.support.definitions import small_batch

SMALL = small_batch()
QUOTA, CATEGORY = SMALL.quotas[0], SMALL.categories[0]
COUNTY = replace(SMALL.unit_classes[0], key="county", name="县级")
SHARING = replace(QUOTA, key="sharing", subtypes=("sharing",))
OTHER = replace(QUOTA, key="other", subtypes=("other",))


def quotas(*given: Quota) -> Change:
    return at("", quotas=given, evidence=())


CASES = [
    case("no quota at all", quotas()),
    case(
        "no class",
        quotas(replace(QUOTA, classes=())),
        ("error", "quota_without_classes", "quotas.platform.classes"),
        ("info", "quota_missing", "quotas"),
        ("info", "quota_missing", "quotas"),
    ),
    case(
        "unknown class",
        quotas(replace(QUOTA, classes=("city", "county"))),
        ("error", "unknown_class", "quotas.platform.classes"),
    ),
    case(
        "unknown category",
        quotas(QUOTA, replace(QUOTA, key="city", category="city")),
        ("error", "unknown_category", "quotas.city.category"),
    ),
    case(
        "unknown sub-type",
        quotas(replace(QUOTA, subtypes=("sharing", "other", "third"))),
        ("error", "unknown_subtype", "quotas.platform.subtypes"),
    ),
    case("negative", quotas(replace(QUOTA, limit=-1)), ("error", "negative_quota", "quotas.platform.limit")),
    case("none", quotas(replace(QUOTA, limit=0)), ("warning", "category_closed", "categories.platform")),
    case("unlimited", quotas(replace(QUOTA, limit=None))),
    case("by sub-type", quotas(SHARING, OTHER)),
    case("sum and part", quotas(QUOTA, SHARING), ("error", "quota_overlap", "quotas.sharing")),
    case(
        "same twice", quotas(SHARING, OTHER, replace(OTHER, key="again")), ("error", "quota_overlap", "quotas.again")
    ),
    case("one sub-type left out", quotas(SHARING), ("info", "quota_missing", "quotas")),
    case(
        "one class left out",
        at("", unit_classes=(*SMALL.unit_classes, COUNTY)),
        ("warning", "class_without_units", "unit_classes.county"),
        ("info", "quota_missing", "quotas"),
        ("info", "quota_missing", "quotas"),
    ),
]


@pytest.mark.parametrize(("change", "expected"), CASES)
def test_each_case_has_one_quota(change: Change, expected: list[Found]) -> None:
    assert found_after(change) == expected


def test_a_quota_without_sub_types_covers_them_all() -> None:
    assert covered(QUOTA, CATEGORY) == [("city", "platform", "sharing"), ("city", "platform", "other")]
    assert covered(QUOTA, replace(CATEGORY, subtypes=())) == [("city", "platform", "")]
