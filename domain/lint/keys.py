"""Stable keys: well formed, and each once where it is used."""

import re
from collections.abc import Iterable, Iterator

from domain.definition import Definition
from domain.definition.strict import KEY_PATTERN
from domain.lint.findings import Finding, error

WELL_FORMED = re.compile(KEY_PATTERN)
MOST_OF_A_KIND = 200
"""Stages, rungs, fields of one place; more is a slip, and the checks count on it."""


def check(definition: Definition) -> Iterator[Finding]:
    """Yield keys that are badly formed or given twice, and places with too many of them."""
    yield from _form("code", definition.code)
    yield from _form("programme.key", definition.programme.key)
    for path, keys in _places(definition):
        if len(keys) > MOST_OF_A_KIND:
            yield error("too_many", path, f"最多 {MOST_OF_A_KIND} 项", value=len(keys))
        yield from _unique(path, keys)
        for key in keys:
            yield from _form(f"{path}.{key}.key", key)


def _places(definition: Definition) -> Iterator[tuple[str, list[str]]]:
    yield "stages", [stage.key for stage in definition.stages]
    yield "unit_classes", [item.key for item in definition.unit_classes]
    yield "modes", [mode.key for mode in definition.modes]
    yield "categories", [category.key for category in definition.categories]
    yield "rules", [rule.key for rule in definition.rules]
    yield "quotas", [quota.key for quota in definition.quotas]
    yield "forms", [form.key for form in definition.forms]
    yield "ladders", [ladder.key for ladder in definition.ladders]
    yield "document.annexes", [annex.key for annex in definition.document.annexes]
    for category in definition.categories:
        yield f"categories.{category.key}.subtypes", [subtype.key for subtype in category.subtypes]
    for form in definition.forms:
        yield f"forms.{form.key}.fields", [field.key for field in form.fields]
    for ladder in definition.ladders:
        yield f"ladders.{ladder.key}.steps", [step.key for step in ladder.steps]
    for stage in definition.stages:
        if stage.collect is not None and stage.collect.exemption is not None:
            reasons = [reason.key for reason in stage.collect.exemption.reasons]
            yield f"stages.{stage.key}.collect.exemption.reasons", reasons


def _form(path: str, key: str) -> Iterator[Finding]:
    if not WELL_FORMED.fullmatch(key):
        advice = "以小写字母开头，只含小写字母、数字、- 和 _，最多 40 个字符"
        yield error("bad_key", path, "代号不合规则", advice=advice, value=key)


def _unique(path: str, keys: Iterable[str]) -> Iterator[Finding]:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            yield error(
                "duplicate_key", f"{path}.{key}", f"代号「{key}」重复出现", advice="每个代号只能用一次", value=key
            )
        seen.add(key)
