"""The same thing said twice: values of a list, and names by which people tell things apart."""

from collections.abc import Iterator, Mapping, Sequence

from domain.definition import Definition
from domain.lint.findings import Finding, warning
from domain.lint.naming import category_names, class_names, mode_names, stage_names, subtype_names
from domain.rules.facts import ORGANISATION_KINDS


def check(definition: Definition) -> Iterator[Finding]:
    """Yield values that stand twice in a list of references, and different things of one name."""
    for path, values, names in _lists(definition):
        for value in dict.fromkeys(values):
            if values.count(value) > 1:
                yield warning(
                    "repeated_value", path, f"「{names.get(value) or value}」写了两次", advice="只留一个", value=value
                )
    for path, field, named in _names(definition):
        first: dict[str, str] = {}
        for key, name in named:
            if name and first.setdefault(name, key) != key:
                sentence = f"有两项都叫「{name}」，人们分不清"
                yield warning("duplicate_name", f"{path}.{key}.{field}", sentence, advice="换一个名称", value=name)


def _lists(definition: Definition) -> Iterator[tuple[str, Sequence[str], Mapping[str, str]]]:
    """Yield each list of references with its path, and with the names of what it may refer to."""
    modes, classes, stages = mode_names(definition), class_names(definition), stage_names(definition)
    subtypes = subtype_names(definition.categories)
    for category in definition.categories:
        path = f"categories.{category.key}"
        yield f"{path}.modes", category.modes, modes
        yield f"{path}.applicants", category.applicants, ORGANISATION_KINDS
    for quota in definition.quotas:
        own = subtype_names(category for category in definition.categories if category.key == quota.category)
        yield f"quotas.{quota.key}.classes", quota.classes, classes
        yield f"quotas.{quota.key}.subtypes", quota.subtypes, own
    for rule in definition.rules:
        yield f"rules.{rule.key}.categories", rule.categories, category_names(definition)
        yield f"rules.{rule.key}.subtypes", rule.subtypes, subtypes
        yield f"rules.{rule.key}.modes", rule.modes, modes
    for stage in definition.stages:
        path = f"stages.{stage.key}"
        yield f"{path}.opens.after", stage.opens.after, stages
        for name in ("collect", "review", "recommend"):
            part = getattr(stage, name)
            if part is not None:
                yield f"{path}.{name}.classes", part.classes, classes


def _names(definition: Definition) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    yield "unit_classes", "name", [(item.key, item.name) for item in definition.unit_classes]
    yield "categories", "name", [(item.key, item.name) for item in definition.categories]
    for category in definition.categories:
        yield f"categories.{category.key}.subtypes", "name", [(item.key, item.name) for item in category.subtypes]
    yield "stages", "title", [(item.key, item.title) for item in definition.stages]
