"""Quotas (推荐名额): about things that exist, and one for each case, so that a place is never ambiguous."""

from collections.abc import Iterator

from domain.definition import Category, Definition, Quota
from domain.lint.findings import Finding, error, info, listed
from domain.lint.naming import category_names, class_names, quota_name, subtype_names

Cell = tuple[str, str, str]
"""A class, a category and a sub-type; the sub-type is empty where the category has none."""


def check(definition: Definition) -> Iterator[Finding]:
    """Yield what is wrong with the quotas, and the classes left without one."""
    for quota in definition.quotas:
        yield from _quota(definition, quota)
    yield from _cells(definition)


def _quota(definition: Definition, quota: Quota) -> Iterator[Finding]:
    path = f"quotas.{quota.key}"
    classes = class_names(definition)
    categories = {category.key: category for category in definition.categories}
    if not quota.classes:
        yield error("quota_without_classes", f"{path}.classes", "没有选定“适用单位类别”", advice=listed(classes))
    for key in quota.classes:
        if key not in classes:
            sentence = f"没有「{key}」这类单位"
            yield error("unknown_class", f"{path}.classes", sentence, advice=listed(classes, wrong=key), value=key)
    if quota.category not in categories:
        sentence, advice = (
            f"没有「{quota.category}」这个类别",
            listed(category_names(definition), wrong=quota.category),
        )
        yield error("unknown_category", f"{path}.category", sentence, advice=advice, value=quota.category)
    else:
        subtypes = subtype_names([categories[quota.category]])
        for key in quota.subtypes:
            if key not in subtypes:
                sentence = f"类别中没有「{key}」这个子类"
                yield error(
                    "unknown_subtype", f"{path}.subtypes", sentence, advice=listed(subtypes, wrong=key), value=key
                )
    if quota.limit is not None and quota.limit < 0:
        advice = "不得推荐的填 0，不限的不填"
        yield error("negative_quota", f"{path}.limit", "推荐名额不能为负", advice=advice, value=quota.limit)


def _cells(definition: Definition) -> Iterator[Finding]:
    categories = {category.key: category for category in definition.categories}
    names = {quota.key: quota_name(definition, quota) for quota in definition.quotas}
    taken: dict[Cell, str] = {}
    for quota in definition.quotas:
        others: set[str] = set()
        for cell in covered(quota, categories.get(quota.category)):
            other = taken.setdefault(cell, quota.key)
            if other != quota.key and other not in others:
                others.add(other)
                sentence = f"与推荐名额「{names[other]}」重叠：同一类单位、同一类别只能有一个名额"
                advice = "合并两个名额，或缩小其中一个的“适用单位类别”“合计子类”"
                yield error("quota_overlap", f"quotas.{quota.key}", sentence, advice=advice, value=other)
    if definition.quotas:
        for category in definition.categories:
            yield from _missing(definition, category, taken)


def covered(quota: Quota, category: Category | None) -> list[Cell]:
    """Return the cells that a quota covers; a quota without sub-types covers all of its category.

    category: the quota's category; None when it does not exist.
    """
    whole = [subtype.key for subtype in category.subtypes] if category is not None else []
    subtypes = list(quota.subtypes) or whole or [""]
    return [(key, quota.category, subtype) for key in quota.classes for subtype in subtypes]


def _missing(definition: Definition, category: Category, taken: dict[Cell, str]) -> Iterator[Finding]:
    names = {subtype.key: subtype.name for subtype in category.subtypes} or {"": ""}
    for item in definition.unit_classes:
        for key, name in names.items():
            if (item.key, category.key, key) not in taken:
                what = f"{category.name}（{name}）" if name else category.name
                sentence = f"没有写「{item.name}」推荐「{what}」的名额"
                advice = "补写一条推荐名额：“上限”不得推荐的填 0，不限的不填"
                value = "/".join(part for part in (item.key, category.key, key) if part)
                yield info("quota_missing", "quotas", sentence, advice=advice, value=value)
